"""A process that writes a journal and dies of it; the tests of crashes start it.

``write FOLDER`` appends records until it is killed and prints each number once it has it.
``steps SCENARIO FOLDER LIMIT`` does one thing and kills itself at the LIMIT-th step on files.
``hold FOLDER`` keeps the journal open until it is killed; ``fork`` has a child do so as well.
"""

import hashlib
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, NoReturn

from medrd_kg.store.journal import Journal

FILE_STEPS: Final = frozenset({"open", "os.rename", "os.remove", "os.truncate", "os.mkdir"})
"""Names under which the interpreter announces what it is about to do to files."""

BATCH: Final = 3
"""Records of each call of ``append_many``."""

SNAPSHOT_EVERY: Final = 40


def record(sequence: int) -> bytes:
    """Return the one record that may stand at a place, of up to 200 kB."""
    length = random.Random(sequence).choice((0, 40, 3_000, 10_000, 200_000))
    return b"%d:" % sequence + hashlib.shake_128(b"%d" % sequence).digest(length)


def snapshot(sequence: int) -> Iterator[bytes]:
    """Yield what a checkpoint holds: a line for each edit."""
    for number in range(1, sequence + 1):
        yield b"<urn:edit:%d> <urn:was> <urn:accepted> <urn:g> .\n" % number


def _write(folder: Path) -> NoReturn:
    with Journal.open(folder) as journal:
        while True:
            start = journal.last_sequence + 1
            if start % 2:
                last = journal.append(record(start))
            else:
                last = journal.append_many([record(start + each) for each in range(BATCH)])
            os.write(1, b"%d\n" % last)
            if start % SNAPSHOT_EVERY == 1:
                journal.checkpoint(last, snapshot(last), release="r1")


def _create(folder: Path) -> None:
    Journal.open(folder).close()


def _checkpoint(folder: Path) -> None:
    with Journal.open(folder) as journal:
        journal.append_many([record(journal.last_sequence + each) for each in (1, 2)])
        last = journal.last_sequence
        journal.append(record(last + 1))
        journal.checkpoint(last, snapshot(last), release="r1")
        journal.append(record(last + 2))


SCENARIOS: Final[Mapping[str, Callable[[Path], None]]] = {
    "create": _create,
    "checkpoint": _checkpoint,
}


def _steps(scenario: str, folder: Path, limit: int) -> None:
    taken = 0

    def step(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal taken
        if event in FILE_STEPS and any(str(each).startswith(str(folder)) for each in arguments):
            taken += 1
            if taken == limit:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(step)
    SCENARIOS[scenario](folder)


def _hold(folder: Path, *, fork: bool) -> None:
    with Journal.open(folder):
        if not fork or os.fork() == 0:
            os.write(1, b"%d\n" % os.getpid())
        signal.pause()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", folder]:
            _write(Path(folder))
        case ["steps", scenario, folder, limit]:
            _steps(scenario, Path(folder), int(limit))
        case ["hold", folder]:
            _hold(Path(folder), fork=False)
        case ["fork", folder]:
            _hold(Path(folder), fork=True)
        case _:
            sys.exit(2)
