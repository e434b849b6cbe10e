"""``medrd-kg import rs-csv``: from the RS system's CSV files to Turtle, with a report."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.dependent_imports import (
    importing,
    make_rs_csv,
    mark_outdated,
    remake_dependents,
)
from medrd_kg.commands.import_ending import (
    keep_findings,
    tell_files,
    tell_findings,
    written_faults,
)
from medrd_kg.content import data_dir as shipped_dir
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.kept_runs import RS_CSV, KeptRuns
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.rs_system.importer import RsSummary, import_rs_csv
from medrd_kg.sources.rs_system.tables import find_tables, table_numbers

__all__ = ["run_import"]

_STEP: Final = "importing CSV files of the RS system"


def run_import(
    paths: Sequence[Path],
    *,
    selection: Selection,
    dry_run: bool,
    report_file: Path | None,
    data_dir: Path,
) -> None:
    """Import the CSV files of the RS system and say what was made.

    The files join those of earlier imports: what is made of all of them does not depend on the
    order. A year that was imported before is replaced.

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
    progress = ConsoleProgress()
    if dry_run:
        with written_faults(data_dir), progress.step(_STEP):
            summary = import_rs_csv(
                paths,
                selection=selection,
                out_dir=None,
                beside=(shipped_dir(), folder),
                report=report,
            )
    else:
        with importing(data_dir, progress):
            tables = [find_tables([path], ImportReport()) for path in paths]
            files = [list(dict.fromkeys(each.path for each in group)) for group in tables]
            mark_outdated(data_dir)
            runs = KeptRuns(data_dir, RS_CSV).join(files, selection)
            with progress.step(_STEP):
                summary = make_rs_csv(data_dir, runs, report)
            remake_dependents(data_dir, progress, after=RS_CSV)
    keep_findings(report, None, report_file)
    tell_findings(report)
    _say(summary)
    tell_files(
        summary.files, folder, is_changed=bool(summary.changed), dry_run=dry_run, what="sheet"
    )


def _say(summary: RsSummary) -> None:
    rows = ", ".join(f"{number}: {count}" for number, count in summary.tables.items())
    typer.echo(f"rows read by table: {rows}")
    if missing := ", ".join(sorted(table_numbers() - summary.tables.keys())):
        typer.echo(f"tables that were not given, of which nothing is stated: {missing}")
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
