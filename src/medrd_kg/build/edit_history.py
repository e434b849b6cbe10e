"""What the journal of edits holds, seen from the releases: which edits came after which release."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from medrd_kg.build.differences import Statement
from medrd_kg.problems import Problem
from medrd_kg.store.delta import Delta
from medrd_kg.store.journal import EditRecord, recorded

__all__ = ["EDITS", "EditHistory", "JournalledEdit", "edit_history", "edited_lines"]

EDITS: Final = "edits"
"""Folder of the journal in a data directory."""

_ATTEMPTS: Final = 5
"""How often the journal is read anew while its writer makes checkpoints."""

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class JournalledEdit:
    """An accepted edit.

    Attributes:
        sequence: Its number.
        accepted: When it was accepted, ISO 8601.
        release: Version of the release that was served then.
        graphs: IRIs of the graphs that it changed, sorted; empty for the default graph.
        added: Number of statements that it added.
        removed: Number of statements that it removed.
    """

    sequence: int
    accepted: str
    release: str
    graphs: tuple[str, ...]
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class EditHistory:
    """All accepted edits of a data directory.

    Attributes:
        last: Number of the last one; 0 where there is none.
        summed: Number of the last one that a checkpoint holds, whose details are gone.
        edits: The edits after that, in order.
    """

    last: int = 0
    summed: int = 0
    edits: tuple[JournalledEdit, ...] = ()

    def on(self, version: str) -> list[JournalledEdit]:
        """Return the edits that were accepted while a release was served."""
        return [each for each in self.edits if each.release == version]


def edit_history(data_dir: Path) -> EditHistory:
    """Read the journal of a data directory, also while a server writes it.

    Raises:
        Problem: ``damaged-journal``.
    """
    return _read(data_dir, _history, EditHistory())


def edited_lines(data_dir: Path) -> tuple[int, set[bytes]]:
    """Return what all edits come to, also while a server writes more.

    Returns:
        The number of the last edit, and what the edited graphs hold, as lines of N-Quads.

    Raises:
        Problem: ``damaged-journal``.
    """
    nothing: tuple[int, set[bytes]] = (0, set())
    return _read(data_dir, _outcome, nothing)


def _read(data_dir: Path, read: Callable[[Path], _Found], nothing: _Found) -> _Found:
    folder = data_dir / EDITS
    if not folder.is_dir():
        return nothing
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):  # the writer made a checkpoint in between
            return read(folder)
    raise Problem("busy", f"the journal in {folder} changes while it is read", "try again")


def _history(folder: Path) -> EditHistory:
    checkpoint, segments = recorded(folder)
    summed = 0 if checkpoint is None else checkpoint.sequence
    edits = [
        _described(sequence, EditRecord.decode(record))
        for segment in segments
        for sequence, record in segment.records(after=summed)
    ]
    return EditHistory(edits[-1].sequence if edits else summed, summed, tuple(edits))


def _described(sequence: int, record: EditRecord) -> JournalledEdit:
    delta = Delta.decode(record.delta)
    lines = (delta.added + delta.removed).splitlines(keepends=True)
    graphs = {Statement.of_line(line).graph for line in lines}
    return JournalledEdit(
        sequence=sequence,
        accepted=record.accepted.isoformat(timespec="seconds"),
        release=record.release,
        graphs=tuple(sorted(graphs | {*delta.created, *delta.dropped})),
        added=delta.added.count(b"\n"),
        removed=delta.removed.count(b"\n"),
    )


def _outcome(folder: Path) -> tuple[int, set[bytes]]:
    checkpoint, segments = recorded(folder)
    last, lines = 0, set[bytes]()
    if checkpoint is not None:
        last = checkpoint.sequence
        lines.update(b"".join(checkpoint.content()).splitlines(keepends=True))
    for segment in segments:
        for sequence, record in segment.records(after=last):
            delta = Delta.decode(EditRecord.decode(record).delta)
            lines.difference_update(delta.removed.splitlines(keepends=True))
            lines.update(delta.added.splitlines(keepends=True))
            last = sequence
    return last, lines
