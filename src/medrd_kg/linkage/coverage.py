"""Coverage: how many items, or how many yen of one total, stand in each pair of two facets.

An item that names a concept counts for all that lies above it. Sums over a row, a column and the
whole are over distinct items, never over cells, so nothing counts twice in any of them; what has
no place on the other axis is told apart. A figure is placed by what it states itself, else by what
its programme names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.linkage.facets import CONCEPT_FACETS, iri_of, require, require_facet
from medrd_kg.linkage.items import (
    PAGE,
    Item,
    Page,
    Thing,
    check_page,
    described,
    number_of,
    things_of,
)
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.linkage.totals import NamedTotal, TotalChoice, chosen_total

__all__ = [
    "MEASURES",
    "WHOLE_AXES",
    "AxisEntry",
    "Cell",
    "Coverage",
    "CoverageItem",
    "CoverageItems",
    "CoverageQuestion",
    "Whole",
    "coverage",
    "coverage_items",
]

MEASURES: Final = ("topics", "programmes", "amount")
"""Topics and scope items, programmes, or yen."""

CELLS: Final = 2000
"""The most cells that one answer holds."""

WHOLE_AXES: Final = (*CONCEPT_FACETS, "project")
"""Facets of which all members are shown, and of which gaps can be told."""


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """What is to be counted on which axes.

    Attributes:
        rows: Facet of the rows, one of `facets.FACETS`.
        columns: Facet of the columns.
        measure: One of `MEASURES`.
        scope: One of `selection.SCOPES`; for topics only.
        fiscal_year: Western year of topics and programmes; None for every year.
        basis: One of `selection.BASES`.
        total: The total in which yen are summed; its year may be left out for ``fiscal_year``.
    """

    rows: str
    columns: str
    measure: str = "topics"
    scope: str = "all"
    fiscal_year: int | None = None
    basis: str = "all"
    total: TotalChoice = field(default_factory=TotalChoice)

    def parameters(self) -> dict[str, object]:
        """Return the parameters of the statements, the total apart.

        Raises:
            Problem: ``invalid-parameter``: an attribute has an unknown value.
        """
        require("measure", self.measure, MEASURES)
        rows, columns = require_facet("rows", self.rows), require_facet("columns", self.columns)
        selection = Selection(
            scope=self.scope,
            fiscal_year=self.fiscal_year,
            basis=self.basis,
            statements=self.measure == "topics",
            programmes=self.measure == "programmes",
        )
        return selection.parameters() | {
            "rows": rows,
            "columns": columns,
            "facets": sorted({rows, columns}),
        }


@dataclass(frozen=True, slots=True)
class AxisEntry:
    """A row or column.

    Attributes:
        thing: The concept, project, programme, ministry, organisation or topic.
        value: Count or yen of its distinct items that have a place on the other axis.
        elsewhere: Count or yen of those that have none.
    """

    thing: Thing
    value: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair that at least one item stands in.

    Attributes:
        row: IRI of its row.
        column: IRI of its column.
        items: How many items stand in it.
        value: Their count, or their yen.
        direct: Of these, what names the very row and the very column, not something narrower.
    """

    row: str
    column: str
    items: int
    value: int
    direct: int


@dataclass(frozen=True, slots=True)
class Whole:
    """All that was looked at.

    Attributes:
        value: Count or yen of the distinct items that stand in any cell.
        elsewhere: Count or yen of those that stand in none.
    """

    value: int
    elsewhere: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """A matrix.

    Attributes:
        question: What was asked.
        total: The total in which yen are summed; None when items are counted.
        rows: Its rows in the order of IRIs, empty ones of a scheme included.
        columns: Its columns likewise.
        cells: A page of the cells that are not empty, by row and column.
        whole: The whole.
    """

    question: CoverageQuestion
    total: NamedTotal | None
    rows: tuple[AxisEntry, ...]
    columns: tuple[AxisEntry, ...]
    cells: Page[Cell]
    whole: Whole


@dataclass(frozen=True, slots=True)
class CoverageItem:
    """An item of a cell.

    Attributes:
        item: The item.
        value: 1, or its yen.
    """

    item: Item
    value: int


@dataclass(frozen=True, slots=True)
class CoverageItems:
    """The items of a cell, a row, a column or the whole.

    Attributes:
        total: The total in which yen are summed; None when items are counted.
        items: A page of them.
    """

    total: NamedTotal | None
    items: Page[CoverageItem]


