"""Sheets to import: rows made by the tests, the shipped Turtle, and the real files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medrd_kg.content import data_dir
from medrd_kg.sources.review_sheets.reader import read_line, read_sheets
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Decision, Selection, decide
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import PREFIXES, graph_iri

GENERATED = (
    "review-sheets-*.ttl",
    "facts*.ttl",
    "organizations.ttl",
    "fiscal-years.ttl",
    "linked.ttl",
)
PROLOGUE = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())

Rows = Callable[..., list[dict[str, str]]]
MakeRow = Callable[..., dict[str, Any]]


@pytest.fixture
def make_row() -> MakeRow:
    """Make the JSON row of a sheet; keyword arguments replace its cells."""

    def make(**cells: object) -> dict[str, Any]:
        row: dict[str, Any] = {
            "公開年度": 2022,
            "事業名": "試験研究事業",
            "府省庁": "厚生労働省",
            "事業番号": "2022-厚労-21-9001",
            "事業ID": None,
            "開始年度": 2015,
            "終了年度": None,
            "担当部局庁": "医政局",
            "会計区分": ["一般会計"],
            "実施方法": ["補助"],
            "主要施策": ["医療分野の研究開発関連"],
            "事業目的": "目的の文。",
            "事業概要": "概要の文。",
            "予算": [],
            "支出先": [],
            "アウトカム": [],
            "関連する過去のレビューシート": [],
        }
        return row | cells

    return make


@pytest.fixture
def make_sheet(make_row: MakeRow) -> Callable[..., Sheet]:
    """Make a sheet through the reader; the test fails if the reader finds fault with it."""

    def make(**cells: object) -> Sheet:
        report = ImportReport()
        line = json.dumps(make_row(**cells), ensure_ascii=False).encode()
        sheet = read_line("made.ndjson", 1, line, report)
        assert sheet is not None, list(report)
        return sheet

    return make


@pytest.fixture
def write_rows(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as a file of JSON lines."""

    def write(*rows: object, name: str = "sheets.ndjson") -> Path:
        path = tmp_path / name
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def sheet_files(shared_dir: Path) -> list[Path]:
    """The real review sheets of 2015 to 2022."""
    files = sorted((shared_dir / "data" / "review-sheets").glob("judgit-*.ndjson.zst"))
    assert len(files) == 8
    return files


@pytest.fixture(scope="session")
def decided_sheets(sheet_files: list[Path]) -> list[tuple[Sheet, Decision]]:
    """The real sheets that are taken, or on which a person should look, with the decision."""
    decided = []
    for path in sheet_files:
        for sheet in read_sheets(path, ImportReport()):
            decision = decide(sheet, Selection.MEDICAL)
            if decision.taken or decision.unreviewed:
                decided.append((sheet, decision))
    return decided


@pytest.fixture(scope="session")
def shipped_files() -> list[Path]:
    """The generated Turtle files that are shipped."""
    return sorted({path for pattern in GENERATED for path in data_dir().glob(pattern)})


@pytest.fixture(scope="session")
def money(shipped_files: list[Path]) -> Iterator[EmbeddedStore]:
    """A store with the shipped money and nothing else."""
    store = EmbeddedStore()
    for path in shipped_files:
        store.bulk_load(path, graph=graph_iri(path.stem))
    yield store
    store.close()


@pytest.fixture(scope="session")
def ask(money: EmbeddedStore) -> Rows:
    """Ask the shipped money a SELECT; IRIs come back as their last segment."""

    def rows(query: str) -> list[dict[str, str]]:
        return [
            {
                name: value.value.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
                for name, value in row.items()
                if hasattr(value, "value")
            }
            for row in money.query(PROLOGUE + query).rows()
        ]

    return rows
