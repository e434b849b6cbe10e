"""How well a text answers a query: a few steps, told to the caller by name."""

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import Final

from medrd_kg.search.contents import Role

__all__ = ["SORT_KEY", "Match", "in_step", "inside_tier", "match_of", "name_of", "weight"]


class Match(IntEnum):
    """How a text matches a query, the best first.

    A prefix is the beginning of the whole text. Japanese has no spaces: a word may begin at any
    of its characters; within a word means that a Latin word or a number goes on to the left.
    """

    EXACT_LABEL = 0
    EXACT_NAME = 1
    LABEL_PREFIX = 2
    NAME_PREFIX = 3
    IN_LABEL = 4
    IN_NAME = 5
    WITHIN_WORD = 6
    SYNONYM = 7
    CONTRACTION = 8
    IN_DEFINITION = 9
    IN_TEXT = 10
    APPROXIMATE = 11


_TIER_BITS: Final = 48
_POPULARITY_BITS: Final = 6
_LENGTH_BITS: Final = 12
_NUMBER_BITS: Final = _TIER_BITS - 1 - _POPULARITY_BITS - _LENGTH_BITS

SORT_KEY: Final = f"""
    (CASE
        WHEN name.role >= {Role.DEFINITION:d}
            THEN {Match.IN_DEFINITION:d} + name.role - {Role.DEFINITION:d}
        WHEN name.folded = :whole THEN min(name.role, 1)
        WHEN substr(name.folded, 1, length(:whole)) = :whole THEN 2 + min(name.role, 1)
        WHEN :latin THEN inside_tier(name.value, name.role, :words)
        ELSE 4 + min(name.role, 1)
    END << {_TIER_BITS})
    + ((instr(name.folded, :whole) = 0) << {_TIER_BITS - 1})
    + name.weight
"""
"""SQL of a number that sorts texts: step, words in one piece, then `weight`.

The parameters are ``whole`` (the folded query without spaces), ``latin`` (whether a word of it
begins with a Latin letter or a digit) and ``words`` (its folded words between spaces).
"""


def weight(popularity: int, length: int, number: int) -> int:
    """Return the part of the sort key that no query changes; the least is the best.

    Args:
        popularity: How often the thing is referred to, as a power of two.
        length: Of the folded text.
        number: Of the text in the index.
    """
    seldom = (1 << _POPULARITY_BITS) - 1 - min(popularity, (1 << _POPULARITY_BITS) - 1)
    return (
        ((seldom << _LENGTH_BITS) | min(length, (1 << _LENGTH_BITS) - 1)) << _NUMBER_BITS
    ) | number


def match_of(key: int) -> Match:
    """Return the step that a sort key stands for."""
    return Match(key >> _TIER_BITS)


def name_of(key: int) -> int:
    """Return the number of the text that a sort key belongs to."""
    return key & ((1 << _NUMBER_BITS) - 1)


def in_step(key: int, match: Match, further: int = 0) -> int:
    """Return a sort key moved to another step.

    Args:
        key: The key.
        match: The step.
        further: 1 to stand behind all others of that step.
    """
    rest = key & ((1 << (_TIER_BITS - 1)) - 1)
    return (match << _TIER_BITS) | (further << (_TIER_BITS - 1)) | rest


def inside_tier(value: str, role: int, words: str) -> int:
    """Return the step of a name that holds all words: whether each begins one in it.

    Args:
        value: The name as it is shown.
        role: What it is to its thing.
        words: The folded words of the query between spaces.
    """
    if _beginnings(words).issubset(_word_beginnings(value, words)):
        return int(Match.IN_LABEL) + min(role, 1)
    return int(Match.WITHIN_WORD)


@lru_cache(maxsize=256)
def _beginnings(words: str) -> frozenset[str]:
    """Return the Latin letters and digits that words begin with."""
    found = (re.match(r"[a-z0-9]+", word) for word in words.split(" "))
    return frozenset(match[0] for match in found if match is not None)


def _word_beginnings(value: str, words: str) -> set[str]:
    """Return those beginnings that also begin a word in a name."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    return {
        each
        for each in _beginnings(words)
        if re.search(rf"(?<![a-z0-9]){re.escape(each)}", plain) is not None
    }
