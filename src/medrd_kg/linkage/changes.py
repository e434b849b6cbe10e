"""Changes between two fiscal years: of programmes, their money and results, and of topics.

`changes.yaml` names the kinds of change, each with the rule by which it is told. Which years can be
compared follows from what the graph holds, which every answer says: a sheet published in a year
states the budget of that year, results are of the year that they are stated for, and a year
without sheets tells nothing of what begins or ceases.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from medrd_kg.linkage.changes_drafts import Change, Draft, Window, shown_changes
from medrd_kg.linkage.changes_money import (
    Filter,
    Totals,
    money_changes,
    with_other_figures,
)
from medrd_kg.linkage.changes_outcomes import (
    ResultChange,
    outcome_changes,
    result_drafts,
    topic_changes,
)
from medrd_kg.linkage.changes_programmes import (
    SheetChange,
    edition_changes,
    sheet_drafts,
    succession_changes,
)
from medrd_kg.linkage.facets import CONCEPT_FACETS, iri_of, require, require_facet
from medrd_kg.linkage.items import PAGE, Page, check_page, number_of
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.linkage.totals import TotalChoice
from medrd_kg.problems import Problem

__all__ = ["CHANGES", "ChangeKind", "ChangeQuestion", "Changes", "YearRead", "changes"]


@cache
def _kinds() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the kinds of change with their names and rules."""
    text = (files(__package__) / "changes.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(text)
    return found


CHANGES: Final = tuple(_kinds())
"""The kinds of change, in the order of the answer."""

_PLACE: Final = {kind: place for place, kind in enumerate(CHANGES)}

_AMOUNT: Final = "amount"

_Found = Draft | SheetChange | ResultChange
"""A change; what sheets and results say of it is read only when it is shown."""


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """What is to be compared.

    Attributes:
        from_year: The earlier western year.
        to_year: The later one.
        kinds: Kinds of change, each one of `CHANGES`; none for all.
        filters: Facet and slug or IRI of what programmes, figures and topics must fall under.
        basis: One of `selection.BASES`: what of the filters' concepts counts.
        total: Stage, level and perimeter of the totals; its total and year are not looked at.
    """

    from_year: int
    to_year: int
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    basis: str = "all"
    total: TotalChoice = field(default_factory=TotalChoice)


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """A kind of change.

    Attributes:
        change: Its word.
        label: Its name by language.
        rule: By language: when it is told.
        entries: How many changes of the kind there are on all pages; None when it was not asked.
    """

    change: str
    label: Mapping[str, str]
    rule: Mapping[str, str]
    entries: int | None


@dataclass(frozen=True, slots=True)
class YearRead:
    """What the graph holds of a year, whatever the filters.

    Attributes:
        fiscal_year: The western year.
        sheets: Review sheets published in it, which state its budget.
        results: Current results that sheets state for it.
        topics: Topics that a policy states for it.
    """

    fiscal_year: int
    sheets: int
    results: int
    topics: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two years.

    Attributes:
        question: What was asked.
        kinds: All kinds, with their rules and counts.
        read: What the graph holds of the two years.
        totals: The totals in which amounts are counted; None when no amounts were asked for, or
            neither year has such a total.
        changes: A page of the changes: kinds in the order of `CHANGES`, amounts by their
            difference, the others in the order of IRIs.
    """

    question: ChangeQuestion
    kinds: tuple[ChangeKind, ...]
    read: tuple[YearRead, ...]
    totals: Totals | None
    changes: Page[Change]


def changes(
    tables: FactTables, question: ChangeQuestion, *, offset: int = 0, limit: int = PAGE
) -> Changes:
    """Return what changed between two fiscal years.

    Args:
        tables: The fact tables.
        question: What is to be compared.
        offset: Changes to pass over.
        limit: Changes to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range, or the years are not in
            order, or there is no such total, or several; ``not-found``: there is no such thing to
            filter by.
    """
    check_page(offset, limit)
    kinds = frozenset(require("change", each, CHANGES) for each in question.kinds or CHANGES)
    require("basis", question.basis, BASES)
    if question.from_year >= question.to_year:
        raise Problem(
            "invalid-parameter",
            "from is not before to",
            "name two western years, such as from=2021&to=2022",
            {"parameter": "from"},
        )
    with tables.session() as session:
        filters = _filters(session, question)
        window = Window(
            question.from_year,
            question.to_year,
            frozenset.intersection(*(each.items for each in filters)) if filters else None,
        )
        told, sheets = edition_changes(session, window)
        outcomes, results = outcome_changes(session, window)
        statuses, topics = topic_changes(session, window)
        money = None
        if _AMOUNT in kinds:
            is_asked = _AMOUNT in question.kinds or question.total != TotalChoice()
            money = money_changes(session, window, question.total, filters, is_asked=is_asked)
        found: list[_Found] = [*told, *succession_changes(session, window), *outcomes, *statuses]
        found += () if money is None else money.drafts
        found = [each for each in found if each.change in kinds]
        found.sort(key=lambda each: _PLACE[each.change])
        page = _drafts(session, window, found[offset : offset + limit])
        if money is not None:
            page = with_other_figures(session, window, money, page)
        shown = shown_changes(session, page)
    counted = Counter(each.change for each in found)
    return Changes(
        question,
        tuple(
            ChangeKind(kind, told["label"], told["rule"], counted[kind] if kind in kinds else None)
            for kind, told in _kinds().items()
        ),
        tuple(YearRead(year, sheets[year], results[year], topics[year]) for year in sheets),
        None if money is None else money.totals,
        Page(shown, len(found), offset),
    )


def _drafts(session: Session, window: Window, page: Sequence[_Found]) -> list[Draft]:
    """Return the changes of a page, with what sheets and results say of them."""
    sheets = sheet_drafts(session, window, (each for each in page if isinstance(each, SheetChange)))
    results = result_drafts(
        session, window, (each for each in page if isinstance(each, ResultChange))
    )
    found = []
    for each in page:
        if isinstance(each, SheetChange):
            found.append(sheets[each])
        elif isinstance(each, ResultChange):
            found.append(results[each])
        else:
            found.append(each)
    return found


def _filters(session: Session, question: ChangeQuestion) -> list[Filter]:
    """Return the filters with what falls under each.

    Raises:
        Problem: ``invalid-parameter``, ``not-found``.
    """
    found = []
    for facet, member in sorted(question.filters.items()):
        concept = number_of(session, iri_of(require_facet("filter", facet), member))
        basis = question.basis if facet in CONCEPT_FACETS else "all"
        asked = {"facet": facet, "concept": concept, "basis": basis}
        rows = session.rows(statement("changes_falls_under"), asked)
        found.append(Filter(facet, concept, basis, frozenset(number for (number,) in rows)))
    return found
