"""The shipped Turtle is what the import makes of the real files, byte for byte."""

from pathlib import Path

import pytest

from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection


@pytest.mark.shared
def test_the_shipped_files_come_out_of_the_import(
    sheet_files: list[Path], shipped_files: list[Path], tmp_path: Path
) -> None:
    report = ImportReport()
    out = tmp_path / "out"
    summary = import_review_sheets(
        sheet_files,
        selection=Selection.MEDICAL,
        out_dir=out,
        texts_path=tmp_path / "texts.jsonl",
        report=report,
    )
    assert [path.name for path in sorted(out.iterdir())] == [path.name for path in shipped_files]
    different = [
        path.name for path in shipped_files if path.read_bytes() != (out / path.name).read_bytes()
    ]
    assert different == []
    assert not summary.added_only
    assert summary.sheets_read == 42370
    counts = report.counts()
    assert counts[Severity.SHEET_SKIPPED] == counts[Severity.ROW_SKIPPED] == 0
    # Real 法人番号 that fail the check digit are reported and go by their name.
    assert sum("法人番号" in each.field for each in report) > 2000
    texts = (tmp_path / "texts.jsonl").read_text("utf-8").splitlines()
    assert len(texts) == summary.editions
