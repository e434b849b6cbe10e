"""Sorted lines merged block by block.

Sorting a block that is made of sorted pieces is a merge in C (Python's ``list.sort`` looks for
runs); a line costs a fraction of what it costs one by one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

__all__ = ["Block", "blocks_of", "differences", "in_blocks", "merged", "unique"]

Block = list[bytes]
"""Sorted lines, one after the other."""

_BUFFER: Final = 1 << 20
_PIECE: Final = 1 << 20
"""Bytes read of a file at a time."""
_LINES: Final = 5000
"""Lines of a block that is not read from a file."""


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


def in_blocks(lines: Iterable[bytes]) -> Iterator[Block]:
    """Yield lines in blocks."""
    waiting = iter(lines)
    while block := list(islice(waiting, _LINES)):
        yield block


def differences(older: Iterable[Block], newer: Iterable[Block]) -> Iterator[tuple[Block, Block]]:
    """Yield bit by bit which lines are gone and which are new.

    Args:
        older: Sorted within its blocks and from block to block, each line once.
        newer: The same.
    """
    olds, news = iter(older), iter(newer)
    before, after = next(olds, []), next(news, [])
    while before and after:
        bound = min(before[-1], after[-1])
        was, before = _parted(before, bound)
        now, after = _parted(after, bound)
        if was != now:
            known, wanted = set(was), set(now)
            yield (
                [line for line in was if line not in wanted],
                [line for line in now if line not in known],
            )
        before, after = before or next(olds, []), after or next(news, [])
    while before:
        yield before, []
        before = next(olds, [])
    while after:
        yield [], after
        after = next(news, [])


def _parted(block: Block, bound: bytes) -> tuple[Block, Block]:
    """Return the lines up to a bound, and the others."""
    end = bisect_right(block, bound)
    return block[:end], block[end:]
