"""Answers of the embedded engine: rows, and bytes in every media type that it writes."""

import io
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final, Protocol, cast

import pyoxigraph as ox
from pyoxigraph import Triple

from medrd_kg.store.base import QueryForm, Row

__all__ = [
    "GRAPH_FORMATS",
    "SOLUTION_FORMATS",
    "EmbeddedResult",
    "serialise_triples",
    "write_triples",
]

Answer = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples

SOLUTION_FORMATS: Final[Mapping[str, ox.QueryResultsFormat]] = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
"""Media types of SELECT and ASK answers."""

GRAPH_FORMATS: Final[Mapping[str, ox.RdfFormat]] = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "text/n3": ox.RdfFormat.N3,
}
"""Media types of CONSTRUCT and DESCRIBE answers."""

_PREFIXED_FORMATS: Final = frozenset(
    {ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML, ox.RdfFormat.TRIG, ox.RdfFormat.N3}
)
_XML_NAME_AT_END: Final = re.compile(r"[^\W\d][\w.\-]*\Z")


class Output(Protocol):
    """What an answer is written to."""

    def write(self, data: bytes, /) -> int:
        """Take some bytes."""

    def flush(self) -> None:
        """Pass on what was taken."""


class EmbeddedResult:
    """The answer to one query; it can be read once, in the thread that asked.

    The engine's iterators belong to their thread and abort the process when another one touches
    them, so every method checks first.
    """

    def __init__(self, answer: Answer) -> None:
        """Keep the answer, which itself keeps its store alive."""
        self._answer = answer
        self._thread = threading.get_ident()

    @property
    def form(self) -> str:
        """One of the constants of `QueryForm`."""
        match self._answer:
            case ox.QuerySolutions():
                return QueryForm.SELECT
            case ox.QueryBoolean():
                return QueryForm.ASK
            case _:
                return QueryForm.GRAPH

    @property
    def variables(self) -> Sequence[str]:
        """Names of the projected variables in order; empty unless SELECT."""
        self._check_thread()
        if isinstance(self._answer, ox.QuerySolutions):
            return [variable.value for variable in self._answer.variables]
        return []

    def rows(self) -> Iterator[Row]:
        """Yield the solutions of a SELECT.

        Raises:
            TypeError: The query was no SELECT.
            RuntimeError: Another thread asked the query.
        """
        if not isinstance(self._answer, ox.QuerySolutions):
            raise TypeError(f"a {self.form} answer has no rows")
        names = self.variables
        for solution in self._answer:
            yield {
                name: term for name, term in zip(names, solution, strict=True) if term is not None
            }

    def boolean(self) -> bool:
        """Return the answer of an ASK.

        Raises:
            TypeError: The query was no ASK.
        """
        if not isinstance(self._answer, ox.QueryBoolean):
            raise TypeError(f"a {self.form} answer is no boolean")
        return bool(self._answer)

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE, each once.

        Raises:
            TypeError: The query was neither.
            RuntimeError: Another thread asked the query.
        """
        if not isinstance(self._answer, ox.QueryTriples):
            raise TypeError(f"a {self.form} answer has no triples")
        self._check_thread()
        yield from self._answer

    def serialise(self, media_type: str, prefixes: Mapping[str, str] | None = None) -> bytes:
        """Return the whole answer in ``media_type``.

        Args:
            media_type: A key of `SOLUTION_FORMATS` or `GRAPH_FORMATS`, by the query's form.
            prefixes: Prefix to namespace, for the formats that abbreviate.

        Raises:
            ValueError: The media type does not fit the form of the answer, or the answer cannot
                be said in it (RDF/XML with a predicate that ends in no XML name).
            RuntimeError: Another thread asked the query.
        """
        self._check_thread()
        if isinstance(self._answer, ox.QueryTriples):
            return serialise_triples(self._answer, media_type, prefixes)
        chosen = SOLUTION_FORMATS.get(media_type)
        if chosen is None:
            raise ValueError(f"{media_type} is no format of {self.form} answers")
        written = self._answer.serialize(format=chosen)
        if written is None:  # only when an output file is given
            raise AssertionError("the engine returned no bytes")
        return written

    def write(
        self, output: Output, media_type: str, prefixes: Mapping[str, str] | None = None
    ) -> None:
        """Write the answer in ``media_type``, piece by piece as it is found.

        Args:
            output: Receives the bytes; what its ``write`` raises ends the evaluation.
            media_type: A key of `SOLUTION_FORMATS` or `GRAPH_FORMATS`, by the query's form.
            prefixes: Prefix to namespace, for the formats that abbreviate.

        Raises:
            ValueError: As with `serialise`; something may have been written by then.
            RuntimeError: Another thread asked the query.
        """
        self._check_thread()
        if isinstance(self._answer, ox.QueryTriples):
            write_triples(self._answer, output, media_type, prefixes)
            return
        chosen = SOLUTION_FORMATS.get(media_type)
        if chosen is None:
            raise ValueError(f"{media_type} is no format of {self.form} answers")
        self._answer.serialize(_file(output), format=chosen)

    def has_more_rows_than(self, limit: int) -> bool:
        """Whether a SELECT has more than ``limit`` solutions; its answer is used up thereby."""
        self._check_thread()
        if not isinstance(self._answer, ox.QuerySolutions):
            return False
        return any(number > limit for number, _ in enumerate(self._answer, start=1))

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise RuntimeError("a query's answer must be read in the thread that asked it")


def serialise_triples(
    triples: Iterator[Triple], media_type: str, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Write triples in a media type of `GRAPH_FORMATS`.

    Raises:
        ValueError: The media type is unknown, or cannot express one of the triples.
    """
    output = io.BytesIO()
    write_triples(triples, output, media_type, prefixes)
    return output.getvalue()


def write_triples(
    triples: Iterator[Triple],
    output: Output,
    media_type: str,
    prefixes: Mapping[str, str] | None = None,
) -> None:
    """Write triples in a media type of `GRAPH_FORMATS`, piece by piece.

    Raises:
        ValueError: The media type is unknown, or cannot express one of the triples.
    """
    chosen = GRAPH_FORMATS.get(media_type)
    if chosen is None:
        raise ValueError(f"{media_type} is no format of graphs")
    if chosen == ox.RdfFormat.RDF_XML:
        triples = _with_xml_names(triples)
    file = _file(output)
    if prefixes and chosen in _PREFIXED_FORMATS:
        ox.serialize(triples, file, format=chosen, prefixes=dict(prefixes))
    elif isinstance(triples, ox.QueryTriples):
        triples.serialize(file, format=chosen)  # never through Python objects
    else:
        ox.serialize(triples, file, format=chosen)


def _file(output: Output) -> BinaryIO:
    """Return the output as what the engine's signature asks for; it only writes and flushes."""
    return cast("BinaryIO", output)


def _with_xml_names(triples: Iterator[Triple]) -> Iterator[Triple]:
    """Pass triples on, unless a predicate cannot be an XML element name.

    The engine would write ``<prefix: …>``, which no XML parser accepts.
    """
    fit: set[str] = set()
    for triple in triples:
        predicate = triple.predicate.value
        if predicate not in fit:
            if not _XML_NAME_AT_END.search(predicate):
                raise ValueError(f"RDF/XML cannot express the predicate <{predicate}>")
            fit.add(predicate)
        yield triple
