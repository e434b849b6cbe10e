"""Messages between the server, the nursery and the workers, over connected local sockets.

A frame is one byte that says what it is, the length of its payload as four bytes, and the payload.
Documents in payloads are JSON: nothing that a worker sends can do more than be misread.
"""

import socket
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

import orjson

__all__ = ["FrameBuffer", "Kind", "frame", "headed", "read_frame", "split_head"]

_HEADER: Final = struct.Struct("<BI")
_HEAD_LENGTH: Final = struct.Struct("<I")
_CHUNK: Final = 1 << 15
"""Bytes read at once: a larger buffer costs the C library more than most frames need."""


class Kind(IntEnum):
    """What a frame is."""

    # To the nursery.
    LOAD = 1
    """A JSON description of the data, before anything else."""
    FORK = 2
    # To the nursery and to workers.
    DELTA = 3
    """Eight bytes with a sequence number, and an encoded `Delta`."""
    SNAPSHOT = 4
    """JSON ``[sequence number, folder]``: the engine's files that are asked from now on."""
    TABLE = 5
    """A table of sums of the present data."""
    # To workers.
    ASK = 10
    """A request of a caller: a JSON head and its body."""
    SELECT = 11
    """A query of the service itself, as text; the solutions are wanted."""
    TRIPLES = 12
    """A query of the service itself, as text; the triples are wanted."""
    EDIT = 13
    """A change of the data: a JSON head and its body. The answer holds the delta."""
    DUMP = 14
    """All statements of the graphs that may be edited are wanted."""
    BACKUP = 15
    """A folder as text: the editor's data are to be copied there."""
    ROLL_UP = 16
    """A request like that of ASK: the tables of sums are wanted that would answer it."""
    # From the nursery.
    LOADED = 20
    FORKED = 21
    """JSON ``[process id, sequence number, tables]``, with a channel and a process descriptor."""
    ENDED = 22
    """JSON ``[process id, wait status]``."""
    # From workers.
    REPLY = 30
    """A whole answer: a JSON head and the body."""
    BEGIN = 31
    """The head and the first bytes of an answer that goes on."""
    DATA = 32
    """More of the answer."""
    END = 33
    """The answer is complete; a JSON head with what was measured."""
    FAULT = 34
    """A problem: a JSON head."""
    DESCRIBE = 36
    """The request has no query: it asks for the service description."""
    NEEDS = 37
    """JSON: the calls of other endpoints whose answers the query needs."""
    EDITED = 38
    """A JSON head on what an edit did, and its encoded delta; empty when nothing changed."""
    TABLES = 39
    """Tables of sums: a JSON list of their sizes, and they."""
    CRASH = 35
    """An unforeseen fault: text for the log."""


def frame(kind: Kind, payload: bytes = b"") -> bytes:
    """Return the bytes of a frame."""
    return _HEADER.pack(kind, len(payload)) + payload


def headed(head: object, body: bytes = b"") -> bytes:
    """Return a payload of a JSON head and a body."""
    written = orjson.dumps(head)
    return _HEAD_LENGTH.pack(len(written)) + written + body


def split_head(payload: bytes) -> tuple[Any, bytes]:
    """Return the head and the body of a payload that `headed` made."""
    (length,) = _HEAD_LENGTH.unpack_from(payload)
    begin = _HEAD_LENGTH.size + length
    return orjson.loads(payload[_HEAD_LENGTH.size : begin]), payload[begin:]


class FrameBuffer:
    """Cuts a stream of bytes into frames."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        """Begin between two frames."""
        self._data = bytearray()

    @property
    def waiting(self) -> int:
        """Bytes of a frame that has not arrived whole."""
        return len(self._data)

    def feed(self, received: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the frames that ``received`` completes."""
        data = self._data
        if not data and len(received) >= _HEADER.size:  # mostly exactly one small frame
            kind, length = _HEADER.unpack_from(received)
            if len(received) == _HEADER.size + length:
                yield kind, received[_HEADER.size :]
                return
        data += received
        begin = 0
        while len(data) - begin >= _HEADER.size:
            kind, length = _HEADER.unpack_from(data, begin)
            end = begin + _HEADER.size + length
            if len(data) < end:
                break
            yield kind, bytes(data[begin + _HEADER.size : end])
            begin = end
        del data[:begin]


def read_frame(channel: socket.socket, pending: bytearray) -> tuple[int, bytes] | None:
    """Wait for the next frame; None when the other side has gone.

    Args:
        channel: A blocking socket.
        pending: What was read beyond the frame before; changed in place.
    """
    while True:
        if len(pending) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(pending)
            end = _HEADER.size + length
            if len(pending) >= end:
                payload = bytes(pending[_HEADER.size : end])
                del pending[:end]
                return kind, payload
        received = channel.recv(_CHUNK)
        if not received:
            return None
        if not pending and len(received) >= _HEADER.size:  # mostly exactly one small frame
            kind, length = _HEADER.unpack_from(received)
            if len(received) == _HEADER.size + length:
                return kind, received[_HEADER.size :]
        pending += received
