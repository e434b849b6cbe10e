"""What is wrong with a table, told by sheet, row and column; all of it, not the first alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["CellFault", "Faults", "column_letter"]


def column_letter(index: int) -> str:
    """Return the name that spreadsheets give a column.

    Args:
        index: Number of the column from 0.

    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True, order=True)
class CellFault:
    """A fault of a row, or of one of its cells.

    Attributes:
        sheet: Name of the sheet, or of the file where it has no sheets.
        row: Number of the row as a spreadsheet shows it, from 1; 0 for the sheet as a whole.
        column: Letter of the column; empty where the row is at fault.
        title: Title of the column.
        message: What is wrong.
    """

    sheet: str
    row: int
    column: str
    title: str
    message: str

    def __str__(self) -> str:
        """One line, such as ``sheet 予算, row 12, column C (金額): …``."""
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column} ({self.title})" if self.column else ""
        return f"{self.sheet}{row}{column}: {self.message}"


@dataclass
class Faults:
    """The faults of a table file, in the order of its cells.

    Attributes:
        found: All of them.
    """

    found: list[CellFault] = field(default_factory=list)

    def add(
        self, sheet: str, row: int, message: str, *, column: int | None = None, title: str = ""
    ) -> None:
        """Take a fault.

        Args:
            sheet: Where it is; see `CellFault`.
            row: Number of the row, from 1.
            message: What is wrong; it must not quote what may be the name of a person.
            column: Number of the column, from 0.
            title: Title of the column.
        """
        letter = "" if column is None else column_letter(column)
        self.found.append(CellFault(sheet, row, letter, title, message))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.found)

    def __iter__(self) -> Iterator[CellFault]:
        """Yield them in the order in which they were found."""
        return iter(self.found)
