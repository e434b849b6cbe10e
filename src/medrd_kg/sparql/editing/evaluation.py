"""An update, carried out operation by operation; what comes of it is one delta."""

from collections.abc import Mapping
from dataclasses import dataclass

from medrd_kg.sparql.editing.graph_management import carry_over, clear_or_drop, create
from medrd_kg.sparql.editing.loading import Document, load
from medrd_kg.sparql.editing.modification import change_data, modify
from medrd_kg.sparql.editing.requests import Operation, read_request
from medrd_kg.sparql.editing.targets import Targets, Writable
from medrd_kg.store.base import Dataset
from medrd_kg.store.changes import Changes
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["evaluate_update"]


def evaluate_update(
    store: EmbeddedStore,
    text: str,
    *,
    using: Dataset,
    base_iri: str,
    documents: Mapping[str, Document],
    writable: Writable,
) -> Delta:
    """Carry out a SPARQL 1.1 Update and return what it changed.

    The store holds the new state afterwards. When an exception is raised, the store may hold a
    part of the changes: it must not be used further.

    Args:
        store: The data.
        text: The update; operations follow one another, each sees what those before it did.
        using: The dataset of ``using-graph-uri`` and ``using-named-graph-uri``.
        base_iri: Base of the relative IRIs in the text.
        documents: What LOAD reads, by the IRIs that `documents_to_load` gives. One that is
            missing could not be fetched.
        writable: Which graphs may change.

    Raises:
        Problem: ``malformed-query`` with line and column, ``malformed-request``,
            ``service-not-allowed``, ``read-only-graph``, ``graph-exists``, ``not-found``,
            ``remote-failure``, ``malformed-data`` or ``unsupported-media-type``.
    """
    changes = store.changes()
    edit = _Edit(store, changes, Targets(changes, writable), using, documents)
    for operation in read_request(text, base_iri):
        edit.carry_out(operation)
    return changes.delta()


@dataclass(frozen=True, slots=True)
class _Edit:
    """What all operations of a request share."""

    store: EmbeddedStore
    changes: Changes
    targets: Targets
    using: Dataset
    documents: Mapping[str, Document]

    def carry_out(self, operation: Operation) -> None:
        """Carry out one operation; those after it see what it did."""
        match operation.word:
            case "insert" | "delete" if operation.tokens[1].is_word("data"):
                change_data(operation, self.changes, self.targets)
            case "insert" | "delete" | "with":
                modify(operation, self.store, self.changes, self.targets, self.using)
            case "load":
                load(operation, self.changes, self.targets, self.documents)
            case "clear" | "drop":
                clear_or_drop(operation, self.changes, self.targets)
            case "create":
                create(operation, self.changes, self.targets)
            case _:
                carry_over(operation, self.changes, self.targets)
