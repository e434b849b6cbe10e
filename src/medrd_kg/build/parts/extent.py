"""A sorted file of statements that is asked for subjects, and cut into ranges of subjects."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Final
from zlib import crc32

__all__ = ["Cutter", "Extent", "Range", "read_range"]

_STEP: Final = 1 << 15
"""Bytes between two entries of the sparse index."""

_SAMPLE: Final = 1 << 10
"""Bytes read at a time to find a subject: most lines are shorter."""

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

    def take(self, lines: Iterable[bytes]) -> None:
        """Take the next lines."""
        start = self._subject + b" "
        for line in lines:
            if not line.startswith(start):
                subject = line[: line.index(b" ")]
                if self._lines >= self._most or (
                    self._lines >= self._fewest and crc32(subject) % self._one_in == 0
                ):
                    self.end()
                if not self._lines:
                    self._first = subject
                self._subject = subject
                start = subject + b" "
            self._offset += len(line)
            self._lines += 1

    def anew(self) -> "Cutter":
        """Return one that cuts alike and is before its first line."""
        return Cutter(fewest=self._fewest, most=self._most, one_in=self._one_in)

    def end(self) -> None:
        """End the range, if there is one."""
        if self._lines:
            self.ranges.append(Range(self._start, self._offset, self._first, self._subject))
        self._start, self._lines = self._offset, 0


class Extent:
    """A sorted file that is read where it is asked; see the module.

    It is not mapped into memory: pages of a mapped file would count for each process that reads it.
    """

    def __init__(self, path: Path) -> None:
        """Name a file; ranges can be read while more is written behind them."""
        self._path = path
        self._size = 0
        self._places: list[int] = []
        self._subjects: list[bytes] = []

    def text(self, part: Range) -> bytes:
        """Return the lines of a range."""
        return read_range(self._path, part)

    def about(self, subjects: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what the file says of each of some subjects, all lines of one at once.

        The file must be whole.
        """
        if not self._places:
            self._remember()
        with self._path.open("rb", buffering=0) as file:
            for subject in subjects:
                yield self._about(file, subject + b" ")

    def _remember(self) -> None:
        """Remember a subject of every so many bytes."""
        self._size = self._path.stat().st_size
        with self._path.open("rb", buffering=_SAMPLE) as stream:
            for near in range(0, self._size, _STEP):
                stream.seek(near)
                if near:
                    stream.readline()
                at = stream.tell()
                if at < self._size and (not self._places or self._places[-1] < at):
                    self._places.append(at)
                    self._subjects.append(stream.readline().partition(b" ")[0])

    def _about(self, file: FileIO, start: bytes) -> bytes:
        """Return all lines with some beginning, which is a subject and the blank behind it."""
        subject = start[:-1]
        begin = max(bisect_left(self._subjects, subject) - 1, 0)
        behind = bisect_right(self._subjects, subject)
        end = self._places[behind] if behind < len(self._places) else self._size
        near = _read(file, self._places[begin], end) if self._places else b""
        at = 0 if near.startswith(start) else near.find(b"\n" + start) + 1
        if not near.startswith(start, at):
            return b""
        last = max(near.rfind(b"\n" + start) + 1, at)
        return near[at : near.index(b"\n", last) + 1]


def read_range(path: Path, part: Range) -> bytes:
    """Return the lines of a range of a sorted file."""
    with path.open("rb", buffering=0) as file:
        return _read(file, part.start, part.end)


def _read(file: FileIO, start: int, end: int) -> bytes:
    """Return the bytes between two offsets."""
    file.seek(start)
    found = b""
    while len(found) < end - start and (more := file.read(end - start - len(found))):
        found += more
    return found
