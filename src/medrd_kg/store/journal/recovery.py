"""What a journal's folder holds when it is opened, and the mending of what a crash left."""

import logging
import os
from pathlib import Path

from medrd_kg.store.journal.checkpoints import Checkpoint, checkpoints_in
from medrd_kg.store.journal.segments import (
    UNFINISHED,
    Segment,
    damaged,
    segments_in,
    sync_folder,
)

__all__ = ["cleared", "recorded", "recovered"]

_logger = logging.getLogger(__name__)


def recorded(folder: Path) -> tuple[Checkpoint | None, list[Segment]]:
    """Find what the journal holds without a change: for readers beside the one who writes.

    Raises:
        Problem: ``damaged-journal``.
        FileNotFoundError: The writer made a checkpoint in between; looking again helps.
    """
    names = checkpoints_in(folder)
    checkpoint = Checkpoint.read(names[-1]) if names else None
    base = checkpoint.sequence if checkpoint else 0
    return checkpoint, _consecutive([Segment.check(path) for path in segments_in(folder)], base)


def recovered(folder: Path) -> tuple[Checkpoint | None, list[Segment]]:
    """Find what the journal holds, and mend what a crash left."""
    checkpoint, segments = recorded(folder)
    base = checkpoint.sequence if checkpoint else 0
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink()
    if not segments:
        if checkpoint:
            raise damaged(folder, f"the records after checkpoint {base} are missing")
        return None, [Segment.create(folder, 1)]
    last = segments[-1]
    if last.size > last.end:
        _logger.warning(
            "%s: removed %d bytes after record %d, the rest of a write that was cut",
            last.path,
            last.size - last.end,
            last.last,
        )
        with last.path.open("r+b") as file:
            file.truncate(last.end)
            os.fsync(file.fileno())
    # A crash may have come between a file's new name and the disk's knowing of it.
    sync_folder(folder)
    return checkpoint, cleared(folder, checkpoint, segments) if checkpoint else segments


def _consecutive(segments: list[Segment], base: int) -> list[Segment]:
    """Return the segments, having made sure that together they hold every record after ``base``.

    Those that a checkpoint has replaced may still be there, with gaps between them.
    """
    starts = [each.header.first for each in segments]
    replaced = sum(start <= base + 1 for start in starts[1:])
    needed = segments[replaced:]
    expected = min(base + 1, starts[replaced]) if needed else 1
    for each in needed:
        if each.header.first != expected:
            raise damaged(each.path, f"the records from {expected} on, before it, are missing")
        if each is not needed[-1] and each.size > each.end:
            raise damaged(each.path, f"its end, after record {each.last}, is damaged")
        expected = each.last + 1
    if needed and expected <= base:
        raise damaged(needed[-1].path, f"the records from {expected} to {base} are missing")
    return segments


def cleared(folder: Path, checkpoint: Checkpoint, segments: list[Segment]) -> list[Segment]:
    """Remove what the checkpoint has replaced; the last segment stays, it is being written."""
    kept = [each for each in segments if each.last > checkpoint.sequence or each is segments[-1]]
    for path in checkpoints_in(folder):
        if path != checkpoint.path:
            path.unlink()
    for each in segments:
        if each not in kept:
            each.path.unlink()
    sync_folder(folder)
    return kept
