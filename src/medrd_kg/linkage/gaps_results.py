"""Gaps of results: indicators that nobody measured, targets that were missed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import overload

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.items import (
    PAGE,
    Evidence,
    Item,
    Page,
    Thing,
    check_page,
    described,
    number_of,
    things_of,
)
from medrd_kg.linkage.tables import FactTables, statement

__all__ = [
    "MissedTarget",
    "StatedTarget",
    "UnmeasuredIndicator",
    "indicators_without_results",
    "targets_missed",
]


@dataclass(frozen=True, slots=True)
class StatedTarget:
    """A target of an indicator.

    Attributes:
        fiscal_year: Western year; None where the source states none.
        value: The target, in the indicator's unit of measure; None where only a year is stated.
        source: Where it is stated; None where that is not known.
        locator: Its place in the source.
    """

    fiscal_year: int | None
    value: Decimal | None
    source: Evidence | None
    locator: str | None


@dataclass(frozen=True, slots=True)
class UnmeasuredIndicator:
    """An indicator without an achieved value in any year.

    Attributes:
        item: The indicator; its evidence are the sheets that were read.
        programme: What it gauges.
        targets: Its targets, those restated later left out.
    """

    item: Item
    programme: Thing | None
    targets: tuple[StatedTarget, ...]


@dataclass(frozen=True, slots=True)
class MissedTarget:
    """A result below its target. Where less is better, it was met: mind the indicator.

    Attributes:
        item: The indicator.
        programme: What it gauges.
        result: IRI of the result.
        target: The target.
        achieved: What was achieved.
        percent: Achieved in percent of the target, one decimal; None for a target of 0.
        source: Where both are stated.
        locator: Their place in the source.
    """

    item: Item
    programme: Thing | None
    result: str
    target: Decimal
    achieved: Decimal
    percent: float | None
    source: Evidence | None
    locator: str | None


def indicators_without_results(
    tables: FactTables, *, ministry: str | None = None, offset: int = 0, limit: int = PAGE
) -> Page[UnmeasuredIndicator]:
    """Return the indicators for which no year has an achieved value.

    That none is stated does not mean that the target was missed.

    Args:
        tables: The fact tables.
        ministry: Slug or IRI of the ministry that runs the programme; None for all.
        offset: Indicators to pass over.
        limit: Indicators to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: offset or limit is out of range; ``not-found``: there is no
            such ministry.
    """
    parameters: dict[str, object] = {**check_page(offset, limit)}
    with tables.session() as session:
        parameters["ministry"] = (
            None if ministry is None else number_of(session, iri_of("ministry", ministry))
        )
        rows = session.rows(statement("gaps_results"), parameters)
        first = (
            rows
            if rows or not offset
            else session.rows(statement("gaps_results"), parameters | {"offset": 0, "limit": 1})
        )
        items = described(session, (row[0] for row in rows))
        things = things_of(session, (row[2] for row in rows))
    targets: dict[int, list[StatedTarget]] = {}
    programmes: dict[int, Thing | None] = {}
    for item, _, programme, year, value, iri, kind, unit, locator in rows:
        programmes[item] = things.get(programme)
        stated = targets.setdefault(item, [])
        if year is not None or value is not None:
            source = None if iri is None else Evidence(iri, kind, unit)
            stated.append(StatedTarget(year, _plain(value), source, locator))
    gaps = tuple(
        UnmeasuredIndicator(items[item], programmes[item], tuple(stated))
        for item, stated in targets.items()
    )
    return Page(gaps, first[0][1] if first else 0, offset)


def targets_missed(
    tables: FactTables, fiscal_year: int, *, offset: int = 0, limit: int = PAGE
) -> Page[MissedTarget]:
    """Return the results of a year that are below their target, the lowest rate first.

    Args:
        tables: The fact tables.
        fiscal_year: Western year.
        offset: Results to pass over.
        limit: Results to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: offset or limit is out of range.
    """
    parameters = {"fiscal_year": fiscal_year, **check_page(offset, limit)}
    with tables.session() as session:
        rows = session.rows(statement("gaps_targets"), parameters)
        first = (
            rows
            if rows or not offset
            else session.rows(statement("gaps_targets"), parameters | {"offset": 0, "limit": 1})
        )
        items = described(session, (row[0] for row in rows))
        things = things_of(session, (row[1] for row in rows))
    missed = tuple(
        MissedTarget(
            items[indicator],
            things.get(programme),
            result,
            _plain(target),
            _plain(achieved),
            percent,
            None if iri is None else Evidence(iri, kind, unit),
            locator,
        )
        for indicator, programme, result, target, achieved, percent, iri, kind, unit, locator, _
        in rows
    )  # fmt: skip
    return Page(missed, first[0][10] if first else 0, offset)


@overload
def _plain(value: Decimal) -> Decimal: ...


@overload
def _plain(value: Decimal | None) -> Decimal | None: ...


def _plain(value: Decimal | None) -> Decimal | None:
    """Return a number without the zeros that its column adds after the point."""
    if value is None:
        return None
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
