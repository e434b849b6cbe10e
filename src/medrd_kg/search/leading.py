"""The best completions of beginnings that many names share, chosen when the index is made.

A beginning with few names is completed by reading them all; one with many would take too long
while somebody types, so the best of it are kept.
"""

from collections.abc import Iterator, Sequence
from heapq import nsmallest
from typing import Final, NamedTuple

__all__ = ["KEPT", "MANY", "Completable", "leading_names"]

MANY: Final = 256
"""Beginnings with more names than these have their best ones kept."""

KEPT: Final = 50
"""Names kept for each, of different things."""


class Completable(NamedTuple):
    """A name that may complete what somebody types.

    Attributes:
        folded: The name, folded.
        rank: Its weight; the least is the best.
        name: Its number in the index.
        subject: Number of the thing that bears it.
        kinds: Positions of the kinds of that thing.
    """

    folded: str
    rank: int
    name: int
    subject: int
    kinds: tuple[int, ...]


def completion_order(each: Completable) -> tuple[int, int, int]:
    """Return by what completions are sorted: weight, then length, then number."""
    return each.rank, len(each.folded), each.name


def leading_names(names: Sequence[Completable]) -> Iterator[tuple[str, list[int]]]:
    """Yield each beginning that more than `MANY` names share, with its best names.

    Args:
        names: Sorted by their folded form.
    """
    pending = [(0, len(names), 1)]
    while pending:
        first, end, length = pending.pop()
        at = first
        while at < end:
            prefix = names[at].folded[:length]
            after = _end_of(names, prefix, at, end)
            # A name that ends here begins with nothing longer.
            if len(prefix) == length and after - at > MANY:
                yield prefix, _best(names[at:after])
                pending.append((at, after, length + 1))
            at = after


def _end_of(names: Sequence[Completable], prefix: str, first: int, end: int) -> int:
    """Return where the names with a prefix end: they lie together, beginning at ``first``."""
    low, high = first + 1, end
    while low < high:
        middle = (low + high) // 2
        if names[middle].folded.startswith(prefix):
            low = middle + 1
        else:
            high = middle
    return low


def _best(names: Sequence[Completable]) -> list[int]:
    """Return the numbers of the best names, one a thing."""
    # A thing has few names, so that several times as many names hold enough things.
    ordered = nsmallest(KEPT * 4, names, key=completion_order)
    first_of: dict[int, int] = {}
    for each in ordered:
        first_of.setdefault(each.subject, each.name)
    return list(first_of.values())[:KEPT]
