"""Statements of a table: the minimal mode of "Generating RDF from Tabular Data on the Web" (W3C).

Beside what the mapping says, each subject of a row is stated in the source, with the row as
locator, and each amount is kept as printed with its unit.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from medrd_kg.sources.tables.columns import ColumnMap, TableMap
from medrd_kg.sources.tables.faults import Faults
from medrd_kg.sources.tables.reading import Cell, Row
from medrd_kg.sources.tables.templates import EmptyVariable, Template
from medrd_kg.sources.tables.values import literals, parts
from medrd_kg.vocabulary import MRD

__all__ = ["Place", "RowStatements", "placed_columns", "row_statements"]

_PRINTED: Final = NamedNode(str(MRD.amountAsPrinted))
_STATED_IN: Final = NamedNode(str(MRD.statedIn))
_LOCATOR: Final = NamedNode(str(MRD.sourceLocator))
_EMPTY: Final = Cell("")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the columns of a mapping are in a sheet.

    Attributes:
        sheet: How messages call the sheet.
        table: The mapping.
        columns: For each column of the mapping, its number from 0; None for virtual ones.
        first_row: Number of the first row below the titles.
        width: How many columns have titles; 0 where there are no titles.
        ignored: Titles of columns that the mapping does not speak of.
    """

    sheet: str
    table: TableMap
    columns: tuple[int | None, ...]
    first_row: int
    width: int
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowStatements:
    """What a row states.

    Attributes:
        row: Its number.
        triples: Its statements.
    """

    row: int
    triples: tuple[Triple, ...]


def placed_columns(
    sheet: str, table: TableMap, rows: Sequence[Row], faults: Faults
) -> Place | None:
    """Find the columns of a mapping by their titles.

    Args:
        sheet: How messages call the sheet.
        table: The mapping.
        rows: The first rows of the sheet: those to be skipped and those with the titles.
        faults: Takes what is missing or doubtful.

    Returns:
        None when something is missing.
    """
    skipped, headers = int(table.dialect.skipRows), table.header_rows
    first_row = skipped + headers + 1
    real = [each for each in table.columns if not each.is_virtual]
    if not headers:
        numbers = iter(range(len(real)))
        columns = tuple(None if each.is_virtual else next(numbers) for each in table.columns)
        return Place(sheet, table, columns, first_row, 0, ())
    titles = _Titles.of(rows[skipped : skipped + headers])
    before = len(faults)
    columns = tuple(
        None if each.is_virtual else titles.place(each, sheet, first_row - 1, faults)
        for each in table.columns
    )
    if len(faults) > before:
        return None
    ignored = tuple(title for number, title in titles.shown.items() if number not in columns)
    return Place(sheet, table, columns, first_row, max(titles.shown) + 1, ignored)


@dataclass(frozen=True, slots=True)
class _Titles:
    """The titles of the columns of a sheet.

    Attributes:
        numbers: Numbers of the columns from 0, by title without blanks.
        shown: One title of each column, as it stands there.
    """

    numbers: dict[str, list[int]]
    shown: dict[int, str]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "_Titles":
        titles = cls({}, {})
        for row in rows:
            for number, cell in enumerate(row.cells):
                key = _without_blanks(cell.text)
                if key and number not in titles.numbers.setdefault(key, []):
                    titles.numbers[key].append(number)
                    titles.shown.setdefault(number, cell.text.strip())
        return titles

    def place(self, column: ColumnMap, sheet: str, row: int, faults: Faults) -> int | None:
        """Return the number of a column, or tell that it cannot be found."""
        wanted = map(_without_blanks, [*column.titles, column.name])
        found = sorted({number for title in wanted for number in self.numbers.get(title, ())})
        if len(found) == 1:
            return found[0]
        named = " or ".join(dict.fromkeys(column.titles))
        known = ", ".join(self.shown.values())
        if found:
            message = f"{len(found)} columns are called {named}: titles must tell them apart"
        else:
            there = f"there are {known}" if known else "the table has no titles at all"
            message = f"there is no column {named} ({there})"
        faults.add(sheet, row, message)
        return None


def _without_blanks(title: str) -> str:
    return "".join(title.split())


