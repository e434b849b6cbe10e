"""What was done with the money of a programme or project, total by total, and how it changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Final, NamedTuple

from medrd_kg.linkage.changes_money import ratio_of
from medrd_kg.linkage.items import Thing
from medrd_kg.linkage.pdca_drafts import ElementDraft
from medrd_kg.linkage.tables import Session
from medrd_kg.linkage.totals import STAGES

__all__ = ["Figure", "amounts", "execution_rates", "figures_of", "money_actions", "percent_of"]

_PLACE: Final = {stage: place for place, stage in enumerate(STAGES)}
_TENTH: Final = Decimal("0.1")


class Figure(NamedTuple):
    """A row of ``sql/current_figures.sql``: a figure in a total that sums it, or in none."""

    item: int
    programme: int | None
    fiscal_year: int | None
    stage: str | None
    level: str | None
    amount: int
    total: str | None
    label_ja: str | None
    label_en: str | None
    perimeter: str | None
    projects: list[int] | None

    def is_of(self, project: int | None) -> bool:
        """Tell whether it states no other projects than one."""
        return project is None or self.projects is None or project in self.projects

    def place(self) -> tuple[tuple[bool, int | str], ...]:
        """Return what orders figures; what is not stated comes last."""
        order = (self.fiscal_year, self.stage, self.level, self.item, self.total)
        return tuple((each is None, each or 0) for each in order)


def figures_of(
    session: Session, programmes: Sequence[int], project: int | None, year: int | None
) -> list[Figure]:
    """Return the current figures of programmes, or of a project.

    Args:
        session: A session of the tables.
        programmes: Numbers of the programme, or of those of the project.
        project: Number of the project; a figure is of it when it states so itself or, where it
            states no project, when its programme is of it.
        year: Western year, of which and of the next the figures are; None for all.
    """
    said = list(session.said_of("pdca_figures", programmes).values())
    if project is not None:
        said += session.said_of("pdca_project_figures", [project]).values()
    figures = {
        (each.item, each.total): each
        for each in map(Figure._make, chain.from_iterable(said))
        if each.is_of(project) and (year is None or each.fiscal_year in {year, year + 1})
    }
    return sorted(figures.values(), key=Figure.place)


def _sums(figures: Iterable[Figure]) -> dict[str, list[Figure]]:
    """Return figures by the total that sums them."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for each in figures:
        if each.total is not None:
            found[each.total].append(each)
    return found


def _amount(figures: Iterable[Figure]) -> int:
    return sum(each.amount for each in figures)


def _items(figures: Iterable[Figure]) -> tuple[int, ...]:
    return tuple(each.item for each in figures)


def amounts(figures: Sequence[Figure], year: int | None) -> Iterator[ElementDraft]:
    """Yield the yen of each total, then the figures that no total sums.

    Args:
        figures: The figures.
        year: Western year; None for all.
    """
    of_year = [each for each in figures if year is None or each.fiscal_year == year]
    totals = sorted(
        _sums(of_year).values(),
        key=lambda own: (own[0].fiscal_year or 0, _PLACE.get(own[0].stage or "", 0), own[0].total),
    )
    for own in totals:
        first = own[0]
        yield ElementDraft(
            "do",
            first.stage or "",
            fiscal_year=first.fiscal_year,
            total=_named(first),
            level=first.level,
            amount=_amount(own),
            items=_items(own),
        )
    for each in of_year:
        if each.total is None:
            yield ElementDraft(
                "do",
                each.stage or "",
                "not-summed",
                each.fiscal_year,
                item=each.item,
                level=each.level,
                amount=each.amount,
                items=(each.item,),
            )


_Key = tuple[int, str, int]
"""Year, perimeter (empty: no total sums it), number of the programme (-1 within a perimeter)."""


def _by_stage(figures: Sequence[Figure], stage: str) -> dict[_Key, list[Figure]]:
    """Return the figures of a stage of the appropriation by year and perimeter.

    Figures that no total sums stand by programme, where it has a single one: two of them can be set
    against each other, though neither may be added to anything.
    """
    found: dict[_Key, list[Figure]] = defaultdict(list)
    for each in figures:
        if each.stage == stage and each.level == "appropriation" and each.fiscal_year is not None:
            if each.perimeter is not None:
                found[(each.fiscal_year, each.perimeter, -1)].append(each)
            elif each.programme is not None:
                found[(each.fiscal_year, "", each.programme)].append(each)
    return {key: own for key, own in found.items() if key[1] or len(own) == 1}


def _named(figure: Figure) -> Thing | None:
    return None if figure.total is None else Thing(figure.total, figure.label_ja, figure.label_en)


def _programme(key: _Key) -> int | None:
    return None if key[1] else key[2]


def execution_rates(figures: Sequence[Figure], year: int | None) -> Iterator[ElementDraft]:
    """Yield what was executed in percent of the whole budget of a year, perimeter by perimeter.

    Where no total sums the figures of a programme, ``item`` is the programme.
    """
    budgets, spent = _by_stage(figures, "total"), _by_stage(figures, "executed")
    for key in sorted(budgets.keys() & spent.keys()):
        if year is None or key[0] == year:
            own = spent[key]
            amount, compared = _amount(own), _amount(budgets[key])
            yield ElementDraft(
                "check",
                "execution-rate",
                "computed",
                key[0],
                item=_programme(key),
                total=_named(own[0]),
                level="appropriation",
                amount=amount,
                compared=compared,
                percent=percent_of(Decimal(amount), Decimal(compared)),
                items=(*_items(own), *_items(budgets[key])),
            )


def money_actions(figures: Sequence[Figure], year: int | None) -> Iterator[ElementDraft]:
    """Yield how request and initial budget of the next year differ from those of a year."""
    for stage in ("request", "initial"):
        own: Mapping[_Key, list[Figure]] = _by_stage(figures, stage)
        for key in sorted(own):
            following = own.get((key[0] + 1, *key[1:]))
            if following is not None and (year is None or key[0] == year):
                amount, compared = _amount(following), _amount(own[key])
                yield ElementDraft(
                    "action",
                    f"{stage}-change",
                    "computed",
                    key[0],
                    item=_programme(key),
                    total=_named(following[0]),
                    level="appropriation",
                    amount=amount,
                    compared=compared,
                    difference=amount - compared,
                    ratio=ratio_of(compared, amount),
                    items=(*_items(own[key]), *_items(following)),
                )


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """Return a part in percent of a whole, one decimal; None for a whole of 0.

    >>> percent_of(Decimal(2), Decimal(3))
    Decimal('66.7')
    """
    return None if whole == 0 else (part * 100 / whole).quantize(_TENTH)
