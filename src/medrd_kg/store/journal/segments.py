"""Segment files: making one, finding where its whole records end, reading them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from medrd_kg.problems import Problem
from medrd_kg.store.journal.frames import (
    FRAME_HEADER_BYTES,
    SEGMENT_HEADER_BYTES,
    FrameHeader,
    SegmentHeader,
    later_frame,
)

__all__ = ["UNFINISHED", "Segment", "damaged", "segments_in", "sync_folder"]

UNFINISHED: Final = ".unfinished-"
"""Start of the names of files that are being made; whoever opens the journal removes them."""

_PREFIX: Final = "records-"
_SUFFIX: Final = ".journal"
_HINT: Final = "restore the journal from a backup; it is left as it is"


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged(path: Path, what: str) -> Problem:
    """Return the fault of a journal that has lost something that was acknowledged."""
    return Problem("damaged-journal", f"{path}: {what}", _HINT)


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment file whose frames have been checked.

    Attributes:
        path: The file.
        header: Its header.
        last: Sequence number of its last whole record; one below the first when it has none.
        end: Where its last whole frame ends; bytes after it are the rest of a torn write.
        size: Bytes of the file.
    """

    path: Path
    header: SegmentHeader
    last: int
    end: int
    size: int

    @classmethod
    def create(cls, folder: Path, first: int) -> "Segment":
        """Make an empty segment, durably, for the records from ``first`` on.

        Raises:
            OSError: The disk does not take it; nothing is left behind.
        """
        header = SegmentHeader.new(first)
        path = folder / f"{_PREFIX}{first:020d}{_SUFFIX}"
        unfinished = folder / f"{UNFINISHED}{path.name}"
        try:
            with unfinished.open("wb") as file:
                file.write(header.encode())
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            sync_folder(folder)
        except OSError:
            unfinished.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
        return cls(path, header, first - 1, SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES)

    @classmethod
    def check(cls, path: Path) -> "Segment":
        """Read a segment through and find where its whole frames end.

        Raises:
            Problem: ``damaged-journal``: the header is damaged, or a damaged frame is followed by
                what was written after it, so that it was whole once.
        """
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            try:
                header = SegmentHeader.decode(file.read(SEGMENT_HEADER_BYTES))
            except ValueError as error:
                raise damaged(path, str(error)) from error
            end, last = SEGMENT_HEADER_BYTES, header.first - 1
            for frame in _whole_frames(file, header, path, size):
                end, last = file.tell(), frame.last
        return cls(path, header, last, end, size)

    def records(self, after: int) -> Iterator[tuple[int, bytes]]:
        """Yield the records that `check` found whole, from the one after ``after`` on.

        Raises:
            Problem: ``damaged-journal``: the file has been changed since.
        """
        with self.path.open("rb") as file:
            file.seek(SEGMENT_HEADER_BYTES)
            while file.tell() < self.end:
                start = file.tell()
                frame = FrameHeader.decode(self.header.key, file.read(FRAME_HEADER_BYTES))
                if frame is None:
                    raise damaged(self.path, f"no record starts at byte {start}")
                if frame.last <= after:
                    file.seek(frame.length, os.SEEK_CUR)
                    continue
                body = file.read(frame.length)
                if not frame.is_body(self.header.key, body):
                    raise damaged(self.path, f"record {frame.first} at byte {start} is damaged")
                for sequence, record in frame.records(body):
                    if sequence > after:
                        yield sequence, record


def segments_in(folder: Path) -> list[Path]:
    """Return the segment files of a folder, the oldest first."""
    return sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"))


def _whole_frames(
    file: BinaryIO, header: SegmentHeader, path: Path, size: int
) -> Iterator[FrameHeader]:
    """Yield frame after frame; each time, the file stands at the frame's end."""
    key, expected = header.key, header.first
    while (start := file.tell()) < size:
        frame = FrameHeader.decode(key, file.read(FRAME_HEADER_BYTES))
        if frame is not None and frame.first != expected:
            raise damaged(
                path, f"record {frame.first} at byte {start} stands where {expected} should be"
            )
        if frame is not None and frame.is_followed_by_its_body(key, file):
            yield frame
            expected = frame.last + 1
            continue
        # One frame at a time is written, and the next only after this one was on the disk: only
        # a frame with nothing behind it can be the rest of a write that a crash cut.
        behind = start + FRAME_HEADER_BYTES + frame.length if frame else None
        if behind is None or behind >= size:
            behind = later_frame(key, file, start + 1, expected)
        if behind is not None:
            raise damaged(
                path,
                f"record {expected} at byte {start} is damaged; what was written after it"
                f" follows at byte {behind}",
            )
        return
