"""RDF documents of callers, parsed into statements of one graph."""

import re
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.document_limits import refuse_hazards
from medrd_kg.store.changes import Changes, Statements, graph_term

__all__ = ["FORMATS", "add_document", "malformed", "read_graph"]

FORMATS: Final = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/ld+json": RdfFormat.JSON_LD,
    "text/n3": RdfFormat.N3,
    "application/trig": RdfFormat.TRIG,
    "application/n-quads": RdfFormat.N_QUADS,
}
"""Formats that are read, by media type."""

_DEFAULT: Final = DefaultGraph()
_LONGEST_PROBED: Final = 1_000_000
"""Longest document, in bytes, that is parsed again and again to find its fault."""

_PREAMBLE: Final = re.compile(
    r"Parser error (?:at|between) line \d+ (?:between columns \d+ and \d+"
    r"|column \d+(?: and line \d+ column \d+)?): "
)
_ADVICE: Final = {
    "LoadDocumentCallback": "write the terms of the context into the document itself",
    "UTF-8": "save the document as UTF-8",
    "utf-8": "save the document as UTF-8",
    "No scheme found": "write the IRI in full, or declare a base",
    "prefix": "declare the prefix before its first use",
    "Unexpected end": "the document is cut short: a string, bracket or full stop is missing",
    "double quotes": 'write <!ENTITY name "value"> with double quotes',
}
"""What to do, by a word of the engine's message."""

_TOLD: Final = {
    "LoadDocumentCallback": "the context is another document, and none is fetched",
}
"""What is wrong, where the engine's message speaks of the engine."""

_REMOTE: Final = re.compile(rb'"@(?:context|import)"\s*+:\s*+(?:\[\s*+)?(?=")')
"""What stands before the address of a remote context in JSON-LD."""

_SHOWN: Final = 400
"""Most characters that are shown of the engine's message, which may quote the document."""

_GENERAL: Final = {
    "text/turtle": "see https://www.w3.org/TR/turtle/#sec-grammar",
    "application/trig": "see https://www.w3.org/TR/trig/#sec-grammar",
    "application/n-triples": "see https://www.w3.org/TR/n-triples/#n-triples-grammar",
    "application/n-quads": "see https://www.w3.org/TR/n-quads/#sec-grammar",
    "application/rdf+xml": "see https://www.w3.org/TR/rdf-syntax-grammar/",
    "application/ld+json": "see https://www.w3.org/TR/json-ld11/#json-ld-grammar",
}


def add_document(
    changes: Changes,
    graph: str | None,
    content: bytes,
    media_type: str,
    *,
    base_iri: str,
    name: str | None = None,
) -> None:
    """Parse a document and add its statements to a graph, which comes into being.

    Arguments and faults are those of `read_graph`; after a fault nothing has changed.
    """
    rdf_format = _format(media_type, name)
    if rdf_format.supports_datasets or changes.holds_any(graph):
        found = read_graph(content, media_type, graph, base_iri=base_iri, name=name)
        changes.add(Statements.of(found))
    else:
        refuse_hazards(content, rdf_format)
        load = _Loader(content, media_type, graph_term(graph), base_iri, name)
        changes.fill(graph, load)
    if graph is not None:
        changes.create(graph)


def read_graph(
    content: bytes,
    media_type: str,
    graph: str | None,
    *,
    base_iri: str,
    name: str | None = None,
) -> ox.Store:
    """Parse a document into a store that holds its statements in one graph.

    The engine gives every blank node a new label.

    Args:
        content: The document in UTF-8.
        media_type: A key of `FORMATS`.
        graph: The graph that receives the statements; None is the default graph.
        base_iri: Base of the document's relative IRIs.
        name: What the document is called, for messages.

    Raises:
        Problem: ``malformed-data`` with line and column, or ``unsupported-media-type``.
    """
    rdf_format = _format(media_type, name)
    refuse_hazards(content, rdf_format)
    store = ox.Store()
    place = None if rdf_format.supports_datasets else graph_term(graph)
    _Loader(content, media_type, place, base_iri, name)(store)
    return _in_one_graph(store, graph) if place is None else store


