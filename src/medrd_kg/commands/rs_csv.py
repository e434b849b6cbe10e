"""``medrd-kg import rs-csv``: from the RS system's CSV files to Turtle, with a report."""

from collections.abc import Sequence
from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.import_ending import (
    keep_findings,
    tell_files,
    tell_findings,
    written_faults,
)
from medrd_kg.content import data_dir as shipped_dir
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
        Problem: ``invalid-data``: a file cannot be read or written; ``insufficient-storage``.
    """
    report = ImportReport()
    folder = imported_dir(data_dir)
    with written_faults(data_dir):
        with ConsoleProgress().step("importing CSV files of the RS system"):
            summary = import_rs_csv(
                paths,
                selection=selection,
                out_dir=None if dry_run else folder,
                beside=(shipped_dir(), folder),
                report=report,
            )
        keep_findings(report, None if dry_run else data_dir / REVIEW, report_file)
    tell_findings(report)
    _say(summary)
    tell_files(
        summary.files, folder, is_changed=bool(summary.changed), dry_run=dry_run, what="sheet"
    )


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
