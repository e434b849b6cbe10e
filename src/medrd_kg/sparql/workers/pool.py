"""The pool: every query in a worker that can be killed, and no query in the way of the next."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers import refusals
from medrd_kg.sparql.workers.counters import Counters
from medrd_kg.sparql.workers.job import Job, LaneName
from medrd_kg.sparql.workers.lanes import SLICE_SECONDS, Lanes
from medrd_kg.sparql.workers.process import Worker
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.sparql.workers.stock import Stock
from medrd_kg.sparql.workers.tidying import Tidying

__all__ = ["Limits", "Pool"]

_FAST: Final = 3
"""Workers of the fast lane: one more than the queries that mostly arrive at once."""

_TICK_SECONDS: Final = 0.01
_MOST_QUEUED: Final = 1000
_LONG_REQUEST: Final = 16_384
"""Bytes of a request that yields from its beginning."""

_MOST_AT_REST: Final = 32_000_000
"""Bytes that a worker may hold for itself while there is nothing to do."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take.

    Attributes:
        timeout: Seconds from its arrival to the end of its answer.
        memory: Bytes beside the data.
        workers: How many long queries run at a time.
    """

    timeout: float
    memory: int
    workers: int


class Pool:
    """Workers over one state of the data at a time.

    Attributes:
        counters: What happened so far.
        on_slow: Called with each caller's query that took long or failed.
        tells_all: Whether `on_slow` is called with all others as well.
    """

    def __init__(self, source: DataSource, limits: Limits) -> None:
        """Prepare a pool; `start` makes it work.

        Args:
            source: The data.
            limits: What a query may take.
        """
        self.counters = Counters()
        self.on_slow: Callable[[Job], None] | None = None
        self.tells_all = False
        self._limits = limits
        self._stock = Stock(
            source, limits.memory, self._offer, self._on_death, self._when_all_are_gone
        )
        self._lanes = Lanes(limits.workers, self._on_promoted)
        self._queue: deque[Job] = deque()
        self._active: dict[int, Job] = {}
        self._ticking = False
        self._tidying = Tidying(lambda: self.counters.queries, self._shrink)
        self._drained: asyncio.Future[None] | None = None

    @property
    def isolated(self) -> bool:
        """Whether workers are cut off from every network."""
        return self._stock.isolated

    @property
    def is_open(self) -> bool:
        """Whether queries are taken."""
        return self._stock.is_open

    @property
    def nursery(self) -> int | None:
        """Process id of the nursery, while it runs."""
        return self._stock.nursery

    @property
    def sequence(self) -> int:
        """Number of the last edit that answers reflect."""
        return self._stock.sequence

    async def start(self, history: Callable[[], Iterable[tuple[int, bytes]]] = tuple) -> None:
        """Load the data and make workers ready.

        Args:
            history: Yields the edits since the source was made, as numbers with frames of kind
                DELTA.

        Raises:
            Problem: ``damaged-release``: the data cannot be loaded.
        """
        await self._stock.start(history)
        self._replenish()

    def give_up(self) -> None:
        """Take no more queries, and tell those that run or wait that the service ends."""
        self._stock.is_open = False
        for job in list(self._active.values()):
            job.fail(refusals.ending(job))

    async def stop(self, grace: float = 0.0) -> None:
        """End all workers; running queries get ``grace`` seconds first."""
        self._stock.is_open = False
        if self._active:
            self._drained = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._drained], timeout=grace)
        for job in list(self._active.values()):
            job.fail(refusals.stopping())
        await self._stock.stop()

    # What others ask of it.

    def submit(self, job: Job) -> None:
        """Let a worker do a job.

        Raises:
            Problem: ``starting`` or ``busy``: it cannot be taken.
        """
        if not self._stock.is_open:
            raise refusals.stopping()
        if len(self._queue) >= _MOST_QUEUED:
            self.counters.refused += 1
            raise refusals.full(job)
        self.counters.queries += 1
        self._enter(job)
        worker = None if self._queue else self._stock.take()
        if worker is None:
            self._queue.append(job)
            self._replenish()
        else:
            self._begin(job, worker)

    async def run(self, job: Job) -> Any:  # noqa: ANN401 - what the kind of the job yields
        """Let a worker do a job, unless one does already; return the answer or its beginning.

        Raises:
            Problem: The request is at fault, or a limit is reached.
        """
        if not job.is_submitted:
            self.submit(job)
        try:
            return await job.answer()
        except asyncio.CancelledError:
            job.fail(Problem("query-cancelled", "the request was given up"))
            raise

    def running(self) -> list[Job]:
        """Return what is being worked on or waits, the oldest first."""
        return list(self._active.values())

    def cancel(self, identifier: str) -> bool:
        """End a query; its caller is told. False when there is none of that name."""
        for job in self._active.values():
            if job.id == identifier and not job.borrowed:
                self.counters.cancelled += 1
                job.fail(refusals.cancelled(job))
                return True
        return False

    def publish(self, sequence: int, delta: bytes) -> None:
        """Let all later queries see an edit.

        Args:
            sequence: Its number, one more than that of the edit before.
            delta: A frame of kind DELTA.
        """
        self.counters.edits += 1
        self._stock.publish(sequence, delta)
        self._replenish()

    def adopt(self, sequence: int, snapshot: bytes) -> None:
        """Let all later queries see data on disk with all edits up to one.

        Args:
            sequence: Number of the last edit in them.
            snapshot: A frame of kind SNAPSHOT.
        """
        self.counters.edits += sequence - self.sequence
        self._stock.adopt(sequence, snapshot)

    def spread(self, tables: Iterable[bytes]) -> None:
        """Let all later queries use tables of sums of the present data.

        Args:
            tables: Frames of kind TABLE.
        """
        for table in tables:
            self._stock.spread(table)

    async def borrow(self, memory: int, copy: Path | None = None) -> Worker:
        """Return a worker of the current state that does nothing else; see `Stock.borrow`."""
        return await self._stock.borrow(memory, copy)

    def start_on(self, worker: Worker, job: Job) -> None:
        """Give a borrowed worker a job, outside of all lanes; its time limit holds."""
        job.borrowed = True
        job.lane = LaneName.OWN
        self._enter(job)
        self._hand(job, worker)

    def retire(self, worker: Worker) -> None:
        """End a borrowed worker."""
        self._stock.retire(worker)

    # The life of a job.

    def _enter(self, job: Job) -> None:
        job.is_submitted = True
        job.on_end = self._end
        self._active[job.number] = job
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def _begin(self, job: Job, worker: Worker) -> None:
        self._lanes.enter(job)
        self._hand(job, worker)

    @staticmethod
    def _hand(job: Job, worker: Worker) -> None:
        job.worker, worker.job = worker, job
        job.begun = time.monotonic()
        used = worker.used  # to ask for it costs more than most queries take
        job.used_before = worker.processor_seconds() if used is None else used
        worker.used = None
        if len(job.frame) > _LONG_REQUEST and not job.own and not job.borrowed:
            worker.yield_processor()  # even to read it takes long
        worker.send(job.frame)

    def _end(self, job: Job) -> None:
        """Take leave of a job: its worker is ready again, or killed."""
        self._active.pop(job.number, None)
        if not self._active and self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._tell(job)
        if job.lane is LaneName.QUEUED:
            if job in self._queue:
                self._queue.remove(job)
            return
        was_fast = self._lanes.leave(job)
        worker, job.worker = job.worker, None
        if worker is not None:
            worker.job = None
            self._release(job, worker, was_fast=was_fast)

    def _release(self, job: Job, worker: Worker, *, was_fast: bool) -> None:
        """Decide what becomes of a worker whose job is over."""
        if job.borrowed:
            if not job.is_worker_done:
                worker.kill()
        elif job.is_worker_done and not job.is_worker_grown and self._is_fit(worker, was_fast):
            worker.listen(to_it=True)
            self._offer(worker)
        else:
            self._stock.retire(worker)
            self._replenish()

    def _is_fit(self, worker: Worker, was_fast: bool) -> bool:
        """Tell whether a worker that has done its work may get more."""
        if was_fast and not worker.yields:
            return True  # it was a moment's work
        self._tidying.is_needed = True
        return worker.take_processor_back() and worker.copied_bytes() < self._limits.memory

    def _tell(self, job: Job) -> None:
        """Count a job that is over, and tell of it where somebody wants to know."""
        self.counters.note(job.elapsed, job.processor_seconds)
        if self.on_slow is not None and not job.own and not job.borrowed:
            is_slow = job.problem is not None or job.elapsed > SLICE_SECONDS
            if is_slow or self.tells_all:
                self.on_slow(job)

    def _offer(self, worker: Worker) -> None:
        """Give a free worker the next job, or keep it ready."""
        if not self._queue:
            self._stock.give_back(worker)
            if self._stock.available > _FAST + self._limits.workers:
                self._stock.retire_oldest()
        elif self._stock.update(worker):
            self._begin(self._queue.popleft(), worker)
        else:
            self._stock.retire(worker)
            self._replenish()

    def _tick(self) -> None:
        """Look after the time of all jobs, as long as there are any."""
        now = time.monotonic()
        for job in list(self._lanes.look(now)):
            self.counters.refused += 1
            job.fail(refusals.full(job))
        self._replenish()
        for job in [each for each in self._active.values() if now - each.arrived > each.timeout]:
            self.counters.timeouts += 1
            job.fail(refusals.of_time(job))
        if self._active:
            asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)
        else:
            self._ticking = False
            self._tidying.begin_pause()

    def _shrink(self) -> None:
        """Let workers go that are not needed in a long pause."""
        if self._stock.is_open:
            self._stock.shrink(_FAST, _MOST_AT_REST)
            self._replenish()

    def _on_promoted(self, job: Job) -> None:
        """Notice from now on that the client of a long query leaves."""
        self._tidying.is_needed = True
        job.watch(self.leave)

    def leave(self, job: Job) -> None:
        """End a query whose client has gone."""
        if not job.is_over:
            self.counters.disconnected += 1
            job.fail(Problem("query-cancelled", "the client has gone"))

    # The life of a worker.

    def _replenish(self) -> None:
        while self._stock.is_open and self._stock.available + self._lanes.fast < _FAST:
            self._stock.order()
        self.counters.workers_started = self._stock.started
        self.counters.long_queries = self._lanes.long_queries

    def _on_death(self, job: Job, code: int) -> None:
        problem = refusals.of_death(job, code, self._limits.memory)
        if problem.slug == "query-memory":
            self.counters.memory_deaths += 1
        else:
            self.counters.crashed += 1
            _logger.error("a worker ended by itself with code %d (query %s)", code, job.id)
        job.fail(problem)

    def _when_all_are_gone(self) -> None:
        """Tell all who wait, while the data are loaded again; then make workers ready."""
        for job in list(self._active.values()):
            job.fail(refusals.stopping())
        self._replenish()
