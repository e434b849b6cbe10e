"""From a request that was let in to its answer: kept, shared with others, or evaluated."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Send

from medrd_kg.web.front.answers import Ready
from medrd_kg.web.front.asked import Asked, Key, is_live, with_coding
from medrd_kg.web.front.budget import Budget, Reservation
from medrd_kg.web.front.cache import ReadyCache
from medrd_kg.web.front.codings import GZIP, IDENTITY, ZSTD, CodingWish, decoded
from medrd_kg.web.front.delivery import OFF_LOOP, deliver, prepared
from medrd_kg.web.front.exchange import Exchange
from medrd_kg.web.front.flights import Flight, Flights, Missed
from medrd_kg.web.front.intake import Intake
from medrd_kg.web.front.stream import Keeping

__all__ = ["Answering"]

_HIT: Final = b'cache;desc="hit"'
_SHARED: Final = b'cache;desc="shared"'
_RECODED: Final = b'cache;desc="recoded"'
_USUAL_WISHES: Final = tuple(CodingWish(each, identity=True) for each in (IDENTITY, ZSTD, GZIP))
_PIECES_SHARE: Final = 4
"""Answers under way may take memory like this part of the cache, but of one answer at least."""


class Answering:
    """Finds answers, or has them made by the inner application.

    Attributes:
        cache: The ready answers.
        flights: Evaluations under way, which others may join.
        budget: Counts query seconds; None without a rate limit.
    """

    def __init__(
        self,
        inner: ASGIApp,
        state: Callable[[], str | None],
        *,
        cache_bytes: int,
        budget: Budget | None,
    ) -> None:
        """Answer from ``inner``.

        Args:
            inner: The application behind the front.
            state: Tells the state of the data that is served at the moment.
            cache_bytes: Bound on the ready answers.
            budget: Counts query seconds.
        """
        self._inner = inner
        self._state = state
        self.cache = ReadyCache(cache_bytes)
        self.budget = budget
        self.flights = Flights()
        self._piece_bytes = max(cache_bytes // _PIECES_SHARE, self.cache.largest)

    async def answer(self, asked: Asked, intake: Intake, send: Send) -> None:
        """Answer a request.

        Args:
            asked: The request.
            intake: Its body.
            send: The server's.

        Raises:
            Problem: ``rate-limited``; nothing has been sent then.
        """
        state, key = self._state(), asked.key
        while state is not None and key is not None:
            if await self._from_cache(state, key, asked, send):
                return
            flight = self.flights.find((state, key))
            if flight is None:
                await self._lead(state, key, asked, intake, send)
                return
            outcome = await self._follow(flight, intake)
            if isinstance(outcome, Ready):
                self.cache.joined += 1
                await deliver(outcome, asked.caller, send, _SHARED)
                return
            if outcome is None:
                if intake.fault is not None:
                    raise intake.fault
                return  # the client is gone
            if outcome is Missed.ALONE:
                break
            state = self._state()
        await self._run(asked, intake, send, None)

    def has_other_coding(self, state: str, key: Key) -> bool:
        """Whether the same answer is kept in another coding, from which it can be made."""
        return self.cache.holds_target(key[0]) and any(
            self.cache.get(state, with_coding(key, wish)) is not None for wish in _USUAL_WISHES
        )

    async def _from_cache(self, state: str, key: Key, asked: Asked, send: Send) -> bool:
        """Answer from ready bytes where there are some."""
        ready = self.cache.get(state, key)
        if ready is not None:
            self.cache.hits += 1
            await deliver(ready, asked.caller, send, _HIT)
            return True
        for wish in _USUAL_WISHES:
            other = self.cache.get(state, with_coding(key, wish))
            if other is not None:
                body = await _plain_body(other)
                ready = await prepared(other.head, body, asked.caller)
                self.keep(state, key, ready)
                self.cache.hits += 1
                await deliver(ready, asked.caller, send, _RECODED)
                return True
        return False

    async def _lead(self, state: str, key: Key, asked: Asked, intake: Intake, send: Send) -> None:
        """Have an answer made for all who ask the same meanwhile."""
        reservation = self._reserve(asked)
        self.cache.misses += 1
        keeping = Keeping(
            flight=self.flights.begin((state, key)),
            keep=lambda ready: self.keep(state, key, ready),
            room=self._room,
            largest=self.cache.largest,
        )
        await self._run(asked, intake, send, keeping, reservation)

    async def _follow(self, flight: Flight, intake: Intake) -> Ready | Missed | None:
        gone = asyncio.ensure_future(intake.gone())
        try:
            return await flight.follow(gone)
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone

    async def _run(
        self,
        asked: Asked,
        intake: Intake,
        send: Send,
        keeping: Keeping | None,
        reservation: Reservation | None = None,
    ) -> None:
        """Pass a request to the inner application, and count what it cost."""
        if keeping is None:
            reservation = self._reserve(asked)
        exchange = Exchange(intake, send, asked.caller, self._release, keeping)
        begun = time.monotonic()
        try:
            await exchange.run(self._inner, asked.scope)
        finally:
            if reservation is not None and self.budget is not None:
                told = asked.scope["state"].get("query_seconds")
                spent = time.monotonic() - begun if told is None else float(told)
                self.budget.settle(reservation, spent)

    def _reserve(self, asked: Asked) -> Reservation | None:
        if self.budget is None or is_live(asked.scope["path"]):
            return None
        asked.caller.pending = self.budget.reserve(asked.client)
        return asked.caller.pending

    def keep(self, state: str, key: Key, ready: Ready) -> None:
        """Keep an answer, unless the data changed while it was made."""
        if ready.head.release == state.encode() or ready.head.names_release:
            self.cache.put(state, key, ready)

    def _release(self) -> bytes | None:
        state = self._state()
        return None if state is None else state.encode()

    def _room(self, size: int) -> bool:
        if size > self._piece_bytes:
            return False
        self._piece_bytes -= size
        return True


async def _plain_body(ready: Ready) -> bytes:
    if ready.coding != IDENTITY and len(ready.body) >= OFF_LOOP:
        return await asyncio.to_thread(decoded, ready.body, ready.coding)
    return decoded(ready.body, ready.coding)
