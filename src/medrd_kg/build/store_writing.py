"""Writes the store of a release from its statements in files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from medrd_kg.build.canonical import has_blank_node, parsed_lines
from medrd_kg.build.quad_files import QuadFiles
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["write_store"]

_MARK: Final = b"_:"
"""Begins a blank node, and may stand in a text."""

_BLOCK: Final = 1 << 22
"""Bytes read at a time."""


def write_store(folder: Path, quads: QuadFiles) -> None:
    """Write a store; blank nodes keep their names.

    Args:
        folder: The engine's directory, which must not exist.
        quads: What it is to hold.

    Raises:
        OSError: The folder cannot be written.
    """
    disk = EmbeddedStore(folder)
    # The few with blank nodes come first: what came after the others would be merged with them.
    disk.bulk_insert(parsed_lines(_anonymous(quads.every)))
    disk.bulk_load_blocks(_named(quads.every))
    disk.optimise()
    disk.close()


def _blocks(path: Path) -> Iterator[bytes]:
    """Yield a file of lines in blocks of whole lines."""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block + stream.readline()


def _anonymous(path: Path) -> Iterator[bytes]:
    """Yield the lines with blank nodes."""
    for block in _blocks(path):
        if _MARK in block:
            yield from filter(has_blank_node, block.splitlines(keepends=True))


def _named(path: Path) -> Iterator[bytes]:
    """Yield blocks of the lines without blank nodes."""
    for block in _blocks(path):
        if _MARK in block:
            lines = block.splitlines(keepends=True)
            yield b"".join(line for line in lines if not has_blank_node(line))
        else:
            yield block
