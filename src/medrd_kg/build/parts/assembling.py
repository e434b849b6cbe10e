"""A content read, checked and completed in parts, without ever being in memory as a whole."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from medrd_kg.build.manifest import SourceRecord
from medrd_kg.build.parts.concluding import TYPE, conclusions, rule_store
from medrd_kg.build.parts.deriving import joined, joining_properties, outcome, with_conclusions
from medrd_kg.build.parts.extent import Cutter, Range
from medrd_kg.build.parts.indexing import part_extract, properties_of
from medrd_kg.build.parts.projecting import ProjectedParts, part_rows, rows_by_query
from medrd_kg.build.parts.runs import file_run, named_lines, run_name, stated_lines
from medrd_kg.build.parts.shape_scopes import ShapeScopes
from medrd_kg.build.parts.verdicts import Verdict, combined
from medrd_kg.build.parts.working import Told, check, check_far, derive, processes
from medrd_kg.build.progress import Timings
from medrd_kg.build.quad_files import QuadFiles, write_quad_files
from medrd_kg.build.reasoning import PartResult
from medrd_kg.build.rules import RuleOutcome, read_rules
from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.sorted_lines import Block, blocks_of
from medrd_kg.build.validation import ValidationReport
from medrd_kg.search.joining import Extracts
from medrd_kg.sources.content import ContentFile
from medrd_kg.vocabulary import graph_iri

__all__ = ["Assembled", "assemble"]

_ONTOLOGY: Final = graph_iri("ontology")
_STATED: Final = "stated"
"""Folder for the files of what is stated."""
_NO_GRAPH: Final = b"<urn:none> .\n"
_OF_REASONER: Final = b"\t000999\n"
"""Place of finding of what the reasoner concluded: before all rules, and by none of them."""
_BUFFER: Final = 1 << 20
_OF_PARTS: Final = {".nq", ".conclusions", ".verdict", ".nt", ".part", ".rows", ".extract"}
"""Endings of what is kept of parts."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A content on its way into a release.

    Attributes:
        quads: All statements, with what follows from them.
        rules: How the rules concluded it.
        validation: The report on what was stated.
        rows: What the parts yield for the fact tables, by the name of the query.
        extracts: What the parts hold for the search index.
    """

    quads: QuadFiles
    rules: RuleOutcome
    validation: ValidationReport
    rows: Mapping[str, Sequence[Path]]
    extracts: Extracts


@dataclass(frozen=True, slots=True)
class _Stated:
    """What is stated.

    Attributes:
        lines: File of all lines, sorted.
        ranges: The parts.
        of_property: Files of the lines with some properties, by property in N-Triples syntax.
    """

    lines: Path
    ranges: Sequence[Range]
    of_property: dict[bytes, Path]


def assemble(
    files: Sequence[ContentFile],
    records: Sequence[SourceRecord],
    results: dict[str, PartResult],
    *,
    root: Path,
    kept: Path,
    work: Path,
    timings: Timings,
    write_store: Callable[[QuadFiles], None],
    cutter: Cutter | None = None,
) -> Assembled:
    """Read, check and complete a content; the caller stops where it does not conform.

    Args:
        files: The content.
        records: Of these files, among others.
        results: The reasoner's conclusions.
        root: Content root, with shapes and rules.
        kept: Folder of what earlier builds found in parts; receives what is new, and loses what
            this build has no use for.
        work: Folder for the files of this build.
        timings: Told of each step.
        write_store: Writes the store, while other processes check the shapes.
        cutter: Decides what a part is.

    Raises:
        OSError: A file cannot be read or written.
        Problem: ``invalid-data``: a file does not parse, or a rule is at fault.
    """
    for folder in (kept, work, work / _STATED):
        folder.mkdir(parents=True, exist_ok=True)
    rules = read_rules(root / "ontology" / "rules")
    shapes = root / "ontology" / "shapes"
    scopes = ShapeScopes.load(shapes)
    known = {(each.name, each.graph): each for each in records}
    names = [run_name(known[each.name, each.graph]) for each in files]
    with processes() as pool:
        with timings.step("reading the content"):
            runs = list(pool.map(file_run, files, names, [kept] * len(files)))
            named = named_lines(runs)
            of_ontology = [
                run for run, file in zip(runs, files, strict=True) if file.graph == _ONTOLOGY
            ]
            graph = f"<{_ONTOLOGY}> .\n".encode()
            own = [line for line in named if line.endswith(graph)]
            vocabulary = list(chain.from_iterable(stated_lines(of_ontology, own)))
            reasoned = sorted(line[:-2] for each in results.values() for line in each.lines)
            given = [*vocabulary, *(triple + _NO_GRAPH for triple in reasoned)]
            first = conclusions(rule_store(b"".join(given)), rules)
            premises = [*given, *(triple + _NO_GRAPH for triple in _triples(first))]
            joining = joining_properties(b"".join(premises))
            apart = {TYPE, *joining, *(each for far in scopes.far for each in far.mentioned)}
            told = Told(
                stated=work / _STATED / "every.nq",
                shapes=shapes,
                rules=tuple(rules),
                vocabulary=_write(work / _STATED / "vocabulary.nq", vocabulary),
                premises=_write(work / _STATED / "premises.nq", premises),
                kept=kept,
            )
            deriving: list[Future[Path]] = []
            stated = _write_stated(
                stated_lines(runs, named),
                apart,
                told.stated,
                cutter or Cutter(),
                lambda part: deriving.append(pool.submit(derive, told, part)),
            )
        with timings.step("inferring by rule"):
            found = [each.result() for each in deriving]
        verdicts = [
            *(pool.submit(check, told, part) for part in stated.ranges),
            *_submit_far(pool, told, scopes, stated),
        ]
        with timings.step("putting the statements into canonical form"):
            some = [stated.of_property[each] for each in {TYPE, *joining} & {*stated.of_property}]
            further = joined(
                lambda: chain(
                    first, *(chain.from_iterable(blocks_of(path)) for path in (*some, *found))
                ),
                joining,
                b"".join(premises),
                rules,
            )
            counts: dict[int, int] = {}
            rounds: set[int] = set()
            concluded: list[Iterable[Block]] = [
                [[each + _OF_REASONER for each in reasoned]],
                [first],
                [further],
                *map(blocks_of, found),
            ]
            projected = ProjectedParts(Cutter() if cutter is None else cutter.anew())
            quads = write_quad_files(
                with_conclusions(blocks_of(stated.lines), concluded, counts, rounds),
                work,
                tell=projected.take,
            )
            projected.cutter.end()
        # Behind the shapes in the same queue, beside the writing of the store.
        projecting = [
            pool.submit(part_rows, quads.every, part, projected.context, kept)
            for part in projected.cutter.ranges
        ]
        properties = properties_of(projected.terms)
        extracting = [
            pool.submit(part_extract, quads.every, part, sorted(properties), kept)
            for part in projected.cutter.ranges
        ]
        with timings.step("writing the store"):
            write_store(quads)
        with timings.step("validating against the shapes"):
            done = [each.result() for each in verdicts]
            validation = combined((verdict for _, verdict in done), ShapesGraph.load(shapes))
        with timings.step("projecting the parts"):
            rows = rows_by_query(each.result() for each in projecting)
            extracts = Extracts(properties, [each.result() for each in extracting])
    of_rows = chain.from_iterable(rows.values())
    _forget_others(kept, {*found, *(path for path, _ in done), *of_rows, *extracts.files}, names)
    shutil.rmtree(stated.lines.parent)
    return Assembled(quads, outcome(rules, counts, rounds), validation, rows, extracts)


def _write_stated(
    blocks: Iterable[Block],
    apart: set[bytes],
    every: Path,
    cutter: Cutter,
    tell: Callable[[Range], object],
) -> _Stated:
    """Write all lines, and those with some properties once more, each property apart.

    Args:
        blocks: The lines.
        apart: The properties.
        every: The file of all lines.
        cutter: Decides what a part is.
        tell: Told of each part as soon as its lines can be read.
    """
    streams: dict[bytes, BinaryIO] = {}
    told = 0
    with ExitStack() as files, every.open("wb", buffering=_BUFFER) as whole:
        for block in blocks:
            cutter.take(block)
            whole.writelines(block)
            if told < len(cutter.ranges):
                whole.flush()
                for part in cutter.ranges[told:]:
                    tell(part)
                told = len(cutter.ranges)
            for line in block:
                predicate = line.split(b" ", 2)[1]
                if predicate in apart:
                    if predicate not in streams:
                        path = every.with_name(f"property-{len(streams)}.nq")
                        streams[predicate] = files.enter_context(path.open("wb", buffering=_BUFFER))
                    streams[predicate].write(line)
        cutter.end()
    for part in cutter.ranges[told:]:
        tell(part)
    return _Stated(
        every, cutter.ranges, {name: Path(stream.name) for name, stream in streams.items()}
    )


def _submit_far(
    pool: Executor, told: Told, scopes: ShapeScopes, stated: _Stated
) -> Iterator[Future[tuple[Path, Verdict]]]:
    for number, shape in enumerate(scopes.far):
        files = [
            stated.of_property[name]
            for name in sorted(shape.mentioned & {*stated.of_property} - {TYPE})
        ]
        yield pool.submit(check_far, told, number, files, stated.of_property.get(TYPE))


def _triples(found: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the triples of conclusions."""
    for line in found:
        yield line[: line.rindex(b"\t")]


def _write(path: Path, lines: Iterable[bytes]) -> Path:
    with path.open("wb", buffering=_BUFFER) as stream:
        stream.writelines(lines)
    return path


def _forget_others(kept: Path, used: set[Path], runs: Iterable[str]) -> None:
    """Remove what another content left behind."""
    names = {*(path.name for path in used), *(f"{name}.nq" for name in runs)}
    names |= {f"{name}.anonymous.nq" for name in runs}
    for path in kept.iterdir():
        if path.name not in names and path.suffix in _OF_PARTS:
            path.unlink()
