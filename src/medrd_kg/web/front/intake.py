"""Request bodies on their way in: counted, waited for within reason, replayed once read."""

import asyncio
from typing import Final

from starlette.types import Message, Receive

from medrd_kg.problems import Problem
from medrd_kg.web.front.decoding import too_large

__all__ = ["ClientGone", "Intake", "announced_length"]

_IDLE_SECONDS: Final = 30.0
"""How long a sender may pause within a body; a worker or a place may be waiting for it."""

_DIGITS: Final = 15
"""More digits than any limit has; conversion of very long ones is slow."""


class ClientGone(Exception):
    """The client left before its request was whole: there is nobody to answer."""


class Intake:
    """The body of one request.

    Attributes:
        fault: What was wrong with the body, once something was. The inner application may have
            made something else of the exception.
    """

    def __init__(
        self,
        receive: Receive,
        limit: int,
        *,
        is_empty: bool = False,
        idle_seconds: float = _IDLE_SECONDS,
    ) -> None:
        """Read from ``receive``.

        Args:
            receive: The server's.
            limit: Most bytes of a body.
            is_empty: Whether the head of the request says that there is no body.
            idle_seconds: Longest pause within a body.
        """
        self._receive = receive
        self._limit = limit
        self._idle_seconds = idle_seconds
        self._size = 0
        self._replay: bytes | None = b"" if is_empty else None
        self._is_whole = is_empty
        self.fault: Problem | None = None

    async def receive(self) -> Message:
        """Return the next message: the body, and then that the client is gone.

        Raises:
            Problem: ``content-too-large``; ``malformed-request`` when the body stays away.
        """
        if self._replay is not None:
            body, self._replay = self._replay, None
            return {"type": "http.request", "body": body, "more_body": not self._is_whole}
        return await (self._departure() if self._is_whole else self._next())

    async def read(self, most: int) -> bytes | None:
        """Read the whole body ahead of the inner application, which gets it all the same.

        Returns:
            The body, or None when it is longer than ``most`` bytes.

        Raises:
            Problem: As `receive`.
            ClientGone: The client left in between.
        """
        body = self._replay or b""
        while not self._is_whole and len(body) <= most:
            message = await self._next()
            if message["type"] == "http.disconnect":
                raise ClientGone
            body += message.get("body", b"")
        self._replay = body
        return body if self._is_whole and len(body) <= most else None

    def replace(self, body: bytes) -> None:
        """Let the inner application read ``body`` instead of the one that was read."""
        self._replay = body

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout(self._idle_seconds):
                message = await self._receive()
        except TimeoutError:
            self.fault = Problem(
                "malformed-request",
                f"the body is not whole, and nothing more came for {self._idle_seconds:.0f} s",
                "send as many bytes as Content-Length says",
                headers={"Connection": "close"},
            )
            raise self.fault from None
        if message["type"] != "http.request":
            return message
        self._size += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._size > self._limit:
            self.fault = too_large(self._limit)
            raise self.fault
        return message

    async def gone(self) -> None:
        """Return when the client is gone or its body is at fault; the body stays to be read."""
        try:
            if not self._is_whole:
                await self.read(self._limit)
            await self._departure()
        except (ClientGone, Problem):
            return  # `fault` has it

    async def _departure(self) -> Message:
        while (message := await self._receive())["type"] == "http.request":
            continue  # the body that is known to be empty
        return message


def announced_length(header: bytes | None) -> int | None:
    """Return the number in a Content-Length header.

    Raises:
        Problem: ``malformed-request`` when it is none.
    """
    if header is None:
        return None
    if not header.isdigit():
        raise Problem("malformed-request", "Content-Length is not a number")
    digits = header.lstrip(b"0")
    return int(digits or b"0") if len(digits) <= _DIGITS else 10**_DIGITS
