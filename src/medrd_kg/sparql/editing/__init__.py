"""Edits: SPARQL Update and whole graphs, evaluated once into an explicit delta.

The engine parses, evaluates patterns and keeps the statements; what an operation means for the
statements is decided here, so that every copy of the data and the journal receive the same.
"""

from medrd_kg.sparql.editing.evaluation import evaluate_update
from medrd_kg.sparql.editing.graph_store import delete_graph, post_graph, put_graph
from medrd_kg.sparql.editing.loading import Document, Load, documents_to_load
from medrd_kg.sparql.editing.targets import Writable

__all__ = [
    "Document",
    "Load",
    "Writable",
    "delete_graph",
    "documents_to_load",
    "evaluate_update",
    "post_graph",
    "put_graph",
]
