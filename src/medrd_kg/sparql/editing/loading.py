"""LOAD (SPARQL 1.1 Update, section 3.1.4): documents come from outside, fetched beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import urlsplit

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.documents import add_document
from medrd_kg.sparql.editing.requests import Operation, read_request, resolved
from medrd_kg.sparql.editing.targets import Targets
from medrd_kg.sparql.rdf_documents import read_documents
from medrd_kg.store.changes import Changes

__all__ = ["Document", "Load", "documents_to_load", "load"]

_UNTOLD: Final = frozenset({"text/plain", "application/xml", "text/xml", "application/json"})
"""Media types that servers give to files whose suffix says more."""

_DATASETS: Final = {
    "application/trig": "application/trig",
    "application/n-quads": "application/n-quads",
    ".trig": "application/trig",
    ".nq": "application/n-quads",
}


class Document(Protocol):
    """What another server answered; the gateway's documents are such."""

    @property
    def iri(self) -> str:
        """Where it comes from: the base of its relative IRIs."""

    @property
    def media_type(self) -> str:
        """Its media type in lower case, without parameters; empty when unknown."""

    @property
    def content(self) -> bytes:
        """Its bytes, decompressed."""


@dataclass(frozen=True, slots=True)
class Load:
    """One LOAD of a request.

    Attributes:
        source: The absolute IRI of the document.
        graph: The graph that receives it; None is the default graph.
        silent: Whether the request goes on when the document cannot be had.
    """

    source: str
    graph: str | None
    silent: bool


def documents_to_load(text: str, base_iri: str) -> tuple[Load, ...]:
    """Return what an update loads, in order; nothing is fetched here.

    Args:
        text: The update.
        base_iri: Base of its relative IRIs.

    Raises:
        Problem: ``malformed-query`` with line and column, or ``service-not-allowed``.
    """
    if "load" not in text.casefold():
        return ()
    return tuple(_load(each) for each in read_request(text, base_iri) if each.word == "load")


def _load(operation: Operation) -> Load:
    names = [token.text for token in operation.tokens[1 + operation.is_silent :]]
    iris = resolved(operation, [names[0], *names[3:]])
    return Load(iris[0], iris[1] if len(iris) > 1 else None, operation.is_silent)


def load(
    operation: Operation, changes: Changes, targets: Targets, documents: Mapping[str, Document]
) -> None:
    """Carry out LOAD.

    Args:
        operation: The operation.
        changes: Receives the statements.
        targets: Which graphs may change.
        documents: What was fetched, by the IRIs that `documents_to_load` gave.

    Raises:
        Problem: ``remote-failure``, ``malformed-data``, ``unsupported-media-type`` or
            ``read-only-graph``.
    """
    wanted = _load(operation)
    targets.require(wanted.graph)
    try:
        _add(documents.get(wanted.source), wanted, changes)
    except Problem:
        if wanted.silent:
            return
        raise


def _add(document: Document | None, wanted: Load, changes: Changes) -> None:
    if document is None:
        raise Problem(
            "remote-failure",
            f"the document <{wanted.source}> could not be fetched",
            "check its address, or write LOAD SILENT where it does not matter",
            extra={"document": wanted.source},
        )
    add_document(
        changes,
        wanted.graph,
        document.content,
        _format(document),
        base_iri=document.iri,
        name=wanted.source,
    )


def _format(document: Document) -> str:
    """Return the media type that a document is parsed as.

    Raises:
        Problem: ``unsupported-media-type``.
    """
    path = urlsplit(document.iri).path
    suffix = f".{path.rpartition('.')[2].lower()}"
    dataset = _DATASETS.get(document.media_type)
    if dataset is None and document.media_type in {"", "application/octet-stream", "text/plain"}:
        dataset = _DATASETS.get(suffix)
    if dataset is not None:
        return dataset
    if document.media_type in _UNTOLD:
        try:
            return read_documents(None, b"", name=path)[0].media_type
        except Problem:  # the suffix says nothing, so the header must
            pass
    return read_documents(document.media_type, b"", name=path)[0].media_type
