"""What a build reads: files in, quads with canonical blank nodes and file records out."""

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad

from medrd_kg.build.canonical import canonical_quads, digest
from medrd_kg.build.manifest import BUILDER_SCHEMA, SourceRecord, checksum
from medrd_kg.problems import Problem
from medrd_kg.sources.content import ContentFile
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["content_hash", "load_content", "parsed", "read_quads", "source_records"]


def source_records(files: Iterable[ContentFile]) -> list[SourceRecord]:
    """Return size and checksum of each file that goes into a release."""
    return [
        SourceRecord(name=each.name, graph=each.graph, **checksum(each.path).model_dump())
        for each in files
    ]


def content_hash(records: Iterable[SourceRecord]) -> str:
    """Return one hash over all input files and the builder's schema version.

    Names and graphs count, the folder that holds the files does not.
    """
    lines = sorted(f"{each.sha256} {each.graph} {each.name}\n".encode() for each in records)
    return digest(lines, f"builder schema {BUILDER_SCHEMA}")


def read_quads(files: Iterable[ContentFile]) -> Iterator[Quad]:
    """Parse files into one dataset with canonical blank nodes, in no fixed order.

    Args:
        files: Each is stated in its graph; blank nodes of two files are never the same.

    Raises:
        Problem: ``invalid-data``: a file does not parse, or states a graph that it must not; the
            message says where.
    """
    return canonical_quads(quad for each in files for quad in parsed(each))


def load_content(store: EmbeddedStore, files: Sequence[ContentFile]) -> None:
    """Load files into an empty store in memory, with canonical blank nodes; see `read_quads`.

    Args:
        store: Receives the statements of each file in the file's graph.
        files: Blank nodes of two files are never the same.

    Raises:
        Problem: ``invalid-data``: a file does not parse, or states a graph that it must not; the
            message says where.
    """
    names = {str(each.path): each.name for each in files}
    naming = [each for each in files if each.names_graphs]
    try:
        store.bulk_load_files(
            ((each.path, each.graph or None) for each in files),
            rename=canonical_quads,
            may_name=lambda graph: any(each.may_state(graph) for each in naming),
        )
    except SyntaxError as error:
        name = names.get(str(error.filename), error.filename)
        raise Problem("invalid-data", f"{name}: {error.msg}") from error


def parsed(file: ContentFile) -> Iterator[Quad]:
    """Parse a file; its blank nodes get names that no other file has.

    Raises:
        Problem: ``invalid-data``: it does not parse, or states a graph that it must not; the
            message says where.
    """
    try:
        if file.names_graphs:
            yield from _named(file)
            return
        graph = NamedNode(file.graph)
        for quad in ox.parse(
            path=str(file.path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True
        ):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)
    except SyntaxError as error:
        raise Problem("invalid-data", f"{file.name}: {error.msg}") from error


def _named(file: ContentFile) -> Iterator[Quad]:
    for quad in ox.parse(path=str(file.path), format=ox.RdfFormat.N_QUADS, rename_blank_nodes=True):
        graph = quad.graph_name
        if not isinstance(graph, NamedNode) or not file.may_state(graph.value):
            raise Problem("invalid-data", f"{file.name}: it must not state the graph {graph}")
        yield quad
