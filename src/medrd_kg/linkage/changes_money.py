"""Changes of amounts: yen of each programme in one total of two years, and what the totals leave.

Both totals are of one stage, level and perimeter. A programme without a figure in one of them has
no amount there, which is not 0: its difference is unknown, and its yen are told apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NamedTuple

from medrd_kg.linkage.changes_drafts import Draft, SideDraft, Window
from medrd_kg.linkage.tables import Session, statement
from medrd_kg.linkage.totals import NamedTotal, TotalChoice, totals_of
from medrd_kg.problems import Problem

__all__ = [
    "Filter",
    "Money",
    "Totals",
    "TwoYears",
    "money_changes",
    "ratio_of",
    "with_other_figures",
]

_PLACES: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class TwoYears:
    """Yen of two years.

    Attributes:
        before: Of the earlier.
        after: Of the later.
    """

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The two totals, and how the change of their amount divides.

    Attributes:
        before: The total of the earlier year; None where the graph has none.
        after: That of the later year.
        difference: Amount of the later minus that of the earlier; None where one is missing. With
            no filter it is ``both`` after minus before, plus ``only`` after minus before, plus
            ``without_programme`` after minus before.
        ratio: Amount of the later divided by that of the earlier, six places.
        both: Yen of the programmes that have figures in both years.
        only: Yen of the programmes that have figures in that year alone.
        without_programme: Yen of figures that are for no programme.
        left_out: Yen of figures that do not pass the filters. The four together are the amounts.
    """

    before: NamedTotal | None
    after: NamedTotal | None
    difference: int | None
    ratio: Decimal | None
    both: TwoYears
    only: TwoYears
    without_programme: TwoYears
    left_out: TwoYears


@dataclass(frozen=True, slots=True)
class Money:
    """Changes of amounts.

    Attributes:
        totals: The totals.
        drafts: Programmes with an amount in either, the largest difference first; then those with
            an amount in one.
        summed: Numbers of all figures that the totals sum.
    """

    totals: Totals
    drafts: tuple[Draft, ...]
    summed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """What programmes, figures and topics must fall under.

    Attributes:
        facet: One of `facets.FACETS`.
        concept: Number of its member.
        basis: One of `selection.BASES`; for facets whose members are no concepts, ``all``.
        items: Numbers of the programmes and topics that do.
    """

    facet: str
    concept: int
    basis: str
    items: frozenset[int]


class _Figure(NamedTuple):
    """A figure of a total of one of the two years."""

    year: int
    item: int
    programme: int | None
    amount: int


def money_changes(
    session: Session,
    window: Window,
    choice: TotalChoice,
    filters: Sequence[Filter],
    *,
    is_asked: bool,
) -> Money | None:
    """Return how the amounts of programmes changed.

    Args:
        session: A session of the tables.
        window: The years.
        choice: Stage, level and perimeter of the totals.
        filters: What figures must fall under: by what they state themselves, else by what their
            programme names.
        is_asked: Whether to fail, not to return None, where neither year has such a total.

    Raises:
        Problem: ``invalid-parameter``: neither year has such a total, or one has several.
    """
    before, after = (_total_of(session, choice, year) for year in window.ends)
    if before is None and after is None:
        if not is_asked:
            return None
        raise Problem(
            "invalid-parameter",
            f"no total of {window.from_year} or {window.to_year} is of this stage, level and"
            " perimeter",
            "take another stage, level or perimeter; or leave out the change `amount`",
        )
    names = {each.fiscal_year: each.iri for each in (before, after) if each is not None}
    summed = session.said_of("total_figures", names.values())
    figures = [_Figure(year, *row[:3]) for year, iri in names.items() for row in summed[iri]]
    selected = _selected(session, figures, filters)
    of_programme: dict[int, dict[int, list[_Figure]]] = {}
    apart = {name: dict.fromkeys(window.ends, 0) for name in ("without_programme", "left_out")}
    for each in figures:
        if each.item not in selected:
            apart["left_out"][each.year] += each.amount
        elif each.programme is None:
            apart["without_programme"][each.year] += each.amount
        else:
            of_programme.setdefault(each.programme, {}).setdefault(each.year, []).append(each)
    drafts = [_draft(window, names, *each) for each in of_programme.items()]
    totals = Totals(
        before,
        after,
        after.amount - before.amount if before is not None and after is not None else None,
        ratio_of(before.amount, after.amount) if before is not None and after is not None else None,
        _sum(each for each in drafts if each.difference is not None),
        _sum(each for each in drafts if each.difference is None),
        *(TwoYears(*sums.values()) for sums in apart.values()),
    )
    return Money(
        totals, tuple(sorted(drafts, key=_order)), tuple(sorted(each.item for each in figures))
    )


