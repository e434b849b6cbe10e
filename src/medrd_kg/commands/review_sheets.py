"""``medrd-kg import review-sheets``: from sheets to Turtle, with a report of what is doubtful."""

from collections.abc import Sequence
from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["run_import"]

TEXTS = Path("texts") / "review-sheets.jsonl"


def run_import(
    paths: Sequence[Path],
    *,
    selection: Selection,
    out: Path | None,
    report_file: Path | None,
    data_dir: Path,
) -> None:
    """Import review sheets and say what was made and what could not be taken.

    Args:
        paths: JSON lines, ``.zst`` accepted; folders stand for the sheet files within.
        selection: Which sheets to take.
        out: Folder that receives the Turtle; the data folder's imports by default.
        report_file: File for all findings; standard error gets their number by kind.
        data_dir: Folder that receives purposes and outlines, which are never shipped.

    Raises:
        Problem: ``invalid-data``: a file cannot be read or written.
    """
    files = [each for path in paths for each in _sheet_files(path)]
    report = ImportReport()
    out_dir = out or imported_dir(data_dir)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with ConsoleProgress().step(f"importing {len(files)} files"):
            summary = import_review_sheets(
                files,
                selection=selection,
                out_dir=out_dir,
                texts_path=data_dir / TEXTS,
                report=report,
            )
        if report_file is not None:
            report_file.write_text("".join(f"{each}\n" for each in report), encoding="utf-8")
    except OSError as error:
        raise Problem("invalid-data", f"{error.filename}: {error.strerror or error}") from error
    for severity, count in report.counts().items():
        if count:
            typer.echo(f"{severity}: {count}", err=True)
    typer.echo(
        f"{summary.sheets_read} sheets read, {summary.editions} taken:"
        f" {summary.programmes} programmes, {summary.statements} budget statements,"
        f" {summary.flows} payments, {summary.organisations} organisations,"
        f" {summary.indicators} indicators, {summary.totals} totals"
    )
    if summary.sheets_read and not summary.editions:
        typer.echo("nothing new: the graph has these sheets already, or none concerns medical R&D")
        return
    typer.echo(
        f"{sum(summary.files.values()) / 1e6:.1f} MB in {len(summary.files)} files: {out_dir}"
    )


def _sheet_files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise Problem("invalid-data", f"{path} does not exist")
        return [path]
    found = sorted(each for each in path.iterdir() if ".ndjson" in each.suffixes)
    if not found:
        raise Problem("invalid-data", f"{path} holds no .ndjson or .ndjson.zst file")
    return found
