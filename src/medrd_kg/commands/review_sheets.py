"""``medrd-kg import review-sheets``: from sheets to Turtle, with a report of what is doubtful."""

import shutil
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.build.storage_faults import storage_faults
from medrd_kg.commands.dependent_imports import finish_interrupted, mark_outdated
from medrd_kg.commands.import_ending import files_of
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.review_sheets.doubts import pairs_as_csv, pairs_as_json
from medrd_kg.sources.review_sheets.importer import ImportSummary, import_review_sheets
from medrd_kg.sources.review_sheets.judgements import Judgements
from medrd_kg.sources.review_sheets.kept import Inputs, KeptImport
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["make_kept", "run_import"]

TEXTS = Path("texts") / "review-sheets.jsonl"
REVIEW = Path("review")
JUDGEMENTS = REVIEW / "review-sheets-judgements.json"
_FINDINGS = "review-sheets.txt"
_PAIRS = "review-sheets-pairs"


def run_import(
    paths: Sequence[Path],
    *,
    selection: Selection,
    out: Path | None,
    report_file: Path | None,
    data_dir: Path,
    anew: bool = False,
) -> None:
    """Import review sheets and say what was made and what could not be taken.

    Into the data folder, files join those of earlier imports; the same import again changes
    nothing, and one that was killed goes on. Into another folder (``out``), the given files are
    imported alone.

    Args:
        paths: JSON lines, ``.zst`` accepted; folders stand for the sheet files within.
        selection: Which sheets to take.
        out: Folder that receives the Turtle; the data folder's imports by default.
        report_file: File for all findings, beside the review list in the data folder.
        data_dir: Folder that receives the review list, and purposes and outlines, which are
            never shipped.
        anew: Whether the files take the place of those of earlier imports.

    Raises:
        Problem: ``invalid-data``: a file cannot be read or written, or two have one name;
            ``invalid-parameter``: the folder holds all sheets, and this would take fewer;
            ``insufficient-storage``: the disk is full.
    """
    files = [each for path in paths for each in files_of(path, ".ndjson", ".ndjson or .ndjson.zst")]
    progress = ConsoleProgress()
    folder = out or data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with storage_faults(folder):
            said = _import(files, selection, out, data_dir, progress, anew=anew)
        if report_file is not None:
            shutil.copyfile(data_dir / REVIEW / _FINDINGS, report_file)
    except BrokenProcessPool as error:
        killed = "a process of the import was killed, perhaps for want of memory"
        raise Problem("invalid-data", killed, "run the command again: it goes on") from error
    except OSError as error:
        raise Problem("invalid-data", f"{error.filename}: {error.strerror or error}") from error
    for line in said:
        typer.echo(line)
    typer.echo(f"files: {out or imported_dir(data_dir)}; review list: {data_dir / REVIEW}")


def _import(
    files: Sequence[Path],
    selection: Selection,
    out: Path | None,
    data_dir: Path,
    progress: ConsoleProgress,
    *,
    anew: bool,
) -> list[str]:
    """Import files into the data folder or another one; return what to say."""
    if out is None:
        kept = KeptImport(data_dir, imported_dir(data_dir))
        with kept.exclusive(progress.note):
            said = make_kept(kept, kept.join(files, selection, anew=anew), data_dir, progress)
            finish_interrupted(data_dir, progress)
            return said
    report = ImportReport()
    summary = import_review_sheets(
        files,
        selection=selection,
        out_dir=out,
        texts_path=data_dir / TEXTS,
        report=report,
        progress=progress,
    )
    _write_review(data_dir, report, summary)
    return _said(report, summary)


def make_kept(
    kept: KeptImport, inputs: Inputs, data_dir: Path, progress: ConsoleProgress
) -> list[str]:
    """Make what is not made yet of kept files; return what to say."""
    judgements = Judgements.read(data_dir / JUDGEMENTS)
    inputs = replace(inputs, judged=judgements.digest())
    if kept.is_made(inputs) and (data_dir / REVIEW / _FINDINGS).exists():
        return [*kept.said, "nothing has changed since the last import"]
    work = kept.work_dir(inputs)
    made = work / "files"
    report = ImportReport()
    summary = import_review_sheets(
        kept.paths(inputs),
        selection=inputs.selection,
        out_dir=made,
        texts_path=data_dir / TEXTS,
        report=report,
        work_dir=work,
        progress=progress,
        reasons=True,
        judgements=judgements,
    )
    _write_review(data_dir, report, summary)
    said = _said(report, summary)
    mark_outdated(data_dir)
    changed, same = kept.publish(inputs, made, said)
    return [*said, f"{changed} files changed, {same} are as they were"]


def _said(report: ImportReport, summary: ImportSummary) -> list[str]:
    findings = [f"{count} {severity}" for severity, count in report.counts().items() if count]
    made = (
        f"{summary.sheets_read} sheets read, {summary.editions} taken:"
        f" {summary.programmes} programmes, {summary.statements} budget statements,"
        f" {summary.flows} payments, {summary.organisations} organisations,"
        f" {summary.indicators} indicators, {summary.totals} totals"
    )
    lines = [made]
    if findings:
        lines.append(f"findings: {', '.join(findings)}")
    if summary.doubtful_pairs:
        lines.append(f"{len(summary.doubtful_pairs)} doubtful pairs for a person to judge")
    if summary.sheets_read and not summary.editions:
        nothing = "nothing new: the graph has these sheets already, or none concerns medical R&D"
        return [*lines, nothing]
    size = sum(summary.files.values()) / 1e6
    return [*lines, f"{size:.1f} MB in {len(summary.files)} files"]


def _write_review(data_dir: Path, report: ImportReport, summary: ImportSummary) -> None:
    """Write what a person should look at: all findings, and the doubtful pairs in two forms."""
    pairs = summary.doubtful_pairs
    folder = data_dir / REVIEW
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        (_FINDINGS, "".join(f"{each}\n" for each in report)),
        (f"{_PAIRS}.json", pairs_as_json(pairs)),
        (f"{_PAIRS}.csv", pairs_as_csv(pairs)),
    ):
        part = folder / f"{name}.part"
        part.write_text(text, encoding="utf-8", newline="")
        part.replace(folder / name)
