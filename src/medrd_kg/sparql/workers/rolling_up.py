"""Tables of sums, made after a query that needed one, for all that come after it."""

import asyncio
import logging
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.exchange import AskRequest, ReplyHead
from medrd_kg.sparql.workers.frames import Kind, frame, split_head
from medrd_kg.sparql.workers.job import Job
from medrd_kg.sparql.workers.pool import Pool

__all__ = ["RollingUp"]

_MOST_TABLES: Final = 32
"""Tables of one state of the data; each may have some thousand rows in every worker."""

_logger = logging.getLogger(__name__)


class RollingUp:
    """Makes tables, one at a time, beside the queries."""

    def __init__(self, pool: Pool, timeout: float) -> None:
        """Make tables in ``pool``, each within ``timeout`` seconds."""
        self._pool = pool
        self._timeout = timeout
        self._sequence = pool.sequence
        self._made = 0
        self._making: asyncio.Task[None] | None = None

    def note(self, request: AskRequest, head: ReplyHead) -> None:
        """Have a table made for queries like one that was answered, where that would help."""
        if not head.may_roll_up or (self._making is not None and not self._making.done()):
            return
        if self._pool.sequence != self._sequence:
            self._sequence, self._made = self._pool.sequence, 0
        if self._made < _MOST_TABLES:
            self._making = asyncio.ensure_future(self._make(request))

    async def _make(self, request: AskRequest) -> None:
        sequence = self._pool.sequence
        job = Job(frame(Kind.ROLL_UP, request.encode()), self._timeout, own=True)
        try:
            sizes, packed = split_head(await self._pool.run(job))
        except Problem as problem:
            _logger.info("no table of sums was made: %s", problem)
            return
        tables, at = [], 0
        for size in sizes:
            tables.append(frame(Kind.TABLE, packed[at : at + size]))
            at += size
        if sequence == self._pool.sequence:  # else they are of data that were
            self._made += len(tables)
            self._pool.spread(tables)
