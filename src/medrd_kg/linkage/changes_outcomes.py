"""Changes of results against targets, and of topics as the policy sets them against before."""

from collections import Counter
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from medrd_kg.linkage.changes_drafts import Draft, SideDraft, Window
from medrd_kg.linkage.tables import Session
from medrd_kg.vocabulary import MRDS

__all__ = ["STATUSES", "outcome_changes", "topic_changes"]

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


class _Result(NamedTuple):
    """A row of ``sql/changes_results.sql``."""

    indicator: int
    programme: int | None
    fiscal_year: int
    iri: str
    target: Decimal | None
    achieved: Decimal | None
    source: int | None

    @property
    def is_met(self) -> bool | None:
        """Whether the result reaches the target; None where one of them is missing."""
        if self.target is None or self.achieved is None:
            return None
        return self.achieved >= self.target


_INDICATOR: Final = attrgetter("indicator")


def outcome_changes(session: Session, window: Window) -> tuple[list[Draft], dict[int, int]]:
    """Return the indicators of which results differ, and how many results each year has.

    Of several current results of a year, one with a target and a result is taken first, then one
    with a result, then the first by name. That a result is missing is told only where the graph
    holds any of either year: results of a year stand on sheets of later years.
    """
    said = session.said_of("changes_results", window.ends)
    rows = sorted((_Result(*row) for year in window.ends for row in said[year]), key=_INDICATOR)
    counted = Counter(each.fiscal_year for each in rows if each.achieved is not None)
    results = {year: counted[year] for year in window.ends}
    drafts = []
    for indicator, own in groupby(rows, key=_INDICATOR):
        years: dict[int, _Result] = {}
        for each in own:
            if window.has(each.programme):
                best = years.get(each.fiscal_year)
                if best is None or _rank(each) < _rank(best):
                    years[each.fiscal_year] = each
        before, after = years.get(window.from_year), years.get(window.to_year)
        change = _change(before, after, both_held=all(results.values()))
        if change is not None:
            sides = _side(window.from_year, before), _side(window.to_year, after)
            drafts.append(Draft(change, indicator, *sides))
    return drafts, results


def _rank(result: _Result) -> tuple[bool, bool]:
    return result.is_met is None, result.achieved is None


def _change(before: _Result | None, after: _Result | None, *, both_held: bool) -> str | None:
    if before is not None and after is not None:
        if before.is_met is False and after.is_met:
            return "target-newly-met"
        if before.is_met and after.is_met is False:
            return "target-newly-missed"
    had = before is not None and before.achieved is not None
    has = after is not None and after.achieved is not None
    if not both_held or had == has:
        return None
    return "result-added" if has else "result-not-stated"


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
