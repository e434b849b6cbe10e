"""Targets and results of programmes, and what the next sheet changed against that of a year."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from medrd_kg.linkage.changes_programmes import same_name
from medrd_kg.linkage.pdca_drafts import ElementDraft
from medrd_kg.linkage.pdca_money import percent_of
from medrd_kg.linkage.tables import Row, Session

__all__ = ["Sheet", "results", "sheet_actions", "sheets_of"]


@dataclass(slots=True)
class Sheet:
    """What a sheet says of a programme.

    Attributes:
        programme: Number of the programme.
        item: Number of the edition.
        published: Western year.
        period: First and last year of the programme.
        name: Name as printed.
        ministry: Number of the ministry.
        sources: The sheet itself.
        indicators: Numbers of the indicators that it states.
    """

    programme: int
    item: int
    published: int
    period: tuple[int | None, int | None]
    name: str | None
    ministry: int | None
    sources: set[int]
    indicators: set[int]


def sheets_of(session: Session, programmes: Sequence[int]) -> list[Sheet]:
    """Return the sheets of programmes, by programme and year."""
    found: dict[int, Sheet] = {}
    for programme, rows in session.said_of("pdca_editions", programmes).items():
        for item, published, start, end, name, ministry, source in rows:
            if published is None:
                continue
            if item not in found:
                period = start, end
                found[item] = Sheet(
                    programme, item, published, period, name, ministry, set(), set()
                )
            if source is not None:
                found[item].sources.add(source)
    stated: dict[tuple[int, int], set[int]] = defaultdict(set)
    for programme, rows in session.said_of("pdca_indicators", programmes).items():
        for indicator, source in rows:
            stated[(programme, source)].add(indicator)
    for sheet in found.values():
        for source in sheet.sources:
            sheet.indicators |= stated[(sheet.programme, source)]
    return list(found.values())


def results(
    session: Session, programmes: Sequence[int], year: int | None
) -> Iterator[ElementDraft]:
    """Yield the targets of programmes as plan, and their results as check."""
    said = session.said_of("pdca_results", programmes)
    rows = (row for rows in said.values() for row in rows if year is None or row[0] == year)
    for stated, indicator, _, target, achieved, source in sorted(rows, key=_by_year):
        cited = () if source is None else (source,)
        if target is not None:
            yield ElementDraft(
                "plan", "target", fiscal_year=stated, item=indicator, target=target, cited=cited
            )
        if achieved is not None:
            yield ElementDraft(
                "check",
                "result",
                fiscal_year=stated,
                item=indicator,
                target=target,
                achieved=achieved,
                percent=None if target is None else percent_of(achieved, Decimal(target)),
                is_met=None if target is None else achieved >= target,
                cited=cited,
            )
        elif target is not None:
            yield ElementDraft(
                "check",
                "result",
                "not-stated",
                stated,
                item=indicator,
                target=target,
                cited=cited,
            )


def _by_year(row: Row) -> tuple[bool, Row]:
    """Return what orders rows of ``sql/pdca_results.sql``: year, indicator, IRI."""
    return row[0] is None, (row[0] or 0, *row[1:3])


def sheet_actions(sheets: Sequence[Sheet], year: int | None) -> Iterator[ElementDraft]:
    """Yield what the sheet of the next year changed, or that none is held.

    An indicator counts as dropped only where the next sheet states any: some years state none.
    """
    by_year: dict[tuple[int, int], list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        by_year[(sheet.programme, sheet.published)].append(sheet)
    for (programme, published), own in by_year.items():
        if year is not None and published != year:
            continue
        following = by_year.get((programme, published + 1))
        if following is None:
            absent = _action("next-sheet", published, own, programme)
            yield replace(absent, state="not-stated")
        elif len(own) == len(following) == 1:
            yield from _compared(own[0], following[0])


_Said = tuple[tuple[str, ...], tuple[str, ...]]
"""What the sheet of a year and the next one say."""


def _action(
    element: str,
    year: int,
    sheets: Sequence[Sheet],
    item: int,
    said: _Said = ((), ()),
) -> ElementDraft:
    return ElementDraft(
        "action",
        element,
        fiscal_year=year,
        item=item,
        before=said[0],
        after=said[1],
        items=tuple(each.item for each in sheets),
    )


def _compared(one: Sheet, other: Sheet) -> Iterator[ElementDraft]:
    """Yield the differences of two sheets of one programme."""
    year, both, programme = one.published, (one, other), one.programme
    if one.name is not None and other.name is not None and not same_name(one.name, other.name):
        yield _action("renamed", year, both, programme, ((one.name,), (other.name,)))
    if None not in {one.ministry, other.ministry} and one.ministry != other.ministry:
        yield _action("ministry-moved", year, both, programme)
    if one.period != other.period:
        said = (_period(one), _period(other))
        yield _action("period-changed", year, both, programme, said)
    if one.indicators and other.indicators:
        for indicator in sorted(one.indicators - other.indicators):
            yield _action("indicator-dropped", year, both, indicator)
        for indicator in sorted(other.indicators - one.indicators):
            yield _action("indicator-added", year, both, indicator)


def _period(sheet: Sheet) -> tuple[str, ...]:
    return tuple("" if each is None else str(each) for each in sheet.period)
