"""Dumps of a release: all quads, and each graph as Turtle, both compressed with Zstandard.

The same graph gives the same bytes: statements are sorted and blank nodes are canonical.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Final

import pyoxigraph as ox
import zstandard
from pyoxigraph import Triple

from medrd_kg.build.quad_files import QuadFiles
from medrd_kg.vocabulary import GRAPH

__all__ = ["ALL_QUADS", "DUMPS", "dump_name", "forget_dumps", "submit_dumps", "write_dumps"]

DUMPS: Final = "dumps"
"""Folder of the dumps in a release."""

ALL_QUADS: Final = "medrd-kg.nq.zst"
"""File name of the dump of all named graphs."""

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9]+")
_READABLE: Final = 60
"""Most characters of a graph's IRI in the name of its dump."""

_TURTLE: Final = ".ttl.zst"

_FORMAT: Final = "dump 1"
"""How a dump is written; raise it when its bytes change."""

_LEVEL: Final = 9
"""Zstandard level; more costs seconds and saves little."""


def dump_name(graph: str) -> str:
    """Return the file name of the Turtle dump of a named graph.

    A graph of another's name gets a readable part of it and, to be unique, a part of its hash.

    >>> dump_name("https://w3id.org/medrd-kg/graph/policy-fy2022")
    'policy-fy2022.ttl.zst'
    >>> dump_name("https://example.org/partners#2023")
    'example-org-partners-2023-246a994eec14.ttl.zst'
    """
    if graph.startswith(str(GRAPH)):
        return f"{graph.removeprefix(str(GRAPH)).replace('/', '-')}.ttl.zst"
    readable = _UNSAFE.sub("-", graph.partition(":")[2]).strip("-")[:_READABLE]
    return f"{readable}-{hashlib.sha256(graph.encode()).hexdigest()[:12]}.ttl.zst"


def write_dumps(quads: QuadFiles, folder: Path, prefixes: Mapping[str, str]) -> None:
    """Write the dumps of a dataset.

    Args:
        quads: The dataset.
        folder: Receives the files; created when missing.
        prefixes: Abbreviations for Turtle.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _compress(quads.every, folder / ALL_QUADS)
    for graph, lines in quads.graphs.items():
        _write_graph(lines, folder / dump_name(graph), dict(prefixes))


def submit_dumps(
    pool: Executor, quads: QuadFiles, folder: Path, prefixes: Mapping[str, str], kept: Path
) -> list[Future[None]]:
    """Let other processes write the dumps of a dataset.

    Args:
        pool: The processes.
        quads: As for `write_dumps`.
        folder: As for `write_dumps`.
        prefixes: As for `write_dumps`.
        kept: Folder of the dumps of graphs, under the hash of what they say; those that are there
            are not written again.

    Returns:
        What is not finished yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    by_size = sorted(quads.graphs, key=lambda graph: -quads.sizes[graph])
    of_graphs = (
        pool.submit(
            _keep_graph, quads.graphs[graph], folder / dump_name(graph), dict(prefixes), kept
        )
        for graph in by_size
    )
    return [pool.submit(_compress, quads.every, folder / ALL_QUADS), *of_graphs]


def forget_dumps(kept: Path, folder: Path) -> None:
    """Remove kept dumps of graphs that are not among the dumps of a release."""
    used = {path.stat().st_ino for path in folder.iterdir()}
    for path in kept.glob(f"*{_TURTLE}"):
        if path.stat().st_ino not in used:
            path.unlink()


def _keep_graph(lines: Path, target: Path, prefixes: dict[str, str], kept: Path) -> None:
    """Write the dump of a graph, or take the one that is kept: one file under two names."""
    told = f"{_FORMAT} {ox.__version__} {zstandard.__version__} {sorted(prefixes.items())}"
    with lines.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256").hexdigest()
    name = hashlib.sha256(f"{told} {content}".encode()).hexdigest()
    path = kept / f"{name}{_TURTLE}"
    if not path.is_file():
        unfinished = path.with_suffix(".part")
        _write_graph(lines, unfinished, prefixes)
        unfinished.replace(path)
    try:
        os.link(path, target)
    except OSError:  # a file system without further names
        shutil.copyfile(path, target)


def _write_graph(lines: Path, target: Path, prefixes: dict[str, str]) -> None:
    """Write the dump of a graph, which is given as N-Quads."""
    turtle = lines.with_suffix(".ttl")
    ox.serialize(
        (
            Triple(each.subject, each.predicate, each.object)
            for each in ox.parse(path=str(lines), format=ox.RdfFormat.N_QUADS)
        ),
        str(turtle),
        format=ox.RdfFormat.TURTLE,
        prefixes=prefixes,
    )
    _compress(turtle, target)
    turtle.unlink()


def _compress(source: Path, target: Path) -> None:
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    with source.open("rb") as read, target.open("wb") as written:
        compressor.copy_stream(read, written, size=source.stat().st_size)
