"""File operations that survive a crash."""

import ctypes
import os
from pathlib import Path
from typing import Final

__all__ = ["exchange", "sync", "sync_tree"]

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Bring a folder with everything in it to the disk."""
    for parent, _, names in os.walk(folder):
        for name in names:
            sync(Path(parent, name))
        sync(Path(parent))


def exchange(first: Path, second: Path) -> None:
    """Let two paths of one file system change places.

    On Linux this is one atomic step (renameat2), so that neither name is ever missing. Where the
    kernel or the file system lacks it, three renames do it, and a crash between them leaves
    ``second`` missing.
    """
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is not None:
        paths = os.fsencode(first), os.fsencode(second)
        if renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
            return
    aside = first.with_name(f"{first.name}.aside")
    second.rename(aside)
    first.rename(second)
    aside.rename(first)
