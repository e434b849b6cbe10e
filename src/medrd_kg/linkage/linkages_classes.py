"""Pairs of many things: counted class by class, and listed only where the page is.

Thousands of programmes of a ministry make millions of pairs, which nobody reads and no memory
holds. Things whose items fall under the same concepts in the same way are a class; what holds for
one pair of two classes, strength and all, holds for each. So pairs of classes are weighed, pairs of
things are counted, and those of the page are found by counting on, in the order of all pairs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice, repeat
from operator import itemgetter
from typing import Any, Final

from medrd_kg.linkage.tables import Row, Session, statement

__all__ = ["MANY", "are_many", "class_rows"]

MANY: Final = 300_000
"""Pairs of things from which on they are not weighed one by one."""

_BEFORE, _RELATED, _ONE, _TWO, _ONES, _TWOS = 5, 6, 7, 8, 9, 10
"""Places in a row of ``sql/linkage_classes.sql``."""


def are_many(session: Session, parameters: Mapping[str, Any]) -> bool:
    """Tell whether there may be more pairs than can be weighed one by one.

    Args:
        session: A session of the tables.
        parameters: Those of ``sql/linkages.sql``.
    """
    left, right = parameters["left"], parameters["right"]

    def load(missing: list[tuple[str, str, str]]) -> dict[tuple[str, str, str], int]:
        asked = {"left": left, "right": right, "via": [facet for *_, facet in missing]}
        sizes: dict[str, int] = dict(session.rows(statement("linkage_size"), asked))
        return {key: sizes.get(key[2], 0) for key in missing}

    keys = [(left, right, facet) for facet in parameters["via"]]
    return sum(session.remembered.looked_up("linkage_size", keys, load).values()) > MANY


def class_rows(session: Session, parameters: Mapping[str, Any]) -> tuple[list[Row], int]:
    """Return rows as those of ``sql/linkages.sql``, and how many pairs there are on all pages.

    Args:
        session: A session of the tables.
        parameters: Those of that statement; no thing may be named.
    """
    classes = session.rows(statement("linkage_classes"), parameters)
    if not classes:
        return [], 0
    total: int = classes[0][0]
    offset, limit = parameters["offset"], parameters["limit"]
    alike = parameters["left"] == parameters["right"]
    found: list[_Pair] = []
    shown = [row for row in classes if row[1]]
    for _, group in groupby(shown, key=itemgetter(_BEFORE)):
        rows = list(group)
        pairs = _Pairs(rows, _related(session, rows), alike=alike)
        start = max(offset - rows[0][_BEFORE], 0)
        found += islice(pairs.following(start), limit - len(found))
        if len(found) == limit:
            break
    if not found:
        return [], total
    ones, twos = [each.one for each in found], [each.two for each in found]
    asked = {**parameters, "ones": ones, "twos": twos, "only": sorted({*ones, *twos})}
    shared: dict[tuple[int, int], list[Row]] = {}
    for one, two, *row in session.rows(statement("linkage_pairs"), asked):
        shared.setdefault((one, two), []).append(tuple(row))
    return [
        (each.one, each.two, each.concepts, each.same, each.strength, total, *row)
        for each in found
        for row in shared[each.one, each.two]
    ], total


@dataclass(frozen=True, slots=True)
class _Pair:
    """A pair of things on the page."""

    one: int
    two: int
    concepts: int
    same: int
    strength: float


def _related(session: Session, rows: Sequence[Row]) -> dict[int, set[int]]:
    """Return what lies above or below each thing of some classes, and makes no pair with it."""
    if not any(row[_RELATED] for row in rows):
        return {}
    things = {thing for row in rows for place in (_ONES, _TWOS) for thing in row[place]}
    found: dict[int, set[int]] = {thing: {thing} for thing in things}
    for narrow, broad in session.rows(statement("linkage_related"), {"things": sorted(things)}):
        found[narrow].add(broad)
        found[broad].add(narrow)
    return found


class _Pairs:
    """Pairs of one strength and number of concepts, in the order of the numbers of both things."""

    def __init__(
        self, rows: Sequence[Row], related: Mapping[int, set[int]], *, alike: bool
    ) -> None:
        """Keep which classes make pairs.

        Args:
            rows: Rows of ``sql/linkage_classes.sql``.
            related: What makes no pair with a thing, itself included; empty where nothing does.
            alike: Whether both things are of one kind: then the lower number comes first.
        """
        self._related = related
        self._alike = alike
        self._class: dict[int, int] = {}
        self._partners: dict[int, list[tuple[Sequence[int], Row]]] = {}
        for row in rows:
            self._add(row[_ONE], row[_ONES], row[_TWOS], row)
            if alike and row[_ONE] != row[_TWO]:
                self._add(row[_TWO], row[_TWOS], row[_ONES], row)

    def _add(self, number: int, ones: Sequence[int], twos: Sequence[int], row: Row) -> None:
        self._class.update(dict.fromkeys(ones, number))
        self._partners.setdefault(number, []).append((twos, row))

    def following(self, start: int) -> Iterator[_Pair]:
        """Yield the pairs after the first few, which are counted and not made."""
        for one in sorted(self._class):
            many = self._count(one)
            if start >= many:
                start -= many
                continue
            yield from islice(self._of(one), start, None)
            start = 0

    def _count(self, one: int) -> int:
        """Return how many pairs a thing begins."""
        many = 0
        none = self._related.get(one, ())
        for twos, _ in self._partners[self._class[one]]:
            first = self._first(twos, one)
            many += len(twos) - first
            for two in none:
                at = bisect_left(twos, two, first)
                many -= at < len(twos) and twos[at] == two
        return many

    def _of(self, one: int) -> Iterator[_Pair]:
        """Yield the pairs that a thing begins, in the order of numbers."""
        none = self._related.get(one, ())
        lists = [
            zip(twos[self._first(twos, one) :], repeat(row), strict=False)
            for twos, row in self._partners[self._class[one]]
        ]
        for two, row in merge(*lists, key=itemgetter(0)):
            if two not in none:
                yield _Pair(one, two, row[3], row[4], row[2])

    def _first(self, twos: Sequence[int], one: int) -> int:
        """Return where those begin that come after a thing."""
        return bisect_right(twos, one) if self._alike else 0
