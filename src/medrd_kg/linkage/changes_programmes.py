"""Changes of programmes: begun, ended, renamed, moved, followed by others, with or without sheets.

A sheet published in a year states the budget of that year, so it speaks for the fiscal year of the
same number. That a programme begins or ends is told only where a sheet says in which year; that
its sheets begin or cease is told apart, since the last sheet is no end of a programme.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from medrd_kg.linkage.changes_drafts import Draft, SideDraft, Window, said_between
from medrd_kg.linkage.tables import Session

__all__ = ["SheetChange", "edition_changes", "same_name", "sheet_drafts", "succession_changes"]


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


class SheetChange(NamedTuple):
    """A change that sheets tell, before they are read.

    Attributes:
        change: One of `changes.CHANGES`.
        programme: Number of the programme.
        fiscal_year: The western year that a sheet names; None where it names none.
    """

    change: str
    programme: int
    fiscal_year: int | None = None


def edition_changes(session: Session, window: Window) -> tuple[list[SheetChange], dict[int, int]]:
    """Return the changes that the sheets of programmes tell, and how many sheets each year has."""
    counted = session.said_of("changes_sheet_counts", window.ends)
    sheets = {year: sum(number for (number,) in rows) for year, rows in counted.items()}
    both_held = all(sheets.values())
    found: list[SheetChange] = []
    for own in map(_Ends._make, said_between(session, window, "changes_sheets")):
        if window.has(own.programme):
            found += _begun_or_ended(window, own, both_held=both_held)
    differing = said_between(session, window, "changes_differing")
    for programme, before, after, is_renamed, is_moved in differing:
        if window.has(programme):
            if is_renamed and set(map(_plain, before)).isdisjoint(map(_plain, after)):
                found.append(SheetChange("renamed", programme))
            if is_moved:
                found.append(SheetChange("ministry-moved", programme))
    return found, sheets


class _Ends(NamedTuple):
    """A row of ``sql/changes_sheets.sql``.

    Attributes:
        programme: Number of a programme.
        is_earlier: Whether it has a sheet of the earlier year.
        is_later: Whether it has one of the later year.
        start: First year that its latest sheet names.
        end: Last year that it names.
    """

    programme: int
    is_earlier: bool
    is_later: bool
    start: int | None
    end: int | None


def _begun_or_ended(window: Window, own: _Ends, *, both_held: bool) -> Iterator[SheetChange]:
    """Yield what is told of the beginning and end of a programme.

    Args:
        window: The years.
        own: What its sheets say.
        both_held: Whether there are sheets of both years at all.
    """
    if own.start is not None and window.from_year < own.start <= window.to_year:
        yield SheetChange("begun", own.programme, own.start)
    elif both_held and own.is_later and not own.is_earlier:
        yield SheetChange("first-sheet", own.programme)
    if own.end is not None and window.from_year <= own.end < window.to_year:
        yield SheetChange("ended", own.programme, own.end)
    elif both_held and own.is_earlier and not own.is_later:
        yield SheetChange("no-further-sheet", own.programme)


def sheet_drafts(
    session: Session, window: Window, page: Iterable[SheetChange]
) -> dict[SheetChange, Draft]:
    """Return what the sheets say of some changes."""
    changes = tuple(page)
    said = session.said_of("changes_editions", (each.programme for each in changes))
    return {
        each: _told(window, each, [_Sheet(*row) for row in said[each.programme]])
        for each in changes
    }


class _Sheet(NamedTuple):
    """A row of ``sql/changes_editions.sql``, the programme apart."""

    item: int
    published: int | None
    name: str | None
    ministry: int | None
    is_latest: bool


def _told(window: Window, told: SheetChange, sheets: Sequence[_Sheet]) -> Draft:
    change, programme, year = told
    if year is None:
        before, after = (
            _side(end, [each for each in sheets if each.published == end]) for end in window.ends
        )
        return Draft(change, programme, before, after)
    latest = next(each.item for each in sheets if each.is_latest)
    if change == "begun":
        unseen = SideDraft(window.from_year, "not-looked-at")
        return Draft(change, programme, unseen, _stated(window.to_year, latest), year)
    unseen = SideDraft(window.to_year, "not-looked-at")
    return Draft(change, programme, _stated(window.from_year, latest), unseen, year)


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
