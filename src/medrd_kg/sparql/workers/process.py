"""The server's side of a worker process: a channel, a handle to signal it, and what it works on."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from medrd_kg.sparql.workers.confinement import take_processor_back, yield_processor
from medrd_kg.sparql.workers.frames import FrameBuffer

if TYPE_CHECKING:
    from medrd_kg.sparql.workers.job import Job

__all__ = ["Worker"]

_CHUNK: Final = 1 << 16
"""Bytes read at once: from twice as much the C library maps memory anew for each small answer."""
_PAGE: Final = os.sysconf("SC_PAGESIZE")
_MINOR_FAULTS: Final = 7
"""Place in /proc/PID/stat after the name, from 0 (proc_pid_stat(5))."""


class Worker:
    """One worker process.

    Attributes:
        process: Its process id.
        sequence: Number of the last edit that its data hold.
        tables: How many tables of sums it has of those data.
        job: What it works on.
        is_gone: Whether it has ended, or is about to.
        yields: Whether everything else goes first.
        used: Processor seconds that it had used when it last told; None while it works, or when it
            did not tell.
        was_asked_to_end: Whether this side ended it.
    """

    __slots__ = (
        "_channel",
        "_frames",
        "_handle",
        "_is_listening",
        "_loop",
        "_on_hangup",
        "_sending",
        "is_gone",
        "job",
        "process",
        "sequence",
        "tables",
        "used",
        "was_asked_to_end",
        "yields",
    )

    def __init__(
        self,
        process: int,
        handle: int,
        channel: socket.socket,
        sequence: int,
        on_hangup: Callable[["Worker"], None],
    ) -> None:
        """Listen to a worker.

        Args:
            process: Its process id.
            handle: Process file descriptor, which never means another process.
            channel: The server's end of its channel.
            sequence: Number of the last edit that its data hold.
            on_hangup: Called when the worker has closed its end.
        """
        self.process = process
        self.sequence = sequence
        self.tables = 0
        self.job: Job | None = None
        self.is_gone = False
        self.yields = False
        self.used: float | None = None
        self.was_asked_to_end = False
        self._handle = handle
        self._channel = channel
        self._frames = FrameBuffer()
        self._on_hangup = on_hangup
        self._sending: asyncio.Task[None] | None = None
        self._is_listening = True
        self._loop = asyncio.get_running_loop()
        channel.setblocking(False)
        self._loop.add_reader(channel.fileno(), self._receive)

    def send(self, data: bytes) -> None:
        """Send bytes; what does not fit into the channel follows by itself."""
        if self._sending is None:
            try:
                sent = self._channel.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:  # it has gone, as the hang-up tells
                return
            if sent == len(data):
                return
            data = data[sent:]
        self._sending = self._loop.create_task(self._send_rest(self._sending, data))

    async def _send_rest(self, before: "asyncio.Task[None] | None", data: bytes) -> None:
        if before is not None:
            await before
        with contextlib.suppress(OSError):
            await self._loop.sock_sendall(self._channel, data)
        if self._sending is asyncio.current_task():
            self._sending = None

    def listen(self, *, to_it: bool) -> None:
        """Begin or stop to take what it sends; meanwhile it has to wait."""
        if to_it != self._is_listening:
            self._is_listening = to_it
            if to_it:
                self._loop.add_reader(self._channel.fileno(), self._receive)
            else:
                self._loop.remove_reader(self._channel.fileno())

    def _receive(self) -> None:
        try:
            received = self._channel.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self.is_gone = True
            self.listen(to_it=False)
            self._on_hangup(self)
            return
        for kind, payload in self._frames.feed(received):
            if self.job is not None:
                self.job.take(kind, payload)

    def processor_seconds(self) -> float:
        """Return the processor time that it has used so far, in seconds."""
        try:
            # The clock of another process: see clock_getcpuclockid(3) and its number in Linux.
            return time.clock_gettime((~self.process << 3) | 2)
        except OSError:  # it has gone
            return 0.0

    def pause(self) -> None:
        """Stop it where it is."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on after `pause`."""
        self._signal(signal.SIGCONT)

    def yield_processor(self) -> None:
        """Let everything else go first from now on."""
        self.yields = True
        yield_processor(self.process)

    def take_processor_back(self) -> bool:
        """Undo `yield_processor`; False where this user may not."""
        if self.yields:
            self.yields = not take_processor_back(self.process)
        return not self.yields

    def copied_bytes(self) -> int:
        """Return about how much of the memory that it was born with it has a copy of by now.

        The engine counts its readers beside the data, so that each page that a query reads becomes
        the worker's own. That takes longer than to read it, once for each worker.
        """
        try:
            stat = Path(f"/proc/{self.process}/stat").read_bytes()
        except OSError:  # it has gone
            return 0
        return int(stat[stat.rindex(b")") + 2 :].split()[_MINOR_FAULTS]) * _PAGE

    def kill(self) -> None:
        """End it; the nursery reports when it is gone."""
        self.is_gone = self.was_asked_to_end = True
        self.listen(to_it=False)
        self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(OSError):  # it has gone
            signal.pidfd_send_signal(self._handle, number)

    def drain(self) -> None:
        """Take what a worker that has ended sent before."""
        with contextlib.suppress(OSError):
            while received := self._channel.recv(_CHUNK):
                for kind, payload in self._frames.feed(received):
                    if self.job is not None:
                        self.job.take(kind, payload)

    def close(self) -> None:
        """Let go of the channel and the handle of a worker that has ended."""
        self.listen(to_it=False)
        if self._sending is not None:
            self._sending.cancel()
        self._channel.close()
        os.close(self._handle)
