"""The right to write a journal, which one process has at a time."""

import contextlib
import fcntl
import os
import weakref
from pathlib import Path
from typing import BinaryIO, Final, Self

from medrd_kg.problems import Problem

__all__ = ["JOURNAL_LOCK", "WriterLock"]

JOURNAL_LOCK: Final = "journal.lock"
"""File in a journal's folder that its writer locks."""


class WriterLock:
    """A kernel lock: it ends with its process, however that ends.

    A child that the holder forks does not inherit it: it would keep the lock after the death of
    the holder.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Keep the lock of an open file; use `take`."""
        self._file = file
        itself = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _let_go(itself))

    @classmethod
    def take(cls, path: Path) -> Self:
        """Take the lock of a file, which is created when absent.

        Raises:
            Problem: ``journal-in-use``: another process has it, or this one has it already.
        """
        file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().decode(errors="replace").strip() or "?"
            file.close()
            raise Problem(
                "journal-in-use",
                f"process {holder} writes the journal in {path.parent}",
                "stop it, or use another data folder",
            ) from None
        # Whose it is serves the message above only: a full disk is no reason to refuse.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
        return cls(file)

    @property
    def is_held(self) -> bool:
        """Whether this process has the lock."""
        return not self._file.closed

    def release(self) -> None:
        """Give the lock back, or the copy of it that a fork made."""
        self._file.close()


def _let_go(lock: "weakref.ref[WriterLock]") -> None:
    inherited = lock()
    if inherited is not None:
        inherited.release()
