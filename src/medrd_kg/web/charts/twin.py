"""The table beside a chart: the same numbers, to be read, copied and checked."""

from collections.abc import Sequence
from dataclasses import dataclass

from medrd_kg.web.charts.drawing import Label

__all__ = ["Number", "Twin", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """A cell with a name.

    Attributes:
        label: The name and where it leads.
    """

    label: Label


@dataclass(frozen=True, slots=True)
class Number:
    """A cell with a number.

    Attributes:
        value: The number; None where nothing is stated.
        shown: The number as it is to be read.
        href: Address of what it is made of.
        note: The same in a shorter or another unit.
    """

    value: int | None
    shown: str
    href: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """A table.

    Attributes:
        caption: What it shows.
        headings: Its columns, each with whether it holds numbers.
        rows: Its rows, each as long as the headings.
        sums: A last row that sums the rows; None where the rows must not be added up.
    """

    caption: str
    headings: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Words | Number, ...], ...]
    sums: tuple[Words | Number, ...] | None = None

    def __post_init__(self) -> None:
        """Check that every row has a cell for each heading.

        Raises:
            ValueError: One has not.
        """
        for row in (*self.rows, *([self.sums] if self.sums else [])):
            if len(row) != len(self.headings):
                raise ValueError(f"a row of {len(row)} cells under {len(self.headings)} headings")

    def total(self, column: int) -> int:
        """Return the sum of the numbers of a column; what is not stated adds nothing."""
        return sum(
            cell.value
            for cell in _column(self.rows, column)
            if isinstance(cell, Number) and cell.value is not None
        )


def _column(rows: Sequence[tuple[Words | Number, ...]], column: int) -> Sequence[Words | Number]:
    return [row[column] for row in rows]
