"""Whole graphs, replaced, extended and deleted (SPARQL 1.1 Graph Store HTTP Protocol, section 5).

On return the store holds the new state. When an exception is raised, it may hold a part of the
changes and must not be used further.
"""

from collections.abc import Sequence

import pyoxigraph as ox

from medrd_kg.sparql.editing.documents import add_document, read_graph
from medrd_kg.sparql.editing.graph_management import missing_graph
from medrd_kg.sparql.editing.targets import Targets, Writable
from medrd_kg.sparql.rdf_documents import RdfDocument
from medrd_kg.store.changes import Changes, Statements
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["delete_graph", "post_graph", "put_graph"]


def put_graph(
    store: EmbeddedStore,
    graph: str | None,
    documents: Sequence[RdfDocument],
    *,
    base_iri: str,
    writable: Writable,
) -> Delta:
    """Replace the content of a graph; it exists afterwards, even when there is no content.

    Args:
        store: The data.
        graph: IRI of the graph; None is the default graph.
        documents: The new content; the blank nodes of each are its own.
        base_iri: Base of relative IRIs in the documents.
        writable: Which graphs may change.

    Returns:
        What changed; ``created`` names the graph if it did not exist.

    Raises:
        Problem: ``read-only-graph``, ``malformed-data`` or ``unsupported-media-type``.
    """
    changes = _permitted(store, graph, writable)
    if not changes.holds_any(graph):
        return _merged(changes, graph, documents, base_iri)
    contents = [_read(document, graph, base_iri) for document in documents]
    stale = (q for q in changes.statements(graph) if not any(q in each for each in contents))
    changes.remove(list(stale))
    for content in contents:
        changes.add(Statements.of(content))
    return changes.delta()


def post_graph(
    store: EmbeddedStore,
    graph: str | None,
    documents: Sequence[RdfDocument],
    *,
    base_iri: str,
    writable: Writable,
) -> Delta:
    """Merge documents into a graph, which comes into being if need be.

    Arguments, result and faults are those of `put_graph`.
    """
    return _merged(_permitted(store, graph, writable), graph, documents, base_iri)


def delete_graph(store: EmbeddedStore, graph: str | None, *, writable: Writable) -> Delta:
    """Delete a graph, or the content of the default graph, which always exists.

    Args:
        store: The data.
        graph: IRI of the graph; None is the default graph.
        writable: Which graphs may change.

    Raises:
        Problem: ``not-found`` or ``read-only-graph``.
    """
    changes = store.changes()
    if not changes.exists(graph):
        raise missing_graph(graph)
    Targets(changes, writable).require(graph)
    if graph is None:
        changes.clear([None])
    else:
        changes.drop([graph])
    return changes.delta()


def _permitted(store: EmbeddedStore, graph: str | None, writable: Writable) -> Changes:
    changes = store.changes()
    Targets(changes, writable).require(graph)
    return changes


def _read(document: RdfDocument, graph: str | None, base_iri: str) -> ox.Store:
    return read_graph(
        document.content, document.media_type, graph, base_iri=base_iri, name=document.name
    )


def _merged(
    changes: Changes, graph: str | None, documents: Sequence[RdfDocument], base_iri: str
) -> Delta:
    if graph is not None:
        changes.create(graph)
    for document in documents:
        add_document(
            changes,
            graph,
            document.content,
            document.media_type,
            base_iri=base_iri,
            name=document.name,
        )
    return changes.delta()
