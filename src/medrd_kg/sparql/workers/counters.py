"""What happened to queries since the start, as plain numbers for metrics."""

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

__all__ = ["DURATION_BOUNDS", "Counters"]

DURATION_BOUNDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
"""Upper bounds, in seconds, of the classes of `Counters.durations`."""


@dataclass(slots=True)
class Counters:
    """Numbers that only grow.

    Attributes:
        queries: Requests that came.
        long_queries: Those that left the fast lane.
        timeouts: Those that met the time limit.
        memory_deaths: Those that met the memory limit.
        cancelled: Those that an administrator ended.
        disconnected: Those whose client left.
        refused: Those for which there was no place.
        crashed: Workers that ended for no reason that is known.
        workers_started: Workers that were born.
        edits: Edits that became visible.
        seconds: Wall seconds of all queries together.
        processor_seconds: Processor seconds of all queries together, as their workers say.
        durations: Queries by their wall seconds, a number for each class.
    """

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

    def note(self, elapsed: float, processor_seconds: float) -> None:
        """Count a query that has ended."""
        self.seconds += elapsed
        self.processor_seconds += processor_seconds
        self.durations[bisect_left(DURATION_BOUNDS, elapsed)] += 1