def row_statements(
    place: Place, rows: Iterable[Row], source: NamedNode, locator: str, faults: Faults
) -> Iterator[RowStatements]:
    """Yield what each row states; faulty rows yield nothing and are told.

    Args:
        place: Where the columns are.
        rows: All rows of the sheet.
        source: The source document that all subjects are stated in.
        locator: What stands before the number of the row in the locators.
        faults: Takes the faults.
    """
    keys: dict[tuple[str, ...], int] = {}
    ordinal = 0
    for row in rows:
        if row.number < place.first_row:
            continue
        ordinal += 1
        if row.is_blank:
            continue
        before = len(faults)
        if place.width and any(cell.text.strip() for cell in row.cells[place.width :]):
            message = f"more than the {place.width} cells that have a title: is a comma unquoted?"
            faults.add(place.sheet, row.number, message)
        reader = _RowReader(place, row, ordinal, faults)
        triples = reader.triples(source, f"{locator}{row.number}")
        if place.table.key:
            key = tuple(reader.text_of(name) for name in place.table.key)
            if keys.setdefault(key, row.number) != row.number:
                names = ", ".join(place.table.key)
                message = f"the key ({names}) is that of row {keys[key]} as well"
                faults.add(place.sheet, row.number, message)
        if len(faults) == before:
            yield RowStatements(row.number, triples)


class _RowReader:
    """Reads one row."""

    def __init__(self, place: Place, row: Row, ordinal: int, faults: Faults) -> None:
        self._place = place
        self._row = row
        self._faults = faults
        self._cells: list[Cell] = []
        self._parts: list[list[str]] = []
        self._values: dict[str, str | list[str]] = {
            "_row": str(ordinal),
            "_sourceRow": str(row.number),
        }
        self._failed: set[str] = set()
        for column, number in zip(place.table.columns, place.columns, strict=True):
            cell = _EMPTY
            if number is not None and number < len(row.cells):
                cell = row.cells[number]
            self._cells.append(cell)
            self._parts.append(self._read(column, cell, number))

    def _read(self, column: ColumnMap, cell: Cell, number: int | None) -> list[str]:
        try:
            found = parts(column, cell)
            if not column.is_virtual and found:
                plain = [str(each.value) for each in literals(column, found, is_date=cell.is_date)]
                self._values[column.name] = (
                    plain if column.reader.inherit("separator") else plain[0]
                )
        except ValueError as error:
            self._fault(column, number, str(error))
            self._failed.add(column.name)
            return []
        return found

    def _fault(self, column: ColumnMap, number: int | None, message: str) -> None:
        title = column.titles[0] if column.titles else column.name
        if number is None:
            message = f"virtual column {column.name}: {message}"
        self._faults.add(self._place.sheet, self._row.number, message, column=number, title=title)

    def text_of(self, name: str) -> str:
        """Return what stands in a column, by name."""
        value = self._values.get(name, "")
        return value if isinstance(value, str) else "\0".join(value)

    def triples(self, source: NamedNode, locator: str) -> tuple[Triple, ...]:
        """Return the statements of the row."""
        found: dict[Triple, None] = {}
        subjects: dict[NamedNode, None] = {}
        columns = zip(
            self._place.table.columns, self._place.columns, self._cells, self._parts, strict=True
        )
        for column, number, cell, values in columns:
            if column.predicate is None or column.about is None:
                continue
            if not values and not (column.is_virtual and column.value is not None):
                continue
            try:
                subject = self._expand(column.about)
                predicate = self._expand(column.predicate)
                objects = list(self._objects(column, values, cell))
            except EmptyVariable as error:
                # An object that an empty cell would name is absent; a subject must not be.
                if self._failed.isdisjoint({str(error)}) and not (
                    column.value is not None and str(error) in column.value.variables
                ):
                    self._fault(column, number, f"its subject needs {error}, which is empty")
                continue
            except ValueError as error:
                self._fault(column, number, str(error))
                continue
            subjects[subject] = None
            found.update((Triple(subject, predicate, each), None) for each in objects)
            if column.is_amount and not self._states_printed:
                printed = Literal(f"{cell.text.strip()}{column.unit}")
                found[Triple(subject, _PRINTED, printed)] = None
        for subject in subjects:
            found[Triple(subject, _STATED_IN, source)] = None
            found[Triple(subject, _LOCATOR, Literal(locator))] = None
        return tuple(found)

    def _expand(self, template: Template) -> NamedNode:
        return template.expand(self._values)

    def _objects(
        self, column: ColumnMap, values: Sequence[str], cell: Cell
    ) -> Iterator[NamedNode | Literal]:
        if column.value is None:
            yield from literals(column, values, is_date=cell.is_date)
        elif len(values) > 1 and column.name in column.value.variables:
            for each in values:
                yield column.value.expand({**self._values, column.name: each})
        else:
            yield self._expand(column.value)

    @property
    def _states_printed(self) -> bool:
        return any(
            each.predicate is not None and each.predicate.text == _PRINTED.value
            for each in self._place.table.columns
        )
