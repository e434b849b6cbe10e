"""``medrd-kg backup`` and ``medrd-kg restore``."""

from pathlib import Path

import typer

from medrd_kg.build.backup import write_backup
from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.build.restore import restore_backup

__all__ = ["run_backup", "run_restore"]


def run_backup(data_dir: Path, path: Path, version: str) -> None:
    """Write a backup and say what is in it.

    Raises:
        Problem: See `write_backup`.
    """
    with ConsoleProgress().step("writing the backup"):
        done = write_backup(data_dir, path, version)
    typer.echo(
        f"{path}: release {done.release}, {done.files} files, {done.bytes / 1e6:.1f} MB"
        f" ({path.stat().st_size / 1e6:.1f} MB compressed)"
    )


def run_restore(data_dir: Path, archive: Path, *, replace: bool) -> None:
    """Restore a backup and say what has changed.

    Raises:
        Problem: See `restore_backup`.
    """
    with ConsoleProgress().step("restoring the backup"):
        done = restore_backup(data_dir, archive, replace=replace)
    typer.echo(f"{data_dir}: release {done.release}, {done.files} files, as of {done.made}")
    if done.replaced is not None:
        typer.echo(f"what was there before is in {done.replaced}; remove it when you like")
    if done.is_foreign:
        typer.echo("another version of medrd-kg made the release: the next start builds it anew")
