"""What every import of sheets and items has in common: its files, its findings, its last words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import typer

from medrd_kg.build.storage_faults import storage_faults
from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.report import ImportReport

__all__ = ["files_of", "keep_findings", "tell_files", "tell_findings", "written_faults"]


def files_of(path: Path, suffix: str, described: str) -> list[Path]:
    """Return a file, or the files of a kind that a folder holds.

    Args:
        path: File or folder.
        suffix: One of the suffixes of the files.
        described: How a reader knows such files.

    Raises:
        Problem: ``invalid-data``: there is none.
    """
    if not path.is_dir():
        if not path.exists():
            raise Problem("invalid-data", f"{path} does not exist")
        return [path]
    found = sorted(each for each in path.iterdir() if suffix in each.suffixes)
    if not found:
        raise Problem("invalid-data", f"{path} holds no {described} file")
    return found


@contextmanager
def written_faults(folder: Path) -> Iterator[None]:
    """Tell of a file that cannot be read or written, and of a full disk as such.

    Raises:
        Problem: ``invalid-data`` or ``insufficient-storage``.
    """
    try:
        with storage_faults(folder):
            yield
    except OSError as error:
        raise Problem("invalid-data", f"{error.filename}: {error.strerror or error}") from error


def keep_findings(report: ImportReport, review: Path | None, report_file: Path | None) -> None:
    """Write all findings, one a line.

    Args:
        report: The findings.
        review: The list for a person to look through; None after a dry run.
        report_file: Where the caller wants them as well.
    """
    findings = "".join(f"{each}\n" for each in report)
    if report_file is not None:
        report_file.write_text(findings, encoding="utf-8")
    if review is not None:
        review.parent.mkdir(parents=True, exist_ok=True)
        review.write_text(findings, encoding="utf-8")


def tell_findings(report: ImportReport) -> None:
    """Print the number of findings of each severity on standard error."""
    for severity, count in report.counts().items():
        if count:
            typer.echo(f"{severity}: {count}", err=True)


def tell_files(
    files: Mapping[str, int], folder: Path, *, is_changed: bool, dry_run: bool, what: str
) -> None:
    """Print what was written.

    Args:
        files: Sizes in bytes by name; none when nothing was taken.
        folder: Where they are.
        is_changed: Whether any differs from what was there.
        dry_run: Whether nothing was to be written.
        what: What a source holds, such as ``sheet``.
    """
    if files:
        typer.echo(f"{sum(files.values()) / 1e6:.1f} MB in {', '.join(files)}: {folder}")
        if not is_changed:
            typer.echo("nothing changed: these files were imported before")
    elif dry_run:
        typer.echo("nothing written (dry run)")
    else:
        typer.echo(f"nothing written: no {what} was taken")
