"""Imports that stand on others: made again in one fixed order whenever one of them changes.

Sheets stand by themselves; files of the RS system stand on sheets and on earlier years of their
own; items of the Ministry of Finance stand on both.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.import_ending import keep_findings, written_faults
from medrd_kg.content import data_dir as shipped_dir
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.kept_runs import MOF, RS_CSV, KeptRuns, Run
from medrd_kg.sources.mof.importer import MofSummary, import_mof_runs
from medrd_kg.sources.review_sheets.kept import KeptImport
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.rs_system.importer import RsSummary, import_rs_runs

__all__ = [
    "finish_interrupted",
    "importing",
    "make_mof",
    "make_rs_csv",
    "mark_outdated",
    "remake_dependents",
    "review_file",
]

_OUTDATED: Final = Path("import-state") / "outdated"
"""Stands while dependents may be older than what they stand on, so that a killed import is seen."""


def review_file(data_dir: Path, kind: str) -> Path:
    """Return the list of findings of a kind of import, for a person to look through."""
    return data_dir / "review" / f"{kind}.txt"


@contextmanager
def importing(data_dir: Path, progress: ConsoleProgress) -> Iterator[None]:
    """Hold the right to import; tell of files that cannot be read or written.

    Raises:
        Problem: ``invalid-data`` or ``insufficient-storage``.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    kept = KeptImport(data_dir, imported_dir(data_dir))
    with written_faults(data_dir), kept.exclusive(progress.note):
        yield


def mark_outdated(data_dir: Path) -> None:
    """Note that dependents are to be made again, before what they stand on changes."""
    (data_dir / _OUTDATED).parent.mkdir(parents=True, exist_ok=True)
    (data_dir / _OUTDATED).touch()


def make_rs_csv(data_dir: Path, runs: Sequence[Run], report: ImportReport) -> RsSummary:
    """Make the files of the RS system from all runs, and remember the runs.

    Raises:
        Problem: ``invalid-data``: a file is not what it should be; nothing is written.
        OSError: A file cannot be written.
    """
    folder = imported_dir(data_dir)
    beside = (shipped_dir(), folder)
    summary = import_rs_runs(runs, out_dir=folder, beside=beside, report=report)
    KeptRuns(data_dir, RS_CSV).note(runs, summary.years)
    keep_findings(report, review_file(data_dir, RS_CSV), None)
    return summary


def make_mof(data_dir: Path, runs: Sequence[Run], report: ImportReport) -> MofSummary:
    """Make the files of items from all runs, and remember the runs.

    Raises:
        Problem: ``invalid-data``: a file is not what it should be; nothing is written.
        OSError: A file cannot be written.
    """
    folder = imported_dir(data_dir)
    beside = (shipped_dir(), folder)
    summary = import_mof_runs(runs, out_dir=folder, beside=beside, report=report)
    KeptRuns(data_dir, MOF).note(runs, summary.years)
    keep_findings(report, review_file(data_dir, MOF), None)
    return summary


def remake_dependents(data_dir: Path, progress: ConsoleProgress, *, after: str = "") -> None:
    """Make again what stands on a changed import, and say which files have changed.

    Args:
        data_dir: The data folder.
        progress: Is told what is being made.
        after: `RS_CSV` where that has just been made.

    Raises:
        Problem: ``invalid-data``: a file that was kept is damaged.
        OSError: A file cannot be written.
    """
    changed: set[str] = set()
    rs, items = KeptRuns(data_dir, RS_CSV).runs(), KeptRuns(data_dir, MOF).runs()
    if rs and after != RS_CSV:
        with progress.step("making the files of the RS system again"):
            changed |= make_rs_csv(data_dir, rs, ImportReport()).changed
    if items:
        with progress.step("comparing the Ministry of Finance's items again"):
            changed |= make_mof(data_dir, items, ImportReport()).changed
    (data_dir / _OUTDATED).unlink(missing_ok=True)
    if changed:
        typer.echo(f"made again beside it: {', '.join(sorted(changed))}")


def finish_interrupted(data_dir: Path, progress: ConsoleProgress) -> None:
    """Make dependents again if an import was killed before it came to them."""
    if (data_dir / _OUTDATED).exists():
        remake_dependents(data_dir, progress)
