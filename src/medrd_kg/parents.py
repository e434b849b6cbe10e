"""Processes that must not outlive the one that started them, however that ends.

A parent that is killed cannot end its children; left alone they would wait for work for ever, with
all their memory.
"""

import ctypes
import os
import signal
import sys
from multiprocessing import connection, parent_process
from threading import Thread
from typing import Final

__all__ = ["die_with_parent", "end_with_parent"]

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when the thread of its parent that began it ends.

    Args:
        parent: Process id of the parent; if it has gone already, this process ends at once.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def end_with_parent() -> None:
    """End this spawned process when its parent has ended, whichever thread began it.

    Not for forked processes: they hold each other's pipes, so that none sees the parent's end.
    """
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
