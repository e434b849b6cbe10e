"""Statements of an RDF file: format and compression by suffix, with limits."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph as ox
import zstandard
from pyoxigraph import Quad, RdfFormat

from medrd_kg.problems import Problem
from medrd_kg.sources.rdf_files.formats import RdfFormatName

__all__ = ["FORMATS", "Advance", "Guard", "RdfFile", "Told", "described", "read_statements"]

FORMATS: Final = {
    RdfFormatName.TURTLE: RdfFormat.TURTLE,
    RdfFormatName.TRIG: RdfFormat.TRIG,
    RdfFormatName.N_TRIPLES: RdfFormat.N_TRIPLES,
    RdfFormatName.N_QUADS: RdfFormat.N_QUADS,
    RdfFormatName.RDF_XML: RdfFormat.RDF_XML,
    RdfFormatName.JSON_LD: RdfFormat.JSON_LD,
    RdfFormatName.N3: RdfFormat.N3,
}
"""What the engine calls each format."""

_SUFFIXES: Final = {
    ".ttl": RdfFormatName.TURTLE,
    ".turtle": RdfFormatName.TURTLE,
    ".trig": RdfFormatName.TRIG,
    ".nt": RdfFormatName.N_TRIPLES,
    ".nq": RdfFormatName.N_QUADS,
    ".rdf": RdfFormatName.RDF_XML,
    ".owl": RdfFormatName.RDF_XML,
    ".xml": RdfFormatName.RDF_XML,
    ".jsonld": RdfFormatName.JSON_LD,
    ".json": RdfFormatName.JSON_LD,
    ".n3": RdfFormatName.N3,
}
_COMPRESSIONS: Final = frozenset({".gz", ".zst"})
_LINES: Final = frozenset({RdfFormat.N_TRIPLES, RdfFormat.N_QUADS})
"""Formats that are read line by line; all others are held in memory."""

_MAX_DOCUMENT: Final = 1_000_000_000
"""Most bytes of a document that is held in memory."""

Guard = Callable[[bytes, RdfFormat], None]
"""Refuses documents that would exhaust the process that parses them."""

Advance = Callable[[int], None]
"""Is told how many bytes of the file have been read since."""

Told = Callable[[bytes, RdfFormat, SyntaxError], Problem]
"""Makes a fault with its place out of what the parser said of a document."""


@dataclass(frozen=True, slots=True)
class RdfFile:
    """An RDF file.

    Attributes:
        path: Where it lies.
        name: Its name without folder, format and compression.
        format: Its format.
        compression: Suffix of its compression; empty for none.
    """

    path: Path
    name: str
    format: RdfFormat
    compression: str


def described(path: Path, format_name: RdfFormatName | None = None) -> RdfFile:
    """Tell the format of a file by its suffixes.

    Args:
        path: The file.
        format_name: Its format, where the suffix does not tell.

    Raises:
        Problem: ``invalid-data``: it is no file, or of an unknown format.
    """
    if not path.is_file():
        raise Problem("invalid-data", f"{path} is no file")
    bare, compression = path, ""
    if path.suffix.lower() in _COMPRESSIONS:
        bare, compression = path.with_suffix(""), path.suffix.lower()
    known = _SUFFIXES.get(bare.suffix.lower())
    chosen = format_name or known
    if chosen is None:
        raise Problem(
            "invalid-data", f"{path}: the suffix names no RDF format", "tell its --format"
        )
    name = bare.stem if known is not None else bare.name
    return RdfFile(path, name, FORMATS[chosen], compression)


def read_statements(
    file: RdfFile,
    *,
    base: str | None,
    max_bytes: int,
    guard: Guard,
    told: Told,
    advance: Advance = lambda _: None,
) -> Iterator[Quad]:
    """Yield the statements of a file; line-based formats are streamed.

    Args:
        file: The file.
        base: Base of its relative IRIs.
        max_bytes: Most bytes that it may unpack to.
        guard: Is shown every document that is held in memory before it is parsed.
        told: Turns faults of the parser into problems.
        advance: Is told of the progress.

    Raises:
        Problem: ``invalid-data`` or ``malformed-data``: it cannot be read; with line and column.
    """
    try:
        with _opened(file, max_bytes, advance) as stream:
            if file.format in _LINES:
                yield from _streamed(file, stream, base, told)
            else:
                yield from _held(file, stream, base, guard, told)
    except (zstandard.ZstdError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise Problem("invalid-data", f"{file.path}: it cannot be unpacked: {error}") from error
    except OSError as error:
        raise Problem("invalid-data", f"{file.path}: {error.strerror or error}") from error


def _streamed(file: RdfFile, stream: IO[bytes], base: str | None, told: Told) -> Iterator[Quad]:
    try:
        yield from ox.parse(stream, format=file.format, base_iri=base)
    except SyntaxError as error:
        raise told(b"", file.format, error) from error


def _held(
    file: RdfFile, stream: IO[bytes], base: str | None, guard: Guard, told: Told
) -> Iterator[Quad]:
    content = stream.read(_MAX_DOCUMENT + 1)
    if len(content) > _MAX_DOCUMENT:
        raise Problem(
            "invalid-data",
            f"{file.path} is larger than 1 GB, which only line-based formats may be",
            "convert it to N-Triples or N-Quads",
        )
    guard(content, file.format)
    try:
        yield from ox.parse(content, format=file.format, base_iri=base)
    except SyntaxError as error:
        raise told(content, file.format, error) from error


@contextmanager
def _opened(file: RdfFile, max_bytes: int, advance: Advance) -> Iterator[IO[bytes]]:
    with file.path.open("rb") as content:
        packed = cast("IO[bytes]", _Counted(content, advance))
        unpacked: IO[bytes]
        match file.compression:
            case ".gz":
                unpacked = cast("IO[bytes]", gzip.GzipFile(fileobj=packed))
            case ".zst":
                reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
                unpacked = cast("IO[bytes]", reader)
            case _:
                yield packed
                return
        yield cast("IO[bytes]", _Limited(file.path, unpacked, max_bytes))


class _Counted(io.RawIOBase):
    """Tells how much of a file has been read."""

    def __init__(self, stream: IO[bytes], advance: Advance) -> None:
        self._stream = stream
        self._advance = advance

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        content = self._stream.read(size)
        self._advance(len(content))
        return content


class _Limited(io.RawIOBase):
    """Stops where a file unpacks to more than is allowed."""

    def __init__(self, path: Path, stream: IO[bytes], limit: int) -> None:
        self._path = path
        self._stream = stream
        self._limit = limit
        self._read = 0

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        content = self._stream.read(self._limit - self._read + 1 if size < 0 else size)
        self._read += len(content)
        if self._read > self._limit:
            raise Problem(
                "invalid-data",
                f"{self._path} unpacks to more than {self._limit // 1_000_000} MB",
                "allow more by --max-unpacked-mb",
            )
        return content
