"""Checkpoints: one file with the edited graphs takes the place of many records.

The file is plain Zstandard, so that ``zstd -dc`` shows the N-Quads. What else there is to say
stands in skippable frames of that format: a JSON head before the content, and after it digests of
head and content, without which a cut file would read as a shorter one.
"""

import hashlib
import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from medrd_kg.store.journal.segments import UNFINISHED, damaged, sync_folder

__all__ = ["Checkpoint", "checkpoints_in"]

_PREFIX: Final = "checkpoint-"
_SUFFIX: Final = ".nq.zst"
_LEVEL: Final = 3
_SKIPPABLE: Final = struct.Struct("<II")
_SKIPPABLE_MAGIC: Final = 0x184D2A5D
_DIGEST_BYTES: Final = 32
_TRAILER_BYTES: Final = _SKIPPABLE.size + 2 * _DIGEST_BYTES
_MAX_HEAD_BYTES: Final = 1 << 28
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of the edited graphs after a number of edits.

    Attributes:
        path: Its file.
        sequence: Number of the last edit that it holds.
        release: Version of the release to which these graphs belong.
        graphs: IRIs of the graphs, the empty ones too, which the content cannot show.
        made: When it was made, as ISO 8601.
    """

    path: Path
    sequence: int
    release: str
    graphs: tuple[str, ...]
    made: str

    @classmethod
    def write(
        cls,
        folder: Path,
        sequence: int,
        content: Iterable[bytes] | Path,
        *,
        release: str,
        graphs: Iterable[str],
    ) -> "Checkpoint":
        """Make a checkpoint; on return it is on the disk under its final name.

        Args:
            folder: The journal's folder.
            sequence: Number of the last edit whose effect the content holds.
            content: N-Quads in pieces of any length, or a file of them (``.zst`` accepted).
            release: Version of the release.
            graphs: IRIs of all edited graphs.

        Raises:
            OSError: The disk does not take it; nothing is left behind.
        """
        path = folder / f"{_PREFIX}{sequence:020d}{_SUFFIX}"
        unfinished = folder / f"{UNFINISHED}{path.name}"
        made = datetime.now(UTC).isoformat(timespec="seconds")
        names = tuple(graphs)
        head = {"sequence": sequence, "release": release, "graphs": names, "made": made}
        pieces = _pieces_of_file(content) if isinstance(content, Path) else content
        try:
            with unfinished.open("wb") as file:
                _write(file, json.dumps(head, ensure_ascii=False).encode(), pieces)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync_folder(folder)
        return cls(path, sequence, release, names, made)

    @classmethod
    def read(cls, path: Path) -> "Checkpoint":
        """Read the head of a checkpoint.

        Raises:
            Problem: ``damaged-journal``: head or end of the file is damaged.
        """
        with path.open("rb") as file:
            try:
                head = _read_skippable(file)
                intact = _digest(head).digest() == _trailer(file)[:_DIGEST_BYTES]
            except ValueError as error:
                raise damaged(path, f"its head or end is damaged: {error}") from error
        if not intact:
            raise damaged(path, "its head or end is damaged")
        said = json.loads(head)
        return cls(path, said["sequence"], said["release"], tuple(said["graphs"]), said["made"])

    def content(self) -> Iterator[bytes]:
        """Yield the N-Quads in pieces that end anywhere.

        Raises:
            Problem: ``damaged-journal``: the content is not what was written. It may be raised
                after the last piece, so that nothing may be served before the end is reached.
        """
        state = _digest()
        reader = zstandard.ZstdDecompressor()
        try:
            with self.path.open("rb") as file:
                expected = _trailer(file)[_DIGEST_BYTES:]
                file.seek(0)
                with reader.stream_reader(file, read_across_frames=True) as stream:
                    while piece := stream.read(_CHUNK):
                        state.update(piece)
                        yield piece
        except (zstandard.ZstdError, ValueError) as error:
            raise damaged(self.path, f"its content is damaged: {error}") from error
        if state.digest() != expected:
            raise damaged(self.path, "its content is not what was written")


def checkpoints_in(folder: Path) -> list[Path]:
    """Return the checkpoint files of a folder, the oldest first."""
    return sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"))


def _digest(data: bytes = b"") -> "hashlib.blake2b":
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES)


def _write(file: BinaryIO, head: bytes, pieces: Iterable[bytes]) -> None:
    state = _digest()
    file.write(_SKIPPABLE.pack(_SKIPPABLE_MAGIC, len(head)) + head)
    writer = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    with writer.stream_writer(file, closefd=False) as stream:
        for piece in pieces:
            state.update(piece)
            stream.write(piece)
    digests = _digest(head).digest() + state.digest()
    file.write(_SKIPPABLE.pack(_SKIPPABLE_MAGIC, len(digests)) + digests)


def _trailer(file: BinaryIO) -> bytes:
    """Read the digests of head and content at the end of the file."""
    file.seek(max(os.fstat(file.fileno()).st_size - _TRAILER_BYTES, 0))
    digests = _read_skippable(file)
    if len(digests) != 2 * _DIGEST_BYTES:
        raise ValueError("the file has been cut")
    return digests


def _read_skippable(file: BinaryIO) -> bytes:
    """Read the content of the skippable frame at which the file stands."""
    start = file.read(_SKIPPABLE.size)
    if len(start) < _SKIPPABLE.size:
        raise ValueError("the file is too short")
    magic, length = _SKIPPABLE.unpack(start)
    if magic != _SKIPPABLE_MAGIC or length > _MAX_HEAD_BYTES:
        raise ValueError("these bytes are none of a checkpoint")
    content = file.read(length)
    if len(content) < length:
        raise ValueError("the file is too short")
    return content


def _pieces_of_file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        if path.suffix == ".zst":
            with zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as plain:
                while piece := plain.read(_CHUNK):
                    yield piece
        else:
            while piece := file.read(_CHUNK):
                yield piece
