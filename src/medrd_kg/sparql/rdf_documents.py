"""RDF that a caller sends: which documents a request body holds, and in which formats.

Multipart bodies are cut here, in the process that may be killed: the module is not for the event
loop.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from medrd_kg.problems import Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks  # the module has it for checkers only

__all__ = ["MULTIPART", "RDF_TYPES", "RdfDocument", "read_documents"]

MULTIPART: Final = "multipart/form-data"

RDF_TYPES: Final = (
    "text/turtle",
    "application/n-triples",
    "application/rdf+xml",
    "application/ld+json",
    "text/n3",
    "application/trig",
    "application/n-quads",
)
"""Formats that are read, the preferred one first; what names graphs may name one only."""

_ALIASES: Final = {
    "application/x-turtle": "text/turtle",
    "text/plain": "application/n-triples",
    "application/xml": "application/rdf+xml",
    "text/xml": "application/rdf+xml",
    "application/json": "application/ld+json",
}
_SUFFIXES: Final = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
    ".jsonld": "application/ld+json",
    ".n3": "text/n3",
    ".trig": "application/trig",
    ".nq": "application/n-quads",
}
_UNTOLD: Final = frozenset({"", "application/octet-stream"})
"""What clients say of files whose format they do not know."""

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]+\Z")
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii"})
_MAX_PARTS: Final = 1000


@dataclass(frozen=True, slots=True)
class RdfDocument:
    """One document of a request.

    Attributes:
        content: Its bytes, in UTF-8.
        media_type: One of `RDF_TYPES`.
        name: Its file name, for messages.
    """

    content: bytes
    media_type: str
    name: str | None = None


def read_documents(
    content_type: str | None, body: bytes, *, name: str | None = None
) -> tuple[RdfDocument, ...]:
    """Return the documents of a request body.

    Args:
        content_type: The header. Where it says nothing, the suffix of ``name`` decides.
        body: The body.
        name: What the body is called, an address for instance.

    Raises:
        Problem: ``unsupported-media-type`` or ``malformed-request``.
    """
    media_type, parameters = _header(content_type or "")
    if media_type != MULTIPART:
        return (RdfDocument(body, _rdf_type(media_type, parameters, name, "the body")),)
    boundary = parameters.get("boundary", "")
    if not boundary:
        raise _malformed("the Content-Type names no boundary")
    return tuple(_document(part, number) for number, part in enumerate(_parts(boundary, body), 1))


@dataclass
class _Part:
    """One part of a multipart body."""

    headers: dict[str, bytes] = field(default_factory=dict)
    content: bytearray = field(default_factory=bytearray)


class _Collector:
    """Gathers what the multipart parser reports."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.complete = False
        self._name = bytearray()
        self._value = bytearray()

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._part,
            "on_header_field": lambda data, start, end: self._name.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._header,
            "on_part_data": lambda data, start, end: self.parts[-1].content.extend(data[start:end]),
            "on_end": self._end,
        }

    def _part(self) -> None:
        if len(self.parts) >= _MAX_PARTS:
            raise _malformed(f"the body has more than {_MAX_PARTS} parts")
        self.parts.append(_Part())

    def _header(self) -> None:
        name = self._name.decode("latin-1").lower()
        self.parts[-1].headers[name] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _end(self) -> None:
        self.complete = True


def _parts(boundary: str, body: bytes) -> Sequence[_Part]:
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks)
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise _malformed(str(error)) from error
    if not collector.complete:
        raise _malformed("its end is missing")
    if not collector.parts:
        raise _malformed("it has no parts")
    return collector.parts


def _document(part: _Part, number: int) -> RdfDocument:
    media_type, parameters = _header(part.headers.get("content-type", b"").decode("latin-1"))
    _, disposition = parse_options_header(part.headers.get("content-disposition", b""))
    given = disposition.get(b"filename") or disposition.get(b"name") or b""
    name = given.decode("utf-8", errors="replace") or None
    what = f"part {number}{f' ({name})' if name else ''}"
    return RdfDocument(bytes(part.content), _rdf_type(media_type, parameters, name, what), name)


def _rdf_type(media_type: str, parameters: dict[str, str], name: str | None, what: str) -> str:
    """Return the format of a document by its media type, or by its name where that tells none."""
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in _CHARSETS:
        raise _unsupported(f"{what} is in {charset}", "send UTF-8")
    if media_type in _UNTOLD:
        suffix = _SUFFIX.search(name or "")
        found = _SUFFIXES.get(suffix[0].lower()) if suffix else None
        if found is None:
            raise _unsupported(
                f"{what} has no Content-Type that tells its format",
                "send the header, for example Content-Type: text/turtle",
            )
        return found
    found = _ALIASES.get(media_type, media_type)
    if found not in RDF_TYPES:
        raise _unsupported(
            f"{what} is {media_type}, which is no format of RDF graphs",
            f"use {', '.join(RDF_TYPES)}",
        )
    return found


def _header(value: str) -> tuple[str, dict[str, str]]:
    """Return a media type in lower case and its parameters."""
    media_type, parameters = parse_options_header(value)
    decoded = {key.decode("latin-1"): text.decode("latin-1") for key, text in parameters.items()}
    return media_type.decode("latin-1").strip().lower(), decoded


def _unsupported(detail: str, hint: str) -> Problem:
    supported = [*RDF_TYPES, MULTIPART]
    return Problem(
        "unsupported-media-type",
        detail,
        hint,
        extra={"supported": supported},
        headers={"Accept-Post": ", ".join(supported)},
    )


def _malformed(detail: str) -> Problem:
    return Problem(
        "malformed-request",
        f"the multipart body cannot be read: {detail}",
        "send each RDF file as a part of its own, as curl -F file=@data.ttl does",
    )
