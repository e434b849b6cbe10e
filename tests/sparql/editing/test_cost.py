"""What edits cost: by counted work, not by the clock."""

from collections.abc import Iterator
from typing import Any, cast

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.sparql.editing.states import BASE, anything, engine_of, filled

from medrd_kg.sparql.editing import evaluate_update, post_graph, put_graph
from medrd_kg.sparql.editing.data_blocks import condense
from medrd_kg.sparql.rdf_documents import RdfDocument
from medrd_kg.store.base import Dataset
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

P, G = NamedNode("urn:p"), NamedNode("urn:g")


class Counted:
    """An engine that counts what is asked of it, and what it yields."""

    def __init__(self, engine: ox.Store) -> None:
        """Stand in for ``engine``."""
        self._engine = engine
        self.work = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - stands in for the engine
        """Return a method of the engine that counts its calls."""
        found = getattr(self._engine, name)

        def counted(*args: object, **options: object) -> object:
            self.work += 1
            result = found(*args, **options)
            return (
                self._yielded(result) if name in {"quads_for_pattern", "named_graphs"} else result
            )

        return counted

    def __contains__(self, quad: Quad) -> bool:
        """Count and pass on a look-up."""
        self.work += 1
        return quad in self._engine

    def __len__(self) -> int:
        """Fail: this is linear in the store."""
        raise AssertionError("counting a store goes through all of it")

    def __iter__(self) -> Iterator[Quad]:
        """Fail: this is linear in the store."""
        raise AssertionError("this goes through the whole store")

    def _yielded(self, results: Iterator[object]) -> Iterator[object]:
        for result in results:
            self.work += 1
            yield result


def store_of(size: int, *, union: bool) -> EmbeddedStore:
    quads = [Quad(NamedNode(f"urn:s{n}"), P, Literal(n), G) for n in range(size)]
    return filled(
        [*quads, Quad(NamedNode("urn:s0"), P, Literal(0), NamedNode("urn:h"))], union=union
    )


def work_of(text: str, size: int, *, union: bool) -> tuple[int, Delta]:
    """Count the calls and results of an update and of repeating it."""
    store, copy = store_of(size, union=union), store_of(size, union=union)
    counters = []
    for each in (store, copy):
        counters.append(Counted(engine_of(each)))
        each._store = cast("ox.Store", counters[-1])
    delta = evaluate_update(
        store, text, using=Dataset(), base_iri=BASE, documents={}, writable=anything
    )
    copy.apply(Delta.decode(delta.encode()))
    return sum(each.work for each in counters), delta


@pytest.mark.parametrize("union", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <urn:g> { <urn:new> <urn:p> 1, 2 } }",
        "DELETE DATA { GRAPH <urn:g> { <urn:s0> <urn:p> 0 } }",
        "WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 'x' } WHERE { ?s ?p ?o FILTER(?o < 3) }",
        "DELETE WHERE { GRAPH ?g { <urn:s0> ?p ?o } }",
        "CREATE GRAPH <urn:n> ; CLEAR GRAPH <urn:h> ; DROP GRAPH <urn:n>",
        "MOVE <urn:h> TO <urn:n>",
        "COPY <urn:h> TO <urn:n> ; ADD <urn:h> TO <urn:g>",
    ],
)
def test_a_small_edit_costs_the_same_in_a_large_store(text: str, *, union: bool) -> None:
    small, delta = work_of(text, 10, union=union)
    large, same = work_of(text, 2_000, union=union)
    assert small == large < 100
    assert delta.size == same.size


@pytest.mark.parametrize("union", [False, True])
def test_many_statements_at_once(*, union: bool) -> None:
    number = 200_000
    lines = "".join(f"<urn:s{n // 5}> <urn:p{n % 5}> 'value {n}'@ja .\n" for n in range(number))
    store = EmbeddedStore(union_default_graph=union)
    copy = EmbeddedStore(union_default_graph=union)
    delta = evaluate_update(
        store,
        f"INSERT DATA {{ GRAPH <urn:g> {{ {lines} }} }}",
        using=Dataset(),
        base_iri=BASE,
        documents={},
        writable=anything,
    )
    assert delta.size == number
    assert len(delta.encode()) < len(delta.added) / 5
    copy.apply(Delta.decode(delta.encode()))
    assert set(engine_of(copy)) == set(engine_of(store))


@pytest.mark.parametrize("union", [False, True])
def test_a_large_document(*, union: bool) -> None:
    number = 20_000
    lines = "".join(f"<urn:s{n // 5}> <urn:p{n % 5}> 'value {n}'@ja .\n" for n in range(number))
    document = RdfDocument(lines.encode(), "text/turtle")
    store = EmbeddedStore(union_default_graph=union)
    first = put_graph(store, "urn:g", [document], base_iri=BASE, writable=anything)
    assert first.size == number
    assert put_graph(store, "urn:g", [document], base_iri=BASE, writable=anything).is_empty
    again = post_graph(store, "urn:h", [document], base_iri=BASE, writable=anything)
    assert again.size == number
    assert again.created == ("urn:h",)
    assert len(engine_of(store)) == (3 if union else 2) * number


def test_data_are_not_read_token_by_token() -> None:
    text = "INSERT DATA { " + '<urn:s> <urn:p> \'}\', """; {""" . # }\n' * 1000 + " } ; CLEAR ALL"
    found = condense(text)
    assert found.text == "INSERT DATA { } ; CLEAR ALL"
    assert found.offset(found.text.index("CLEAR")) == text.index("CLEAR")
