"""Bodies of answers, decompressed in small steps and never beyond a limit."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Final

__all__ = ["ACCEPTED_ENCODINGS", "BodyFault", "body_within"]

ACCEPTED_ENCODINGS: Final = "gzip"
"""Value of Accept-Encoding: what `body_within` can undo."""

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_STEP: Final = 262_144
"""Most bytes that one step decompresses, well under a millisecond: the event loop goes on."""


class BodyFault(Exception):
    """A body that is not taken in, with the reason."""


async def body_within(chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """Return the decoded body.

    Args:
        chunks: The body as it comes from the network.
        encoding: Value of Content-Encoding; empty for none.
        limit: Most bytes, before and after decompression.

    Raises:
        BodyFault: The body is too large, damaged, or in another encoding.
    """
    if encoding in {"", "identity"}:
        return await _collected(chunks, limit)
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise BodyFault("its answer is in an encoding that was not asked for")
    return await _collected(_inflated(_counted(chunks, limit)), limit)


async def _collected(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


async def _counted(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    count = 0
    async for chunk in chunks:
        count += len(chunk)
        if count > limit:
            raise _too_large(limit)
        yield chunk


async def _inflated(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
    async for chunk in chunks:
        pending = chunk
        while pending:
            if inflate.eof:  # a further gzip member (RFC 1952, section 2.2)
                inflate = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                yield inflate.decompress(pending, _STEP)
            except zlib.error as error:
                raise BodyFault("its compressed answer is damaged") from error
            pending = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if pending:
                await asyncio.sleep(0)
    if not inflate.eof:
        raise BodyFault("its compressed answer is cut short")


def _too_large(limit: int) -> BodyFault:
    return BodyFault(f"its answer is larger than {limit} bytes")
