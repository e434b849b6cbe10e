"""``medrd-kg import mof``: from the Ministry of Finance's items to Turtle, with a report."""

from collections.abc import Sequence
from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.content import data_dir as shipped_dir
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.mof.importer import import_mof
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["run_import"]

REVIEW = Path("review") / "mof.txt"
"""Every finding of the last import, doubts among them, for a person to look through."""


def run_import(
    paths: Sequence[Path],
    *,
    selection: Selection,
    dry_run: bool,
    report_file: Path | None,
    data_dir: Path,
) -> None:
    """Import items of budgets and settlements and say what was made.

    Args:
        paths: ``.json`` or ``.json.gz`` files; folders stand for those within.
        selection: Items that concern medical programmes or institutes, or all.
        dry_run: Count, and write no Turtle.
        report_file: File for all findings; standard error gets their number by kind.
        data_dir: Folder below which imports lie.

    Raises:
        Problem: ``invalid-data``: a file cannot be read or written.
    """
    files = [each for path in paths for each in _item_files(path)]
    report = ImportReport()
    folder = imported_dir(data_dir)
    try:
        with ConsoleProgress().step(f"importing {len(files)} files"):
            summary = import_mof(
                files,
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
    typer.echo(f"{summary.items} items read, {summary.taken} taken")
    for (year, stage), count in sorted(summary.figures.items()):
        typer.echo(f"FY{year} {stage}: {count} figures, control sum {summary.yen[year, stage]} yen")
    typer.echo(
        f"with the sheets: {summary.agreeing} figures agree, {summary.differing} differ;"
        f" {summary.sections} 項 compared with lines of sheets, {summary.exceeded} exceeded"
    )
    if summary.files:
        size = sum(summary.files.values()) / 1e6
        typer.echo(f"{size:.1f} MB in {', '.join(summary.files)}: {folder}")
        if not summary.changed:
            typer.echo("nothing changed: these files were imported before")
    else:
        typer.echo("nothing written (dry run)" if dry_run else "nothing written: no item was taken")


def _item_files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            raise Problem("invalid-data", f"{path} does not exist")
        return [path]
    found = sorted(each for each in path.iterdir() if ".json" in each.suffixes)
    if not found:
        raise Problem("invalid-data", f"{path} holds no .json or .json.gz file")
    return found
