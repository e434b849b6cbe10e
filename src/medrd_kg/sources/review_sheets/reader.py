"""Reader of the review sheets as JSON lines (plain or Zstandard), one sheet a line.

A line or cell that cannot be taken as it stands ends in the report with file, line and field;
nothing is guessed and no row stops the import. Files of later years may have more fields or
lack some: a missing list is an empty list.
"""

import json
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.amounts import Token
from medrd_kg.sources.review_sheets.cells import RowError, SheetCells
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import ImportReport, Severity

__all__ = ["read_line", "read_sheets"]

_LONGEST_LINE = 64 * 1024 * 1024
_PIECE = 1 << 16
"""Bytes of a compressed file that are read at a time."""


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a plain or Zstandard-compressed file.

    Raises:
        OSError: The file cannot be read.
        zstandard.ZstdError: The file ends in ``.zst`` and is not Zstandard, or is cut off.
    """
    with path.open("rb") as raw:
        if path.suffix == ".zst":
            rest = b""
            for piece in _unpacked(raw):
                *lines, rest = (rest + piece).split(b"\n")
                yield from (line + b"\n" for line in lines)
            yield rest
        else:
            yield from raw


def _unpacked(raw: BinaryIO) -> Iterator[bytes]:
    """Yield what all frames of a Zstandard file hold; the library's streams pass over a cut one."""
    unpacking = None
    while packed := raw.read(_PIECE):
        while packed:
            unpacking = unpacking or zstandard.ZstdDecompressor().decompressobj()
            yield unpacking.decompress(packed)
            packed, unpacking = (unpacking.unused_data, None) if unpacking.eof else (b"", unpacking)
    if unpacking is not None:
        raise zstandard.ZstdError("the last frame has no end")


def _decode(line: bytes) -> Mapping[str, Any]:
    if len(line) > _LONGEST_LINE:
        raise RowError("", "the line is longer than 64 MiB")
    try:
        row = json.loads(line, parse_float=Token, parse_int=Token, parse_constant=Token)
    except (ValueError, RecursionError) as fault:
        raise RowError("", "not a line of JSON") from fault
    if not isinstance(row, dict):
        raise RowError("", "not a JSON object")
    return row


def read_line(file: str, number: int, line: bytes, report: ImportReport) -> Sheet | None:
    """Return the sheet of one line, or None after a finding in the report.

    Args:
        file: Name for locators and findings.
        number: Line number, from 1.
        line: The bytes of the line.
        report: Takes the findings.
    """
    try:
        return SheetCells(file, number, _decode(line), report).sheet()
    except RowError as fault:
        report.add(file, number, fault.field or "/", Severity.SHEET_SKIPPED, str(fault))
        return None


def read_sheets(
    path: Path, report: ImportReport, lines: Container[int] | None = None
) -> Iterator[Sheet]:
    """Yield the sheets of a file in its order; unreadable ones end in the report.

    Args:
        path: ``.ndjson`` or ``.ndjson.zst``.
        report: Takes the findings.
        lines: Only these line numbers are parsed; None for all.

    Raises:
        OSError: The file cannot be read.
        Problem: ``invalid-data``: its compression is damaged or cut off. A part of a year would
            give totals that nobody stated.
    """
    number = 0
    try:
        for number, line in enumerate(_lines(path), 1):
            if (lines is None or number in lines) and line.strip():
                sheet = read_line(path.name, number, line, report)
                if sheet is not None:
                    yield sheet
    except zstandard.ZstdError as error:
        raise Problem(
            "invalid-data",
            f"{path.name}: its compression is damaged or cut off behind line {number}",
            "get the file again, or pack it again; nothing of it was imported",
        ) from error
