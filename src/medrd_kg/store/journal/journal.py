"""The journal: what was appended is on the disk before its number is returned."""

import errno
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from medrd_kg.problems import Problem
from medrd_kg.store.journal.checkpoints import Checkpoint
from medrd_kg.store.journal.frames import FrameHeader
from medrd_kg.store.journal.lock import JOURNAL_LOCK, WriterLock
from medrd_kg.store.journal.recovery import cleared, recovered
from medrd_kg.store.journal.segments import Segment, sync_folder

__all__ = ["Journal"]

_logger = logging.getLogger(__name__)
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Faults after which the file is sound: nothing was taken that the disk had no room for."""


class Journal:
    """Accepted edits in their order, from sequence number 1.

    One process has a journal open; its methods may be called from several threads. A crash at any
    moment leaves all records whose numbers were returned, and of each call of `append_many` all
    records or none.
    """

    def __init__(
        self, folder: Path, lock: WriterLock, checkpoint: Checkpoint | None, segments: list[Segment]
    ) -> None:
        """Take over what `open` found."""
        self.folder = folder
        self._lock = lock
        self._checkpoint = checkpoint
        self._closed = segments[:-1]
        self._writes = threading.Lock()
        self._checkpoints = threading.Lock()
        self._unsound: OSError | None = None
        self._segment = segments[-1]
        self._descriptor = os.open(self._segment.path, os.O_RDWR)
        self._last = self._segment.last
        self._end = self._segment.end

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the journal in a folder, created when absent, and mend what a crash left.

        The rest of a write that a crash cut is removed, with a line in the log.

        Raises:
            Problem: ``journal-in-use``: another process has it open. ``damaged-journal``:
                something that was acknowledged is missing or damaged; nothing is changed then.
            OSError: The folder cannot be read or written.
        """
        if not folder.is_dir():
            folder.mkdir(parents=True)
            sync_folder(folder.parent)
        lock = WriterLock.take(folder / JOURNAL_LOCK)
        try:
            return cls(folder, lock, *recovered(folder))
        except BaseException:
            lock.release()
            raise

    @property
    def last_sequence(self) -> int:
        """Number of the last edit, whether in a record or in the checkpoint; 0 at first."""
        return self._last

    @property
    def checkpoint_in_use(self) -> Checkpoint | None:
        """The checkpoint to start from, or None: then the records are all there is."""
        return self._checkpoint

    @property
    def bytes_since_checkpoint(self) -> int:
        """How much a restart has to read beside the checkpoint; tells when another one is due."""
        return sum(each.end for each in self._closed) + self._end

    def append(self, record: bytes) -> int:
        """Append a record; see `append_many`."""
        return self.append_many([record])

    def append_many(self, records: Sequence[bytes]) -> int:
        """Append records as one unit, with one write, and bring them to the disk.

        Args:
            records: What to append; nothing happens when there are none.

        Returns:
            The sequence number of the last record.

        Raises:
            Problem: ``storage-failure``: the disk does not take them. Nothing was appended. When
                the disk was full, later appends work once there is room; after any other fault
                the journal must be opened anew, because nobody knows what the disk holds.
        """
        self._require_open()
        with self._writes:
            if self._unsound is not None:
                raise self._failure(self._unsound)
            if not records:
                return self._last
            frame = FrameHeader.frame(self._segment.header.key, self._last + 1, records)
            try:
                _write_whole(self._descriptor, frame, self._end)
                os.fdatasync(self._descriptor)
            except OSError as error:
                self._take_back(error)
                raise self._failure(error) from error
            self._end += len(frame)
            self._last += len(records)
            return self._last

    def replay(self, after: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Yield the records with their numbers, in order, up to the last at the time of the call.

        Args:
            after: Number of the last record that the caller has; by default the checkpoint's.

        Raises:
            ValueError: Records after ``after`` have given way to the checkpoint.
            Problem: ``damaged-journal``: a file has been changed since it was opened.
        """
        with self._writes:
            base = self._base
            start = base if after is None else after
            if start < base:
                raise ValueError(f"the records up to {base} have given way to a checkpoint")
            segments = [*self._closed, self._written()]
        return (
            found for each in segments if each.last > start for found in each.records(after=start)
        )

    def checkpoint(
        self,
        sequence: int,
        content: Iterable[bytes] | Path,
        *,
        release: str = "",
        graphs: Iterable[str] = (),
    ) -> Checkpoint:
        """Let a file with the edited graphs take the place of all records up to a number.

        Appends may go on meanwhile. A crash leaves the old state or the new one.

        Args:
            sequence: Number of the last record whose effect the content holds.
            content: N-Quads in pieces of any length, or a file of them (``.zst`` accepted).
            release: Version of the release to which the graphs belong.
            graphs: IRIs of the edited graphs, the empty ones too.

        Raises:
            ValueError: There is no such record, or an older checkpoint holds more.
            Problem: ``storage-failure``: the disk does not take it; the old state stays.
        """
        self._require_open()
        with self._checkpoints:
            base = self._base
            if not base <= sequence <= self._last:
                raise ValueError(f"a checkpoint is of a record from {base} to {self._last}")
            try:
                made = Checkpoint.write(
                    self.folder, sequence, content, release=release, graphs=graphs
                )
            except OSError as error:
                raise self._failure(error) from error
            with self._writes:
                self._checkpoint = made
                self._rotate()
                try:
                    kept = cleared(self.folder, made, [*self._closed, self._written()])
                except OSError as error:
                    # The new state is in force; the next one to open removes what is left over.
                    _logger.warning("the journal in %s has leftovers: %s", self.folder, error)
                else:
                    self._closed = kept[:-1]
            return made

    def close(self) -> None:
        """Give the journal back; it cannot be used afterwards."""
        with self._writes:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
            self._lock.release()

    def __enter__(self) -> Self:
        """Return the journal."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the journal."""
        self.close()

    @property
    def _base(self) -> int:
        """Number of the last record that has given way to the checkpoint."""
        return 0 if self._checkpoint is None else self._checkpoint.sequence

    def _written(self) -> Segment:
        """Return the segment that is being written, as it is now."""
        segment = self._segment
        return Segment(segment.path, segment.header, self._last, self._end, self._end)

    def _rotate(self) -> None:
        """Go on in a new segment, so that the old one can be removed some day."""
        finished = self._written()
        if finished.last < finished.header.first:
            return
        fresh = None
        try:
            fresh = Segment.create(self.folder, self._last + 1)
            descriptor = os.open(fresh.path, os.O_RDWR)
        except OSError as error:
            # The old one is as good; the next checkpoint tries again.
            _logger.warning("the journal goes on in %s: %s", finished.path, error)
            if fresh is not None:
                fresh.path.unlink()
            return
        os.close(self._descriptor)
        self._closed.append(finished)
        self._segment, self._descriptor, self._end = fresh, descriptor, fresh.end

    def _take_back(self, error: OSError) -> None:
        """Bring the file back to the last whole record."""
        try:
            os.ftruncate(self._descriptor, self._end)
            os.fsync(self._descriptor)
        except OSError:
            self._unsound = error
        else:
            # After a failed sync the kernel takes pages for written that are not.
            self._unsound = None if error.errno in _FULL else error

    def _require_open(self) -> None:
        if not self._lock.is_held:
            raise ValueError("the journal is closed, or was opened by the parent of this process")

    def _failure(self, error: OSError) -> Problem:
        hint = (
            "make room on the disk"
            if self._unsound is None
            else "see to the disk, then start the server again"
        )
        return Problem("storage-failure", f"the journal cannot be written: {error.strerror}", hint)


def _write_whole(descriptor: int, data: bytes, offset: int) -> None:
    """Write everything; a disk that runs full takes a part first and tells the next time."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(descriptor, rest, offset)
        offset += written
        rest = rest[written:]
