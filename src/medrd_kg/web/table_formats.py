"""Tables as CSV (RFC 4180, UTF-8) and as XLSX (ECMA-376, Office Open XML).

A spreadsheet that opens a CSV file takes a text that begins with ``=``, ``+``, ``-``, ``@``, a tab
or a carriage return for a formula. CSV has no way to say otherwise. CSV that is asked for with a
byte order mark is for spreadsheets: there such a text has an apostrophe before it. For every other
program that mark would change the data, so that CSV without it gives values as they are. In XLSX
each cell says what it is.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fastapi import Response
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import content_type
from medrd_kg.web.tables import Table

__all__ = [
    "CSV",
    "TABLE_SCHEMAS",
    "TABLE_TYPES",
    "XLSX",
    "file_headers",
    "file_response",
    "write_book",
    "write_csv",
    "write_table",
    "write_xlsx",
]

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TABLE_TYPES: Final = (CSV, XLSX)
"""Media types of tables."""

TABLE_SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    CSV: {"schema": {"type": "string"}},
    XLSX: {"schema": {"type": "string", "format": "binary"}},
}
"""What OpenAPI says of them."""

_EXACT_DIGITS: Final = 15
"""Significant decimal digits that a spreadsheet's numbers keep (IEEE 754 binary64)."""

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)

_FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take the text of a CSV file for a formula."""

_MADE: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - the format wants a naive time
"""Time of making that every file states: the same data make the same bytes."""

_SHEET_NAME_LENGTH: Final = 31
_COLUMN_WIDTH: Final = 20


def write_csv(table: Table, *, bom: bool = False, header: bool = True) -> bytes:
    """Return a table as CSV.

    Args:
        table: What to write.
        bom: Whether to begin with a byte order mark, by which Excel knows UTF-8, and to keep
            spreadsheets from taking text for formulas.
        header: Whether to begin at all; without it, rows follow on those written before.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if header:
        writer.writerow(table.columns)
    texts = [bom and column not in table.decimals for column in table.columns]
    for row in table.rows:
        writer.writerow([_csv_cell(cell, texts[at]) for at, cell in enumerate(row)])
    return text.getvalue().encode("utf-8-sig" if bom and header else "utf-8")


def _csv_cell(cell: object, guarded: bool) -> object:
    if isinstance(cell, bool):
        return str(cell).lower()
    if guarded and isinstance(cell, str) and cell.startswith(_FORMULA_MARKS):
        return f"'{cell}"
    return cell


def write_xlsx(table: Table, name: str) -> bytes:
    """Return a table as a workbook of one sheet; see `write_book`.

    Args:
        table: What to write.
        name: Name of the sheet.

    Raises:
        Problem: As for `write_book`.
    """
    return write_book([(name, [table])])


def write_book(sheets: Sequence[tuple[str, Iterable[Table]]]) -> bytes:
    """Return tables as a workbook, headers frozen; same tables, same bytes.

    Integers and decimals are numbers as long as a spreadsheet keeps all their digits, and text
    beyond that. Text is text, whatever it begins with.

    Args:
        sheets: Name of each sheet, cut to the 31 characters that a name may have, with its table
            in one or more pieces of the same columns.

    Raises:
        Problem: ``not-acceptable`` when a table has more rows, or a cell more text, than a sheet
            can hold.
    """
    data = io.BytesIO()
    with Workbook(data, {"constant_memory": True}) as book:
        book.set_properties({"created": _MADE})
        # Without a format of its own, 17500000000 would show as 1.75E+10.
        whole = book.add_format({"num_format": "0"})
        bold = book.add_format({"bold": True})
        for name, pieces in sheets:
            _write_sheet(book.add_worksheet(name[:_SHEET_NAME_LENGTH]), pieces, whole, bold)
    return data.getvalue()


def _write_sheet(sheet: Worksheet, pieces: Iterable[Table], whole: object, bold: object) -> None:
    """Write a table, piece after piece, below one header."""
    sheet.freeze_panes(1, 0)
    index = 0
    for table in pieces:
        if not index:
            sheet.set_column(0, max(len(table.columns) - 1, 0), _COLUMN_WIDTH)
            for at, column in enumerate(table.columns):
                sheet.write_string(0, at, column, bold)
        numeric = [column in table.decimals for column in table.columns]
        for index, row in enumerate(table.rows, start=index + 1):  # noqa: B020 - it goes on
            for at, cell in enumerate(row):
                code = _write_cell(sheet, index, at, cell, whole, decimal=numeric[at])
                if code:
                    raise Problem(
                        "not-acceptable",
                        f"row {index} of column {table.columns[at]} does not fit into a worksheet",
                        "ask for CSV, or for fewer rows with limit",
                    )


def _write_cell(
    sheet: Worksheet, row: int, at: int, cell: object, whole: object, *, decimal: bool
) -> int:
    """Write one cell under its own type; return 0, or the writer's code of refusal."""
    match cell:
        case None | "":
            return 0
        case bool():
            return int(sheet.write_boolean(row, at, cell))
        case int() if _is_exact(str(cell)):
            return int(sheet.write_number(row, at, cell, whole))
        case str() if decimal and _NUMBER.fullmatch(cell) and _is_exact(cell):
            return int(sheet.write_number(row, at, float(cell)))
        case str() if cell.startswith("<r>") and cell.endswith("</r>"):
            # The writer takes such text for markup of its own, unless it comes in pieces.
            return int(sheet.write_rich_string(row, at, cell[:1], cell[1:2], cell[2:]))
        case _:
            return int(sheet.write_string(row, at, str(cell)))


def _is_exact(number: str) -> bool:
    return len(number.lstrip("-0.").replace(".", "")) <= _EXACT_DIGITS


def write_table(table: Table, name: str, media_type: str, *, bom: bool = False) -> bytes:
    """Return a table in one of `TABLE_TYPES`.

    Raises:
        Problem: ``not-acceptable`` when the format cannot hold it.
    """
    return write_xlsx(table, name) if media_type == XLSX else write_csv(table, bom=bom)


def file_response(
    body: bytes, name: str, media_type: str, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a written table as a response: shown in place as CSV, saved as XLSX."""
    return Response(
        body,
        media_type=content_type(media_type),
        headers={**file_headers(name, media_type), **(headers or {})},
    )


def file_headers(name: str, media_type: str) -> dict[str, str]:
    """Return the headers of a file."""
    placed, suffix = ("attachment", "xlsx") if media_type == XLSX else ("inline", "csv")
    return {"Vary": "Accept", "Content-Disposition": f'{placed}; filename="{name}.{suffix}"'}
