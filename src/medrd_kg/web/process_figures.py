"""What this process and its descendants take of the machine, read from ``/proc`` when asked."""

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ProcessFigures", "process_figures"]

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")

# Places in /proc/PID/stat after the name, which may hold spaces and stands in parentheses.
_PARENT: Final = 1
_TIMES: Final = slice(11, 15)
_THREADS: Final = 17
_RESIDENT: Final = 21


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """What some processes take together.

    Attributes:
        processes: How many they are.
        threads: How many threads they have.
        open_files: How many files and sockets they hold open.
        resident_bytes: Memory in use; pages that forked processes share count in each.
        processor_seconds: What they and their ended children have used so far.
    """

    processes: int
    threads: int
    open_files: int
    resident_bytes: int
    processor_seconds: float


def process_figures(process: int | None = None) -> tuple[ProcessFigures, ProcessFigures]:
    """Return the figures of a process, and those of all its living descendants together.

    Args:
        process: Its id; this process by default.
    """
    stats = dict(_stats())
    own = os.getpid() if process is None else process
    children: defaultdict[int, list[int]] = defaultdict(list)
    for each, fields in stats.items():
        children[int(fields[_PARENT])].append(each)
    descendants: list[int] = []
    pending = list(children[own])
    while pending:
        each = pending.pop()
        descendants.append(each)
        pending += children[each]
    return _sum(stats, [own]), _sum(stats, descendants)


def _stats() -> Iterator[tuple[int, list[str]]]:
    """Yield the fields of every process after its name; where there is no /proc, none."""
    for path in _PROC.glob("[0-9]*/stat"):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it has ended meanwhile
        yield int(path.parent.name), text.rpartition(")")[2].split()


def _sum(stats: Mapping[int, list[str]], processes: list[int]) -> ProcessFigures:
    known = [(each, stats[each]) for each in processes if each in stats]
    return ProcessFigures(
        processes=len(known),
        threads=sum(int(fields[_THREADS]) for _, fields in known),
        open_files=sum(_open_files(each) for each, _ in known),
        resident_bytes=sum(int(fields[_RESIDENT]) * _PAGE for _, fields in known),
        processor_seconds=sum(sum(map(int, fields[_TIMES])) for _, fields in known) / _TICKS,
    )


def _open_files(process: int) -> int:
    try:
        return sum(1 for _ in (_PROC / str(process) / "fd").iterdir())
    except OSError:
        return 0  # it has ended, or belongs to another user
