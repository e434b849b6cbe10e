"""Every stored query answers with exactly the rows that a reader of the sources expects.

To add a case: write ``expected/<name of the query>.yaml``. Its first lines say, as comments, which
sentences, sheets or figures the rows were read from; rows are written from the source, and where
they and the query differ the source decides. Then::

    columns: [topic, project, units]   # those compared; see below for the others
    cases:
      - parameters: {status: started}  # as a caller writes them; {} takes the defaults
        rows:                          # all rows, in the order of the query; [] when none
          - [topic:exosome-quality-test, prj:drugs, S045]

IRIs are written with the prefixes of ``medrd_kg.vocabulary``, unbound values as null, numbers and
truth values plainly, all else as text. A parameter without a kind takes an IRI with a prefix.
Columns that end in ``_ja`` and ``_en`` beside a column of the same stem hold its labels and are
compared with the graph for every query. Of other pairs one language is listed; the generic test
holds the other against it. Columns that another test recomputes stand under ``elsewhere``.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyoxigraph import Literal, NamedNode
from rdflib.plugins.sparql import prepareQuery

from medrd_kg.content import queries_dir
from medrd_kg.sparql.parameters import Parameter, Scalar
from medrd_kg.sparql.stored import Column, StoredQuery, load_stored_queries
from medrd_kg.store.base import Row, Store, Term
from medrd_kg.vocabulary import PREFIXES

from .conftest import curie

EXPECTED = Path(__file__).parent / "expected"
QUERIES = load_stored_queries(queries_dir())
TABLES: dict[str, Any] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted(EXPECTED.glob("*.yaml"))
}
TESTED = {name: query for name, query in QUERIES.items() if name in TABLES}
LIMIT = 1.0
"""Seconds of processor time that a stored query may take on the shipped release."""

DATATYPES = {
    "integer": {"integer"},
    "decimal": {"decimal", "integer"},
    "boolean": {"boolean"},
    "date-time": {"dateTime"},
}


@dataclass(frozen=True)
class Case:
    """Values of the parameters and the rows that they must give."""

    query: str
    parameters: dict[str, Scalar]
    columns: list[str]
    rows: list[list[Scalar | None]]

    def __str__(self) -> str:
        """Name the case in reports."""
        values = ",".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.query}({values})"


def _cases() -> Iterator[Case]:
    for name, table in TABLES.items():
        for case in table["cases"]:
            yield Case(name, case["parameters"], table["columns"], case["rows"])


def _iri(text: str) -> str:
    prefix, _, local = text.partition(":")
    return f"{PREFIXES[prefix]}{local}" if prefix in PREFIXES else text


def _bound(query: StoredQuery, given: dict[str, Scalar]) -> str:
    kindless = {each.name for each in query.parameters if each.type == "iri" and not each.kind}
    return query.bind({name: _iri(str(v)) if name in kindless else v for name, v in given.items()})


def _ask(store: Store, query: StoredQuery, given: dict[str, Scalar]) -> list[Row]:
    return list(store.query(_bound(query, given)).rows())


def _written(term: Term | None, column: Column) -> Scalar | None:
    """Write a value as the tables write it."""
    if isinstance(term, NamedNode):
        return curie(term.value)
    if not isinstance(term, Literal):
        return None
    if column.type == "integer":
        return int(term.value)
    return term.value == "true" if column.type == "boolean" else term.value


def test_every_query_has_expected_rows_and_every_table_a_query() -> None:
    assert sorted(TABLES) == sorted(QUERIES)
    assert all(table["cases"] for table in TABLES.values())


@pytest.mark.parametrize("case", list(_cases()), ids=str)
def test_rows(case: Case, store: Store) -> None:
    query = QUERIES[case.query]
    columns = {column.name: column for column in query.columns}
    found = [
        [_written(row.get(name), columns[name]) for name in case.columns]
        for row in _ask(store, query, case.parameters)
    ]
    assert found == case.rows


@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_some_case_has_rows_and_the_tables_name_real_columns(query: StoredQuery) -> None:
    table = TABLES[query.name]
    assert any(case["rows"] for case in table["cases"])
    assert set(table["columns"]) <= {column.name for column in query.columns}
    uncompared = {c.name for c in query.columns} - set(table["columns"]) - set(_labels(query))
    explained = set(table.get("elsewhere", ()))
    pairs = {f"{stem}_{'en' if lang == 'ja' else 'ja'}" for stem, lang in _pairs(table["columns"])}
    assert uncompared - explained <= pairs, "compare these columns, or say under `elsewhere`"


@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_values_are_of_the_types_that_the_columns_declare(query: StoredQuery, store: Store) -> None:
    for case in TABLES[query.name]["cases"]:
        for row in _ask(store, query, case["parameters"]):
            for column in query.columns:
                assert _fits(row.get(column.name), column), (column.name, row.get(column.name))


def _fits(term: Term | None, column: Column) -> bool:
    if term is None:
        return True
    if column.type == "iri":
        return isinstance(term, NamedNode)
    if not isinstance(term, Literal):
        return False
    if column.type == "lang-string":
        return term.language is not None
    if column.type == "string":
        return term.value != ""
    return term.datatype.value.removeprefix(PREFIXES["xsd"]) in DATATYPES[column.type]


def _pairs(names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        if match := re.fullmatch(r"(.+)_(ja|en)", name):
            yield match[1], match[2]


def _labels(query: StoredQuery) -> dict[str, tuple[str, str]]:
    """Columns that hold the label of another column's thing: name to (that column, language)."""
    things = {column.name for column in query.columns if column.type == "iri"}
    pairs = _pairs([column.name for column in query.columns])
    return {f"{stem}_{lang}": (stem, lang) for stem, lang in pairs if stem in things}