def coverage(
    tables: FactTables, question: CoverageQuestion, *, offset: int = 0, limit: int = CELLS
) -> Coverage:
    """Return the matrix of two facets.

    Args:
        tables: The fact tables.
        question: What is to be counted.
        offset: Cells to pass over.
        limit: Cells to show, at most `CELLS`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown, or the total is not one;
            ``query-timeout`` or ``query-memory``: the answer is too costly.
    """
    page = check_page(offset, limit, CELLS)
    with tables.session() as session:
        parameters, total = _bound(session, question)
        name = "coverage_count" if total is None else "coverage_amount"
        sums = session.rows(statement(name), parameters)
        things = {
            facet: _axis(session, facet, {row[place] for row in sums if row[place] is not None})
            for facet, place in ((question.columns, 2), (question.rows, 1))
        }
        if question.rows == question.columns:
            things[question.rows] = _axis(
                session, question.rows, {row[place] for row in sums for place in (1, 2)} - {None}
            )
    values = {(row[0], row[1], row[2]): row[3:] for row in sums}
    rows, columns = things[question.rows], things[question.columns]
    cells = sorted(
        (rows[row].iri, columns[column].iri, items, int(value), int(direct))
        for (part, row, column), (items, value, direct) in values.items()
        if part == "cell"
    )
    whole = values[("whole", None, None)]
    return Coverage(
        question=question,
        total=total,
        rows=tuple(
            AxisEntry(thing, *_pair(values.get(("row", number, None))))
            for number, thing in rows.items()
        ),
        columns=tuple(
            AxisEntry(thing, *_pair(values.get(("column", None, number))))
            for number, thing in columns.items()
        ),
        cells=Page(
            tuple(Cell(*cell) for cell in cells[offset : offset + page["limit"]]),
            len(cells),
            offset,
        ),
        whole=Whole(*_pair(whole)),
    )


def coverage_items(
    tables: FactTables,
    question: CoverageQuestion,
    *,
    row: str | None = None,
    column: str | None = None,
    offset: int = 0,
    limit: int = PAGE,
) -> CoverageItems:
    """Return the items behind a cell, a row, a column or the whole of a matrix.

    Args:
        tables: The fact tables.
        question: What the matrix counts.
        row: Slug or IRI of the row; None for any row.
        column: Slug or IRI of the column; None for any column.
        offset: Items to pass over.
        limit: Items to show, at most `items.PAGE`.

    Raises:
        Problem: As for `coverage`; ``not-found``: there is no such row or column.
    """
    page = check_page(offset, limit)
    with tables.session() as session:
        parameters, total = _bound(session, question)
        parameters |= {
            "row": _member(session, question.rows, row),
            "column": _member(session, question.columns, column),
        }
        name = "coverage_items_count" if total is None else "coverage_items_amount"
        found = session.rows(statement(name), parameters | page)
        items = described(session, (each[0] for each in found))
        if not found and offset:
            counted = session.rows(statement(name), parameters | {"offset": 0, "limit": 1})
        else:
            counted = found
    entries = tuple(CoverageItem(items[number], int(value)) for number, value, _ in found)
    return CoverageItems(total, Page(entries, counted[0][2] if counted else 0, offset))


def _bound(
    session: Session, question: CoverageQuestion
) -> tuple[dict[str, object], NamedTotal | None]:
    """Return the parameters of a question and, where yen are asked for, its total."""
    parameters = question.parameters()
    if question.measure != "amount":
        return parameters, None
    choice = question.total
    if choice.total is None and choice.fiscal_year is None:
        choice = TotalChoice(
            None, question.fiscal_year, choice.stage, choice.level, choice.perimeter
        )
    total = chosen_total(session, choice)
    return parameters | {"total": total.iri}, total


def _member(session: Session, facet: str, named: str | None) -> str | None:
    """Return the IRI of a row or column, which must exist; None where none is named."""
    if named is None:
        return None
    iri = iri_of(facet, named)
    number_of(session, iri)
    return iri


def _axis(session: Session, facet: str, found: Iterable[int]) -> dict[int, Thing]:
    """Return the members of an axis by their numbers, in the order of their IRIs."""
    members = session.said_of("axis", [facet])[facet] if facet in WHOLE_AXES else []
    things = things_of(session, {*found, *(number for (number,) in members)})
    return dict(sorted(things.items(), key=lambda each: each[1].iri))


def _pair(found: tuple[int, int, int] | None) -> tuple[int, int]:
    """Return what stands inside and elsewhere; a member that nothing names has neither."""
    return (0, 0) if found is None else (int(found[1]), int(found[2]))
