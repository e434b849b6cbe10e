"""Overlaps: concepts on which programmes of different ministries work in the same year.

A programme works on a concept when it names it or something narrower; at least one programme of an
overlap names the very concept. Amounts are those of one named total; a figure is for one programme,
so that no yen counts twice within an overlap. Overlaps themselves share programmes: their amounts
must not be added up.
"""

from dataclasses import dataclass, field
from typing import Final

from medrd_kg.linkage.facets import CONCEPT_FACETS, require
from medrd_kg.linkage.items import PAGE, Item, Page, Thing, check_page, described, things_of
from medrd_kg.linkage.linkages import VIA
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import FactTables, statement
from medrd_kg.linkage.totals import NamedTotal, TotalChoice, chosen_total
from medrd_kg.problems import Problem

__all__ = ["Overlap", "OverlapQuestion", "OverlappingProgramme", "Overlaps", "overlaps"]

_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class OverlapQuestion:
    """Which programmes are laid side by side.

    Attributes:
        fiscal_year: Western year of the programmes, and of the total unless it names another.
        via: Facets of the concepts, each one of `facets.CONCEPT_FACETS`.
        basis: One of `selection.BASES`.
        min_ministries: Least number of ministries, 2 or more.
        hierarchy: Whether programmes that name something narrower work on a concept too.
        total: The total in which amounts are summed.
    """

    fiscal_year: int
    via: tuple[str, ...] = VIA
    basis: str = "all"
    min_ministries: int = _LEAST
    hierarchy: bool = True
    total: TotalChoice = field(default_factory=TotalChoice)

    def parameters(self) -> dict[str, object]:
        """Return the parameters of the statement, the total apart.

        Raises:
            Problem: ``invalid-parameter``: a value is unknown or out of range.
        """
        if self.min_ministries < _LEAST:
            raise Problem("invalid-parameter", "min_ministries cannot be below 2", "2 or more")
        via = [require("via", facet, CONCEPT_FACETS) for facet in self.via]
        selection = Selection(
            fiscal_year=self.fiscal_year, basis=self.basis, statements=False, programmes=True
        )
        return selection.parameters() | {
            "via": via,
            "facets": [*via, "ministry"],
            "min_ministries": self.min_ministries,
            "hierarchy": self.hierarchy,
        }


@dataclass(frozen=True, slots=True)
class OverlappingProgramme:
    """A programme of an overlap.

    Attributes:
        item: The programme, with the sheets that state it.
        ministries: The ministries that run it.
        direct: Whether it names the very concept.
        amount: Its yen in the total; None where the total has nothing for it.
    """

    item: Item
    ministries: tuple[Thing, ...]
    direct: bool
    amount: int | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """A concept on which programmes of several ministries work.

    Attributes:
        facet: Its facet.
        concept: The concept.
        bits: Its information content among the programmes of the year: log2(N / n).
        amount: Yen of all its programmes in the total; None where the total has nothing for them.
        programmes: The programmes, most money first.
    """

    facet: str
    concept: Thing
    bits: float
    amount: int | None
    programmes: tuple[OverlappingProgramme, ...]


@dataclass(frozen=True, slots=True)
class Overlaps:
    """A page of overlaps.

    Attributes:
        total: The total in which amounts are summed.
        overlaps: The overlaps, those of most ministries and fewest programmes first.
    """

    total: NamedTotal
    overlaps: Page[Overlap]


def overlaps(
    tables: FactTables, question: OverlapQuestion, *, offset: int = 0, limit: int = 20
) -> Overlaps:
    """Return the concepts on which programmes of several ministries work in a year.

    Args:
        tables: The fact tables.
        question: Which programmes and concepts.
        offset: Overlaps to pass over.
        limit: Overlaps to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range, or the total is not one.
    """
    parameters = question.parameters() | check_page(offset, limit, PAGE)
    choice = question.total
    if choice.total is None and choice.fiscal_year is None:
        year = question.fiscal_year
        choice = TotalChoice(None, year, choice.stage, choice.level, choice.perimeter)
    with tables.session() as session:
        total = chosen_total(session, choice)
        parameters["total"] = total.iri
        rows = session.rows(statement("overlaps"), parameters)
        first = (
            rows
            if rows or not offset
            else session.rows(statement("overlaps"), parameters | {"offset": 0, "limit": 1})
        )
        items = described(session, (row[6] for row in rows))
        things = things_of(session, {n for row in rows for n in (row[1], *row[9])})
    programmes: dict[tuple[str, int], list[OverlappingProgramme]] = {}
    heads: dict[tuple[str, int], tuple[int | None, float]] = {}
    for facet, concept, _, amount, _, bits, item, direct, own, ministries in rows:
        heads[facet, concept] = (_yen(amount), round(bits, 6))
        programmes.setdefault((facet, concept), []).append(
            OverlappingProgramme(
                items[item], tuple(things[each] for each in ministries), direct, _yen(own)
            )
        )
    entries = tuple(
        Overlap(facet, things[concept], bits, amount, tuple(programmes[facet, concept]))
        for (facet, concept), (amount, bits) in heads.items()
    )
    return Overlaps(total, Page(entries, first[0][4] if first else 0, offset))


def _yen(amount: int | None) -> int | None:
    """Return an amount as a plain integer."""
    return None if amount is None else int(amount)
