"""The server's side of the nursery: start it, ask it for workers, hear of their ends."""

import asyncio
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import orjson

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.frames import FrameBuffer, Kind, frame
from medrd_kg.sparql.workers.process import Worker
from medrd_kg.sparql.workers.source import DataSource

__all__ = ["Nest"]

_CHUNK: Final = 1 << 18
_MOST_DESCRIPTORS: Final = 64
_STOP_SECONDS: Final = 5

_TUNABLES: Final = "GLIBC_TUNABLES"
_HUGE_PAGES: Final = "glibc.malloc.hugetlb"

_logger = logging.getLogger(__name__)


class Nest:
    """A running nursery.

    Attributes:
        isolated: Whether its workers are cut off from every network.
    """

    def __init__(
        self,
        on_hangup: Callable[[Worker], None],
        on_born: Callable[[Worker], None],
        on_ended: Callable[[int, int], None],
        on_lost: Callable[[], None],
    ) -> None:
        """Prepare to start one.

        Args:
            on_hangup: Called with a worker that closed its channel.
            on_born: Called with each new worker.
            on_ended: Called with the process id and the wait status of a worker that has ended.
            on_lost: Called when the nursery itself has ended although nobody asked it to.
        """
        self.isolated = False
        self._on_hangup = on_hangup
        self._on_born = on_born
        self._on_ended = on_ended
        self._on_lost = on_lost
        self._frames = FrameBuffer()
        self._descriptors: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._unsent = bytearray()
        self._loaded: asyncio.Future[None] | None = None

    async def start(self, source: DataSource) -> None:
        """Start the nursery and wait until it holds the data.

        Args:
            source: The data.

        Raises:
            Problem: ``damaged-release``: the data cannot be loaded.
        """
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        with theirs:
            # From the main thread: the kernel ends the nursery with the thread that started it.
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - see above; our own module
                [
                    sys.executable,
                    "-m",
                    "medrd_kg.sparql.workers.nursery",
                    str(theirs.fileno()),
                    str(os.getpid()),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=_with_huge_pages(os.environ),
            )
        ours.setblocking(False)
        self._control = ours
        self._loaded = loop.create_future()
        loop.add_reader(ours.fileno(), self._receive)
        self._send(frame(Kind.LOAD, orjson.dumps(source.document())))
        await self._loaded

    @property
    def process(self) -> int | None:
        """Process id of the nursery, while it runs."""
        return None if self._process is None else self._process.pid

    def ask_for_worker(self, memory: int, copy: Path | None = None) -> None:
        """Ask for one more worker.

        Args:
            memory: Bytes that it may take beside the data.
            copy: Where it makes a copy of data on disk that it may change.
        """
        wanted = {"memory": memory, "copy": None if copy is None else str(copy)}
        self._send(frame(Kind.FORK, orjson.dumps(wanted)))

    def tell(self, news: bytes) -> None:
        """Let the nursery's data, and those of all later workers, change by a frame."""
        self._send(news)

    async def stop(self) -> None:
        """End the nursery and with it all workers."""
        process, self._process = self._process, None
        if self._control is not None:
            self._close_control()
        if process is None:
            return
        process.kill()
        await asyncio.get_running_loop().run_in_executor(None, process.wait, _STOP_SECONDS)

    def _close_control(self) -> None:
        if self._control is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._control.fileno())
            loop.remove_writer(self._control.fileno())
            self._control.close()
            self._control = None

    def _send(self, data: bytes) -> None:
        if self._control is None:
            return
        if not self._unsent:
            try:
                data = data[self._control.send(data) :]
            except BlockingIOError:
                pass
            except OSError:
                return
        if data:
            self._unsent += data
            asyncio.get_running_loop().add_writer(self._control.fileno(), self._send_rest)

    def _send_rest(self) -> None:
        if self._control is None:
            return
        try:
            del self._unsent[: self._control.send(self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._unsent.clear()
        if not self._unsent:
            asyncio.get_running_loop().remove_writer(self._control.fileno())

    def _receive(self) -> None:
        if self._control is None:
            return
        try:
            received, descriptors, _, _ = socket.recv_fds(
                self._control, _CHUNK, _MOST_DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            received, descriptors = b"", []
        self._descriptors += descriptors
        if not received:
            self._lost()
            return
        for kind, payload in self._frames.feed(received):
            self._take(kind, orjson.loads(payload))

    def _take(self, kind: int, document: object) -> None:
        match kind, document:
            case Kind.LOADED, {"isolated": bool(isolated)}:
                self.isolated = isolated
                if self._loaded is not None and not self._loaded.done():
                    self._loaded.set_result(None)
            case Kind.FORKED, [int(process), int(sequence), int(tables)]:
                channel, handle = self._descriptors.pop(0), self._descriptors.pop(0)
                end = socket.socket(fileno=channel)
                worker = Worker(process, handle, end, sequence, self._on_hangup)
                worker.tables = tables
                self._on_born(worker)
            case Kind.ENDED, [int(process), int(status)]:
                self._on_ended(process, status)
            case _:
                raise ValueError(f"the nursery sent a frame of kind {kind}")

    def _lost(self) -> None:
        self._close_control()
        if self._loaded is not None and not self._loaded.done():
            self._loaded.set_exception(
                Problem(
                    "damaged-release",
                    "the data cannot be loaded into memory",
                    "the log tells why; `medrd-kg build --force` builds the release anew",
                )
            )
        elif self._process is not None:
            self._process.wait()  # it has closed its end, so it is ending
            self._process = None
            _logger.error("the process that holds the data has ended; a new one is started")
            self._on_lost()


def _with_huge_pages(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the C library asks for memory in huge pages.

    The data lie scattered over hundreds of megabytes: with small pages a third of a short query's
    time goes to looking up where they are, and a fork has to copy a table of all of them.
    """
    given = environment.get(_TUNABLES, "")
    if _HUGE_PAGES in given:
        return dict(environment)
    tunables = [*filter(None, [given]), f"{_HUGE_PAGES}=1"]
    return {**environment, _TUNABLES: ":".join(tunables)}
