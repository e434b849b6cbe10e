"""Who may run now: a fast lane for every new query, and slots for those that take long.

Each query begins in the fast lane, on a worker that is ready. One that is not done after a short
slice makes room: its worker takes a slot for long queries, at the lowest priority, or is stopped
until a slot is free, and a new worker is forked for the fast lane. So a new query waits for a few
slices at worst, whatever else is going on. Long queries of the service itself have slots of their
own.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sparql.workers.job import Job, LaneName

__all__ = ["SLICE_SECONDS", "STAY_SECONDS", "LongLane", "QueueFull"]

SLICE_SECONDS: Final = 0.05
"""Processor seconds that a query may use in the fast lane."""

STAY_SECONDS: Final = 0.5
"""Wall seconds that it may stay there, whatever it uses: it may wait for its client."""


class QueueFull(Exception):
    """There is no room for one more long query."""


@dataclass(eq=False)
class LongLane:
    """Slots for long queries, and the line before them.

    Attributes:
        slots: How many run at a time.
        places: How many wait, stopped, with what they have in memory.
        name: What a job that runs here is said to be in.
        yields: Whether those who run here give way to everything else.
    """

    slots: int
    places: int
    name: LaneName
    yields: bool
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
        if self.yields:
            worker.yield_processor()
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
