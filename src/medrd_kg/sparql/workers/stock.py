"""The workers that are ready, each at the newest state of the data or on its way there."""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.job import Job
from medrd_kg.sparql.workers.nest import Nest
from medrd_kg.sparql.workers.process import Worker
from medrd_kg.sparql.workers.refusals import stopping
from medrd_kg.sparql.workers.source import DataSource

__all__ = ["Stock"]

_LAGGING_DELTAS: Final = 1000
_LAGGING_BYTES: Final = 16_000_000
"""Bytes of an edit from which it is cheaper to fork anew than to let each worker apply it."""

_STILLBORN_SECONDS: Final = 0.5
"""Pause after a worker that ended before it did anything, so that no storm of births begins."""

_logger = logging.getLogger(__name__)


class Stock:
    """Workers that are ready or will be.

    Attributes:
        sequence: Number of the last edit that workers reflect when they begin.
        started: Workers that were born.
    """

    def __init__(
        self,
        source: DataSource,
        memory: int,
        on_ready: Callable[[Worker], None],
        on_death: Callable[[Job, int], None],
        on_lost: Callable[[], None],
    ) -> None:
        """Prepare a stock; `start` fills it.

        Args:
            source: The data.
            memory: Bytes that a worker may take beside them.
            on_ready: Called with each new worker.
            on_death: Called with the job and the exit code of a worker that ended over a job.
            on_lost: Called when all workers are gone, before new ones come.
        """
        self.sequence = 0
        self.started = 0
        self._source = source
        self._memory = memory
        self._on_ready = on_ready
        self._on_death = on_death
        self._when_lost = on_lost
        self._nest = self._new_nest()
        self._ready: list[Worker] = []
        self._known: dict[int, Worker] = {}
        self._expected = 0
        self._births: deque[asyncio.Future[Worker] | None] = deque()
        self._deltas: deque[tuple[int, bytes]] = deque(maxlen=_LAGGING_DELTAS)
        self._snapshot: bytes | None = None
        self._tables: list[bytes] = []
        self._history: Callable[[], Iterable[tuple[int, bytes]]] = tuple
        self._restarting: asyncio.Task[None] | None = None
        self.is_open = False

    @property
    def isolated(self) -> bool:
        """Whether workers are cut off from every network."""
        return self._nest.isolated

    @property
    def nursery(self) -> int | None:
        """Process id of the nursery, while it runs."""
        return self._nest.process

    @property
    def available(self) -> int:
        """How many workers are ready or were asked for."""
        return len(self._ready) + self._expected

    async def start(self, history: Callable[[], Iterable[tuple[int, bytes]]]) -> None:
        """Load the data.

        Args:
            history: Yields the edits since the source was made, as numbers with frames of kind
                DELTA; asked again when the data have to be loaded again.

        Raises:
            Problem: ``damaged-release``: the data cannot be loaded.
        """
        self._history = history
        await self._nest.start(self._source)
        for sequence, delta in history():
            self._nest.tell(delta)
            self.sequence = sequence
        if self._snapshot is not None:
            self._nest.tell(self._snapshot)
        self.is_open = True

    async def stop(self) -> None:
        """End all workers."""
        self.is_open = False
        await self._nest.stop()
        for worker in self._known.values():
            worker.close()
        self._known.clear()
        self._ready.clear()

    def take(self) -> Worker | None:
        """Return a worker that is ready, at the newest state; None when there is none."""
        while self._ready:
            worker = self._ready.pop()
            if self.update(worker):
                return worker
            self.retire(worker)
        return None

    def give_back(self, worker: Worker) -> None:
        """Keep a worker that has nothing to do."""
        self._ready.append(worker)

    def retire_oldest(self) -> None:
        """End the worker that had nothing to do for the longest time."""
        self.retire(self._ready[0])

    def shrink(self, most: int, copied: int) -> None:
        """End workers that cost memory while there is nothing to do.

        Args:
            most: How many are kept.
            copied: Bytes of the data that one that is kept may have for itself.
        """
        for worker in [each for each in self._ready if each.copied_bytes() > copied]:
            self.retire(worker)
        while len(self._ready) > most:
            self.retire_oldest()

    def update(self, worker: Worker) -> bool:
        """Bring a worker to the newest state; False when it lags too far behind."""
        if worker.sequence != self.sequence and not self._catch_up(worker):
            return False
        for table in self._tables[worker.tables :]:
            worker.send(table)
        worker.tables = len(self._tables)
        return True

    def _catch_up(self, worker: Worker) -> bool:
        if self._snapshot is not None:
            worker.send(self._snapshot)
        elif not self._deltas or self._deltas[0][0] > worker.sequence + 1:
            return False
        else:
            for sequence, delta in self._deltas:
                if sequence > worker.sequence:
                    worker.send(delta)
        worker.sequence = self.sequence
        worker.tables = 0
        return True

    def order(self) -> None:
        """Ask for one more worker."""
        if self.is_open:
            self._expected += 1
            self._births.append(None)
            self._nest.ask_for_worker(self._memory)

    async def borrow(self, memory: int, copy: Path | None = None) -> Worker:
        """Return a worker that does nothing else; see `retire`.

        Args:
            memory: Bytes that it may take beside the data.
            copy: Where it makes a copy of data on disk that it may change.
        """
        born: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()
        self._births.append(born)
        self._nest.ask_for_worker(memory, copy)
        return await born

    def retire(self, worker: Worker) -> None:
        """End a worker."""
        if worker in self._ready:
            self._ready.remove(worker)
        worker.kill()

    def spread(self, table: bytes) -> None:
        """Let all workers have a table of sums of the present data.

        Args:
            table: A frame of kind TABLE.
        """
        self._nest.tell(table)
        self._tables.append(table)

    def publish(self, sequence: int, delta: bytes) -> None:
        """Let all workers begin with an edit; see `Pool.publish`."""
        self.sequence = sequence
        self._tables.clear()
        self._nest.tell(delta)
        if len(delta) > _LAGGING_BYTES:
            self._deltas.clear()
            for worker in list(self._ready):
                self.retire(worker)
        else:
            self._deltas.append((sequence, delta))

    def adopt(self, sequence: int, snapshot: bytes) -> None:
        """Let all workers begin with a snapshot; see `Pool.adopt`."""
        self.sequence = sequence
        self._tables.clear()
        self._snapshot = snapshot
        self._nest.tell(snapshot)
        for worker in self._ready:
            self.update(worker)

    def _new_nest(self) -> Nest:
        return Nest(self._on_hangup, self._on_born, self._on_ended, self._on_lost)

    def _on_born(self, worker: Worker) -> None:
        self._known[worker.process] = worker
        self.started += 1
        wanted = self._births.popleft()  # the nursery obeys in order
        if wanted is None:
            self._expected -= 1
            self._on_ready(worker)
        elif wanted.done():
            worker.kill()
        else:
            wanted.set_result(worker)

    def _on_hangup(self, worker: Worker) -> None:
        """A worker's channel has closed; why, its end tells in a moment."""
        if worker in self._ready:
            self._ready.remove(worker)

    def _on_ended(self, process: int, status: int) -> None:
        worker = self._known.pop(process, None)
        if worker is None:
            return
        worker.drain()
        code = os.waitstatus_to_exitcode(status)
        if worker in self._ready:
            self._ready.remove(worker)
        worker.close()
        if worker.job is not None and not worker.job.is_over:
            self._on_death(worker.job, code)
        elif not worker.was_asked_to_end:
            _logger.error("a worker ended by itself with code %d", code)
            asyncio.get_running_loop().call_later(_STILLBORN_SECONDS, self._replace)

    def _replace(self) -> None:
        if self.is_open:
            self.order()

    def _on_lost(self) -> None:
        """The nursery has ended, and with it all workers: begin again."""
        self.is_open = False
        self._tables.clear()
        for worker in self._known.values():
            worker.close()
        self._known.clear()
        self._ready.clear()
        for born in self._births:
            if born is not None and not born.done():
                born.set_exception(stopping())
        self._births.clear()
        self._expected = 0
        self._nest = self._new_nest()
        self._when_lost()
        self._restarting = asyncio.ensure_future(self._start_again())

    async def _start_again(self) -> None:
        try:
            await self.start(self._history)
        except Problem as problem:
            _logger.error("the data cannot be loaded again: %s", problem)  # noqa: TRY400
        else:
            self._when_lost()
