"""Answers that come piece by piece: coded, sent as fast as the client reads, and kept if short."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Send

from medrd_kg.web.front.answers import TIMING, Head, Ready, Tagger
from medrd_kg.web.front.codings import IDENTITY, Coder
from medrd_kg.web.front.delivery import OFF_LOOP, Caller
from medrd_kg.web.front.flights import Flight, Missed

__all__ = ["Keeping", "Stream"]

_STALL_SECONDS: Final = 1.0
"""How long those who wait for the same answer bear a leader whose client reads slowly."""


@dataclass(slots=True)
class Keeping:
    """Where an answer goes beside the caller that began it.

    Attributes:
        flight: Those who wait for the same.
        keep: Keeps it, when its head lets it.
        room: Asks for bytes of memory for pieces and tells whether there are; a negative number
            gives bytes back.
        largest: Bytes of the largest body that is kept.
    """

    flight: Flight
    keep: Callable[[Ready], None]
    room: Callable[[int], bool]
    largest: int


class Stream:
    """One answer that comes in pieces."""

    def __init__(self, head: Head, caller: Caller, send: Send, keeping: Keeping | None) -> None:
        """Prepare.

        Args:
            head: What the inner application said of it.
            caller: Who gets it as it comes.
            send: The server's.
            keeping: Where the whole of it goes.
        """
        if head.may_be_coded:
            head.add_variance(b"Accept-Encoding")
        if caller.is_tagged and head.may_be_kept and not head.cache_control:
            head.cache_control = b"no-cache"
        self._head = head
        self._caller = caller
        self._send = send
        self._coding = head.coding(caller.coding, None)
        self._coder = None if self._coding == IDENTITY else Coder(self._coding)
        self._tagger = Tagger(head.content_type, self._coding) if caller.is_tagged else None
        self._keeping = keeping
        self._pieces: list[bytes] = []
        self._held = 0
        if keeping is not None and not head.may_be_kept:
            self._forgo()

    async def begin(self) -> None:
        """Send the head; its length is not known yet, nor a tag unless it was given."""
        length = self._head.length if self._coder is None else None
        given = self._head.tag
        if given is not None:
            given = Tagger(self._head.content_type, self._coding).tag(given, self._coding)
        fields = self._head.completed(
            length=length, tag=given, coding=self._coding, more=self._caller.common
        )
        fields.extend(self._caller.own_fields())
        if self._head.timing is not None:
            fields.append((TIMING, self._head.timing))
        start = {"type": "http.response.start", "status": self._head.status, "headers": fields}
        await self._send(start)
        if self._caller.is_head:
            await self._send({"type": "http.response.body", "body": b""})

    async def take(self, piece: bytes, *, more: bool) -> None:
        """Send and keep a piece; return when the client has taken what came before."""
        coded = await self._coded(piece, more=more)
        self._hold(coded)
        if not more:
            self._complete()
        if self._caller.is_head:
            return
        message: Message = {"type": "http.response.body", "body": coded, "more_body": more}
        if self._keeping is None:
            await self._send(message)
            return
        stall = asyncio.get_running_loop().call_later(
            _STALL_SECONDS, self._keeping.flight.land, Missed.AGAIN
        )
        try:
            await self._send(message)
        finally:
            stall.cancel()

    def abandon(self) -> None:
        """Let go of what is held; the answer is whole by now or never will be."""
        if self._held and self._keeping is not None:
            self._keeping.room(-self._held)
        self._held = 0
        self._pieces = []

    async def _coded(self, piece: bytes, *, more: bool) -> bytes:
        if self._coder is None:
            return piece
        work = self._coder.piece if more else self._coder.finish
        if more and not piece:
            return b""
        if len(piece) >= OFF_LOOP:
            return await asyncio.to_thread(work, piece)
        return work(piece)

    def _hold(self, piece: bytes) -> None:
        if self._keeping is None:
            return
        size = self._held + len(piece)
        if size > self._keeping.largest or not self._keeping.room(len(piece)):
            self._forgo()
            return
        self._held = size
        self._pieces.append(piece)
        if self._tagger is not None:
            self._tagger.add(piece)

    def _complete(self) -> None:
        """Keep the whole and give it to all who wait for it."""
        if self._keeping is None:
            return
        tag = None if self._tagger is None else self._tagger.tag(self._head.tag, self._coding)
        body = b"".join(self._pieces)
        ready = Ready(self._head, body, self._coding, tag, self._caller.common)
        self._keeping.keep(ready)
        self._keeping.flight.land(ready)

    def _forgo(self) -> None:
        """Keep nothing: it is too long, or nobody else may have it."""
        if self._keeping is not None:
            self._keeping.flight.land(Missed.ALONE)
        self.abandon()
        self._keeping = None
