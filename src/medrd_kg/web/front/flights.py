"""Evaluations under way, so that equal requests at the same time are evaluated once.

The first request leads: the inner application runs in it. Those that come meanwhile follow. When
the leader's client goes away the evaluation goes on for as long as anybody follows.
"""

import asyncio
from collections.abc import Hashable
from enum import Enum

from medrd_kg.web.front.answers import Ready

__all__ = ["Flight", "Flights", "Missed"]


class Missed(Enum):
    """Why a follower got no answer.

    Attributes:
        AGAIN: The leader failed or is slow: begin as if nobody had been asked.
        ALONE: The answer is meant for one request only: let each be evaluated.
    """

    AGAIN = "again"
    ALONE = "alone"


class Flight:
    """One evaluation and those who wait for it."""

    def __init__(self, flights: "Flights", key: Hashable) -> None:
        """Begin to be followed under ``key``."""
        self._flights = flights
        self._key = key
        self._landing: asyncio.Future[Ready | Missed] | None = None
        """Made for the first follower: most have none."""
        self._left: asyncio.Event | None = None
        self.followers = 0

    def land(self, outcome: Ready | Missed) -> None:
        """Give all followers their answer, once; nobody joins any more."""
        self._flights.forget(self._key, self)
        if self._landing is not None and not self._landing.done():
            self._landing.set_result(outcome)

    async def follow(self, gone: "asyncio.Future[None]") -> Ready | Missed | None:
        """Wait for the answer.

        Args:
            gone: Done when the follower's client is.

        Returns:
            The answer, why there is none, or None when the client is gone.
        """
        self.followers += 1
        if self._landing is None:
            self._landing = asyncio.get_running_loop().create_future()
        landing = self._landing
        try:
            await asyncio.wait((landing, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.followers -= 1
            if not self.followers and self._left is not None:
                self._left.set()
        return landing.result() if landing.done() else None

    async def deserted(self) -> None:
        """Wait until nobody follows; then nobody can join any more."""
        while self.followers:
            self._left = asyncio.Event()
            await self._left.wait()
        self._flights.forget(self._key, self)


class Flights:
    """The flights that may be joined, by what they evaluate."""

    def __init__(self) -> None:
        """Begin without any."""
        self._under_way: dict[Hashable, Flight] = {}

    def find(self, key: Hashable) -> Flight | None:
        """Return the flight that evaluates ``key``, if there is one."""
        return self._under_way.get(key)

    def begin(self, key: Hashable) -> Flight:
        """Begin a flight that others may join."""
        flight = self._under_way[key] = Flight(self, key)
        return flight

    def forget(self, key: Hashable, flight: Flight) -> None:
        """Let nobody join a flight any more."""
        if self._under_way.get(key) is flight:
            del self._under_way[key]
