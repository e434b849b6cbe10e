"""``medrd-kg import rs-csv``: from the RS system's CSV files to Turtle, with a report."""

from collections.abc import Sequence
from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.content import data_dir as shipped_dir
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.rs_system.importer import RsSummary, import_rs_csv

__all__ = ["run_import"]

REVIEW = Path("review") / "rs-csv.txt"
"""Every finding of the last import, doubts among them, for a person to look through."""


def run_import(
    paths: Sequence[Path],
    *,
    selection: Selection,
    dry_run: bool,
    report_file: Path | None,
    data_dir: Path,
) -> None:
    """Import the CSV files of the RS system and say what was made.

    Args:
        paths: Folders, ``.zip`` or ``.csv`` files.
        selection: Medical R&D only, or every sheet.
        dry_run: Count, and write no Turtle.
        report_file: File for all findings; standard error gets their number by kind.
        data_dir: Folder below which imports lie.

    Raises:
        Problem: ``invalid-data``: a file cannot be read or written.
    """
    report = ImportReport()
    folder = imported_dir(data_dir)
    try:
        with ConsoleProgress().step("importing CSV files of the RS system"):
            summary = import_rs_csv(
                paths,
                selection=selection,
                out_dir=None if dry_run else folder,
                beside=(shipped_dir(), folder),
                report=report,
            )
        findings = "".join(f"{each}\n" for each in report)
        if report_file is not None:
            report_file.write_text(findings, encoding="utf-8")
        if not dry_run:
            (data_dir / REVIEW).parent.mkdir(parents=True, exist_ok=True)
            (data_dir / REVIEW).write_text(findings, encoding="utf-8")
    except OSError as error:
        raise Problem("invalid-data", f"{error.filename}: {error.strerror or error}") from error
    for severity, count in report.counts().items():
        if count:
            typer.echo(f"{severity}: {count}", err=True)
    _say(summary)
    if summary.files:
        size = sum(summary.files.values()) / 1e6
        typer.echo(f"{size:.1f} MB in {', '.join(summary.files)}: {folder}")
        if not summary.changed:
            typer.echo("nothing changed: these files were imported before")
    elif dry_run:
        typer.echo("nothing written (dry run)")
    else:
        typer.echo("nothing written: no sheet was taken")


def _say(summary: RsSummary) -> None:
    rows = ", ".join(f"{number}: {count}" for number, count in summary.tables.items())
    typer.echo(f"rows read by table: {rows}")
    rules = ", ".join(f"{rule}: {count}" for rule, count in sorted(summary.rules.items()))
    typer.echo(f"{summary.sheets} sheets read, {summary.taken} taken ({rules or 'none'})")
    typer.echo(
        f"{summary.statements} budget statements, {summary.payments} payments"
        f" ({summary.unnamed} to unnamed payees), {summary.organisations} organisations,"
        f" {summary.indicators} indicators"
    )
    for (published, year, stage, level), each in sorted(summary.totals.items()):
        typer.echo(
            f"total FY{year} {stage} {level} (RS {published}): {each.yen} yen in {each.count}"
            f" figures, {each.withheld_yen} yen in {each.withheld} withheld"
        )
