"""Rows of CSV files and spreadsheets, with their numbers as a spreadsheet shows them."""

import codecs
import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from csvw.metadata import Dialect
from python_calamine import CalamineError, CalamineWorkbook

from medrd_kg.problems import Problem

__all__ = ["SPREADSHEETS", "Cell", "Row", "decoded", "read_csv", "read_sheet", "sheet_names"]

SPREADSHEETS: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
"""Suffixes of spreadsheets; every other file is CSV."""

_MAX_UNPACKED: Final = 2_000_000_000
"""Most bytes that the parts of a spreadsheet may unpack to."""

_DIGITS: Final = 15
"""Significant digits of a number of a spreadsheet, as it shows them itself."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LONGEST_CELL: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    Attributes:
        text: Its value as CSVW reads it.
        is_date: Whether a spreadsheet says that it is a day or an instant: the text is ISO 8601,
            whatever the cell looks like.
    """

    text: str
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row.

    Attributes:
        number: As a spreadsheet shows it, from 1.
        cells: Its cells from the first column.
    """

    number: int
    cells: Sequence[Cell]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.text.strip() for cell in self.cells)


def decoded(path: Path, encoding: str | None) -> str:
    """Return the text of a CSV file.

    Args:
        path: The file.
        encoding: Its encoding; None tries a byte order mark, UTF-8 and CP932 (what Excel writes
            in Japan) in this order.

    Raises:
        Problem: ``invalid-data``: it cannot be read, or is not in the encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror}") from error
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    tried = [encoding] if encoding else [marked] if marked else ["utf-8", "cp932"]
    if encoding and encoding.lower().replace("_", "-") == "utf-8" and marked == "utf-8-sig":
        tried = [marked]
    faults = []
    for each in tried:
        try:
            return content.decode(each)
        except LookupError as error:
            raise Problem("invalid-data", f"unknown encoding {each!r}", "utf-8 or cp932") from error
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            faults.append(f"line {line} is not {each}")
    raise Problem("invalid-data", f"{path}: {', '.join(faults)}", "tell its --encoding")


def read_csv(text: str, dialect: Dialect, name: str) -> Iterator[Row]:
    """Yield the rows of a CSV file.

    Args:
        text: Its text.
        dialect: How it is written.
        name: What the file is called, for messages.

    Raises:
        Problem: ``invalid-data``: quotes are at fault.
    """
    csv.field_size_limit(_LONGEST_CELL)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quoteChar or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quoteChar else csv.QUOTE_NONE,
        doublequote=bool(dialect.doubleQuote),
        escapechar=None if dialect.doubleQuote else "\\",
        skipinitialspace=bool(dialect.skipInitialSpace),
        strict=True,
    )
    number = 0
    try:
        for number, values in enumerate(reader, 1):
            yield Row(number, [Cell(_trimmed(each, dialect)) for each in values])
    except csv.Error as error:
        raise Problem(
            "invalid-data", f"{name}, row {number + 1} (line {reader.line_num}): {error}"
        ) from error


def sheet_names(path: Path) -> list[str]:
    """Return the names of the sheets of a spreadsheet.

    Raises:
        Problem: ``invalid-data``: it is no spreadsheet.
    """
    return list(_workbook(path).sheet_names)


def read_sheet(path: Path, sheet: str, dialect: Dialect) -> Iterator[Row]:
    """Yield the rows of a sheet.

    Args:
        path: The spreadsheet.
        sheet: Name of the sheet.
        dialect: Tells whether blanks around values count.

    Raises:
        Problem: ``invalid-data``: it is no spreadsheet, or has no such sheet.
    """
    workbook = _workbook(path)
    if sheet not in workbook.sheet_names:
        raise Problem(
            "invalid-data",
            f"{path}: there is no sheet {sheet!r}",
            f"it has {', '.join(workbook.sheet_names)}",
        )
    rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    for number, values in enumerate(rows, 1):
        yield Row(number, [_cell(each, dialect) for each in values])


def _workbook(path: Path) -> CalamineWorkbook:
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                if sum(each.file_size for each in parts.infolist()) > _MAX_UNPACKED:
                    raise Problem("invalid-data", f"{path} unpacks to more than 2 GB")
        return CalamineWorkbook.from_path(path)
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error
    except (CalamineError, zipfile.BadZipFile) as error:
        raise Problem("invalid-data", f"{path} is no spreadsheet: {error}") from error


def _cell(value: object, dialect: Dialect) -> Cell:
    match value:
        case bool():
            return Cell("true" if value else "false")
        case int() | float():
            return Cell(_number(value))
        case dt.datetime() | dt.date() | dt.time():
            return Cell(value.isoformat(), is_date=True)
        case dt.timedelta():
            return Cell(f"PT{_number(value.total_seconds())}S")
        case _:
            return Cell(_trimmed(str(value), dialect))


def _number(value: float) -> str:
    """Return a number as the spreadsheet shows it: its last binary digits are noise."""
    return f"{Decimal(format(value, f'.{_DIGITS}g')):f}"


def _trimmed(text: str, dialect: Dialect) -> str:
    match str(dialect.trim).lower():
        case "true":
            return text.strip()
        case "start":
            return text.lstrip()
        case "end":
            return text.rstrip()
        case _:
            return text
