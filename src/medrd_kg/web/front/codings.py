"""Content codings of answers (RFC 9110, section 8.4): which one, and how it is applied.

gzip is RFC 1952, zstd is RFC 8878. Streams are flushed piece by piece, so that a caller sees rows
as they come; the end of a stream is written only by `Coder.finish`, so that a stream that was cut
is never taken for a whole one.
"""

import re
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

import zstandard

__all__ = [
    "GZIP",
    "IDENTITY",
    "OFFERED",
    "SMALL",
    "ZSTD",
    "Coder",
    "CodingWish",
    "coding_wish",
    "decoded",
    "is_compressible",
]

IDENTITY: Final = "identity"
GZIP: Final = "gzip"
ZSTD: Final = "zstd"

OFFERED: Final = (ZSTD, GZIP)
"""Codings that we can apply, the preferred one first: zstd costs about a quarter of gzip's CPU."""

SMALL: Final = 600
"""Bytes below which a coding saves nothing worth its CPU: the answer fits one packet anyway."""

_GZIP_LEVEL: Final = 4
_ZSTD_LEVEL: Final = 3
_GZIP_WINDOW: Final = 31  # 15 bits of window, plus 16 for a gzip wrapper (zlib's manual)

_ELEMENT: Final = re.compile(
    r"\s*([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*[qQ]\s*=\s*(1(?:\.0{0,3})?|0(?:\.[0-9]{0,3})?)\s*)?"
)
_ALIASES: Final = {"x-gzip": GZIP}  # RFC 9110, section 8.4.1.3

_COMPRESSIBLE: Final = re.compile(
    rb"text/|application/(?:[\w.+-]+\+(?:json|xml)|json|xml|javascript|n-triples|n-quads|trig)\b"
    rb"|image/svg\+xml"
)


class CodingWish(NamedTuple):
    """What an Accept-Encoding header asks for.

    Attributes:
        preferred: The coding of ours that suits best; `IDENTITY` for none.
        identity: Whether an answer without a coding is acceptable.
    """

    preferred: str
    identity: bool

    @property
    def is_possible(self) -> bool:
        """Whether there is any form in which we can answer."""
        return self.identity or self.preferred != IDENTITY


_ANYTHING: Final = CodingWish(IDENTITY, identity=True)


def coding_wish(header: bytes | None) -> CodingWish:
    """Read an Accept-Encoding header (RFC 9110, section 12.5.3).

    A coding is applied when it is named and ranks at least as high as identity. ``*`` alone
    chooses none: a caller who names no coding may not know ours.

    >>> coding_wish(b"gzip, zstd;q=0.5")
    CodingWish(preferred='gzip', identity=True)
    >>> coding_wish(b"*, identity;q=0").preferred
    'gzip'
    """
    if header is None:
        return _ANYTHING
    return _remembered(header) if len(header) <= _LONGEST_REMEMBERED else _read(header)


_LONGEST_REMEMBERED: Final = 256


def _read(header: bytes) -> CodingWish:
    qualities: dict[str, float] = {}
    for element in header.decode("latin-1").split(","):
        found = _ELEMENT.fullmatch(element)
        if found is not None:
            name = found[1].lower()
            qualities.setdefault(_ALIASES.get(name, name), float(found[2] or 1))
    others = qualities.get("*")
    identity = qualities.get(IDENTITY, 1.0 if others is None else others) > 0
    best = max(OFFERED, key=lambda each: qualities.get(each, 0.0))
    quality = qualities.get(best, 0.0)
    if quality > 0 and (not identity or quality >= qualities.get(IDENTITY, 0.0)):
        return CodingWish(best, identity)
    if not identity and others:
        # Every coding that is not named is acceptable; gzip is the one that all can read.
        named = [each for each in (GZIP, ZSTD) if each not in qualities]
        return CodingWish(named[0] if named else IDENTITY, identity=False)
    return CodingWish(IDENTITY, identity)


_remembered = lru_cache(1024)(_read)


def is_compressible(content_type: bytes) -> bool:
    """Whether bodies of this type shrink; archives and pictures are compressed already."""
    return _COMPRESSIBLE.match(content_type) is not None


class Coder:
    """One body on its way into a coding."""

    def __init__(self, coding: str) -> None:
        """Begin a body.

        Args:
            coding: `GZIP` or `ZSTD`.
        """
        self._compress: Callable[[bytes], bytes]
        self._flush: Callable[[int], bytes]
        if coding == GZIP:
            gzip = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
            self._compress, self._flush = gzip.compress, gzip.flush
            self._piece_end, self._body_end = zlib.Z_SYNC_FLUSH, zlib.Z_FINISH
        else:
            zstd = zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
            self._compress, self._flush = zstd.compress, zstd.flush
            self._piece_end = zstandard.COMPRESSOBJ_FLUSH_BLOCK
            self._body_end = zstandard.COMPRESSOBJ_FLUSH_FINISH

    def piece(self, data: bytes) -> bytes:
        """Return ``data`` coded so far that its reader can decode all of it."""
        return self._compress(data) + self._flush(self._piece_end)

    def finish(self, data: bytes = b"") -> bytes:
        """Return the last ``data`` and the end of the body."""
        return self._compress(data) + self._flush(self._body_end)


def decoded(body: bytes, coding: str) -> bytes:
    """Return a body of our own without its coding."""
    if coding == GZIP:
        return zlib.decompress(body, _GZIP_WINDOW)
    if coding == ZSTD:
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return body
