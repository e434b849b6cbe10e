"""What a server and all its processes take: CPU time, memory, how many there are.

A server is started as the leader of a session of its own. Its tree is every process of that
session and every descendant of its leader, so that workers that leave the session still count.
"""

import ctypes
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

__all__ = ["Process", "ProcessTree", "end_with_parent"]

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")
_BYTES_PER_KIB: Final = 1024
# Fields of /proc/PID/stat after the command's closing parenthesis (proc_pid_stat(5), numbered
# there from 1; the state is the third).
_STATE, _PARENT, _SESSION = 0, 1, 3
_USER, _SYSTEM, _REAPED_USER, _REAPED_SYSTEM = 11, 12, 13, 14
_STARTED: Final = 19


@dataclass(frozen=True, slots=True)
class Process:
    """One process at one moment.

    Attributes:
        pid: Its number.
        parent: Number of its parent.
        session: Number of its session's leader.
        state: Letter of proc_pid_stat(5); Z for one that ended and was not yet reaped.
        started: Clock ticks after the machine's start: with the number, it names the process.
        cpu: CPU seconds of itself and of all descendants that ended and were reaped.
    """

    pid: int
    parent: int
    session: int
    state: str
    started: int
    cpu: float

    @classmethod
    def read(cls, pid: int) -> Self | None:
        """Return the process with this number, or None when there is none (any more)."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return None
        fields = stat[stat.rindex(b")") + 2 :].split()
        ticks = sum(int(fields[at]) for at in (_USER, _SYSTEM, _REAPED_USER, _REAPED_SYSTEM))
        return cls(
            pid=pid,
            parent=int(fields[_PARENT]),
            session=int(fields[_SESSION]),
            state=fields[_STATE].decode(),
            started=int(fields[_STARTED]),
            cpu=ticks / _TICKS_PER_SECOND,
        )

    @property
    def proportional_bytes(self) -> int:
        """Resident memory in bytes, shared pages divided among those who share them (PSS)."""
        try:
            for line in Path(f"/proc/{self.pid}/smaps_rollup").read_bytes().splitlines():
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * _BYTES_PER_KIB
        except (FileNotFoundError, ProcessLookupError):
            pass  # it ended meanwhile, or is a zombie: it holds nothing
        return 0


class ProcessTree:
    """The processes of one server."""

    def __init__(self, leader: int) -> None:
        """Watch the tree of the process ``leader``, which leads its session."""
        self.leader = leader

    def processes(self) -> list[Process]:
        """Return the living processes and those not yet reaped, the leader first."""
        seen = [
            process
            for entry in os.listdir("/proc")  # noqa: PTH208 - names only, many times a second
            if entry.isdecimal() and (process := Process.read(int(entry)))
        ]
        members = {self.leader}
        while found := {
            each.pid
            for each in seen
            if each.pid not in members and (each.parent in members or each.session == self.leader)
        }:
            members |= found
        tree = [each for each in seen if each.pid in members]
        return sorted(tree, key=lambda each: (each.pid != self.leader, each.pid))

    def living(self) -> list[Process]:
        """Return the processes that have not ended."""
        return [each for each in self.processes() if each.state not in "ZX"]

    def cpu_seconds(self) -> float:
        """CPU seconds that the tree took so far, ended processes included once reaped."""
        return sum(each.cpu for each in self.processes())

    def memory_bytes(self) -> int:
        """Resident memory of the whole tree in bytes; shared pages count once."""
        return sum(each.proportional_bytes for each in self.processes())


def end_with_parent() -> None:
    """Let the kernel end this process when its parent does; to be called in a new child."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
