"""Who may run now: a fast lane for every new query, and slots for those that take long.

Each query begins in the fast lane, on a worker that is ready. After a moment it yields its place to
another worker, forked for it, and goes on beside; once it has used more than a little of the
processor, at the lowest priority. With a whole slice used up it needs a slot for long queries, or
is stopped until one is free. So a new query waits for moments at worst, whatever else is going on,
and one that only had to wait for a busy processor is not taken for a long one. Long queries of the service itself have slots of
their own.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sparql.workers.job import Job, LaneName

__all__ = [
    "MOMENT_SECONDS",
    "MOST_YIELDING",
    "QUICK_SECONDS",
    "SLICE_SECONDS",
    "STAY_SECONDS",
    "LongLane",
    "QueueFull",
]

MOMENT_SECONDS: Final = 0.02
"""Wall seconds after which a query yields its place in the fast lane."""

SLICE_SECONDS: Final = 0.05
"""Processor seconds that a query may use before it needs a slot."""

QUICK_SECONDS: Final = 0.005
"""Processor seconds up to which a query keeps its priority: so far it mostly had to wait."""

STAY_SECONDS: Final = 0.5
"""Wall seconds that an answer may stream without a slot: it may wait for its client."""

MOST_YIELDING: Final = 32
"""Queries that may go on without a place or a slot at a time."""


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

    def _advance(self) -> None:
        while self.waiting and len(self.running) < self.slots:
            job = self.waiting.popleft()
            if job.worker is not None and not job.is_over:
                self.running.add(job)
                job.lane = self.name
                job.worker.go_on()
