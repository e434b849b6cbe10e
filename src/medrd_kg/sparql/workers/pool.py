"""The pool: every query in a worker that can be killed, and no query in the way of the next."""

import asyncio
import logging
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pyoxigraph import (
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.frames import Kind, frame
from medrd_kg.sparql.workers.job import Job, LaneName, Reply
from medrd_kg.sparql.workers.lanes import SLICE_SECONDS, LongLane, QueueFull, fault_of_limits
from medrd_kg.sparql.workers.nest import Nest
from medrd_kg.sparql.workers.process import Worker
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.store.base import Row

__all__ = ["DURATION_BOUNDS", "Counters", "Limits", "Pool"]

_FAST: Final = 3
"""Workers of the fast lane: one more than the queries that mostly arrive at once."""

_TICK_SECONDS: Final = 0.01
_MOST_QUEUED: Final = 1000
_RETRY_AFTER: Final = 1
_LAGGING_DELTAS: Final = 1000
_LAGGING_BYTES: Final = 16_000_000

_logger = logging.getLogger(__name__)


DURATION_BOUNDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
"""Upper bounds, in seconds, of the classes of `Counters.durations`."""


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


@dataclass(slots=True)
class Counters:
    """What happened since the start, for metrics; plain integers that only grow."""

    queries: int = 0
    long_queries: int = 0
    timeouts: int = 0
    memory_deaths: int = 0
    cancelled: int = 0
    disconnected: int = 0
    refused: int = 0
    crashed: int = 0
    workers_started: int = 0
    edits: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    durations: list[int] = field(default_factory=lambda: [0] * (len(DURATION_BOUNDS) + 1))


class Pool:
    """Workers over one state of the data at a time.

    Attributes:
        counters: What happened so far.
        sequence: Number of the last edit that answers reflect.
        history: Yields the edits since the source was made, as numbers with frames of kind DELTA.
        on_slow: Called with each job that took long or failed.
    """

    def __init__(self, source: DataSource, limits: Limits) -> None:
        """Prepare a pool; `start` makes it work.

        Args:
            source: The data.
            limits: What a query may take.
        """
        self.counters = Counters()
        self.sequence = 0
        self._source = source
        self._limits = limits
        self._nest = self._new_nest()
        self._ready: list[Worker] = []
        self._expected = 0
        self._known: dict[int, Worker] = {}
        self._fast: set[Job] = set()
        self._queue: deque[Job] = deque()
        self._active: dict[int, Job] = {}
        self._deltas: deque[tuple[int, bytes]] = deque(maxlen=_LAGGING_DELTAS)
        places = max(8, 4 * limits.workers)
        self._long = LongLane(limits.workers, places, LaneName.LONG, yields=True)
        self._own = LongLane(max(2, limits.workers), 1000, LaneName.OWN, yields=False)
        self._births: deque[asyncio.Future[Worker] | None] = deque()
        self._snapshot: bytes | None = None
        self._ticking = False
        self._is_open = False
        self._drained: asyncio.Future[None] | None = None
        self._restarting: asyncio.Future[None] | None = None
        self.history: Callable[[], Iterable[tuple[int, bytes]]] = tuple
        self.on_slow: Callable[[Job], None] | None = None

    @property
    def isolated(self) -> bool:
        """Whether workers are cut off from every network."""
        return self._nest.isolated

    async def start(self) -> None:
        """Load the data and make workers ready.

        Raises:
            Problem: ``damaged-release``: the data cannot be loaded.
        """
        await self._nest.start(self._source)
        for sequence, delta in self.history():
            self._nest.tell(delta)
            self.sequence = sequence
        self._is_open = True
        self._replenish()

    async def stop(self, grace: float = 0.0) -> None:
        """End all workers; running queries get ``grace`` seconds first."""
        until = time.monotonic() + grace
        self._is_open = False
        if self._active:
            self._drained = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._drained], timeout=max(0.0, until - time.monotonic()))
        for job in list(self._active.values()):
            job.fail(_stopping())
        await self._nest.stop()
        for worker in self._known.values():
            worker.close()
        self._known.clear()
        self._ready.clear()

    # What others ask of it.

    async def run(self, job: Job) -> Any:  # noqa: ANN401 - what the kind of the job yields
        """Let a worker do a job and return the answer, or its beginning.

        Raises:
            Problem: The request is at fault, or a limit is reached.
        """
        if not self._is_open:
            raise _stopping()
        if len(self._queue) >= _MOST_QUEUED:
            self.counters.refused += 1
            raise _full(job)
        job.on_end = self._end
        self._active[job.number] = job
        self.counters.queries += 1
        if self._ready and not self._queue:
            self._begin(job, self._ready.pop())
        else:
            self._queue.append(job)
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)
        try:
            return await job.answer()
        except asyncio.CancelledError:
            job.fail(Problem("query-cancelled", "the request was given up"))
            raise

    async def select(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT that this service wrote itself.

        Raises:
            Problem: A limit is reached.
        """
        body = await self._whole(Kind.SELECT, text)
        solutions = parse_query_results(body, QueryResultsFormat.JSON)
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("a SELECT yields solutions")
        names = [variable.value for variable in solutions.variables]
        return [
            {name: term for name, term in zip(names, solution, strict=True) if term is not None}
            for solution in solutions
        ]

    async def triples(self, text: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE that this service wrote itself.

        Raises:
            Problem: A limit is reached.
        """
        body = await self._whole(Kind.TRIPLES, text)
        return [quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)]

    async def _whole(self, kind: Kind, text: str) -> bytes:
        job = Job(frame(kind, text.encode()), self._limits.timeout, own=True)
        reply: Reply = await self.run(job)
        return reply.body + b"".join([piece async for piece in reply.rest()])

    def running(self) -> list[Job]:
        """Return what is being worked on or waits, the oldest first."""
        return list(self._active.values())

    def cancel(self, identifier: str) -> bool:
        """End a query; its caller is told. False when there is none of that name."""
        for job in self._active.values():
            if job.id == identifier:
                self.counters.cancelled += 1
                job.fail(
                    Problem(
                        "query-cancelled",
                        "an administrator has cancelled the query",
                        "ask who runs the service before you send it again",
                        extra={"query": job.id, "elapsed": round(job.elapsed, 3)},
                    )
                )
                return True
        return False

    def publish(self, sequence: int, delta: bytes) -> None:
        """Let all later queries see an edit.

        Args:
            sequence: Its number, one more than that of the edit before.
            delta: A frame of kind DELTA.
        """
        self.sequence = sequence
        self.counters.edits += 1
        self._nest.tell(delta)
        if len(delta) > _LAGGING_BYTES:  # cheaper to fork anew than to apply again and again
            self._deltas.clear()
            for worker in list(self._ready):
                self._retire(worker)
            self._replenish()
        else:
            self._deltas.append((sequence, delta))

    def adopt(self, sequence: int, snapshot: bytes) -> None:
        """Let all later queries see data on disk with all edits up to one.

        Args:
            sequence: Number of the last edit in them.
            snapshot: A frame of kind SNAPSHOT.
        """
        self.counters.edits += sequence - self.sequence
        self.sequence = sequence
        self._snapshot = snapshot
        self._nest.tell(snapshot)
        for worker in self._ready:
            self._catch_up(worker)

    async def borrow(self, memory: int, copy: Path | None = None) -> Worker:
        """Return a worker of the current state that does nothing else; see `retire`.

        Args:
            memory: Bytes that it may take beside the data.
            copy: Where it makes a copy of data on disk that it may change.
        """
        born: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._births.append(born)
        self._nest.ask_for_worker(memory, copy)
        return await born

    def start_on(self, worker: Worker, job: Job) -> None:
        """Give a borrowed worker a job, outside of all lanes; its time limit holds."""
        job.borrowed = True
        job.on_end = self._end
        job.lane = LaneName.OWN
        self._active[job.number] = job
        job.worker, worker.job = worker, job
        job.begun = time.monotonic()
        worker.send(job.frame)
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    def retire(self, worker: Worker) -> None:
        """End a borrowed worker."""
        self._retire(worker)

    # The life of a job.

    def _begin(self, job: Job, worker: Worker) -> None:
        if worker.sequence != self.sequence and not self._catch_up(worker):
            self._retire(worker)
            self._queue.appendleft(job)
            self._replenish()
            return
        job.worker, worker.job = worker, job
        job.begun = time.monotonic()
        job.lane = LaneName.FAST
        self._fast.add(job)
        worker.send(job.frame)

    def _catch_up(self, worker: Worker) -> bool:
        if self._snapshot is not None:
            worker.send(self._snapshot)
            worker.sequence = self.sequence
            return True
        if not self._deltas or self._deltas[0][0] > worker.sequence + 1:
            return False
        for sequence, delta in self._deltas:
            if sequence > worker.sequence:
                worker.send(delta)
        worker.sequence = self.sequence
        return True

    def _end(self, job: Job) -> None:
        """Take leave of a job: its worker is ready again, or killed."""
        self._active.pop(job.number, None)
        if not self._active and self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._count(job)
        worker, job.worker = job.worker, None
        if job.lane is LaneName.QUEUED:
            if job in self._queue:
                self._queue.remove(job)
            return
        was_fast = job in self._fast
        self._fast.discard(job)
        for lane in (self._long, self._own):
            lane.leave(job)
        if worker is None:
            return
        worker.job = None
        if was_fast and job.is_worker_done and not job.is_worker_grown:
            worker.listen(to_it=True)
            self._offer(worker)
        elif job.borrowed:
            if not job.is_worker_done:
                worker.kill()
        else:
            self._retire(worker)
            self._replenish()

    def _offer(self, worker: Worker) -> None:
        if self._queue:
            self._begin(self._queue.popleft(), worker)
        else:
            self._ready.append(worker)

    def _tick(self) -> None:
        """Look after the time of all jobs, as long as there are any."""
        now = time.monotonic()
        for job in [each for each in self._fast if now - each.begun > SLICE_SECONDS]:
            self._promote(job)
        for job in [each for each in self._active.values() if now - each.arrived > each.timeout]:
            self.counters.timeouts += 1
            job.fail(fault_of_limits(job, job.timeout, retry_after=_RETRY_AFTER))
        if self._active:
            asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)
        else:
            self._ticking = False

    def _promote(self, job: Job) -> None:
        """Move a job that takes long out of the fast lane."""
        self._fast.discard(job)
        self.counters.long_queries += 1
        try:
            (self._own if job.own else self._long).admit(job)
        except QueueFull:
            self.counters.refused += 1
            job.fail(_full(job))
        else:
            job.watch(self._left)
        self._replenish()

    def _left(self, job: Job) -> None:
        if not job.is_over:
            self.counters.disconnected += 1
            job.fail(Problem("query-cancelled", "the client has gone"))

    def _count(self, job: Job) -> None:
        counters = self.counters
        elapsed = job.elapsed
        counters.seconds += elapsed
        counters.processor_seconds += job.processor_seconds
        place = next((n for n, most in enumerate(DURATION_BOUNDS) if elapsed <= most), -1)
        counters.durations[place] += 1
        if self.on_slow is not None and (job.problem is not None or elapsed > SLICE_SECONDS):
            self.on_slow(job)

    # The life of a worker.

    def _new_nest(self) -> Nest:
        return Nest(self._on_hangup, self._on_born, self._on_ended, self._on_lost)

    def _replenish(self) -> None:
        while self._is_open and len(self._ready) + len(self._fast) + self._expected < _FAST:
            self._expected += 1
            self._births.append(None)
            self._nest.ask_for_worker(self._limits.memory)

    def _on_born(self, worker: Worker) -> None:
        self._known[worker.process] = worker
        self.counters.workers_started += 1
        wanted = self._births.popleft()  # the nursery obeys in order
        if wanted is None:
            self._expected -= 1
            self._offer(worker)
        elif wanted.done():
            worker.kill()
        else:
            wanted.set_result(worker)

    def _retire(self, worker: Worker) -> None:
        if worker in self._ready:
            self._ready.remove(worker)
        worker.kill()

    def _on_hangup(self, worker: Worker) -> None:
        """A worker's channel has closed; why, its end tells in a moment."""
        if worker in self._ready:
            self._ready.remove(worker)
            self._replenish()

    def _on_ended(self, process: int, status: int) -> None:
        worker = self._known.pop(process, None)
        if worker is None:
            return
        worker.drain()
        if worker.job is not None and not worker.job.is_over:
            worker.job.fail(self._fault_of_death(worker.job, os.waitstatus_to_exitcode(status)))
        if worker in self._ready:
            self._ready.remove(worker)
        worker.close()
        self._replenish()

    def _fault_of_death(self, job: Job, code: int) -> Problem:
        if -code in {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGKILL}:
            self.counters.memory_deaths += 1
            megabytes = self._limits.memory // 1_000_000
            return Problem(
                "query-memory",
                f"the query needed more than the {megabytes} MB that one may take",
                "add LIMIT, sort or group fewer rows, avoid patterns without a shared variable",
                extra={"limit": megabytes, "elapsed": round(job.elapsed, 3), "query": job.id},
            )
        self.counters.crashed += 1
        _logger.error("a worker ended by itself with code %d (query %s)", code, job.id)
        return Problem("internal-error", "the service failed on this request")

    def _on_lost(self) -> None:
        """The nursery has ended, and with it all workers: begin again."""
        for job in list(self._active.values()):
            job.fail(_stopping())
        for worker in self._known.values():
            worker.close()
        self._known.clear()
        self._ready.clear()
        for born in self._births:
            if born is not None and not born.done():
                born.set_exception(_stopping())
        self._births.clear()
        self._expected = 0
        self._nest = self._new_nest()
        self._restarting = asyncio.ensure_future(self.start())


def _full(job: Job) -> Problem:
    return Problem(
        "busy",
        "too many long queries run or wait already",
        "try again later",
        extra={"query": job.id, "elapsed": round(job.elapsed, 3)},
        headers={"Retry-After": str(_RETRY_AFTER)},
    )


def _stopping() -> Problem:
    return Problem(
        "starting",
        "the service is stopping or starting anew",
        "try again in a moment",
        headers={"Retry-After": str(_RETRY_AFTER)},
    )
