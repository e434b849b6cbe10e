"""Every shipped query keeps the format, and what its parameters become is SPARQL."""

import pytest

from medrd_kg.content import queries_dir
from medrd_kg.sparql.parameters import Parameter, Scalar
from medrd_kg.sparql.screening import screen
from medrd_kg.sparql.stored import StoredQuery, load_stored_queries
from medrd_kg.store.embedded import EmbeddedStore

QUERIES = load_stored_queries(queries_dir())

EXAMPLES: dict[str, Scalar] = {
    "string": "x",
    "integer": 1,
    "decimal": "1.5",
    "boolean": True,
    "lang-string": "x",
    "date-time": "2022-04-01T00:00:00+09:00",
}


def test_queries_are_shipped() -> None:
    assert QUERIES


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_the_engine_reads_it_with_all_values_and_with_none(query: StoredQuery) -> None:
    given = {each.name: _example(each) for each in query.parameters}
    needed = {
        each.name: given[each.name]
        for each in query.parameters
        if each.default is None and not each.optional
    }
    for values in (needed, given):
        result = EmbeddedStore().query(query.bind(values))
        assert list(result.variables) == [column.name for column in query.columns]


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_it_orders_its_rows_and_stays_inside_the_dataset(query: StoredQuery) -> None:
    found = screen(query.text)
    assert "ORDER BY" in query.text
    assert not found.uses_service
    assert not found.uses_from


def _example(parameter: Parameter) -> Scalar:
    if parameter.default is not None:
        return parameter.default
    return EXAMPLES.get(parameter.type, "example" if parameter.kind else "http://example.org/x")
