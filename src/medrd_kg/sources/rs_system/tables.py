"""The CSV files of the RS system as rows: zipped or not, in any order of columns.

A table is known by the number that its file name begins with (``5-1_RS_2024_…``), else by columns
that no other table has. Columns are found by name, whatever their order; a column that is missing
or was not known when this was written is reported once and costs nothing else.
"""

import csv
import re
import unicodedata
import zipfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Final

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.report import ImportReport, Severity

__all__ = ["CsvTable", "Row", "find_tables", "header_key", "table_numbers"]

_NUMBER = re.compile(r"^(\d-\d)(?=[_\-. ])")
_YEAR_COLUMN = re.compile(r"\d{4}(?:年度)?")
_DASHES = re.compile("[‐‑‒–—―−ー－-]")
_MEMBERS: Final = 16
_LARGEST_FILE: Final = 2 * 1024**3
"""Most bytes of a CSV file; the largest of 2024 has a tenth of it."""
_RATIO: Final = 200
_SMALL: Final = 16 * 1024**2
_LONGEST_CELL: Final = 1_000_000
_ENCRYPTED: Final = 0x1
_AGAIN: Final = "download it again from rssystem.go.jp"
_FILES_OF: Final = "give the files that rssystem.go.jp offers for download, or their folder"


@lru_cache(maxsize=1 << 12)
def header_key(name: str) -> str:
    """Return the key under which spellings of one column meet.

    >>> header_key("翌年度への繰越し(合計）"), header_key("実施方法ー補助")
    ('翌年度への繰越し(合計)', '実施方法-補助')
    """
    plain = unicodedata.normalize("NFKC", name)
    return _DASHES.sub("-", re.sub(r"\s", "", plain))


@cache
def _known_columns() -> Mapping[str, frozenset[str]]:
    text = (files(__package__) / "columns.tsv").read_text(encoding="utf-8")
    known: dict[str, set[str]] = {}
    for line in text.splitlines()[1:]:
        number, column = line.split("\t")
        known.setdefault(number, set()).add(header_key(column))
    return {number: frozenset(columns) for number, columns in known.items()}


def table_numbers() -> frozenset[str]:
    """Return the numbers of all tables, such as ``5-1``."""
    return frozenset(_known_columns())


@cache
def _telling_columns() -> Mapping[str, frozenset[str]]:
    """Columns that one table alone has, by table."""
    known = _known_columns()
    return {
        number: columns.difference(*(other for each, other in known.items() if each != number))
        for number, columns in known.items()
    }


def _table_of(name: str, header: Sequence[str]) -> str | None:
    found = _NUMBER.match(name)
    if found is not None:
        return found[1]
    held = {number: len(own & set(header)) for number, own in _telling_columns().items()}
    best = max(held, key=lambda number: (held[number], number))
    return best if held[best] else None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        file: Name of the CSV file.
        number: Row as a spreadsheet counts it; the header is row 1.
        cells: Cells by the key of their column.
    """

    file: str
    number: int
    cells: Mapping[str, str]

    def text(self, *columns: str) -> str:
        """Return the first cell that is not empty among columns, by their printed names."""
        for column in columns:
            value = self.cells.get(header_key(column), "")
            if value:
                return value
        return ""

    def year_cells(self) -> Iterator[tuple[int, str, str]]:
        """Yield year, column and cell of every column that is named by a year."""
        for column, value in self.cells.items():
            if value and _YEAR_COLUMN.fullmatch(column):
                yield int(column[:4]), column, value

    def place(self, column: str) -> str:
        """Return where a cell stands, as one string."""
        return f"{self.file}:{self.number}#{column}"


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A CSV file, by itself or in an archive.

    Attributes:
        number: Number of the table, such as ``5-1``.
        path: The file or the archive.
        member: Name within the archive, or None.
    """

    number: str
    path: Path
    member: str | None

    @property
    def name(self) -> str:
        """Name of the CSV file, without folders."""
        return Path(self.member or self.path.name).name

    def rows(self, report: ImportReport) -> Iterator[Row]:
        """Yield the rows; one that does not fit its header ends in the report.

        Raises:
            Problem: ``invalid-data``: the file is no readable CSV file in UTF-8.
        """
        with closing(_records(self.path, self.member)) as records:
            header = [header_key(each) for each in next(records, (0, []))[1]]
            self._check_header(header, report)
            for number, cells in records:
                if not any(cells):
                    continue
                if len(cells) != len(header):
                    reason = f"{len(cells)} cells stand where the header has {len(header)}"
                    report.add(self.name, number, "/", Severity.ROW_SKIPPED, reason)
                    continue
                yield Row(
                    self.name,
                    number,
                    {column: cell.strip() for column, cell in zip(header, cells, strict=True)},
                )

    def _check_header(self, header: Sequence[str], report: ImportReport) -> None:
        known = _known_columns().get(self.number, frozenset())
        for column in header:
            if header.count(column) > 1:
                raise Problem("invalid-data", f"{self.name}: row 1: {column!r} stands twice")
            if column not in known and not _YEAR_COLUMN.fullmatch(column):
                reason = "a column that this program does not know: left out"
                report.add(self.name, 1, column or "(empty)", Severity.NOTICE, reason)
        for column in sorted(known - set(header)):
            if not _YEAR_COLUMN.fullmatch(column):
                reason = "a column of the year 2024 is missing: nothing is read from it"
                report.add(self.name, 1, column, Severity.NOTICE, reason)


