"""Changes of programmes: begun, ended, renamed, moved, followed by others, with or without sheets.

A sheet published in a year states the budget of that year, so it speaks for the fiscal year of the
same number. That a programme begins or ends is told only where a sheet says in which year; that
its sheets begin or cease is told apart, since the last sheet is no end of a programme.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from typing import NamedTuple

from medrd_kg.linkage.changes_drafts import Draft, SideDraft, Window
from medrd_kg.linkage.tables import Session

__all__ = ["edition_changes", "same_name", "succession_changes"]


def same_name(one: str, other: str) -> bool:
    """Tell whether two printed names are one: full or half width and spaces make no difference.

    >>> same_name("革新的（ＡＭＥＤ）事業", "革新的(AMED) 事業")
    True
    >>> same_name("再生医療", "再生・細胞医療")
    False
    """
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def edition_changes(session: Session, window: Window) -> tuple[list[Draft], dict[int, int]]:
    """Return the changes that the sheets of programmes tell, and how many sheets each year has."""
    said = session.said_of("changes_editions", window.years)
    found = {row[1]: _Sheet(*row) for rows in said.values() for row in rows}
    rows = sorted((each for each in found.values() if each.tells(window)), key=_Sheet.place)
    sheets = {year: sum(each.published == year for each in rows) for year in window.ends}
    drafts: list[Draft] = []
    for programme, own in groupby(rows, key=lambda each: each.programme):
        if window.has(programme):
            drafts += _of_programme(window, programme, list(own), all(sheets.values()))
    return drafts, sheets


class _Sheet(NamedTuple):
    """A row of ``sql/changes_editions.sql``."""

    programme: int
    item: int
    published: int | None
    name: str | None
    ministry: int | None
    is_latest: bool
    start_year: int | None
    end_year: int | None

    def tells(self, window: Window) -> bool:
        """Whether it is of one of the two years, or names a first or last one between them."""
        return self.published in window.ends or (self.is_latest and self._is_of(window))

    def _is_of(self, window: Window) -> bool:
        begins = self.start_year in window.years[1:]
        return begins or self.end_year in window.years[:-1]

    def place(self) -> tuple[int, bool, int, int]:
        """Return what orders sheets: programme by programme, year by year."""
        return self.programme, self.published is None, self.published or 0, self.item


def _of_programme(
    window: Window, programme: int, sheets: list[_Sheet], both_held: bool
) -> Iterator[Draft]:
    earlier = [each for each in sheets if each.published == window.from_year]
    later = [each for each in sheets if each.published == window.to_year]
    latest = next((each for each in sheets if each.is_latest), None)
    start = None if latest is None else latest.start_year
    end = None if latest is None else latest.end_year

    def told(change: str) -> Draft:
        before, after = _side(window.from_year, earlier), _side(window.to_year, later)
        return Draft(change, programme, before, after)

    if latest is not None and start is not None and window.from_year < start <= window.to_year:
        unseen = SideDraft(window.from_year, "not-looked-at")
        yield Draft("begun", programme, unseen, _stated(window.to_year, latest.item), start)
    elif both_held and later and not earlier:
        yield told("first-sheet")
    if latest is not None and end is not None and window.from_year <= end < window.to_year:
        unseen = SideDraft(window.to_year, "not-looked-at")
        yield Draft("ended", programme, _stated(window.from_year, latest.item), unseen, end)
    elif both_held and earlier and not later:
        yield told("no-further-sheet")
    if earlier and later:
        if _differ(*({_plain(name) for name in _names(own)} for own in (earlier, later))):
            yield told("renamed")
        if _differ(*(set(_ministries(own)) for own in (earlier, later))):
            yield told("ministry-moved")


def _differ(before: Set[object], after: Set[object]) -> bool:
    """Tell whether both are stated and have nothing in common."""
    return bool(before) and bool(after) and before.isdisjoint(after)


def _names(sheets: Iterable[_Sheet]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in sheets if each.name is not None))


def _ministries(sheets: Iterable[_Sheet]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(each.ministry for each in sheets if each.ministry is not None))


def _side(year: int, sheets: Sequence[_Sheet]) -> SideDraft:
    return SideDraft(
        year,
        "stated" if sheets else "no-sheet",
        names=_names(sheets),
        things=_ministries(sheets),
        items=tuple(each.item for each in sheets),
    )


def _stated(year: int, edition: int) -> SideDraft:
    return SideDraft(year, "stated", items=(edition,))


def succession_changes(session: Session, window: Window) -> Iterator[Draft]:
    """Yield who followed whom: one another, several out of one, one out of several.

    Where a programme is one of several that followed one and itself follows several, both are told.
    """
    said = session.said_of("changes_successions", window.years[1:])
    rows = sorted(row for rows in said.values() for row in rows)
    followers: dict[int, dict[int, int]] = defaultdict(dict)
    followed: dict[int, dict[int, int]] = defaultdict(dict)
    for successor, predecessor, year in rows:
        followers[predecessor][successor] = year
        followed[successor][predecessor] = year
    for predecessor, successors in followers.items():
        if len(successors) > 1 and window.has(predecessor, *successors):
            yield _succession("split", window, predecessor, successors)
    for successor, predecessors in followed.items():
        if len(predecessors) > 1 and window.has(successor, *predecessors):
            yield _succession("merged", window, successor, predecessors)
        for predecessor in predecessors:
            is_alone = len(predecessors) == 1 and len(followers[predecessor]) == 1
            if is_alone and window.has(successor, *predecessors):
                yield _succession("succeeded", window, successor, predecessors)


def _succession(change: str, window: Window, programme: int, others: Mapping[int, int]) -> Draft:
    """Return a succession; its evidence is that of the programmes on both sides."""
    one, several = (programme,), tuple(others)
    earlier, later = (one, several) if change == "split" else (several, one)
    return Draft(
        change,
        programme,
        SideDraft(window.from_year, "stated", items=earlier),
        SideDraft(window.to_year, "stated", items=later),
        min(others.values()),
        others=several,
    )
