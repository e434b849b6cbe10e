"""Bodies of requests, read within a limit; the front has undone their codings."""

from typing import Final

from fastapi import Request

from medrd_kg.problems import Problem

__all__ = ["limit_of", "read_body"]

_BYTES_PER_MEGABYTE: Final = 1_000_000


def limit_of(megabytes: int) -> int:
    """Return a limit in bytes."""
    return megabytes * _BYTES_PER_MEGABYTE


async def read_body(request: Request, limit: int, hint: str) -> bytes:
    """Read a request body.

    Args:
        request: The request.
        limit: Most bytes.
        hint: What to do about a longer one.

    Raises:
        Problem: ``content-too-large``.
        ClientDisconnect: The client left in between.
    """
    announced = request.headers.get("content-length", "0")
    received = bytearray()
    if not announced.isdecimal() or int(announced) <= limit:
        async for piece in request.stream():
            received += piece
            if len(received) > limit:
                break
        else:
            return bytes(received)
    raise Problem(
        "content-too-large",
        f"the request body is larger than {limit} bytes",
        hint,
        extra={"limit": limit},
    )
