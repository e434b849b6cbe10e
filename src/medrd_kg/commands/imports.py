"""``medrd-kg imports``: what is imported, and the way to undo an import."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import typer

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.dependent_imports import (
    finish_interrupted,
    importing,
    mark_outdated,
    remake_dependents,
    review_file,
)
from medrd_kg.commands.review_sheets import make_kept
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.documents.keeping import under_lock
from medrd_kg.sources.import_sets import SHEETS, ImportSet, import_sets, sheet_inputs
from medrd_kg.sources.kept_runs import MOF, RS_CSV, KeptRuns
from medrd_kg.sources.review_sheets.kept import KeptImport

__all__ = ["list_imports", "remove"]

_SHOWN: Final = 8


def list_imports(data_dir: Path) -> None:
    """Print name, size and graphs of every import, with its files where it has several."""
    found = import_sets(data_dir)
    if not found:
        typer.echo("nothing is imported")
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        size = sum(file.path.stat().st_size for file in each.files) / 1e6
        graphs = sorted({file.graph or "the graphs that it names" for file in each.files})
        files = f"  ({len(each.files)} files)" if len(each.files) > 1 else ""
        typer.echo(f"{each.name.ljust(width)}  {size:9.3f} MB  {_few(graphs)}{files}")
        if each.kind == SHEETS:
            typer.echo(f"{' ' * width}  of {_few(sheet_inputs(data_dir))}")


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def remove(data_dir: Path, name: str) -> None:
    """Remove all that an import has brought, and say what; the next build leaves it out.

    What stands on it is made again: files of the RS system and of items, and sheets of other
    files where one file of sheets is named.

    Args:
        data_dir: The data folder.
        name: An import as the list has it, or a file of sheets.

    Raises:
        Problem: ``not-found``: nothing is imported under this name; ``invalid-parameter``: it is
            a part of an import; ``invalid-data``: a file cannot be removed.
    """
    progress = ConsoleProgress()
    if name in sheet_inputs(data_dir):
        with importing(data_dir, progress):
            _remove_sheets_of(data_dir, name, progress)
        return
    found = _named(import_sets(data_dir), name)
    if found.kind == "document":
        with under_lock(data_dir):
            _remove_files(data_dir, found)
    else:
        with importing(data_dir, progress):
            _remove_one(data_dir, found, progress)
    typer.echo("the next build leaves it out")


def _named(found: Iterable[ImportSet], name: str) -> ImportSet:
    sets = list(found)
    for each in sets:
        if name in {each.name, f"{each.name}.ttl", f"{each.name}.nq"}:
            return each
    for each in sets:
        if name in {part for file in each.files for part in (file.name, file.path.name)}:
            raise Problem(
                "invalid-parameter",
                f"{name} is a part of the import {each.name}",
                f"`--remove {each.name}` removes all its {len(each.files)} files",
            )
    names = ", ".join(each.name for each in sets)
    raise Problem(
        "not-found",
        f"nothing is imported under the name {name!r}",
        f"there are {names}" if names else "nothing is imported at all",
    )


def _remove_sheets_of(data_dir: Path, name: str, progress: ConsoleProgress) -> None:
    """Make the import of sheets again without one of its files."""
    kept = KeptImport(data_dir, imported_dir(data_dir))
    left = kept.without(name)
    if left is None:
        _remove_one(data_dir, _named(import_sets(data_dir), SHEETS), progress)
    else:
        for line in make_kept(kept, left, data_dir, progress):
            typer.echo(line)
        finish_interrupted(data_dir, progress)
    typer.echo(f"removed {name}: the next build leaves its sheets out")


def _remove_one(data_dir: Path, found: ImportSet, progress: ConsoleProgress) -> None:
    mark_outdated(data_dir)
    if found.kind == SHEETS:
        _tell(data_dir, KeptImport(data_dir, imported_dir(data_dir)).forget())
    elif found.kind in {RS_CSV, MOF}:
        runs = KeptRuns(data_dir, found.kind)
        runs.drop(lambda year: year == found.year)
        if not runs.runs():
            review_file(data_dir, found.kind).unlink(missing_ok=True)
    _remove_files(data_dir, found)
    remake_dependents(data_dir, progress)


def _remove_files(data_dir: Path, found: ImportSet) -> None:
    # What others cite goes last: accepted facts cite the units of their document.
    files = sorted((each.path for each in found.files), reverse=True)
    gone = []
    for path in (*files, *found.others):
        if path.exists():
            _delete(path)
            gone.append(path)
    _tell(data_dir, gone)


def _delete(path: Path) -> None:
    try:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error


def _tell(data_dir: Path, gone: Iterable[Path]) -> None:
    for path in gone:
        typer.echo(f"removed {path.relative_to(data_dir).as_posix()}")
