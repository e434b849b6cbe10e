"""The way of an answer out of a worker: whole when it is short, in pieces when it is not."""

import resource
import socket
import time
from pathlib import Path
from typing import Final

from medrd_kg.sparql.workers.exchange import HELD_BYTES, ReplyHead, Spent, answer_payload
from medrd_kg.sparql.workers.frames import Kind, frame

__all__ = ["Sink", "resident_memory"]

_PIECE: Final = 131_072
_QUICK_SECONDS: Final = 0.005
_GROWN_BYTES: Final = 64_000_000
"""A worker that keeps so much more than at its birth is replaced, so that it gives it back."""

_STATM: Final = Path("/proc/self/statm")


def resident_memory() -> int:
    """Return how many bytes of memory this process holds, those shared with others included."""
    return int(_STATM.read_bytes().split()[1]) * resource.getpagesize()


class Sink:
    """Takes what an engine writes and sends it on; a reader that lags makes the writer wait."""

    def __init__(self, channel: socket.socket, memory_at_birth: int) -> None:
        """Send over a blocking channel.

        Args:
            channel: Leads to the server.
            memory_at_birth: What this process held at first, in bytes.
        """
        self._channel = channel
        self._allowed = memory_at_birth + _GROWN_BYTES
        self._pieces: list[bytes] = []
        self._size = 0
        self._begun_at = time.perf_counter()
        self._used_before = time.process_time()
        self.head = ReplyHead("application/octet-stream", keepable=False)
        self.has_begun = False

    def write(self, data: bytes) -> int:
        """Take some bytes of the answer."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size > (_PIECE if self.has_begun else HELD_BYTES):
            self._send()
        return len(data)

    def flush(self) -> None:
        """Do nothing: pieces go out by their size."""

    def finish(self) -> None:
        """Send what is left; the answer is complete thereby."""
        body = b"".join(self._pieces)
        spent = self._spent()
        if self.has_begun:
            if body:
                self._channel.sendall(frame(Kind.DATA, body))
            self._channel.sendall(frame(Kind.END, spent.encode()))
        else:
            self._channel.sendall(frame(Kind.REPLY, answer_payload(self.head, spent, body)))

    @property
    def seconds(self) -> float:
        """Processor seconds since the beginning; of what was quick, all its time."""
        passed = time.perf_counter() - self._begun_at
        return passed if passed < _QUICK_SECONDS else time.process_time() - self._used_before

    def _spent(self) -> Spent:
        seconds = self.seconds
        # What was quick cannot have taken much memory.
        grown = seconds > _QUICK_SECONDS and resident_memory() > self._allowed
        return Spent(seconds, self._used_before + seconds, grown)

    @property
    def held(self) -> bytes:
        """What has been written and not been sent."""
        return b"".join(self._pieces)

    @held.setter
    def held(self, body: bytes) -> None:
        self._pieces = [body]
        self._size = len(body)

    def discard(self) -> None:
        """Forget what was written, as long as nothing has been sent."""
        self._pieces.clear()
        self._size = 0

    def _send(self) -> None:
        body = b"".join(self._pieces)
        if self.has_begun:
            self._channel.sendall(frame(Kind.DATA, body))
        else:
            self._channel.sendall(frame(Kind.BEGIN, answer_payload(self.head, self._spent(), body)))
            self.has_begun = True
        self.discard()
