"""Sorted lines merged block by block.

Sorting a block that is made of sorted pieces is a merge in C (Python's ``list.sort`` looks for
runs); a line costs a fraction of what it costs one by one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

__all__ = ["Block", "blocks_of", "merged", "unique"]

Block = list[bytes]
"""Sorted lines, one after the other."""

_BUFFER: Final = 1 << 20
_PIECE: Final = 1 << 20
"""Bytes read of a file at a time."""


def blocks_of(path: Path) -> Iterator[Block]:
    """Yield the lines of a file."""
    with path.open("rb", buffering=_BUFFER) as stream:
        while block := stream.readlines(_PIECE):
            yield block


def merged(sources: Iterable[Iterable[Block]]) -> Iterator[Block]:
    """Merge sorted lines; what comes again stays.

    Args:
        sources: Each sorted within its blocks and from block to block; its lists are taken over.
    """
    waiting = [iter(source) for source in sources]
    heads: list[Block] = [[] for _ in waiting]
    while True:
        for at in range(len(waiting) - 1, -1, -1):
            while not heads[at]:
                further = next(waiting[at], None)
                if further is None:
                    del waiting[at], heads[at]
                    break
                heads[at] = further
        if not heads:
            return
        # Whatever comes later is not below the least of the last lines that are known.
        bound = min(head[-1] for head in heads)
        block: Block = []
        for at, head in enumerate(heads):
            if head[-1] <= bound:
                block += head
                heads[at] = []
            else:
                end = bisect_right(head, bound)
                block += head[:end]
                del head[:end]
        block.sort()
        yield block


def unique(blocks: Iterable[Block]) -> Iterator[Block]:
    """Leave each line once.

    Args:
        blocks: Sorted lines; all that are equal may stand in several blocks.
    """
    last = b""
    for block in blocks:
        lines = list(dict.fromkeys(block))
        if lines and lines[0] == last:
            del lines[0]
        if lines:
            last = lines[-1]
            yield lines