@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_labels_are_those_of_the_graph_in_both_languages(query: StoredQuery, store: Store) -> None:
    labels = _labels(query)
    for case in TABLES[query.name]["cases"]:
        for row in _ask(store, query, case["parameters"]):
            for name, (stem, lang) in labels.items():
                thing, label = row.get(stem), row.get(name)
                if thing is None:
                    assert label is None
                    continue
                assert isinstance(label, Literal), f"{thing} has no label for {name}"
                assert label.value in _labels_of(store, thing, lang)


def _labels_of(store: Store, thing: Term, language: str) -> set[str]:
    label = f"<{PREFIXES['rdfs']}label>"
    rows = store.query(f"SELECT ?l {{ {thing} {label} ?l }}").rows()
    found = [row["l"] for row in rows]
    return {each.value for each in found if isinstance(each, Literal) and each.language == language}


@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_both_languages_say_the_same(query: StoredQuery, store: Store) -> None:
    names = [column.name for column in query.columns if column.name not in _labels(query)]
    stems = {stem for stem, _ in _pairs(names)}
    for case in TABLES[query.name]["cases"]:
        for row in _ask(store, query, case["parameters"]):
            for stem in stems:
                assert _agree(store, row.get(f"{stem}_ja"), row.get(f"{stem}_en")), (stem, row)


def _agree(store: Store, japanese: Term | None, english: Term | None) -> bool:
    """Tell whether two texts are labels of the same things, or one text in both languages."""
    if not isinstance(japanese, Literal) or not isinstance(english, Literal):
        return japanese is english is None
    label = f"<{PREFIXES['rdfs']}label>"
    patterns = []
    for name in english.value.split("; "):
        text = str(Literal(name, language="en"))
        rows = store.query(f"SELECT ?l {{ ?thing {label} {text} , ?l }}").rows()
        found = {row["l"].value for row in rows if isinstance(row["l"], Literal)}
        patterns.append("|".join(re.escape(each) for each in found) or "(?!)")
    joined = "、".join(f"(?:{pattern})" for pattern in patterns)
    if re.fullmatch(joined, japanese.value):
        return True
    pair = f"{Literal(japanese.value, language='ja')} , {Literal(english.value, language='en')}"
    return any(store.query(f"SELECT ?thing {{ ?thing ?property {pair} }}").rows())


@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_no_row_is_repeated_and_none_takes_long(query: StoredQuery, store: Store) -> None:
    for case in TABLES[query.name]["cases"]:
        begun = time.process_time()
        rows = _ask(store, query, case["parameters"])
        assert time.process_time() - begun < LIMIT
        keys = [tuple(str(row.get(column.name)) for column in query.columns) for row in rows]
        assert len(set(keys)) == len(keys)


PARAMETERS = {
    f"{query.name}-{parameter.name}": (query, parameter)
    for query in TESTED.values()
    for parameter in query.parameters
}
TEXTS = {name: pair for name, pair in PARAMETERS.items() if pair[1].type == "string"}
WRONG: dict[str, list[Scalar]] = {
    "iri": ["no space allowed", "<x>"],
    "integer": ["many", "1.5", "", True],
    "decimal": ["many", ""],
    "boolean": ["yes", 1, ""],
    "date-time": ["2022-04-01", "yesterday"],
}


@pytest.mark.parametrize(("query", "parameter"), PARAMETERS.values(), ids=PARAMETERS)
def test_values_of_a_wrong_type_are_refused(query: StoredQuery, parameter: Parameter) -> None:
    for value in WRONG.get(parameter.type, []):
        with pytest.raises(ValueError, match=r".+"):
            query.bind(_needed(query) | {parameter.name: value})


@pytest.mark.parametrize(("query", "parameter"), TEXTS.values(), ids=TEXTS)
def test_a_text_never_becomes_syntax(
    query: StoredQuery, parameter: Parameter, store: Store
) -> None:
    for value in ('"', "\\", "' . } #", "?_x", "\n} UNION { ?s ?p ?o"):
        assert _ask(store, query, _needed(query) | {parameter.name: value}) == []


@pytest.mark.long
@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_another_engine_reads_it(query: StoredQuery) -> None:
    """A query can be pasted into any SPARQL 1.1 endpoint."""
    for case in TABLES[query.name]["cases"]:
        prepareQuery(_bound(query, case["parameters"]))


@pytest.mark.parametrize("query", TESTED.values(), ids=TESTED)
def test_an_unknown_parameter_is_refused(query: StoredQuery) -> None:
    with pytest.raises(KeyError, match="no-such"):
        query.bind({"no-such": "x"})


def _needed(query: StoredQuery) -> dict[str, Scalar]:
    """Return values for the parameters that have neither a default nor may be left out."""
    first = TABLES[query.name]["cases"][0]["parameters"]
    return {
        each.name: first[each.name]
        for each in query.parameters
        if each.default is None and not each.optional
    }
