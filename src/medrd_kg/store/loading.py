"""Fast ways into the embedded engine, which parses and copies by itself.

Nothing here is atomic: it is for stores that are thrown away when loading fails.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = [
    "MayName",
    "Rename",
    "copy_to_default",
    "load_blocks",
    "load_files",
    "load_lines",
    "load_triples",
]

Rename = Callable[[list[Quad]], Iterable[Quad]]
"""Gives all quads with blank nodes their final names."""

_ANONYMOUS: Final = """
SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o FILTER(isBlank(?s) || isBlank(?o)) } }
"""

_GRAPH_NAME: Final = re.compile(rb" <[^<>]*> \.\n")
"""End of a line of N-Quads; a literal holds no raw line feed, so this matches nowhere else."""


_BUFFER: Final = 1 << 20

MayName = Callable[[str], bool]
"""Tells whether a file of quads may state the graph of this IRI."""


def load_files(
    engine: ox.Store,
    files: Iterable[tuple[Path, str | None]],
    rename: Rename,
    may_name: MayName = lambda _: True,
) -> None:
    """Load Turtle files into their named graphs, and N-Quads into those that they name.

    Args:
        engine: Receives the statements; empty where a file names graphs.
        files: Paths with the IRIs of their graphs, None for N-Quads; blank nodes of two files
            stay two.
        rename: Applied once, to what all files together say of blank nodes.
        may_name: Tells which graphs the N-Quads may name.

    Raises:
        SyntaxError: A file does not parse, or states a graph that it must not; its ``filename``
            says which.
    """
    # Quads come first, so that the graphs in the store are those that they name.
    for path, graph in sorted(files, key=lambda each: each[1] is not None):
        if graph is None:
            engine.bulk_load(path=str(path), format=ox.RdfFormat.N_QUADS)
            _require_named(engine, path, may_name)
            continue
        engine.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=NamedNode(graph))
    rows = engine.query(_ANONYMOUS)
    if not isinstance(rows, ox.QuerySolutions):
        raise TypeError("a SELECT yields solutions")
    anonymous = [Quad(*row) for row in rows]
    for quad in anonymous:
        engine.remove(quad)
    engine.extend(rename(anonymous))


def _require_named(engine: ox.Store, path: Path, may_name: MayName) -> None:
    graphs: list[object] = list(engine.named_graphs())
    if next(engine.quads_for_pattern(None, None, None, ox.DefaultGraph()), None) is not None:
        graphs.append(ox.DefaultGraph())
    for graph in graphs:
        if not isinstance(graph, NamedNode) or not may_name(graph.value):
            raise SyntaxError(f"it must not state the graph {graph}", (str(path), None, None, None))


def copy_to_default(engine: ox.Store) -> None:
    """Copy every named graph into the default graph, in one transaction a graph."""
    graphs: list[NamedNode | BlankNode] = list(engine.named_graphs())
    for graph in graphs:
        engine.update(f"ADD {graph} TO DEFAULT")


class _Blocks(RawIOBase):
    """Blocks of bytes as a stream that the engine reads."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = iter(blocks)
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._block:
            following = next(self._blocks, None)
            if following is None:
                return 0
            self._block = memoryview(following)
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._block))
        target[:size] = self._block[:size]
        self._block = self._block[size:]
        return size


def load_blocks(engine: ox.Store, blocks: Iterable[bytes], *, merge: bool) -> None:
    """Load lines of N-Quads of any number in one go; see `load_lines`.

    The engine puts what it has sorted in place at the end of a load: it merges once, and not again
    with every load. A text of both graphs enters its table of texts once.

    Args:
        engine: Receives the statements.
        blocks: Whole lines; see `load_lines`.
        merge: Whether the default graph receives the statements as well.

    Raises:
        SyntaxError: The lines do not parse.
    """
    given = _with_merge(blocks) if merge else blocks
    with BufferedReader(_Blocks(given), _BUFFER) as stream:
        engine.bulk_load(input=stream, format=ox.RdfFormat.N_QUADS, lenient=True)


def _with_merge(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each block, and its lines once more without their graphs."""
    for block in blocks:
        yield block
        yield _GRAPH_NAME.sub(b" .\n", block)


def load_lines(engine: ox.Store, nquads: bytes, *, merge: bool) -> None:
    """Load lines of N-Quads into their named graphs, and into the default graph as well.

    The engine renames blank nodes each time: the lines must have none.

    Args:
        engine: Receives the statements.
        nquads: Lines that a serialiser wrote, each with an IRI as graph name.
        merge: Whether the default graph receives the statements as well.

    Raises:
        SyntaxError: The lines do not parse.
    """
    engine.bulk_load(input=nquads, format=ox.RdfFormat.N_QUADS, lenient=True)
    if merge:
        load_triples(engine, nquads)


def load_triples(engine: ox.Store, nquads: bytes) -> None:
    """Load lines of N-Quads into the default graph; see `load_lines`.

    Raises:
        SyntaxError: The lines do not parse.
    """
    triples = _GRAPH_NAME.sub(b" .\n", nquads)
    engine.bulk_load(input=triples, format=ox.RdfFormat.N_TRIPLES, lenient=True)
