"""Sheets of the RS system to import: rows made by the tests, and files of real values."""

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from tests.sources.rs_system.csv_files import Rows, table_bytes

from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.rs_system.importer import RsSummary, import_rs_csv
from medrd_kg.vocabulary import MRD

Write = Callable[..., Path]
BASE: Mapping[str, str] = {
    "事業年度": "2024",
    "予算事業ID": "9001",
    "事業名": "試験研究事業",
    "府省庁": "厚生労働省",
    "局・庁": "医政局",
}


class Imported:
    """One import: its summary, report and triples."""

    def __init__(self, folder: Path, summary: RsSummary, report: ImportReport) -> None:
        """Read the files that were written."""
        self.folder = folder
        self.summary = summary
        self.report = report
        self._said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.subjects: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(folder.glob("*.ttl")):
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                subject, predicate = _local(quad.subject), _local(quad.predicate)
                self._said[subject, predicate].append(_local(quad.object))
                if predicate == "type":
                    self.subjects[_local(quad.object)].append(subject)

    def said(self, subject: str, predicate: str) -> list[str]:
        """Return the last segments of the objects, sorted."""
        return sorted(self._said[subject, predicate])

    def addends(self, level: str, stage: str = "executed") -> dict[str, int]:
        """Return yen by figure for all figures of a level and stage that are summed."""
        return {
            subject: int(yen[0])
            for (subject, predicate), yen in self._said.items()
            if predicate == "amountJPY"
            and self.said(subject, "level") == [f"level-{level}"]
            and self.said(subject, "budgetStage") == [f"stage-{stage}"]
        }


def _local(node: Any) -> str:  # noqa: ANN401 - any term of RDF
    return str(node.value).removeprefix(str(MRD)).rsplit("/", 1)[-1].rsplit("#", 1)[-1]


@pytest.fixture
def write_csv(tmp_path: Path) -> Write:
    """Write tables as unzipped CSV files with the columns that the program knows."""
    known: defaultdict[str, list[str]] = defaultdict(list)
    listed = files("medrd_kg.sources.rs_system") / "columns.tsv"
    for row in csv.DictReader(listed.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        known[row["table"]].append(row["column"])

    def write(
        rows: Rows, name: str = "csv", columns: Mapping[str, list[str]] | None = None
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for number, own in rows.items():
            header = (columns or {}).get(number, known[number])
            complete = [{**BASE, **row} for row in own]
            (folder / f"{number}_RS_2024_表.csv").write_bytes(table_bytes(header, complete))
        return folder

    return write


@pytest.fixture
def run_import(tmp_path: Path) -> Callable[..., Imported]:
    """Import paths beside nothing, or beside folders of content."""

    def run(
        *paths: Path,
        selection: Selection = Selection.ALL,
        beside: tuple[Path, ...] = (),
        out: str = "out",
    ) -> Imported:
        report = ImportReport()
        summary = import_rs_csv(
            paths, selection=selection, out_dir=tmp_path / out, beside=beside, report=report
        )
        return Imported(tmp_path / out, summary, report)

    return run
