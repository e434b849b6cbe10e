"""The caller of one request, and handing a ready answer to it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from starlette.types import Message, Send

from medrd_kg.web.front.answers import TIMING, Head, Header, Ready, Tagger, matches
from medrd_kg.web.front.budget import Reservation
from medrd_kg.web.front.codings import IDENTITY, Coder, CodingWish

__all__ = ["OFF_LOOP", "Caller", "deliver", "prepared"]

OFF_LOOP: Final = 32 * 1024
"""Bytes from which a coding is applied in a thread: about a millisecond of the event loop."""

_HASH_OFF_LOOP: Final = 512 * 1024
_OK: Final = 200
_EMPTY_END: Final[Message] = {"type": "http.response.body", "body": b""}


@dataclass(slots=True)
class Caller:
    """How an answer is wanted, and what of its header fields is the caller's own.

    Attributes:
        coding: From Accept-Encoding.
        is_head: Whether no body is wanted.
        is_tagged: Whether whole answers get an entity tag (GET and HEAD).
        unless: ``If-None-Match``.
        language: ``ja`` or ``en``, for the titles of problems.
        common: The front's header fields that all callers with the same request get.
        varies: What the answer varies with beside what the inner application says.
        own: Tells the front's header fields that are this caller's own.
        pending: What is reserved of the caller's budget for this answer.
    """

    coding: CodingWish
    is_head: bool
    is_tagged: bool
    unless: bytes | None
    language: str
    common: tuple[Header, ...]
    varies: bytes
    own: Callable[[Reservation | None], Iterable[Header]]
    pending: Reservation | None = None

    def own_fields(self) -> Iterable[Header]:
        """Return the header fields that are this caller's own at this moment."""
        return self.own(self.pending)


async def deliver(ready: Ready, caller: Caller, send: Send, timing: bytes | None) -> None:
    """Send a ready answer, or 304 where that suffices.

    Args:
        ready: The answer.
        caller: Who gets it.
        send: The server's.
        timing: Value of ``Server-Timing``.
    """
    unless = caller.unless
    if (
        unless is not None
        and ready.tag is not None
        and ready.unchanged is not None
        and matches(unless, ready.tag)
    ):
        fields = [*ready.unchanged["headers"], *caller.own_fields()]
        await send({**ready.unchanged, "headers": fields})
        await send(_EMPTY_END)
        return
    fields = [*ready.fields, *caller.own_fields()]
    if timing is not None:
        fields.append((TIMING, timing))
    await send({**ready.start, "headers": fields})
    await send(_EMPTY_END if caller.is_head else ready.end)


async def prepared(head: Head, body: bytes, caller: Caller) -> Ready:
    """Make a whole answer ready.

    Args:
        head: What the inner application said of it.
        body: Its body, without a coding of ours.
        caller: Who asked for it.
    """
    if head.may_be_coded:
        head.add_variance(b"Accept-Encoding")
    coding = head.coding(caller.coding, len(body))
    is_tagged = caller.is_tagged and head.status == _OK and head.may_be_stored
    if is_tagged and not head.cache_control:
        head.cache_control = b"no-cache"  # may be stored, and asked for again by its tag

    def prepare() -> Ready:
        sent = body if coding == IDENTITY else Coder(coding).finish(body)
        tag = None
        if is_tagged:
            tagger = Tagger(head.content_type, coding)
            tagger.add(sent)
            tag = tagger.tag(head.tag, coding)
        return Ready(head, sent, coding, tag or head.tag, caller.common)

    if len(body) >= (_HASH_OFF_LOOP if coding == IDENTITY else OFF_LOOP):
        return await asyncio.to_thread(prepare)
    return prepare()
