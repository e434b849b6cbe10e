"""Giving memory back in pauses: long queries leave much behind, in the server and in workers."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from medrd_kg.sparql.workers.confinement import give_back_memory

__all__ = ["Tidying"]

_TIDY_SECONDS: Final = 1.0
"""Shortest time from one look to the next; it takes longer than a short query."""

_REST_SECONDS: Final = 20.0
"""A pause after which workers that hold much of the data for themselves are let go."""


class Tidying:
    """What is done once nothing runs any more.

    Attributes:
        is_needed: Whether a long query has left something behind since the last long pause.
    """

    def __init__(self, queries: Callable[[], int], shrink: Callable[[], None]) -> None:
        """Prepare to tidy up.

        Args:
            queries: Returns how many queries there were so far.
            shrink: Lets workers go that are not needed; called in a long pause.
        """
        self.is_needed = False
        self._queries = queries
        self._shrink = shrink
        self._tidied = 0.0

    def begin_pause(self) -> None:
        """Give the server's memory back, and the workers' if nobody asks for anything soon."""
        if not self.is_needed:
            return
        loop = asyncio.get_running_loop()
        loop.call_later(_REST_SECONDS, self._rest, self._queries())
        now = time.monotonic()
        if now - self._tidied > _TIDY_SECONDS:
            self._tidied = now
            loop.run_in_executor(None, give_back_memory)

    def _rest(self, queries: int) -> None:
        if queries == self._queries():
            self.is_needed = False
            self._shrink()
            asyncio.get_running_loop().run_in_executor(None, give_back_memory)