def _total_of(session: Session, choice: TotalChoice, year: int) -> NamedTotal | None:
    """Return the total of a year; None where there is none.

    Raises:
        Problem: ``invalid-parameter``: there are several, which would count the same yen twice.
    """
    found = totals_of(session, replace(choice, total=None, fiscal_year=year))
    if len(found) > 1:
        raise Problem(
            "invalid-parameter",
            f"several totals of {year} are of this stage, level and perimeter",
            "take a perimeter with one total a year, such as amed",
            {"parameter": "perimeter", "known": [each.iri for each in found]},
        )
    return found[0] if found else None


def _selected(
    session: Session, figures: Sequence[_Figure], filters: Sequence[Filter]
) -> frozenset[int]:
    """Return the figures that fall under all that is asked for."""
    chosen = frozenset(each.item for each in figures)
    for asked in filters:
        rows = session.rows(
            statement("changes_placed"),
            {
                "facet": asked.facet,
                "concept": asked.concept,
                "basis": asked.basis,
                "figures": sorted(chosen),
            },
        )
        own: dict[int, bool] = dict(rows)
        chosen = frozenset(
            each.item
            for each in figures
            if each.item in chosen and own.get(each.item, each.programme in asked.items)
        )
    return chosen


def with_other_figures(
    session: Session, window: Window, money: Money, page: Sequence[Draft]
) -> list[Draft]:
    """Return changes of amounts with the figures that are not summed: restated, not additive.

    Args:
        session: A session of the tables.
        window: The years.
        money: What the changes are of.
        page: The changes that are shown.
    """
    total = money.totals.before or money.totals.after
    shown = [each.item for each in page if each.change == "amount"]
    if total is None or not shown:
        return list(page)
    rows = session.rows(
        statement("changes_other_figures"),
        {
            **window.parameters(),
            "programmes": shown,
            "stage": total.stage,
            "level": total.level,
            "summed": money.summed,
        },
    )
    told: dict[tuple[int, int], list[tuple[int, int, bool]]] = {}
    for programme, year, figure, amount, superseded in rows:
        told.setdefault((programme, year), []).append((figure, amount, superseded))

    def side(draft: Draft, given: SideDraft) -> SideDraft:
        found = tuple(told.get((draft.item, given.fiscal_year), ()))
        is_open = given.state == "not-stated" and any(not superseded for *_, superseded in found)
        return replace(given, state="not-summed" if is_open else given.state, figures=found)

    return [
        replace(each, before=side(each, each.before), after=side(each, each.after))
        if each.change == "amount"
        else each
        for each in page
    ]


def ratio_of(before: int, after: int) -> Decimal | None:
    """Return how many times the earlier amount the later one is; None where the earlier is 0.

    >>> ratio_of(3, 4)
    Decimal('1.333333')
    """
    return None if before == 0 else (Decimal(after) / Decimal(before)).quantize(_PLACES)


def _draft(
    window: Window,
    names: Mapping[int, str],
    programme: int,
    own: Mapping[int, Sequence[_Figure]],
) -> Draft:
    before, after = (_side(year, names.get(year), own.get(year, ())) for year in window.ends)
    if before.amount is None or after.amount is None:
        return Draft("amount", programme, before, after)
    return Draft(
        "amount",
        programme,
        before,
        after,
        difference=after.amount - before.amount,
        ratio=ratio_of(before.amount, after.amount),
    )


def _side(year: int, total: str | None, figures: Sequence[_Figure]) -> SideDraft:
    if not figures:
        return SideDraft(year, "no-total" if total is None else "not-stated", total=total)
    return SideDraft(
        year,
        "stated",
        amount=sum(each.amount for each in figures),
        total=total,
        items=tuple(each.item for each in figures),
    )


def _order(draft: Draft) -> tuple[bool, int, int]:
    shown = draft.difference
    if shown is None:
        shown = (draft.before.amount or 0) + (draft.after.amount or 0)
    return draft.difference is None, -abs(shown), draft.item


def _sum(drafts: Iterable[Draft]) -> TwoYears:
    own = [(each.before.amount or 0, each.after.amount or 0) for each in drafts]
    return TwoYears(sum(each[0] for each in own), sum(each[1] for each in own))
