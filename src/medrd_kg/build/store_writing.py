"""Writes the store of a release from its statements in files."""

from pathlib import Path

from medrd_kg.build.former_store import Former, altered_store
from medrd_kg.build.quad_files import QuadFiles
from medrd_kg.build.store_filling import fill
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["write_store"]


def write_store(folder: Path, quads: QuadFiles, former: Former | None = None) -> None:
    """Write a store; blank nodes keep their names.

    Args:
        folder: The engine's directory, which must not exist.
        quads: What it is to hold.
        former: The release before, whose store is taken over where little differs.

    Raises:
        OSError: The folder cannot be written.
    """
    if former is not None and altered_store(folder, quads, former):
        return
    disk = EmbeddedStore(folder)
    fill(disk, quads.every)
    disk.optimise()
    disk.close()
