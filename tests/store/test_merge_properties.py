"""The default graph and every explicit dataset, held to plain Python sets."""

from collections.abc import Sequence
from typing import Literal as OneOf

from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, NamedNode, Quad, Triple

from medrd_kg.store.base import Dataset
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

Step = tuple[OneOf["insert", "remove"], list[Quad]]

names = st.sampled_from([NamedNode(f"urn:n:{letter}") for letter in "ab"])
graphs = st.sampled_from([NamedNode(f"urn:g:{number}") for number in range(3)])
quads = st.builds(Quad, names, names, names, graphs)
steps = st.lists(st.tuples(st.sampled_from(["insert", "remove"]), st.lists(quads, max_size=4)))
everything = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
rows = "SELECT * { ?s ?p ?o }"


def applied(changes: Sequence[Step]) -> tuple[EmbeddedStore, set[Quad]]:
    """A store after the steps, and the quads that it must hold."""
    store, expected = EmbeddedStore(), set[Quad]()
    for kind, changed in changes:
        if kind == "insert":
            store.insert(changed)
            expected |= set(changed)
        else:
            store.remove(changed)
            expected -= set(changed)
    return store, expected


def triples(statements: set[Quad]) -> set[Triple]:
    return {Triple(each.subject, each.predicate, each.object) for each in statements}


@given(changes=steps)
@settings(max_examples=150, deadline=None)
def test_the_default_graph_is_the_set_of_all_triples(changes: list[Step]) -> None:
    store, expected = applied(changes)
    assert set(store.query(everything).triples()) == triples(expected)
    assert len(list(store.query(rows).rows())) == len(triples(expected))
    assert set(store.quads()) == expected
    assert store.statistics().triples == len(triples(expected))


@given(
    changes=steps,
    default=st.lists(graphs, max_size=3),
    named=st.lists(graphs, max_size=2),
    in_text=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_an_explicit_dataset_is_exact(
    changes: list[Step], default: list[NamedNode], named: list[NamedNode], *, in_text: bool
) -> None:
    store, expected = applied(changes)
    dataset = Dataset(tuple(g.value for g in default), tuple(g.value for g in named))
    clauses = " ".join([f"FROM {g}" for g in default] + [f"FROM NAMED {g}" for g in named])
    from_text, from_request = (clauses, None) if in_text else ("", dataset)

    def solutions(pattern: str) -> list[dict[str, object]]:
        text = f"SELECT * {from_text} {{ {pattern} }}"
        return [dict(row) for row in store.query(text, dataset=from_request).rows()]

    seen = expected if dataset.is_empty else {q for q in expected if q.graph_name in default}
    inside = expected if dataset.is_empty else {q for q in expected if q.graph_name in named}
    found = solutions("?s ?p ?o")
    assert len(found) == len(triples(seen))
    assert {(row["s"], row["p"], row["o"]) for row in found} == {
        (each.subject, each.predicate, each.object) for each in seen
    }
    found = solutions("GRAPH ?g { ?s ?p ?o }")
    assert len(found) == len(inside)
    assert {(row["s"], row["p"], row["o"], row["g"]) for row in found} == {
        (each.subject, each.predicate, each.object, each.graph_name) for each in inside
    }


@given(loaded=st.lists(quads), changes=steps)
@settings(max_examples=50, deadline=None)
def test_bulk_insertion_gives_the_same_store(loaded: list[Quad], changes: list[Step]) -> None:
    bulk = EmbeddedStore()
    bulk.bulk_insert(loaded)
    single, expected = applied([("insert", loaded), *changes])
    for kind, changed in changes:
        getattr(bulk, kind)(changed)
    assert set(bulk.quads()) == set(single.quads()) == expected
    assert bulk.statistics() == single.statistics()


def test_nothing_else_lies_in_the_default_graph() -> None:
    store = EmbeddedStore(union_default_graph=False)
    store.insert([Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), DefaultGraph())])
    assert list(store.quads()) == []
    assert store.statistics().triples == 1


@given(loaded=st.lists(quads), deltas=st.lists(st.tuples(st.sets(quads), st.sets(quads))))
@settings(max_examples=100, deadline=None)
def test_the_merge_apart_follows_every_edit(
    loaded: list[Quad], deltas: list[tuple[set[Quad], set[Quad]]]
) -> None:
    store = EmbeddedStore(merge_apart=True)
    store.bulk_insert(loaded)
    expected = set(loaded)
    for removed, added in deltas:
        gone, new = (removed - added) & expected, added - expected
        store.apply(Delta.of(removed=gone, added=new))
        expected = (expected - gone) | new
        assert set(store.query(everything).triples()) == triples(expected)
        # This text names a graph, so that the whole store answers.
        whole = list(store.query("SELECT * { ?s ?p ?o } # graph").rows())
        assert len(whole) == len(list(store.query(rows).rows())) == len(triples(expected))


def test_most_queries_are_answered_by_the_merge_apart() -> None:
    store = EmbeddedStore(merge_apart=True)
    stated = Quad(
        NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), NamedNode("urn:graph")
    )
    store.bulk_insert([stated])
    apart = store.merge_apart
    assert apart is not None
    apart.engine.clear()
    assert list(store.query(rows).rows()) == []
    assert len(list(store.query("SELECT * { GRAPH ?g { ?s ?p ?o } }").rows())) == 1
    assert len(list(store.query("SELECT * FROM <urn:graph> { ?s ?p ?o }").rows())) == 1
    store.insert([stated])
    assert store.merge_apart is None
    assert len(list(store.query(rows).rows())) == 1
