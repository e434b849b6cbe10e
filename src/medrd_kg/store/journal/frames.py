"""The bytes of a segment file: a header, then frames.

A frame is what one durable write adds: one record, or several that were accepted together. Each
has a header with its own digest, so that lengths can be trusted before anything is read. All
digests are keyed with a random key of the segment: text inside of a record can never pass for a
frame, whoever wrote it.
"""

import hashlib
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Self

__all__ = [
    "FRAME_HEADER_BYTES",
    "SEGMENT_HEADER_BYTES",
    "FrameHeader",
    "SegmentHeader",
    "later_frame",
]

_MAGIC: Final = b"\x89MRDJ\r\n\x1a"
"""Not text, and changed by whatever converts line ends."""

_FORMAT: Final = 1
_KEY_BYTES: Final = 16
_DIGEST_BYTES: Final = 16
_SEGMENT: Final = struct.Struct(f"<8sIQ{_KEY_BYTES}s")
SEGMENT_HEADER_BYTES: Final = _SEGMENT.size + _DIGEST_BYTES

_MARKER: Final = b"\xff\xfeED"
"""Start of every frame. UTF-8 never has these bytes, so a search rarely stops in vain."""

_FRAME: Final = struct.Struct(f"<4sQIQ{_DIGEST_BYTES}s")
FRAME_HEADER_BYTES: Final = _FRAME.size + _DIGEST_BYTES

_LENGTH: Final = struct.Struct("<Q")
_CHUNK: Final = 1 << 20


def _digest(key: bytes, *parts: bytes) -> bytes:
    state = hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES)
    for part in parts:
        state.update(part)
    return state.digest()


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """The first bytes of a segment.

    Attributes:
        first: Sequence number of its first record, whether or not there is one yet.
        key: Key of all digests in the segment.
    """

    first: int
    key: bytes

    @classmethod
    def new(cls, first: int) -> Self:
        """Make the header of a segment that will start with record ``first``."""
        return cls(first, os.urandom(_KEY_BYTES))

    def encode(self) -> bytes:
        """Return the header's bytes."""
        head = _SEGMENT.pack(_MAGIC, _FORMAT, self.first, self.key)
        return head + _digest(self.key, head)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a segment header.

        Raises:
            ValueError: The bytes are damaged, none at all, or of another version of the format.
        """
        if len(data) < SEGMENT_HEADER_BYTES or not data.startswith(_MAGIC):
            raise ValueError("it does not start as a journal does")
        magic_to_key, digest = data[: _SEGMENT.size], data[_SEGMENT.size : SEGMENT_HEADER_BYTES]
        _, version, first, key = _SEGMENT.unpack(magic_to_key)
        if version != _FORMAT:
            raise ValueError(f"it has format {version}; this program knows format {_FORMAT}")
        if _digest(key, magic_to_key) != digest:
            raise ValueError("its header is damaged")
        return cls(first, key)


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """What precedes the records of one durable write.

    Attributes:
        first: Sequence number of the first record.
        count: Number of records.
        length: Bytes of the body.
        body_digest: Keyed digest of the body.
    """

    first: int
    count: int
    length: int
    body_digest: bytes

    @property
    def last(self) -> int:
        """Sequence number of the last record."""
        return self.first + self.count - 1

    @staticmethod
    def frame(key: bytes, first: int, records: Sequence[bytes]) -> bytes:
        """Return the bytes of a whole frame, ready for one write."""
        parts = [part for each in records for part in (_LENGTH.pack(len(each)), each)]
        body = b"".join(parts)
        head = _FRAME.pack(_MARKER, first, len(records), len(body), _digest(key, body))
        return b"".join((head, _digest(key, head), body))

    @classmethod
    def decode(cls, key: bytes, data: bytes) -> Self | None:
        """Read a frame header; None where the bytes are none, or not whole."""
        if len(data) < FRAME_HEADER_BYTES or not data.startswith(_MARKER):
            return None
        head, digest = data[: _FRAME.size], data[_FRAME.size : FRAME_HEADER_BYTES]
        if _digest(key, head) != digest:
            return None
        _, first, count, length, body_digest = _FRAME.unpack(head)
        return cls(first, count, length, body_digest)

    def is_followed_by_its_body(self, key: bytes, file: BinaryIO) -> bool:
        """Whether the file goes on with the whole, undamaged body; reads it in pieces."""
        state = hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES)
        missing = self.length
        while missing and (piece := file.read(min(missing, _CHUNK))):
            state.update(piece)
            missing -= len(piece)
        return not missing and state.digest() == self.body_digest

    def is_body(self, key: bytes, body: bytes) -> bool:
        """Whether these bytes are the whole, undamaged body."""
        return len(body) == self.length and _digest(key, body) == self.body_digest

    def records(self, body: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the records of the body with their sequence numbers."""
        start = 0
        for sequence in range(self.first, self.first + self.count):
            (length,) = _LENGTH.unpack_from(body, start)
            start += _LENGTH.size
            yield sequence, body[start : start + length]
            start += length


def later_frame(key: bytes, file: BinaryIO, start: int, sequence: int) -> int | None:
    """Return where a frame starts that was written after a damaged one, or None.

    Args:
        key: The segment's key.
        file: The segment.
        start: Where to start searching.
        sequence: Number of the first record of the damaged frame.
    """
    file.seek(start)
    window, offset = b"", start
    while piece := file.read(_CHUNK):
        window += piece
        found = window.find(_MARKER)
        while found >= 0 and found + FRAME_HEADER_BYTES <= len(window):
            header = FrameHeader.decode(key, window[found : found + FRAME_HEADER_BYTES])
            if header is not None and header.first > sequence:
                return offset + found
            found = window.find(_MARKER, found + 1)
        # What may be the start of a header stays for the next piece.
        keep = found if found >= 0 else max(len(window) - len(_MARKER) + 1, 0)
        window, offset = window[keep:], offset + keep
    return None
