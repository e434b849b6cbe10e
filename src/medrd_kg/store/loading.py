"""Fast ways into the embedded engine, which parses and copies by itself.

Nothing here is atomic: it is for stores that are thrown away when loading fails.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Quad

__all__ = ["MayName", "Rename", "copy_to_default", "load_files", "load_lines", "load_triples"]

Rename = Callable[[list[Quad]], Iterable[Quad]]
"""Gives all quads with blank nodes their final names."""

_ANONYMOUS: Final = """
SELECT ?s ?p ?o ?g WHERE { GRAPH ?g { ?s ?p ?o FILTER(isBlank(?s) || isBlank(?o)) } }
"""

_GRAPH_NAME: Final = re.compile(rb" <[^<>]*> \.\n")
"""End of a line of N-Quads; a literal holds no raw line feed, so this matches nowhere else."""


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