def find_tables(paths: Sequence[Path], report: ImportReport) -> list[CsvTable]:
    """Return the tables below some paths, in the order of table and file name.

    Args:
        paths: Folders, ``.zip`` or ``.csv`` files.
        report: Takes CSV files that are no table of the RS system.

    Raises:
        Problem: ``invalid-data``: a path does not exist, is of another kind, holds no table, or
            is an archive that is damaged, encrypted or too large.
    """
    found = []
    for path in paths:
        if not path.exists():
            raise Problem("invalid-data", f"{path} does not exist")
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        candidates = [each for each in inside if each.suffix.lower() in {".zip", ".csv"}]
        if not candidates:
            raise Problem("invalid-data", f"{path} holds no .zip or .csv file", _FILES_OF)
        for each in candidates:
            members = _members(each) if each.suffix.lower() == ".zip" else [None]
            for member in members:
                with closing(_records(each, member)) as records:
                    header = [header_key(cell) for cell in next(records, (0, []))[1]]
                name = Path(member or each.name).name
                number = _table_of(name, header)
                if number is None:
                    reason = "no table of the RS system: left out"
                    report.add(name, 1, "/", Severity.NOTICE, reason)
                else:
                    found.append(CsvTable(number, each, member))
    return sorted(found, key=lambda table: (table.number, table.name, str(table.path)))


def _members(path: Path) -> list[str | None]:
    """Return the CSV files of an archive; nothing is ever unpacked to a folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        message = f"{path}: not a readable zip file: {error}"
        raise Problem("invalid-data", message, _AGAIN) from error
    if len(entries) > _MEMBERS:
        raise Problem("invalid-data", f"{path}: more than {_MEMBERS} files in one archive")
    for each in entries:
        if each.flag_bits & _ENCRYPTED:
            raise Problem(
                "invalid-data",
                f"{path}: {each.filename} is encrypted",
                "unpack it, and give the CSV file",
            )
        too_dense = each.file_size > _SMALL and each.file_size > _RATIO * each.compress_size
        if each.file_size > _LARGEST_FILE or too_dense:
            raise Problem(
                "invalid-data",
                f"{path}: {each.filename} unpacks to {each.file_size} bytes,"
                f" {each.file_size // max(each.compress_size, 1)} times what it takes",
                "no honest table does; if you trust it, unpack it and give the CSV file",
            )
    return [each.filename for each in entries if each.filename.lower().endswith(".csv")]


class _Limited:
    """Lines of a text stream that fail beyond a number of characters, whatever a header says."""

    def __init__(self, stream: TextIOWrapper, name: str) -> None:
        self._stream = stream
        self._name = name
        self._left = _LARGEST_FILE

    def __iter__(self) -> Iterator[str]:
        while line := self._stream.readline(_LONGEST_CELL):
            self._left -= len(line)
            if self._left < 0:
                raise Problem("invalid-data", f"{self._name}: more than {_LARGEST_FILE} bytes")
            yield line


def _records(path: Path, member: str | None) -> Generator[tuple[int, list[str]]]:
    """Yield row number and cells.

    Raises:
        Problem: ``invalid-data``: see `CsvTable.rows`.
    """
    name = Path(member or path.name).name
    number = 0
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with _opened(path, member) as raw, TextIOWrapper(raw, "utf-8-sig", newline="") as stream:
            for number, cells in enumerate(csv.reader(_Limited(stream, name), strict=True), 1):
                yield number, cells
    except UnicodeDecodeError as error:
        message = f"{name}: after row {number}: not UTF-8"
        hint = "save it as CSV UTF-8 in the spreadsheet program, or download it again"
        raise Problem("invalid-data", message, hint) from error
    except (csv.Error, zipfile.BadZipFile, OSError, EOFError, NotImplementedError) as error:
        message = f"{name}: after row {number}: not a readable CSV file: {error}"
        raise Problem("invalid-data", message, _AGAIN) from error


def _opened(path: Path, member: str | None) -> IO[bytes]:
    if member is None:
        return path.open("rb")
    archive = zipfile.ZipFile(path)
    # The member keeps the file open by itself; the archive object is not needed any longer.
    with archive:
        return archive.open(member)
