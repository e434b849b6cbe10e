"""Content codings of request bodies, decoded within a limit on what comes out.

A few kilobytes of a compressed body can stand for gigabytes. A body is fed to its decoder in
slices so small that what one of them stands for fits the memory, and decoding ends at the limit.
"""

import zlib
from collections.abc import Callable
from typing import Final, Protocol

import zstandard

from medrd_kg.problems import Problem
from medrd_kg.web.front.codings import GZIP, IDENTITY, ZSTD

__all__ = ["DECODED", "decode_body", "request_coding", "too_large"]

DECODED: Final = (GZIP, ZSTD)
"""Codings in which a request body may come."""

_SLICE: Final = 256
"""Bytes: at most 64 blocks of zstd, which stand for 128 KiB each (RFC 8878, section 3.1.1.2)."""

_MOST_MEMBERS: Final = 1000
"""Bodies may be several gzip members or zstd frames; each costs us more than it costs a sender."""

_ZSTD_WINDOW: Final = 8 * 1024 * 1024
"""Bytes: the largest window that a sender over HTTP may use (RFC 9659)."""

_GZIP_WINDOW: Final = 31  # 15 bits of window, plus 16 for a gzip wrapper (zlib's manual)
_ALIASES: Final = {"x-gzip": GZIP}  # RFC 9110, section 8.4.1.3


class _Decoder(Protocol):
    """What zlib and zstandard have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def request_coding(header: bytes | None) -> str:
    """Return the coding that a Content-Encoding header names, `IDENTITY` for none.

    Raises:
        Problem: ``unsupported-media-type`` with ``Accept-Encoding`` (RFC 9110, section 15.5.16).
    """
    name = (header or b"").decode("latin-1").strip().lower()
    coding = _ALIASES.get(name, name) or IDENTITY
    if coding != IDENTITY and coding not in DECODED:
        raise Problem(
            "unsupported-media-type",
            f"the body has the Content-Encoding {name}, which is not supported",
            f"send it as it is, or in one of {', '.join(DECODED)}",
            extra={"supported": list(DECODED)},
            headers={"Accept-Encoding": ", ".join(DECODED)},
        )
    return coding


def decode_body(body: bytes, coding: str, limit: int) -> bytes:
    """Return a request body without its coding.

    Args:
        body: As received.
        coding: A member of `DECODED`.
        limit: Most bytes that may come out.

    Raises:
        Problem: ``content-too-large``; ``malformed-request`` when the body is damaged or cut.
    """
    try:
        return _decoded(body, _gzip if coding == GZIP else _zstd, limit)
    except (zlib.error, zstandard.ZstdError, EOFError) as error:
        raise Problem(
            "malformed-request",
            f"the body is not valid {coding} ({error})",
            "send it again, or without Content-Encoding",
        ) from error


def too_large(limit: int) -> Problem:
    """Return the refusal of a body of more than ``limit`` bytes."""
    return Problem(
        "content-too-large",
        f"the request body is larger than {limit} bytes",
        "send less at a time; long lists of values are better asked in parts",
        extra={"limit": limit},
    )


def _gzip() -> _Decoder:
    return zlib.decompressobj(_GZIP_WINDOW)


def _zstd() -> _Decoder:
    return zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()


def _decoded(body: bytes, begin: Callable[[], _Decoder], limit: int) -> bytes:
    decoded = bytearray()
    decoder: _Decoder | None = None
    members = offset = 0
    while offset < len(body):
        if decoder is None:
            members += 1
            if members > _MOST_MEMBERS:
                raise EOFError(f"it has more than {_MOST_MEMBERS} parts")
            decoder = begin()
        piece = body[offset : offset + _SLICE]
        decoded += decoder.decompress(piece)
        if len(decoded) > limit:
            raise too_large(limit)
        offset += len(piece)
        if decoder.eof:
            offset -= len(decoder.unused_data)
            decoder = None
    if decoder is not None or not members:
        raise EOFError("it is cut")
    return bytes(decoded)
