"""The nursery: one process with the data in memory, which never answers and forks those who do.

It is single-threaded, so that a fork is safe, and has no network. It is started by the server as
``python -m medrd_kg.sparql.workers.nursery FD``, talks over that socket, and ends with it.
"""

import gc
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson

from medrd_kg.parents import die_with_parent
from medrd_kg.sparql.workers.confinement import leave_network, limit_memory
from medrd_kg.sparql.workers.frames import FrameBuffer, Kind, frame
from medrd_kg.sparql.workers.holding import Holding
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.sparql.workers.worker import work
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["main"]

_CHUNK: Final = 1 << 18
_YOUNG_OBJECTS: Final = 50_000
"""New objects after which workers look for cycles: a query leaves few, and looking costs time."""


class _Nursery:
    """The data and the children."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._holding = Holding(EmbeddedStore(), DataSource(None, union_default_graph=True))
        self._snapshot: tuple[int, Path] | None = None
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> None:
        """Obey until the server hangs up."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        frames = FrameBuffer()
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._read, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._read in ready:
                self._bury()
            if self._control.fileno() in ready:
                received = self._control.recv(_CHUNK)
                if not received:
                    return
                for kind, payload in frames.feed(received):
                    self._obey(kind, payload)

    def _obey(self, kind: int, payload: bytes) -> None:
        match kind:
            case Kind.LOAD:
                self._load(payload)
            case Kind.FORK:
                self._fork(orjson.loads(payload))
            case Kind.DELTA:
                self._holding.follow(payload)
            case Kind.TABLE:
                if self._snapshot is None:
                    self._holding.adopt(payload)
            case Kind.SNAPSHOT:
                sequence, folder = orjson.loads(payload)
                self._snapshot = sequence, Path(folder)
            case _:
                raise ValueError(f"the nursery does not know frames of kind {kind}")

    def _load(self, payload: bytes) -> None:
        isolated = leave_network()
        source = DataSource.read(orjson.loads(payload))
        self._holding = Holding.load(source)
        if source.snapshot is not None:
            self._snapshot = 0, source.snapshot
        gc.collect()
        gc.freeze()  # shared pages stay shared
        gc.set_threshold(_YOUNG_OBJECTS)
        self._control.sendall(frame(Kind.LOADED, orjson.dumps({"isolated": isolated})))

    def _fork(self, wanted: dict[str, Any]) -> None:
        """Have a child, and send its channel and a handle of the process to the server.

        Args:
            wanted: ``memory``: bytes that it may take beside the data. ``copy``: folder for a copy
                of the data that it may change, or None; for data on disk.
        """
        ours, theirs = socket.socketpair()
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            ours.close()
            self._live(theirs, parent, wanted)
        theirs.close()
        handle = os.pidfd_open(child)
        sequence = self._holding.sequence if self._snapshot is None else self._snapshot[0]
        told = frame(Kind.FORKED, orjson.dumps([child, sequence, self._holding.tables]))
        socket.send_fds(self._control, [told], [ours.fileno(), handle])
        ours.close()
        os.close(handle)

    def _live(self, channel: socket.socket, parent: int, wanted: dict[str, Any]) -> None:
        """Be a worker, and nothing else any more."""
        status = 1
        try:
            die_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            # The engine tells on standard error why it aborts; the server tells it better.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
            self._open_files(wanted["copy"])
            limit_memory(wanted["memory"])
            # The engine draws UUIDs and blank nodes from a generator of the thread: one that was
            # forked would draw what its siblings draw.
            working = threading.Thread(target=work, args=(channel, self._holding))
            working.start()
            working.join()
            status = 0
        finally:
            os._exit(status)  # nothing of the nursery's may be cleaned up twice

    def _open_files(self, copy: str | None) -> None:
        """Open data on disk; the engine starts threads then, so that only children do."""
        if self._snapshot is None:
            return
        sequence, folder = self._snapshot
        if copy is None:
            self._holding.open_snapshot(folder, sequence)
        else:
            self._holding.open_copy(folder, sequence, Path(copy))

    def _bury(self) -> None:
        """Report children that have ended."""
        with suppress(BlockingIOError):
            while os.read(self._read, _CHUNK):
                pass
        with suppress(ChildProcessError):
            while True:
                child, status = os.waitpid(-1, os.WNOHANG)
                if child == 0:
                    break
                self._control.sendall(frame(Kind.ENDED, orjson.dumps([child, status])))


def main() -> None:
    """Run the nursery on the socket whose number is the only argument."""
    die_with_parent(int(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is the server's business
    os.chdir(Path("/"))
    with socket.socket(fileno=int(sys.argv[1])) as control:
        _Nursery(control).run()


if __name__ == "__main__":
    main()
