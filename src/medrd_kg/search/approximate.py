"""Names that hold a query but for one or two slips of the hand.

A name with at most *n* slips in it still holds one of any *n* + 1 pieces of the query unharmed:
the pieces give the candidates, and the distance decides.
"""

import sqlite3
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from medrd_kg.search.folding import begins_word, fold_with_places, is_latin
from medrd_kg.search.grams import match_any
from medrd_kg.search.matching import Found
from medrd_kg.search.ranking import SORT_KEY, Match, in_step

__all__ = ["allowed_slips", "find_approximately", "nearest_part"]

_SHORTEST: Final = 3
_SHORTEST_LATIN: Final = 5
_LONG: Final = 8
"""From this length on, two slips are allowed."""

_SHORTEST_FREE: Final = 5
"""In queries shorter than this, the first and the last letter must be right: too much is near."""

_MOST_CANDIDATES: Final = 20_000

_CANDIDATES: Final = """
SELECT name.id, name.folded FROM gram CROSS JOIN name ON name.id = gram.rowid
WHERE gram MATCH :match AND gram.rowid <= :last_name
    AND (:language = '' OR name.language IN (:language, ''))
    AND length(name.folded) >= :shortest
    AND instr(name.folded, :whole) = 0
LIMIT :most
"""

_FOUND: Final = f"""
SELECT name.subject, name.kinds, {SORT_KEY}, name.value FROM name WHERE name.id = :name
"""  # noqa: S608 - the text is made of constants


def allowed_slips(whole: str) -> int:
    """Return how many letters of a folded query may be wrong, missing, swapped or too many.

    >>> allowed_slips("癌"), allowed_slips("調製費"), allowed_slips("regenrative")
    (0, 1, 2)
    """
    if len(whole) < (_SHORTEST_LATIN if is_latin(whole) else _SHORTEST):
        return 0
    return 1 if len(whole) < _LONG else 2


def find_approximately(
    connection: sqlite3.Connection, whole: str, *, last_name: int, language: str = ""
) -> list[Found]:
    """Return the things with a name that holds a folded query with slips in it.

    Names that hold it without any are found as they are, and better; they are left out.

    Args:
        connection: The index.
        whole: The folded query.
        last_name: The greatest number of a text that is a name.
        language: Only names of this language, or of none; empty for all.
    """
    slips = allowed_slips(whole)
    if slips == 0:
        return []
    rows = connection.execute(
        _CANDIDATES,
        {
            "match": match_any(dict.fromkeys(_pieces(whole, slips))),
            "last_name": last_name,
            "language": language,
            "shortest": len(whole) - slips,
            "whole": whole,
            "most": _MOST_CANDIDATES,
        },
    )
    candidates: dict[int, str] = dict(rows.fetchall())
    least = 100.0 * (len(whole) - slips) / len(whole) - 0.01
    # The ratio looks for the shorter text in the longer one. Of a name that is shorter than the
    # query it says too little: a letter too many in the middle leaves no part of the query like it.
    short = [(folded, number) for number, folded in candidates.items() if len(folded) < len(whole)]
    likely = process.extract_iter(whole, candidates, scorer=fuzz.partial_ratio, score_cutoff=least)
    long = ((folded, number) for folded, _, number in likely if len(folded) >= len(whole))
    found = []
    for folded, number in chain(short, long):
        part = nearest_part(folded, whole, slips)
        if part is not None:
            near = _found(connection, number, whole, folded, part)
            if near is not None:
                found.append(near)
    return found


def nearest_part(folded: str, whole: str, slips: int) -> tuple[int, int] | None:
    """Return where the part of a text nearest to a query stands, if it has so few slips.

    In short queries the first and the last letter must be right.

    Args:
        folded: The text.
        whole: The query.
        slips: Most letters that may be wrong, missing, swapped or too many.
    """
    anywhere = len(whole) >= _SHORTEST_FREE
    best: tuple[int, int, int] | None = None
    for length in range(max(1, len(whole) - slips), len(whole) + slips + 1):
        for start in range(len(folded) - length + 1):
            part = folded[start : start + length]
            if not anywhere and (part[0] != whole[0] or part[-1] != whole[-1]):
                continue
            distance = OSA.distance(whole, part, score_cutoff=slips)
            if distance <= slips and (best is None or distance < best[0]):
                best = distance, start, start + length
    return None if best is None else best[1:]


def _pieces(whole: str, slips: int) -> Iterator[str]:
    """Yield pieces of a query of which one is unharmed by so many slips.

    Two letters that are swapped across the border of two pieces harm both, so the borders are
    drawn once more beside their places.
    """
    parts = slips + 1
    for shift in (0, 1):
        borders = [0, *(len(whole) * at // parts + shift for at in range(1, parts)), len(whole)]
        for start, end in pairwise(borders):
            if start < end:
                yield whole[start:end]


def _found(
    connection: sqlite3.Connection, name: int, whole: str, folded: str, place: tuple[int, int]
) -> Found | None:
    """Return the thing that bears a name, unless a Latin query would begin within a word."""
    part = folded[place[0] : place[1]]
    subject, kinds, key, value = connection.execute(
        _FOUND, {"name": name, "whole": part, "latin": False, "words": ""}
    ).fetchone()
    if is_latin(whole) and not begins_word(value, fold_with_places(value).starts[place[0]]):
        return None
    slips = OSA.distance(whole, part)
    return Found(subject, kinds, in_step(key, Match.APPROXIMATE, int(slips > 1)), (part,))
