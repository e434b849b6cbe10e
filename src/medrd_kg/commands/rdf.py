"""``medrd-kg import rdf``: RDF files become N-Quads that a build takes up, graphs and all."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.commands.import_gate import ImportGate, Verdict
from medrd_kg.commands.import_preview import (
    SAMPLE,
    print_counts,
    print_known,
    print_sample,
    require_conformance,
)
from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.imported import replaced, would_change
from medrd_kg.sources.named_agents import AgentNames
from medrd_kg.sources.rdf_files.formats import RdfFormatName
from medrd_kg.sources.rdf_files.importer import (
    Written,
    file_name,
    import_name,
    own_graph,
    write_quads,
)
from medrd_kg.sources.rdf_files.reading import RdfFile, described, read_statements
from medrd_kg.sparql.editing.document_limits import refuse_hazards
from medrd_kg.sparql.editing.documents import FORMATS as BY_MEDIA_TYPE
from medrd_kg.sparql.editing.documents import malformed

__all__ = ["run_import"]

_MEDIA_TYPES: Final = {rdf_format: name for name, rdf_format in BY_MEDIA_TYPE.items()}
_MOST_CHECKED: Final = 500_000
"""Statements up to which an import is held against the shapes here: all of it enters memory."""


def run_import(
    paths: Sequence[Path],
    *,
    graph: str | None,
    name: str | None,
    rdf_format: RdfFormatName | None,
    base: str | None,
    max_unpacked_mb: int,
    dry_run: bool,
    validate: bool,
    names_reviewed: bool,
    data_dir: Path,
) -> None:
    """Import RDF files, each as an import of its own.

    Args:
        paths: The files; ``.gz`` and ``.zst`` accepted.
        graph: IRI of the graph of what names none; by default one named after the file.
        name: Name of the import, for one file; made from the file's by default.
        rdf_format: Format of the files; told by the suffix by default.
        base: Base of relative IRIs.
        max_unpacked_mb: Megabytes (10^6 bytes) that a compressed file may unpack to.
        dry_run: Say what would be added, and write nothing.
        validate: Hold the statements against the shapes.
        names_reviewed: The user says that no name is that of a private person.
        data_dir: The data directory.

    Raises:
        Problem: ``malformed-data`` with line and column: a file does not parse.
            ``read-only-graph``: it states a graph of this project. ``invalid-data``: it cannot be
            read, or does not conform. ``usage``: one name for several files, or no IRI where one is
            asked for.
    """
    if name is not None and len(paths) > 1:
        raise Problem("usage", "--name is for one file")
    for option, iri in (("--graph", graph), ("--base", base)):
        if iri is not None:
            _require_iri(option, iri)
    files = [described(path, rdf_format) for path in paths]
    names = [import_name(name or each.name) for each in files]
    doubles = sorted({each for each in names if names.count(each) > 1})
    if doubles:
        raise Problem(
            "usage", f"two files would be called {doubles[0]}", "import them one by one with --name"
        )
    for file, chosen in zip(files, names, strict=True):
        target = imported_dir(data_dir) / file_name(chosen)
        existed = target.exists()
        try:
            with replaced(target, dry_run=dry_run) as part:
                written = _read(file, part, graph or own_graph(chosen), base, max_unpacked_mb)
                if not _is_new(file, written, target, part):
                    continue
                _check(
                    part,
                    written,
                    target,
                    data_dir,
                    dry_run=dry_run,
                    validate=validate,
                    names_reviewed=names_reviewed,
                )
        except OSError as error:
            raise Problem("invalid-data", f"{error.filename}: {error.strerror or error}") from error
        if existed:
            verb = "would take" if dry_run else "takes"
            typer.echo(f"it {verb} the place of the earlier import {chosen}; --name keeps both")
        typer.echo(
            "dry run: nothing was written" if dry_run else f"{target}: the next build takes it up"
        )


def _require_iri(option: str, iri: str) -> None:
    try:
        NamedNode(iri)
    except ValueError as error:
        raise Problem("usage", f"{option} {iri!r} is no absolute IRI") from error


def _read(file: RdfFile, part: Path, graph: str, base: str | None, max_unpacked_mb: int) -> Written:
    name = file.path.name
    size = file.path.stat().st_size
    with ConsoleProgress().bar(f"reading {name}", size) as advance:
        statements = read_statements(
            file,
            base=base,
            max_bytes=max_unpacked_mb * 1_000_000,
            guard=_Guard(name),
            told=lambda content, known, error: malformed(
                content, _MEDIA_TYPES[known], base, error, name
            ),
            advance=advance,
        )
        return write_quads(statements, part, graph=graph, shown=name, keep=SAMPLE)


class _Guard:
    """Refuses hazardous documents by the name of their file."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, content: bytes, rdf_format: RdfFormat) -> None:
        try:
            refuse_hazards(content, rdf_format)
        except Problem as problem:
            detail = f"{self._name}: {problem.detail}"
            raise Problem(problem.slug, detail, problem.hint, problem.extra) from None


def _is_new(file: RdfFile, written: Written, target: Path, part: Path) -> bool:
    if not written.total:
        raise Problem("invalid-data", f"{file.path.name} states nothing")
    typer.echo(f"{file.path.name}: {written.total} statements in {len(written.graphs)} graphs")
    if would_change(target, part):
        return True
    typer.echo(f"nothing new: {target} has these statements already")
    return False


def _refuse_persons(part: Path, shown: str, gate: ImportGate | None) -> None:
    """Refuse names of what may be a person, unless the graph has them already.

    Args:
        part: The imported statements.
        shown: How messages call them.
        gate: The data before the import, where they were opened.

    Raises:
        Problem: ``invalid-data``, which names nobody.
    """
    names = AgentNames()
    names.add_classes(each.triple for each in parse(path=str(part), format=RdfFormat.N_QUADS))
    if names.agents:
        names.add_names(each.triple for each in parse(path=str(part), format=RdfFormat.N_QUADS))
    doubtful = [
        each
        for each in names.doubtful()
        if gate is None or not all(map(gate.states, names.names_of(each)))
    ]
    found = len(names.persons) + len(doubtful)
    if found:
        raise Problem(
            "invalid-data",
            f"{shown}: agents that are persons, or that their names do not tell from persons:"
            f" {found}; such names must not enter the graph",
            "leave them out, give organisations their 法人番号 (mrd:corporateNumber), or, when"
            " none is a private person, use --names-reviewed",
        )


def _check(
    part: Path,
    written: Written,
    target: Path,
    data_dir: Path,
    *,
    dry_run: bool,
    validate: bool,
    names_reviewed: bool,
) -> None:
    if dry_run:
        print_counts("graphs", written.graphs)
        print_counts("classes", written.classes)
        print_counts("properties", written.properties)
        print_sample(written.first)
    is_small = written.total <= _MOST_CHECKED
    gate = ImportGate(data_dir, target) if is_small and (validate or dry_run) else None
    try:
        if not names_reviewed:
            _refuse_persons(part, target.name, gate)
        verdict = Verdict(unchecked=f"{written.total} statements are too many to check here")
        if gate is not None:
            with ConsoleProgress().step("holding it against the graph and the shapes"):
                quads: list[Quad] = list(parse(path=str(part), format=RdfFormat.N_QUADS))
                verdict = gate.verdict(quads) if validate else Verdict()
            if dry_run:
                print_known(gate, quads)
    finally:
        if gate is not None:
            gate.close()
    if validate:
        require_conformance(verdict, target.name)
