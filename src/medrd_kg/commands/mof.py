"""``medrd-kg import mof``: from the Ministry of Finance's items to Turtle, with a report."""

from collections.abc import Sequence
from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.dependent_imports import finish_interrupted, importing, make_mof
from medrd_kg.commands.import_ending import (
    files_of,
    keep_findings,
    tell_files,
    tell_findings,
    written_faults,
)
from medrd_kg.content import data_dir as shipped_dir
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.kept_runs import MOF, KeptRuns
from medrd_kg.sources.mof.importer import import_mof
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["run_import"]


def run_import(
    paths: Sequence[Path],
    *,
    selection: Selection,
    dry_run: bool,
    report_file: Path | None,
    data_dir: Path,
) -> None:
    """Import items of budgets and settlements and say what was made.

    The files join those of earlier imports; a fiscal year that was imported before is replaced.

    Args:
        paths: ``.json`` or ``.json.gz`` files; folders stand for those within.
        selection: Items that concern medical programmes or institutes, or all.
        dry_run: Count, and write no Turtle.
        report_file: File for all findings; standard error gets their number by kind.
        data_dir: Folder below which imports lie.

    Raises:
        Problem: ``invalid-data``: a file cannot be read or written; ``insufficient-storage``.
    """
    files = [each for path in paths for each in files_of(path, ".json", ".json or .json.gz")]
    report = ImportReport()
    folder = imported_dir(data_dir)
    progress = ConsoleProgress()
    step = f"importing {len(files)} files"
    if dry_run:
        with written_faults(data_dir), progress.step(step):
            summary = import_mof(
                files,
                selection=selection,
                out_dir=None,
                beside=(shipped_dir(), folder),
                report=report,
            )
    else:
        with importing(data_dir, progress):
            finish_interrupted(data_dir, progress)
            runs = KeptRuns(data_dir, MOF).join([[each] for each in files], selection)
            with progress.step(step):
                summary = make_mof(data_dir, runs, report)
    keep_findings(report, None, report_file)
    tell_findings(report)
    typer.echo(f"{summary.items} items read, {summary.taken} taken")
    for (year, stage), count in sorted(summary.figures.items()):
        typer.echo(f"FY{year} {stage}: {count} figures, control sum {summary.yen[year, stage]} yen")
    typer.echo(
        f"with the sheets: {summary.agreeing} figures agree, {summary.differing} differ;"
        f" {summary.sections} 項 compared with lines of sheets, {summary.exceeded} exceeded"
    )
    tell_files(
        summary.files, folder, is_changed=bool(summary.changed), dry_run=dry_run, what="item"
    )
