"""Changes of results against targets, and of topics as the policy sets them against before."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

from medrd_kg.linkage.changes_drafts import Draft, SideDraft, Window, said_between
from medrd_kg.linkage.tables import Session, statement
from medrd_kg.vocabulary import MRDS

__all__ = ["STATUSES", "ResultChange", "outcome_changes", "result_drafts", "topic_changes"]

STATUSES: Final = frozenset(
    f"{MRDS}status-{each}"
    for each in (
        "new",
        "started",
        "introduced",
        "continued",
        "strengthened",
        "expanded",
        "consolidated",
    )
)
"""Statuses that set a topic against what was before; the others say what is done."""


class ResultChange(NamedTuple):
    """A change of results, before they are read.

    Attributes:
        change: One of `changes.CHANGES`.
        indicator: Number of the indicator.
    """

    change: str
    indicator: int


class _Result(NamedTuple):
    """A row of ``sql/changes_result_sides.sql``, the indicator and year apart."""

    target: Decimal | None
    achieved: Decimal | None
    source: int | None

    @property
    def is_met(self) -> bool | None:
        """Whether the result reaches the target; None where one of them is missing."""
        if self.target is None or self.achieved is None:
            return None
        return self.achieved >= self.target


def outcome_changes(session: Session, window: Window) -> tuple[list[ResultChange], dict[int, int]]:
    """Return the indicators of which results differ, and how many results each year has.

    Of several current results of a year, one with a target and a result is taken first, then one
    with a result, then the first by name. That a result is missing is told only where the graph
    holds any of either year: results of a year stand on sheets of later years.
    """
    counted = session.said_of("changes_result_counts", window.ends)
    results = {year: sum(number for (number,) in rows) for year, rows in counted.items()}
    rows = said_between(session, window, "changes_results", both=all(results.values()))
    found = [
        ResultChange(change, indicator)
        for change, indicator, programme in rows
        if window.has(programme)
    ]
    return found, results


def result_drafts(
    session: Session, window: Window, page: Iterable[ResultChange]
) -> dict[ResultChange, Draft]:
    """Return the targets and results of some changes."""
    changes = tuple(page)
    if not changes:
        return {}
    asked = window.parameters() | {"indicators": [each.indicator for each in changes]}
    said = {
        (indicator, year): _Result(*row)
        for indicator, year, *row in session.rows(statement("changes_result_sides"), asked)
    }
    found = {}
    for each in changes:
        before, after = (_side(year, said.get((each.indicator, year))) for year in window.ends)
        found[each] = Draft(each.change, each.indicator, before, after)
    return found


def _side(year: int, result: _Result | None) -> SideDraft:
    if result is None:
        return SideDraft(year, "not-stated")
    return SideDraft(
        year,
        "not-stated" if result.achieved is None else "stated",
        target=result.target,
        achieved=result.achieved,
        is_met=result.is_met,
        cited=() if result.source is None else (result.source,),
    )


def topic_changes(session: Session, window: Window) -> tuple[list[Draft], dict[int, int]]:
    """Return what the policy says of topics against before, and how many topics each year has."""
    said = session.said_of("changes_topics", window.years)
    rows = sorted(row for rows in said.values() for row in rows)
    topics = dict.fromkeys(window.ends, 0)
    drafts = []
    for (topic, year), own in groupby(rows, key=lambda row: row[:2]):
        if year in topics:
            topics[year] += 1
        statuses = tuple(concept for *_, concept, iri in own if iri in STATUSES)
        if statuses and year > window.from_year and window.has(topic):
            unseen = SideDraft(window.from_year, "not-looked-at")
            after = SideDraft(year, "stated", things=statuses, items=(topic,))
            drafts.append(Draft("topic-status", topic, unseen, after, year))
    return drafts, topics
