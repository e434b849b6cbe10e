"""Writes the store of a release from its statements in files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from medrd_kg.build.canonical import has_blank_node, parsed_lines
from medrd_kg.build.quad_files import QuadFiles
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["write_store"]

_BLOCK: Final = 192_000_000
"""Bytes given to the engine at once: it buffers them, and about a kilobyte for each line. The fewer
blocks, the less it has to merge."""


def write_store(folder: Path, quads: QuadFiles) -> None:
    """Write a store; blank nodes keep their names.

    Args:
        folder: The engine's directory, which must not exist.
        quads: What it is to hold.

    Raises:
        OSError: The folder cannot be written.
    """
    disk = EmbeddedStore(folder)
    for block in _blocks(quads.every):
        if b"_:" in block:
            lines = block.splitlines(keepends=True)
            disk.bulk_load_lines(b"".join(line for line in lines if not has_blank_node(line)))
            disk.bulk_insert(parsed_lines(line for line in lines if has_blank_node(line)))
        else:
            disk.bulk_load_lines(block)
    disk.optimise()
    disk.close()


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a file of lines in blocks of whole lines."""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block + stream.readline()
