"""Disk space of releases: which ones a budget lets stay, and whether a new one fits at all."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem

__all__ = ["beyond_budget", "require_space", "size_of", "space_needed"]

BYTES_PER_MEGABYTE: Final = 1_000_000

_GROWTH: Final = 12
"""Bytes of a release for each byte of its sources; measured: 10.8 for the shipped content."""

_GROWTH_IN_PARTS: Final = 32
"""The same for a content that is built in parts, with the files that it needs meanwhile and those
that it keeps: 25.6 for the review sheets of all years with a
compressed store, and 4.3 more without."""

_LIKE_BEFORE: Final = 1.25
"""Size of a release as a multiple of the one before; sources grow by less from build to build."""

_MARGIN: Final = 64 * BYTES_PER_MEGABYTE
"""Room for the engine's logs and for whoever else writes to the disk meanwhile."""


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder; what vanishes meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += 0 if path.is_symlink() or path.is_dir() else path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def beyond_budget(
    kept: Sequence[tuple[Path, int]], current: Path | None, max_bytes: int
) -> list[Path]:
    """Return the releases that must go so that the rest fits a budget.

    The oldest go first; the current one stays whatever it takes.

    Args:
        kept: Folders with their sizes in bytes, the newest first.
        current: Folder of the current release.
        max_bytes: The budget; 0 sets no limit.

    >>> releases = [(Path("new"), 5), (Path("current"), 4), (Path("old"), 3)]
    >>> [path.name for path in beyond_budget(releases, Path("current"), 9)]
    ['old']
    """
    total = sum(size for _, size in kept)
    gone = []
    for path, size in reversed(kept if max_bytes else ()):
        if total <= max_bytes:
            break
        if path != current:
            gone.append(path)
            total -= size
    return gone


def space_needed(source_bytes: int, current_bytes: int, *, in_parts: bool = False) -> int:
    """Estimate the bytes that a build writes before it can remove anything.

    Args:
        source_bytes: Size of all input files.
        current_bytes: Size of the current release; 0 when there is none.
        in_parts: Whether the content is too large for memory.
    """
    growth = _GROWTH_IN_PARTS if in_parts else _GROWTH
    expected = max(growth * source_bytes, round(_LIKE_BEFORE * current_bytes))
    return expected + _MARGIN


def require_space(folder: Path, needed: int) -> None:
    """Refuse a build for which the disk has no room, before it begins.

    Args:
        folder: Where the release will be.
        needed: Bytes, from `space_needed`.

    Raises:
        Problem: ``insufficient-storage``.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Problem(
            "insufficient-storage",
            f"a build needs about {_megabytes(needed)} MB in {folder}, and"
            f" {_megabytes(free)} MB are free",
            "make room there, lower RELEASES_KEEP or RELEASES_MAX_MB, or choose another DATA_DIR",
            extra={"needed_bytes": needed, "free_bytes": free},
        )


def _megabytes(size: int) -> int:
    return -(-size // BYTES_PER_MEGABYTE)
