"""What a worker process may not do: reach a network, outgrow its memory.

Linux alone is catered for; on other systems the limits that exist there apply and `isolation`
says what is missing.
"""

import ctypes
import ctypes.util
import logging
import os
import resource
import socket
import struct
import sys
from pathlib import Path
from typing import Final

__all__ = [
    "give_back_memory",
    "leave_network",
    "limit_memory",
    "take_processor_back",
    "yield_processor",
]

_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000

_IO_URING_SETUP: Final = 425
_OTHER_NUMBERING: Final = 0x40000000
"""From here on calls are numbered a second time (x32)."""

_OUT_OF_MEMORY_FIRST: Final = "900"
_USUAL_PRIORITY: Final = 0
_LOWEST_PRIORITY: Final = 19

_logger = logging.getLogger(__name__)


def leave_network() -> bool:
    """Cut this process and its children off from every network.

    An empty network namespace where the system grants one, and a system call filter in any case:
    either suffices.

    Returns:
        Whether one of them holds, shown by an attempt to open a socket or to list interfaces.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            break
    _forbid_sockets(libc)
    return _is_cut_off()


def _is_cut_off() -> bool:
    """Whether this process can open no Internet socket, or sees no interface that is up."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
            # Connecting a datagram socket sends nothing; without a route it fails.
            attempt.connect(("192.0.2.1", 9))
    except OSError:
        return True
    return False


def _forbid_sockets(libc: ctypes.CDLL) -> None:
    """Let ``socket(2)`` fail with EACCES for every family but the local one (seccomp BPF)."""
    numbers = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
    known = numbers.get(os.uname().machine)
    if known is None:
        return
    architecture, socket_call = known
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    refuse, allow = 0x00050000 | 13, 0x7FFF0000
    program = (
        (load, 0, 0, 4),  # architecture
        (equal, 1, 0, architecture),
        (answer, 0, 0, refuse),  # calls of another architecture
        (load, 0, 0, 0),  # number of the call
        (at_least, 0, 1, _OTHER_NUMBERING),
        (answer, 0, 0, refuse),
        (equal, 0, 1, _IO_URING_SETUP),  # its queues could open sockets unseen
        (answer, 0, 0, refuse),
        (equal, 0, 3, socket_call),
        (load, 0, 0, 16),  # first argument: the family
        (equal, 1, 0, socket.AF_UNIX),
        (answer, 0, 0, refuse),
        (answer, 0, 0, allow),
    )
    filters = b"".join(struct.pack("HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(filters, len(filters))
    described = struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.c_char_p(described), 0, 0)


def limit_memory(beyond: int) -> None:
    """Let this process take ``beyond`` bytes of memory more than it has.

    An allocation beyond that fails, which ends the process.
    """
    limit = _address_space() + beyond
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:  # the system's own killer shall choose a worker before the server
        Path("/proc/self/oom_score_adj").write_text(_OUT_OF_MEMORY_FIRST, encoding="ascii")
    except OSError:
        _logger.debug("the out-of-memory score cannot be set")


def _address_space() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


def give_back_memory() -> None:
    """Give the system what the allocator keeps for later; long requests leave much behind."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
        if trim is not None:
            trim(0)


def yield_processor(process: int) -> None:
    """Give a process the lowest priority, so that everything else goes first."""
    _set_priority(process, _LOWEST_PRIORITY)


def take_processor_back(process: int) -> bool:
    """Give a process the usual priority again; False where this user may only lower it."""
    return _set_priority(process, _USUAL_PRIORITY)


def _set_priority(process: int, priority: int) -> bool:
    """Set the priority of all threads of a process: each has its own in Linux."""
    try:
        for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 - names only
            os.setpriority(os.PRIO_PROCESS, int(thread), priority)
    except OSError:  # it has just ended, or this user may not
        return False
    return True
