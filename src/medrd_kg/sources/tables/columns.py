"""What becomes of the columns of a table, as a mapping says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from csvw.metadata import Column, Dialect

from medrd_kg.sources.tables.templates import Template
from medrd_kg.vocabulary import MRD

__all__ = ["AMOUNTS", "DATES", "UNITS", "ColumnMap", "TableMap", "TableMapping"]

AMOUNTS: Final = frozenset({str(MRD.amountJPY), str(MRD.nonAdditiveAmountJPY)})
"""Properties whose values are whole yen."""

UNITS: Final[Mapping[str, int]] = {
    "円": 1,
    "千円": 10**3,
    "万円": 10**4,
    "百万円": 10**6,
    "億円": 10**8,
    "十億円": 10**9,
    "兆円": 10**12,
    "JPY": 1,
    "yen": 1,
    "thousand yen": 10**3,
    "million yen": 10**6,
    "billion yen": 10**9,
    "trillion yen": 10**12,
}
"""Yen in each unit that ``schema:unitText`` of a column may name."""

DATES: Final[Mapping[str, re.Pattern[str]]] = {
    "yyyy/MM/dd": re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})"),
    "yyyy/M/d": re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    "yyyy.M.d": re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
    "yyyy年M月d日": re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
}
"""Formats of dates beside those of the Recommendation, which has none with the year first but
``yyyy-MM-dd`` and ``yyyyMMdd``."""


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What becomes of one column.

    Attributes:
        name: Name of the column in templates.
        titles: What stands above it, any of them; empty for virtual columns.
        about: Subject; None where the column yields no statement.
        predicate: Property; None where the column yields no statement.
        value: Object, where it is an IRI.
        language: Language of its texts.
        unit: Unit of its amounts, a key of `UNITS`.
        date_format: How its dates are written, where that is a key of `DATES`.
        is_virtual: Whether no column of the table stands behind it.
        reader: Reads its cells, by data type, null values and separator.
    """

    name: str
    titles: tuple[str, ...]
    about: Template | None
    predicate: Template | None
    value: Template | None
    language: str | None
    unit: str | None
    date_format: str | None
    is_virtual: bool
    reader: Column

    @property
    def is_amount(self) -> bool:
        """Whether its values are yen."""
        return self.predicate is not None and self.predicate.text in AMOUNTS


@dataclass(frozen=True, slots=True)
class TableMap:
    """What becomes of one sheet.

    Attributes:
        sheet: Its name; None for the only or first one.
        columns: Its columns in the order of the mapping.
        key: Names of the columns that together tell a row from all others.
        dialect: How the file is written: separators, and which rows are headers.
        encoding: Encoding of a CSV file, where the mapping tells it.
    """

    sheet: str | None
    columns: tuple[ColumnMap, ...]
    key: tuple[str, ...]
    dialect: Dialect
    encoding: str | None

    @property
    def header_rows(self) -> int:
        """How many rows of titles there are."""
        given: Dialect = self.dialect
        return int(given.headerRowCount) if given.header else 0


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A whole mapping.

    Attributes:
        tables: One for each sheet.
        title: What the source is called.
        address: Where the source is published.
        licence: IRI of its licence.
        issued: Day on which it came out, ISO 8601.
    """

    tables: tuple[TableMap, ...]
    title: str | None
    address: str | None
    licence: str | None
    issued: str | None
