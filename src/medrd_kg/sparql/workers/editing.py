"""Carrying out one edit inside a worker, and telling what changed."""

from collections.abc import Callable
from typing import Final, assert_never

from medrd_kg.sparql.editing import delete_graph, evaluate_update, post_graph, put_graph
from medrd_kg.sparql.rdf_documents import read_documents
from medrd_kg.sparql.workers.frames import headed, split_head
from medrd_kg.sparql.writing import GraphDeletion, GraphWriting, Update, from_message
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

__all__ = ["edit", "writable_graphs"]

_EDITS: Final = graph_iri("edits/")
_OURS: Final = graph_iri("")


def edit(store: EmbeddedStore, payload: bytes, protected: frozenset[str] | None) -> bytes:
    """Carry out the edit of a frame; the store holds the new state afterwards.

    Raises:
        Problem: It is refused; the state of the store is unknown then.
    """
    request = from_message(*split_head(payload))
    writable = writable_graphs(protected, union_default_graph=store.union_default_graph)
    match request:
        case Update():
            delta = evaluate_update(
                store,
                request.text,
                using=request.using,
                base_iri=request.base_iri,
                documents={},
                writable=writable,
            )
        case GraphWriting():
            delta = (put_graph if request.replaces else post_graph)(
                store,
                request.graph,
                read_documents(request.content_type, request.body, name=request.graph),
                base_iri=request.base_iri,
                writable=writable,
            )
        case GraphDeletion():
            delta = delete_graph(store, request.graph, writable=writable)
        case _:
            assert_never(request)
    return headed(_outcome(delta), b"" if delta.is_empty else delta.encode())


def _outcome(delta: Delta) -> dict[str, object]:
    return {
        "created": bool(delta.created),
        "added": delta.added.count(b"\n"),
        "removed": delta.removed.count(b"\n"),
    }


def writable_graphs(
    protected: frozenset[str] | None, *, union_default_graph: bool
) -> Callable[[str | None], bool]:
    """Return what tells whether a graph may be edited; None is the default graph.

    Edits have names of their own below ``graph/edits/``; a user may create others outside of this
    project's names. Sources, ontology and inferred statements change by a build alone.
    """

    def is_writable(graph: str | None) -> bool:
        if graph is None:
            return protected is None and not union_default_graph
        if protected is None or graph.startswith(_EDITS):
            return True
        return graph not in protected and not graph.startswith(_OURS)

    return is_writable
