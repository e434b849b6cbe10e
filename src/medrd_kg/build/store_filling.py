"""Fills a store with statements from a file, blank nodes under their own names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from medrd_kg.build.canonical import has_blank_node, parsed_lines
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["fill"]

_MARK: Final = b"_:"
"""Begins a blank node, and may stand in a text."""

_BLOCK: Final = 1 << 22
"""Bytes read at a time."""


def fill(store: EmbeddedStore, lines: Path) -> None:
    """Add statements to a store.

    Args:
        store: Receives them.
        lines: File of canonical N-Quads.

    Raises:
        OSError: The store cannot be written.
    """
    # The few with blank nodes come first: what came after the others would be merged with them.
    store.bulk_insert(parsed_lines(_anonymous(lines)))
    store.bulk_load_blocks(_named(lines))


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
