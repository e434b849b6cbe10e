"""The store of a release made out of that of the release before it, where little differs.

The engine never changes a large file that it has written; small ones tell which belong to the
store. So the new store begins with the same large files under further names, and the engine writes
what differs into others. The files are compared with their checksums before, and the number of
statements is counted afterwards; what is not as it should be is thrown away, and the store is
written from all statements.
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from medrd_kg.build.canonical import parsed_lines
from medrd_kg.build.differences import dump_lines
from medrd_kg.build.dumps import ALL_QUADS, DUMPS
from medrd_kg.build.manifest import Manifest, checksum
from medrd_kg.build.quad_files import QuadFiles
from medrd_kg.build.sorted_lines import blocks_of, differences, in_blocks
from medrd_kg.build.store_filling import fill
from medrd_kg.problems import Problem
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["Former", "altered_store"]

_ENGINE: Final = "pyoxigraph"
_LARGE: Final = ".sst"
"""Suffix of the engine's files that never change."""

_REMOVAL: Final = 4
"""What the removal of a statement costs, in additions: one by one, and looked up before."""

_SHARE: Final = 0.4
"""Share of all statements up to which altering is less work than writing all; measured: what is
added costs as much as ever, and what stays a sixth."""


@dataclass(frozen=True, slots=True)
class Former:
    """The release before.

    Attributes:
        path: Its folder.
        manifest: What it holds.
        store: Name of the folder of its store.
    """

    path: Path
    manifest: Manifest
    store: str


@dataclass(frozen=True, slots=True)
class _Difference:
    """What two releases differ in, as files of lines of N-Quads.

    Attributes:
        gone: What the former states and the new one does not.
        new: What the new one states and the former does not.
    """

    gone: Path
    new: Path


def altered_store(folder: Path, quads: QuadFiles, former: Former) -> bool:
    """Make a store out of the former one, unless that is more work or not safe.

    Args:
        folder: The engine's directory, which must not exist; it does not either on a refusal.
        quads: What it is to hold.
        former: The release that it is made from, which nothing changes.

    Returns:
        Whether the store was made.

    Raises:
        OSError: A file of the new release cannot be written.
    """
    if former.manifest.software.get(_ENGINE) != version(_ENGINE) or not _is_intact(former):
        return False
    total = sum(quads.sizes.values())
    found = _difference(former, quads, most=round(total * _SHARE))
    if found is None:
        return False
    try:
        _share(former.path / former.store, folder)
        held = _alter(folder, found)
    except OSError:  # a full disk is met again by whoever writes all
        held = -1
    if held == total + quads.triples:
        return True
    shutil.rmtree(folder, ignore_errors=True)
    return False


def _is_intact(former: Former) -> bool:
    """Whether the former store and the dump of its statements are what was published."""
    start, dump = f"{former.store}/", f"{DUMPS}/{ALL_QUADS}"
    records = {
        name: record
        for name, record in former.manifest.files.items()
        if name.startswith(start) or name == dump
    }
    try:
        with ThreadPoolExecutor() as threads:  # hashing works outside of Python's lock
            found = threads.map(checksum, [former.path / name for name in records])
            return dump in records and list(found) == list(records.values())
    except OSError:
        return False


def _difference(former: Former, quads: QuadFiles, *, most: int) -> _Difference | None:
    """Write what differs into files, unless that is too much.

    Args:
        former: The release before.
        quads: The statements of the new one.
        most: Additions that are too many; a removal counts several times.
    """
    folder = quads.every.parent
    found = _Difference(folder / "gone.nq", folder / "new.nq")
    work = 0
    older = in_blocks(dump_lines(former.path))
    try:
        with found.gone.open("wb") as gone, found.new.open("wb") as new:
            for removed, added in differences(older, blocks_of(quads.every)):
                gone.writelines(removed)
                new.writelines(added)
                work += _REMOVAL * len(removed) + len(added)
                if work > most:
                    return None
    except Problem:  # the dump of the former release cannot be read
        return None
    return found


def _share(former: Path, folder: Path) -> None:
    """Give the large files of a store further names, and copy the others."""
    folder.mkdir()
    for path in former.iterdir():
        target = folder / path.name
        if path.suffix == _LARGE:
            try:
                os.link(path, target)
            except OSError:  # a file system without further names
                shutil.copyfile(path, target)
        else:
            shutil.copyfile(path, target)


def _alter(folder: Path, difference: _Difference) -> int:
    """Remove and add statements, and return how many the store holds then."""
    store = EmbeddedStore(folder)
    try:
        for block in blocks_of(difference.gone):
            store.remove(parsed_lines(block))
        fill(store, difference.new)
        store.optimise()
        return store.held()
    finally:
        store.close()
