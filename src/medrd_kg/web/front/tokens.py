"""Short names of what a caller accepts, so that callers who would get the same bytes share them.

Each function reduces a raw header to a token: two headers with one token get one answer, byte for
byte. Headers come from strangers, so only short ones are remembered.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES
from medrd_kg.sparql.negotiation import accepted_language, accepted_ranges, negotiate

__all__ = ["language_token", "range_token", "result_token"]

_Token = TypeVar("_Token")

_REMEMBERED: Final = 1024
_LONGEST_REMEMBERED: Final = 512
"""Bytes; with `_REMEMBERED` it bounds what strangers can make us keep."""

_OTHER_PARAMETER: Final = re.compile(rb";(?!\s*[qQ]\s*=)")


def _memoised(reduce: Callable[[bytes | None], _Token]) -> Callable[[bytes | None], _Token]:
    remembered = lru_cache(_REMEMBERED)(reduce)

    def token(header: bytes | None) -> _Token:
        if header is not None and len(header) > _LONGEST_REMEMBERED:
            return reduce(header)
        return remembered(header)

    return token


@_memoised
def result_token(accept: bytes | None) -> object:
    """Return what ``/sparql`` would answer in, for solutions and for graphs.

    >>> result_token(b"text/csv") == result_token(b"text/csv;q=0.3, image/png")
    True
    """
    header = None if accept is None else accept.decode("latin-1")
    return negotiate(header, SOLUTION_TYPES), negotiate(header, GRAPH_TYPES)


@_memoised
def range_token(accept: bytes | None) -> object:
    """Return what an Accept header says, whatever types an address may offer.

    A parameter other than ``q`` makes the header its own token: an address may read a profile.

    >>> range_token(b"a/b;q=0.50,*/*") == range_token(b"*/*, A/B; q=0.5")
    True
    """
    if accept is None:
        return None
    if _OTHER_PARAMETER.search(accept):
        return accept
    ranges: dict[tuple[str, str], float] = {}
    for each in accepted_ranges(accept.decode("latin-1")):
        # Of two elements for one range, negotiation heeds the first.
        ranges.setdefault((each.main, each.sub), each.quality)
    return tuple(sorted(ranges.items())) or None


@_memoised
def language_token(header: bytes | None) -> str:
    """Return ``ja`` or ``en``."""
    return accepted_language(None if header is None else header.decode("latin-1"))
