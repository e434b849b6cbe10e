"""A full disk told as what it is, whichever library met it."""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem

__all__ = ["storage_faults"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS: Final = re.compile(
    r"no space left|disk (?:is )?full|disk quota|file too large|file size limit", re.IGNORECASE
)
"""What the store's, the tables' and the index's engines say; they raise faults of their own."""

_PLACES: Final = 200


@contextmanager
def storage_faults(folder: Path) -> Iterator[None]:
    """Turn the fault that a disk is full into a problem; other faults pass.

    Args:
        folder: Where is written.

    Raises:
        Problem: ``insufficient-storage``.
    """
    try:
        yield
    except Problem:
        raise
    except Exception as fault:  # engines raise faults of their own types; all others pass
        if not _is_full(fault):
            raise
        free = shutil.disk_usage(folder).free
        raise Problem(
            "insufficient-storage",
            f"the disk of {folder} took no more: {str(fault)[:_PLACES]}",
            "make room there and run the command again; what was there before is as it was",
            extra={"free_bytes": free},
        ) from fault


def _is_full(fault: BaseException) -> bool:
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _FULL:
            return True
        if _WORDS.search(str(seen)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
