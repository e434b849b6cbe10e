"""Sorted runs: what each file states, as canonical N-Quads in the order of the lines.

A run is named after the content of its file, so a file that did not change is not parsed again.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from medrd_kg.build.canonical import canonical_lines, canonical_quads, has_blank_node
from medrd_kg.build.inputs import parsed
from medrd_kg.build.manifest import SourceRecord
from medrd_kg.build.sorted_lines import Block, blocks_of, merged, unique
from medrd_kg.sources.content import ContentFile

__all__ = ["FileRun", "file_run", "named_lines", "run_name", "stated_lines"]

_FORMAT: Final = "run 1"
"""What a run is; raise it when its form changes."""

_DATATYPE: Final = b'"^^<http://www.w3.org/2001/XMLSchema#'
_VALUE: Final = re.compile(rb'("(?:[^"\\]|\\.)*"\^\^<[^<>]*>) <[^<>]*> \.\n\Z')
_PLAIN_INTEGER: Final = re.compile(
    rb'"(?:0|-?[1-9][0-9]{0,17})"\^\^<http://www\.w3\.org/2001/XMLSchema#integer>'
)

_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class FileRun:
    """What one file states.

    Attributes:
        lines: File of its sorted lines without blank nodes.
        anonymous: File of its lines with blank nodes, whose names occur in no other file.
    """

    lines: Path
    anonymous: Path


def run_name(record: SourceRecord) -> str:
    """Return a name that tells the content of a file and its graph, but not where it lies."""
    told = f"{_FORMAT} {record.sha256} {record.graph}"
    return hashlib.sha256(told.encode()).hexdigest()


def file_run(file: ContentFile, name: str, folder: Path) -> FileRun:
    """Return the run of a file, from an earlier build where there is one.

    Args:
        file: A file of the content.
        name: The run's name.
        folder: Where runs are kept.

    Raises:
        OSError: The file cannot be read, or the run not be written.
        Problem: ``invalid-data``: the file does not parse; the message says where.
    """
    run = FileRun(folder / f"{name}.nq", folder / f"{name}.anonymous.nq")
    if run.lines.is_file() and run.anonymous.is_file():
        return run
    lines = _with_engine_values(canonical_lines(parsed(file)))
    anonymous = [line for line in lines if has_blank_node(line)]
    if anonymous:
        lines = [line for line in lines if not has_blank_node(line)]
    for path, content in ((run.anonymous, anonymous), (run.lines, lines)):
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb", buffering=_BUFFER) as stream:
            stream.writelines(content)
        unfinished.replace(path)
    return run


def _with_engine_values(lines: list[bytes]) -> list[bytes]:
    """Write numbers, dates and the like as the engine gives them back: 3 for 3.0."""
    written: dict[bytes, bytes] = {}
    places: list[tuple[int, int, bytes]] = []
    for number, line in enumerate(lines):
        found = _VALUE.search(line) if _DATATYPE in line else None
        if found is not None and _PLAIN_INTEGER.fullmatch(found[1]) is None:
            written[found[1]] = found[1]
            places.append((number, found.start(1), found[1]))
    if not written:
        return lines
    store = ox.Store()
    values = list(written)
    numbered = (b"<urn:%d> <urn:p> %s .\n" % each for each in enumerate(values))
    store.bulk_load(b"".join(numbered), ox.RdfFormat.N_TRIPLES)
    for quad in store:
        at = int(quad.subject.value[len("urn:") :])
        written[values[at]] = str(quad.object).encode()
    for number, start, value in places:
        line = lines[number]
        lines[number] = line[:start] + written[value] + line[start + len(value) :]
    return sorted(set(lines))


def named_lines(runs: Iterable[FileRun]) -> list[bytes]:
    """Return the lines with blank nodes of all files together, under their canonical names."""
    anonymous = [
        quad
        for run in runs
        if run.anonymous.stat().st_size
        for quad in ox.parse(path=str(run.anonymous), format=ox.RdfFormat.N_QUADS)
    ]
    return canonical_lines(canonical_quads(anonymous)) if anonymous else []


def stated_lines(runs: Iterable[FileRun], named: Block) -> Iterator[Block]:
    """Merge runs into canonical lines, each once.

    Args:
        runs: What some files state.
        named: Lines with blank nodes; see `named_lines`.
    """
    return unique(merged([[[*named]], *(blocks_of(run.lines) for run in runs)]))
