"""Servers side by side over equal data: they take turns, so that a drifting machine slows all."""

import itertools
import json
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.load import RequestFailed, send
from benchmarks.servers import Server
from benchmarks.tasks import GRAPH, Task

__all__ = ["Figure", "compare", "measure", "rows_of"]

_CPU_SECONDS: Final = 0.3
"""CPU time after which a measurement ends: thirty of the kernel's clock ticks."""
_WALL_SECONDS: Final = 3.0
_FIRST_COUNT: Final = 25
_MOST_AT_ONCE: Final = 10_000
_APART: Final = 1_000_000
_LONGEST_SECONDS: Final = 20.0
"""A server that takes longer for one request is not asked again."""


@dataclass(slots=True)
class Figure:
    """What one task took on one server.

    Attributes:
        cpu: CPU milliseconds a request, one figure for each repeat.
        p50: Median wall milliseconds of a request, one for each repeat.
        p99: Wall milliseconds within which 99 of 100 came, one for each repeat.
        requests: How many were measured.
        rows: Rows or triples of the answer.
        fault: Why there are no figures.
    """

    cpu: list[float] = field(default_factory=list)
    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    requests: int = 0
    rows: int = -1
    fault: str = ""

    @property
    def cpu_ms(self) -> float:
        """Median over the repeats."""
        return statistics.median(self.cpu)

    def times(self, ours: "Figure") -> float:
        """Return how many times more CPU than ``ours`` it took: median over the repeats."""
        return statistics.median(
            theirs / max(own, 1e-6) for theirs, own in zip(self.cpu, ours.cpu, strict=True)
        )


def compare(
    servers: Sequence[Server],
    tasks: Sequence[Task],
    repeats: int,
    tell: Callable[[str], None],
) -> dict[str, dict[str, Figure]]:
    """Measure every task on every server.

    Args:
        servers: Running, with equal data.
        tasks: What they are asked.
        repeats: How often each is measured.
        tell: Takes a line on how far it is.

    Returns:
        Figures by the names of task and server.
    """
    figures: dict[str, dict[str, Figure]] = {}
    for task in tasks:
        tell(task.name)
        of_task = figures[task.name] = {server.name: Figure() for server in servers}
        for server in servers:  # caches and pages are warm for all alike
            _warm(server, task, of_task[server.name])
        for repeat in range(1, repeats + 1):
            for server in servers:
                if not of_task[server.name].fault:
                    # The same for all, and new to each of them.
                    numbers = itertools.count(repeat * _APART)
                    measure(server, task, numbers, of_task[server.name])
    return figures


def rows_of(task: Task, body: bytes) -> int:
    """Count what an answer holds: solutions of a table, triples of a graph."""
    if task.accept == GRAPH:
        return sum(1 for line in body.splitlines() if line.strip() and not line.startswith(b"#"))
    return len(json.loads(body)["results"]["bindings"])


def _warm(server: Server, task: Task, figure: Figure) -> None:
    """Ask all servers the same and note how much each answers."""
    try:
        numbers = iter(range(task.connections))
        run = send(server.endpoint, task, numbers, task.connections, timeout=_LONGEST_SECONDS)
        figure.rows = rows_of(task, run.body)
    except (RequestFailed, OSError, ValueError) as fault:
        figure.fault = str(fault)


def measure(server: Server, task: Task, numbers: Iterator[int], figure: Figure) -> None:
    """Send requests until the kernel's clock ticks are many enough to divide."""
    tree, seconds = server.tree, list[float]()
    begun = tree.cpu_seconds()
    cpu, count = 0.0, task.connections if task.is_heavy else _FIRST_COUNT * task.connections
    while cpu < _CPU_SECONDS and sum(seconds) / task.connections < _WALL_SECONDS:
        try:
            seconds += send(server.endpoint, task, numbers, count, timeout=_LONGEST_SECONDS).seconds
        except (RequestFailed, OSError) as fault:
            figure.fault = str(fault)
            return
        cpu = tree.cpu_seconds() - begun
        # Few reports of the whole tree: each takes a look at every process of the machine.
        count = min(count * 2, _MOST_AT_ONCE)
    ordered = sorted(seconds)
    figure.requests += len(seconds)
    figure.cpu.append(1000 * cpu / len(seconds))
    figure.p50.append(1000 * statistics.median(ordered))
    figure.p99.append(1000 * ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)])
