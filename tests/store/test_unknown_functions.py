"""Functions that the engine does not know."""

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from medrd_kg.store.base import QueryFault, Row
from medrd_kg.store.embedded import EmbeddedStore

S, P = NamedNode("urn:s"), NamedNode("urn:p")
NAMES = "PREFIX f: <http://example.org/function#> "


@pytest.fixture
def store() -> EmbeddedStore:
    found = EmbeddedStore(union_default_graph=False)
    found.insert([Quad(S, P, Literal("1"), NamedNode("urn:g"))])
    return found


def rows(store: EmbeddedStore, text: str) -> list[Row]:
    return list(store.query(NAMES + text).rows())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (f:x(1) AS ?y) {}",
        "SELECT (f:x() AS ?y) {}",
        "SELECT * { GRAPH ?g { ?s ?p ?o FILTER(f:x(?o)) } }",
        "SELECT * FROM NAMED <urn:g> { GRAPH ?g { ?s ?p ?o FILTER(f:x(f:y(?o))) } }",
        "SELECT * FROM <urn:g> FROM <urn:h> { ?s ?p ?o FILTER(f:x(?o)) }",
        "SELECT * FROM <urn:g> { ?s ?p ?o FILTER(f:x(?o)) }",
    ],
)
def test_a_call_is_a_fault(store: EmbeddedStore, text: str) -> None:
    with pytest.raises(QueryFault, match=r"function#[xy]> is not supported"):
        rows(store, text)


def test_a_call_in_other_forms_is_a_fault(store: EmbeddedStore) -> None:
    for text in (
        "ASK { FILTER(f:x(1)) }",
        "CONSTRUCT { <urn:a> <urn:b> ?y } { BIND(f:x(1) AS ?y) }",
    ):
        with pytest.raises(QueryFault, match="is not supported"):
            store.query(NAMES + text)


def test_a_name_alone_is_legal(store: EmbeddedStore) -> None:
    assert rows(store, "SELECT (f:x(?a + ?b) AS ?y) ?z {}") == [{}]
    assert rows(store, "SELECT ?s { ?s ?p ?o FILTER(f:x(?o) || f:y(?s)) }") == []
    found = rows(store, "SELECT (IF(true, 1, f:x(1)) AS ?y) (f:z(?none) AS ?w) {}")
    assert [row["y"] for row in found] == [Literal(1)]
    assert store.query(f"{NAMES} ASK {{ FILTER(true || f:x(1)) }}").boolean()


def test_the_casts_are_a_closed_list(store: EmbeddedStore) -> None:
    with pytest.raises(QueryFault, match="XMLSchema#int> is not supported"):
        rows(store, "SELECT (<http://www.w3.org/2001/XMLSchema#int>(?none) AS ?y) {}")
