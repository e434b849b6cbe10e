"""The files of a data directory that nothing could make anew, and how they are read consistently.

These are all but the releases, of which a backup takes one, and what only the running programs
need. Folders that other parts of the program add belong to it without being named here.
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from medrd_kg.problems import Problem
from medrd_kg.store.journal import recorded

__all__ = [
    "REPLACED",
    "RESTORING",
    "DataFile",
    "is_empty",
    "journals",
    "lasting_files",
    "require_whole",
]

REPLACED: Final = "replaced-"
"""Beginning of the folders in which a restore keeps what was there before."""

RESTORING: Final = "restore-unfinished"
"""File that tells that a restore has begun to move folders and has not come to its end."""

_RELEASES: Final = "releases"
_MADE_ANEW: Final = frozenset({_RELEASES, "parts", "snapshots"})
"""Folders of releases, of what builds keep for later ones, and of servers' copies for queries."""

_LOCKS: Final = ".lock"
_HIDDEN: Final = "."
_PASSING: Final = frozenset({"failed-validation.ttl", RESTORING})
_RECORDS: Final = "records-*.journal"
_ATTEMPTS: Final = 20
_PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file to copy; what other processes do to the folder meanwhile does not concern it.

    Attributes:
        name: Its path below the data directory, with forward slashes.
        content: It, open for reading at its start.
        length: How many bytes of it belong to the state that is copied.
        modified: When it was changed, in seconds since 1970.
    """

    name: str
    content: BinaryIO
    length: int
    modified: float


def lasting_files(data_dir: Path) -> Iterator[DataFile]:
    """Yield the files of a data directory, each open until the next is asked for.

    A journal of edits is read as it is at one moment, also while a server writes it. Every other
    file is written whole and renamed by whoever writes it, and read as it was when it was opened.

    Raises:
        Problem: ``damaged-journal``. ``busy``: a journal does not come to rest.
        OSError: A file cannot be read.
    """
    for folder, names in _folders(data_dir):
        if any(folder.glob(_RECORDS)):
            yield from _journal(data_dir, folder)
            continue
        for name in names:
            path = folder / name
            try:
                content = path.open("rb")
            except FileNotFoundError:
                continue  # it was removed, or had its final name only now
            with content:
                yield _file(data_dir, path, content)


def journals(data_dir: Path) -> list[Path]:
    """Return the folders of the journals in a data directory."""
    return [folder for folder, _ in _folders(data_dir) if any(folder.glob(_RECORDS))]


def is_empty(data_dir: Path) -> bool:
    """Whether a data directory holds nothing that a restore would have to replace."""
    if not data_dir.is_dir():
        return True
    return all(
        each.name.endswith(_LOCKS) or (each.name == _RELEASES and not any(each.iterdir()))
        for each in data_dir.iterdir()
        if not each.name.startswith((_HIDDEN, REPLACED))
    )


def require_whole(data_dir: Path) -> None:
    """Refuse a data directory that a cut restore has left half moved.

    Raises:
        Problem: ``damaged-release``.
    """
    if (data_dir / RESTORING).exists():
        raise Problem(
            "damaged-release",
            f"a restore into {data_dir} was cut",
            f"run `medrd-kg restore --replace` again; what was there before is kept in {REPLACED}…",
        )


def _folders(data_dir: Path) -> Iterator[tuple[Path, list[str]]]:
    """Yield each folder with the names of its files, following links, each folder once."""
    seen = set()
    for parent, folders, names in os.walk(data_dir, followlinks=True):
        folder = Path(parent)
        if (real := folder.resolve()) in seen:
            folders.clear()
            continue
        seen.add(real)
        top = folder == data_dir
        folders[:] = sorted(
            each
            for each in folders
            if not each.startswith(_HIDDEN)
            and not (top and (each in _MADE_ANEW or each.startswith(REPLACED)))
        )
        yield (
            folder,
            sorted(
                each
                for each in names
                if not each.startswith(_HIDDEN)
                and not each.endswith(_LOCKS)
                and not (top and each in _PASSING)
            ),
        )


def _journal(data_dir: Path, folder: Path) -> Iterator[DataFile]:
    """Yield the checkpoint and the segments of a journal as they are at one moment."""
    for attempt in range(_ATTEMPTS):
        with ExitStack() as stack:
            try:
                checkpoint, segments = recorded(folder)
                opened = [
                    (path, stack.enter_context(path.open("rb")), end)
                    for path, end in (
                        *([] if checkpoint is None else [(checkpoint.path, None)]),
                        *((each.path, each.end) for each in segments),
                    )
                ]
            except (FileNotFoundError, Problem) as fault:
                # Its writer may have let a checkpoint take the place of files in between.
                if isinstance(fault, Problem) and attempt == _ATTEMPTS - 1:
                    raise
            else:
                # What is open stays, whatever is removed now; behind `end` nothing is read.
                for path, content, end in opened:
                    yield _file(data_dir, path, content, end)
                return
        time.sleep(_PAUSE_SECONDS)
    raise Problem("busy", f"the journal in {folder} does not come to rest", "try again")


def _file(data_dir: Path, path: Path, content: BinaryIO, length: int | None = None) -> DataFile:
    there = os.fstat(content.fileno())
    return DataFile(
        path.relative_to(data_dir).as_posix(),
        content,
        there.st_size if length is None else length,
        there.st_mtime,
    )
