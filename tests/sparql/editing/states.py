"""States of a store, as tests compare them."""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox
from pyoxigraph import Quad, RdfFormat

from medrd_kg.sparql.editing import Document, Writable, evaluate_update
from medrd_kg.store.base import Dataset
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

BASE = "http://example.org/"


def anything(_graph: str | None) -> bool:
    """Permit changes of every graph."""
    return True


def engine_of(store: EmbeddedStore) -> ox.Store:
    """Return the engine, whose statements include the merge."""
    assert store._store is not None
    return store._store


def filled(
    quads: Iterable[Quad], graphs: Iterable[str] = (), *, union: bool = False
) -> EmbeddedStore:
    """Return a store in memory with some statements and some graphs that may be empty."""
    store = EmbeddedStore(union_default_graph=union)
    store.insert(quads)
    for graph in graphs:
        engine_of(store).add_graph(ox.NamedNode(graph))
    return store


def copy_of(store: EmbeddedStore) -> EmbeddedStore:
    """Return a second store in the same state, blank nodes included."""
    copy = EmbeddedStore(union_default_graph=store.union_default_graph)
    engine_of(copy).extend(engine_of(store))
    for graph in engine_of(store).named_graphs():
        engine_of(copy).add_graph(graph)
    return copy


def state(engine: ox.Store) -> tuple[str, list[str]]:
    """Return the statements with canonical blank nodes, and the names of the graphs."""
    dataset = ox.Dataset(engine)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    lines = ox.serialize(dataset, format=RdfFormat.N_QUADS)
    assert lines is not None
    return "\n".join(sorted(lines.decode().split("\n"))), sorted(map(str, engine.named_graphs()))


def exact(engine: ox.Store) -> tuple[set[Quad], set[str]]:
    """Return the statements with their own blank nodes, and the names of the graphs."""
    return set(engine), set(map(str, engine.named_graphs()))


def updated(
    store: EmbeddedStore,
    text: str,
    *,
    using: Dataset | None = None,
    documents: Mapping[str, Document] | None = None,
    writable: Writable = anything,
    base_iri: str = BASE,
) -> Delta:
    """Update a store; check that the delta does the same to a copy, once and twice."""
    copy = copy_of(store)
    delta = evaluate_update(
        store,
        text,
        using=using or Dataset(),
        base_iri=base_iri,
        documents=documents or {},
        writable=writable,
    )
    assert repeated(copy, delta) == exact(engine_of(store))
    return delta


def repeated(copy: EmbeddedStore, delta: Delta) -> tuple[set[Quad], set[str]]:
    """Send a delta through bytes into a store, twice; return the state after the first time."""
    received = Delta.decode(delta.encode())
    assert received == delta
    copy.apply(received)
    once = exact(engine_of(copy))
    copy.apply(received)
    assert exact(engine_of(copy)) == once
    return once