def _format(media_type: str, name: str | None) -> RdfFormat:
    found = FORMATS.get(media_type)
    if found is None:
        raise Problem(
            "unsupported-media-type",
            f"{name or 'the document'} is {media_type}, which is no format of RDF",
            f"use {', '.join(FORMATS)}",
            extra={"supported": list(FORMATS)},
        )
    return found


@dataclass(frozen=True, slots=True)
class _Loader:
    """Loads a document into a store, all of it or nothing."""

    content: bytes
    media_type: str
    place: NamedNode | DefaultGraph | None
    base_iri: str
    name: str | None

    def __call__(self, store: ox.Store) -> None:
        rdf_format = FORMATS[self.media_type]
        try:
            store.load(self.content, format=rdf_format, base_iri=self.base_iri, to_graph=self.place)
        except SyntaxError as error:
            raise malformed(
                self.content, self.media_type, self.base_iri, error, self.name
            ) from None


def _in_one_graph(store: ox.Store, graph: str | None) -> ox.Store:
    """Return the statements of a dataset that is one graph: unnamed, or named as the target.

    Raises:
        Problem: ``malformed-data`` when it names another graph.
    """
    place = graph_term(graph)
    for found in store.named_graphs():
        if found != place:
            raise Problem(
                "malformed-data",
                f"the document has statements in the graph {found}, and what is written is"
                f" {'the default graph' if graph is None else place}",
                "send each graph by itself, or all of them by INSERT DATA { GRAPH … }",
                extra={"graph": found.value},
            )
    if place == _DEFAULT or not next(store.quads_for_pattern(None, None, None, _DEFAULT), None):
        return store
    moved = ox.Store()
    moved.bulk_extend(Quad(q.subject, q.predicate, q.object, place) for q in store)
    return moved


def malformed(
    content: bytes, media_type: str, base_iri: str | None, error: SyntaxError, name: str | None
) -> Problem:
    """Return the fault of a document that does not parse, with its place and what to do.

    Args:
        content: The document; empty where it was streamed and the parser knows the place.
        media_type: A key of `FORMATS`.
        base_iri: Base of its relative IRIs.
        error: What the engine said.
        name: What the document is called.
    """
    message = _PREAMBLE.sub("", error.msg or str(error))
    detail = next((told for word, told in _TOLD.items() if word in message), message[:_SHOWN])
    extra: dict[str, object] = {} if name is None else {"document": name}
    line, column = error.lineno, error.offset
    remote = _REMOTE.search(content) if "LoadDocumentCallback" in message else None
    if remote is not None:
        line, column = _position(content, remote.end())
    elif line is None and len(content) <= _LONGEST_PROBED:
        line, column = _place(content, FORMATS[media_type], base_iri, message)
    if line is not None:
        extra |= {"line": line, "column": column}
    hint = next((advice for word, advice in _ADVICE.items() if word in message), None)
    return Problem(
        "malformed-data",
        f"{f'{name}: ' if name else ''}{detail}",
        hint or _GENERAL.get(media_type, "check the document with a parser of its format"),
        extra=extra,
    )


def _place(
    content: bytes, rdf_format: RdfFormat, base_iri: str | None, message: str
) -> tuple[int, int] | tuple[None, None]:
    """Find line and column of a fault that the parser tells without them.

    The shortest beginning of the document that has the same fault ends at it: bisection.
    """
    low, high = 0, len(content)
    while low < high:
        middle = (low + high) // 2
        if _fault(content[:middle], rdf_format, base_iri) == message:
            high = middle
        else:
            low = middle + 1
    if _fault(content[:low], rdf_format, base_iri) != message:
        return None, None
    return _position(content, max(low - 1, 0))


def _position(content: bytes, offset: int) -> tuple[int, int]:
    start = content.rfind(b"\n", 0, offset) + 1
    column = len(content[start:offset].decode("utf-8", "replace")) + 1
    return content.count(b"\n", 0, offset) + 1, column


def _fault(content: bytes, rdf_format: RdfFormat, base_iri: str | None) -> str | None:
    try:
        ox.Store().load(content, format=rdf_format, base_iri=base_iri)
    except SyntaxError as error:
        return _PREAMBLE.sub("", error.msg or str(error))
    return None
