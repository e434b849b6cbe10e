"""Which releases a running server reads: those that nobody may remove.

A claim is a shared lock of the kernel on the release's folder. It ends with its process, however
that ends, and several servers may have one on the same release.
"""

import fcntl
import os
from pathlib import Path
from typing import Self

__all__ = ["Claim", "is_in_use"]


class Claim:
    """A claim on a release, from its making to `release`."""

    def __init__(self, folder: Path) -> None:
        """Claim a release.

        Args:
            folder: Its folder.

        Raises:
            OSError: It is not there, or is being removed.
        """
        self._descriptor: int | None = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            self._there = os.fstat(self._descriptor)
        except OSError:
            self.release()
            raise

    def is_of(self, folder: Path) -> bool:
        """Whether a folder is the very one that is claimed, and no other that took its place."""
        try:
            return os.path.samestat(folder.stat(), self._there)
        except OSError:
            return False

    def release(self) -> None:
        """End the claim."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Return the claim itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the claim."""
        self.release()


def is_in_use(folder: Path) -> bool:
    """Whether a server reads a release, so that it may not be removed."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
