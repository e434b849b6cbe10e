"""Who may run now: a fast lane for every new query, and slots for those that take long.

Each query begins in the fast lane, on a worker that is ready. After a moment it yields its place to
another worker, forked for it, and goes on beside; once it has used more than a little of the
processor, at the lowest priority. With a whole slice used up it needs a slot for long queries, or
is stopped until one is free. So a new query waits for moments at worst, whatever else is going on,
and one that only had to wait for a busy processor is not taken for a long one. Long queries of the
service itself have slots of their own.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sparql.workers.job import Job, LaneName

__all__ = ["SLICE_SECONDS", "Lanes", "LongLane", "QueueFull"]

_MOMENT_SECONDS: Final = 0.02
"""Wall seconds after which a query yields its place in the fast lane."""

SLICE_SECONDS: Final = 0.05
"""Processor seconds that a query may use before it needs a slot."""

_QUICK_SECONDS: Final = 0.005
"""Processor seconds up to which a query keeps its priority: so far it mostly had to wait."""

_STAY_SECONDS: Final = 0.3
"""Wall seconds that a query may go on without a slot once it has used half a slice, or streams:
then it may wait for its client. A short one may take that long on a machine that others keep busy,
since a process that begins copies the pages it reads."""

_MOST_YIELDING: Final = 32
"""Queries that may go on without a place or a slot at a time."""


_OWN_PLACES: Final = 1000


class QueueFull(Exception):
    """There is no room for one more long query."""


@dataclass(eq=False)
class LongLane:
    """Slots for long queries, and the line before them.

    Attributes:
        slots: How many run at a time.
        places: How many wait, stopped, with what they have in memory.
        name: What a job that runs here is said to be in.
    """

    slots: int
    places: int
    name: LaneName
    running: set[Job] = field(default_factory=set)
    waiting: deque[Job] = field(default_factory=deque)

    def admit(self, job: Job) -> None:
        """Let a job that has begun go on here.

        Raises:
            QueueFull: It would have to wait, and there is no place to.
        """
        worker = job.worker
        if worker is None:
            raise ValueError("a job enters a long lane with its worker")
        if len(self.running) < self.slots:
            self.running.add(job)
            job.lane = self.name
            return
        if len(self.waiting) >= self.places:
            raise QueueFull
        worker.pause()
        self.waiting.append(job)
        job.lane = LaneName.WAITING

    def leave(self, job: Job) -> None:
        """Let a job that is over go, and the next one on."""
        if job in self.running:
            self.running.discard(job)
            self._advance()
        elif job in self.waiting:
            self.waiting.remove(job)
            if job.worker is not None:
                # Its answer may have been on the way when it was stopped: it may get other work.
                job.worker.go_on()

    def _advance(self) -> None:
        while self.waiting and len(self.running) < self.slots:
            job = self.waiting.popleft()
            if job.worker is not None and not job.is_over:
                self.running.add(job)
                job.lane = self.name
                job.worker.go_on()


class Lanes:
    """All lanes together.

    Attributes:
        long_queries: Queries that needed a slot so far.
    """

    def __init__(self, slots: int, on_promoted: Callable[[Job], None]) -> None:
        """Make lanes.

        Args:
            slots: How many long queries run at a time.
            on_promoted: Called with each job that was given a slot or a place to wait for one.
        """
        self.long_queries = 0
        self._on_promoted = on_promoted
        self._fast: set[Job] = set()
        self._yielding: set[Job] = set()
        self._long = LongLane(slots, max(8, 4 * slots), LaneName.LONG)
        self._own = LongLane(max(2, slots), _OWN_PLACES, LaneName.OWN)

    @property
    def fast(self) -> int:
        """How many jobs are in the fast lane."""
        return len(self._fast)

    def enter(self, job: Job) -> None:
        """Let a job that gets a worker begin in the fast lane."""
        job.lane = LaneName.FAST
        self._fast.add(job)

    def leave(self, job: Job) -> bool:
        """Let a job that is over go; return whether it was in the fast lane till the end."""
        if job in self._fast:
            self._fast.discard(job)
            return True
        self._yielding.discard(job)
        for lane in (self._long, self._own):
            lane.leave(job)
        return False

    def look(self, now: float) -> Iterator[Job]:
        """Move jobs on that have had their time; yield those for which there is no place.

        Args:
            now: Monotonic time in seconds.
        """
        for job in [each for each in self._fast if now - each.begun > _MOMENT_SECONDS]:
            self._fast.discard(job)
            self._yielding.add(job)
            job.lane = LaneName.YIELDING
        for job in list(self._yielding):
            if len(self._yielding) > _MOST_YIELDING or self._is_long(job, now):
                try:
                    self._promote(job)
                except QueueFull:
                    yield job

    def _is_long(self, job: Job, now: float) -> bool:
        """Look how much of the processor a job has used, and let it yield that too."""
        worker = job.worker
        if worker is None:
            return False
        used = worker.processor_seconds() - job.used_before
        if used > _QUICK_SECONDS and not job.own and not worker.yields:
            worker.yield_processor()
        stays = now - job.begun > _STAY_SECONDS and (used > SLICE_SECONDS / 2 or job.is_streaming)
        return used > SLICE_SECONDS or stays

    def _promote(self, job: Job) -> None:
        """Give a job that takes long a slot, or a place to wait for one.

        Raises:
            QueueFull: There is neither.
        """
        self._yielding.discard(job)
        self.long_queries += 1
        (self._own if job.own else self._long).admit(job)
        self._on_promoted(job)
