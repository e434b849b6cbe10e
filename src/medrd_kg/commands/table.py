"""``medrd-kg import table``: a table and its mapping become Turtle that a build takes up."""

from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Final

import typer
from pyoxigraph import NamedNode, Quad

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.import_gate import ImportGate
from medrd_kg.commands.import_preview import (
    print_counts,
    print_known,
    print_sample,
    require_conformance,
)
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.imported import replaced
from medrd_kg.sources.tables.faults import Faults
from medrd_kg.sources.tables.importer import TableImport, read_table_file
from medrd_kg.sources.tables.mapping import read_mapping
from medrd_kg.vocabulary import PREFIXES

__all__ = ["print_example", "run_import"]

_MOST_SHOWN: Final = 50
_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")


def print_example() -> None:
    """Print an example of a mapping."""
    typer.echo(
        files("medrd_kg.sources.tables").joinpath("example.json").read_text("utf-8"), nl=False
    )


def run_import(
    path: Path,
    mapping: Path,
    *,
    name: str | None,
    encoding: str | None,
    dry_run: bool,
    skip_bad_rows: bool,
    validate: bool,
    report: Path | None,
    data_dir: Path,
) -> None:
    """Import a table, or tell what is wrong with it.

    Args:
        path: CSV or a spreadsheet.
        mapping: CSVW metadata.
        name: Name of the import; made from the file's by default.
        encoding: Encoding of a CSV file; found out by default.
        dry_run: Say what would be added, and write nothing.
        skip_bad_rows: Import the rows that are right where others are not.
        validate: Hold the statements against the shapes.
        report: Receives all faults; standard error gets the first ones.
        data_dir: The data directory.

    Raises:
        Problem: ``invalid-data``: the table, its mapping or what it states is at fault.
    """
    progress = ConsoleProgress()
    with progress.step(f"reading {path.name}"):
        found = read_table_file(path, read_mapping(mapping), name=name, encoding=encoding)
    _tell(found.faults, report)
    for sheet, ignored in found.ignored.items():
        if ignored:
            typer.echo(f"{sheet}: not in the mapping: {', '.join(ignored)}", err=True)
    if found.faults and not (skip_bad_rows and found.rows) and not dry_run:
        raise _faulty(found)
    target = imported_dir(data_dir) / found.file_name
    typer.echo(
        f"{path.name}: {found.rows} rows state {len(found.triples)} triples"
        + (f", {len(found.faults)} faults" if found.faults else "")
        + (f", {found.withheld} names withheld" if found.withheld else "")
    )
    content = found.turtle()
    try:
        if target.exists() and target.read_bytes() == content:
            typer.echo(f"nothing new: {target} has these triples already")
            return
        _check(found, target, data_dir, dry_run=dry_run, validate=validate, progress=progress)
        if found.faults and not (skip_bad_rows and found.rows):
            raise _faulty(found)
        if dry_run:
            typer.echo("dry run: nothing was written")
            return
        with replaced(target) as part:
            part.write_bytes(content)
    except OSError as error:
        raise Problem("invalid-data", f"{error.filename}: {error.strerror or error}") from error
    typer.echo(f"{target}: graph {found.graph}; the next build takes it up")


def _check(
    found: TableImport,
    target: Path,
    data_dir: Path,
    *,
    dry_run: bool,
    validate: bool,
    progress: ConsoleProgress,
) -> None:
    graph = NamedNode(found.graph)
    quads = [Quad(each.subject, each.predicate, each.object, graph) for each in found.triples]
    if dry_run:
        types = [each.object for each in quads if each.predicate == _TYPE]
        classes = Counter(each.value for each in types if isinstance(each, NamedNode))
        print_counts("classes", classes)
        print_counts("properties", Counter(each.predicate.value for each in quads))
        print_sample(quads)
    if not validate and not dry_run:
        return
    with progress.step("holding it against the graph and the shapes"):
        gate = ImportGate(data_dir, target)
        verdict = gate.verdict(quads) if validate else None
    if dry_run:
        print_known(gate, quads)
    gate.close()
    if verdict is not None:
        require_conformance(verdict, found.file_name)


def _tell(faults: Faults, report: Path | None) -> None:
    if report is not None:
        try:
            report.write_text("".join(f"{each}\n" for each in faults), encoding="utf-8")
        except OSError as error:
            raise Problem("invalid-data", f"{report}: {error.strerror}") from error
    for each in faults.found[:_MOST_SHOWN]:
        typer.echo(str(each), err=True)
    if len(faults) > _MOST_SHOWN:
        more = len(faults) - _MOST_SHOWN
        typer.echo(
            f"… and {more} more{'' if report else ' (--report FILE has them all)'}", err=True
        )


def _faulty(found: TableImport) -> Problem:
    number = "1 fault" if len(found.faults) == 1 else f"{len(found.faults)} faults"
    hint = "mend them, or import the other rows by --skip-bad-rows" if found.rows else None
    return Problem("invalid-data", f"{number}: nothing was imported", hint)
