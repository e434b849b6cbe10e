"""A sorted file of statements that is asked for subjects, and cut into ranges of subjects."""

import mmap
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zlib import crc32

__all__ = ["Cutter", "Extent", "Range"]

_STEP: Final = 1 << 15
"""Bytes between two entries of the sparse index."""

_FEWEST: Final = 60_000
_MOST: Final = 240_000
_ONE_IN: Final = 4096


@dataclass(frozen=True, slots=True)
class Range:
    """A range of subjects: a part of the content.

    Attributes:
        start: Offset of its first line.
        end: Offset behind its last line.
        first: Its first subject.
        last: Its last subject.
    """

    start: int
    end: int
    first: bytes
    last: bytes

    def has(self, subject: bytes) -> bool:
        """Whether a subject is of this range."""
        return self.first <= subject <= self.last


class Cutter:
    """Cuts sorted lines into ranges while they are written.

    Where it cuts depends on the subjects nearby and not on how many came before, so that
    statements added or removed elsewhere leave a range as it was.
    """

    def __init__(self, *, fewest: int = _FEWEST, most: int = _MOST, one_in: int = _ONE_IN) -> None:
        """Begin before the first line.

        Args:
            fewest: Lines of a range before it may end.
            most: Lines after which it ends with the subject, whatever the subject is.
            one_in: How many subjects come before one at which a range may end.
        """
        self.ranges: list[Range] = []
        self._fewest, self._most, self._one_in = fewest, most, one_in
        self._subject = self._first = b""
        self._start = self._offset = self._lines = 0

    def add(self, line: bytes) -> None:
        """Take the next line."""
        if not (self._subject and line.startswith(self._subject) and self._continues(line)):
            subject = line[: line.index(b" ")]
            if self._lines >= self._most or (
                self._lines >= self._fewest and crc32(subject) % self._one_in == 0
            ):
                self.end()
            if not self._lines:
                self._first = subject
            self._subject = subject
        self._offset += len(line)
        self._lines += 1

    def end(self) -> None:
        """End the range, if there is one."""
        if self._lines:
            self.ranges.append(Range(self._start, self._offset, self._first, self._subject))
        self._start, self._lines = self._offset, 0

    def _continues(self, line: bytes) -> bool:
        return line[len(self._subject)] == ord(" ")


class Extent:
    """A sorted file that is mapped into memory; see the module."""

    def __init__(self, path: Path) -> None:
        """Map a file that is not empty."""
        with path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._places = [0]
        for near in range(_STEP, len(self._map), _STEP):
            at = self._map.find(b"\n", near) + 1
            if self._places[-1] < at < len(self._map):
                self._places.append(at)
        self._subjects = [self._subject(at) for at in self._places]

    def text(self, part: Range) -> bytes:
        """Return the lines of a range."""
        return self._map[part.start : part.end]

    def about(self, subjects: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what the file says of each of some subjects, all lines of one at once."""
        for subject in subjects:
            begin = max(bisect_left(self._subjects, subject) - 1, 0)
            behind = bisect_right(self._subjects, subject)
            end = self._places[behind] if behind < len(self._places) else len(self._map)
            at = self._places[begin]
            start = subject + b" "
            if self._map[at : at + len(start)] != start:
                at = self._map.find(b"\n" + start, at, end) + 1
                if not at:
                    continue
            last = self._map.rfind(b"\n" + start, at, end)
            stop = self._map.find(b"\n", max(last + 1, at)) + 1
            yield self._map[at:stop]

    def _subject(self, at: int) -> bytes:
        return self._map[at : self._map.find(b" ", at)]
