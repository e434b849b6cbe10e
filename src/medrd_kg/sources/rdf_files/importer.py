"""An RDF file becomes a file of N-Quads that a build takes up, with the graphs that it names."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Triple

from medrd_kg.problems import Problem
from medrd_kg.sources.content import is_reserved_graph
from medrd_kg.sources.review_sheets.iris import ascii_slug, hashed
from medrd_kg.vocabulary import PREFIXES, graph_iri

__all__ = ["Written", "file_name", "import_name", "own_graph", "write_quads"]

_BATCH: Final = 50_000
_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")


@dataclass
class Written:
    """What was written.

    Attributes:
        graphs: Statements by graph.
        classes: Members by class.
        properties: Statements by property.
        first: The first statements, as many as the caller asked for.
    """

    graphs: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    first: list[Quad] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Number of statements."""
        return self.graphs.total()


def import_name(name: str) -> str:
    """Return the name of an import made from a file's."""
    return ascii_slug(name) or hashed(name)


def file_name(name: str) -> str:
    """Return the name of the file that a build takes up."""
    return f"rdf-{name}.nq"


def own_graph(name: str) -> str:
    """Return the IRI of the graph of an import whose file names none."""
    return graph_iri(f"rdf-{name}")


def write_quads(
    statements: Iterable[Quad], out: Path, *, graph: str, shown: str, keep: int
) -> Written:
    """Write statements as N-Quads; blank nodes get canonical names (RDFC-1.0).

    Args:
        statements: Those of one file.
        out: Receives the lines, in the order of the file, those with blank nodes at the end.
        graph: Receives what names no graph.
        shown: How messages call the file.
        keep: How many statements to return.

    Raises:
        Problem: ``read-only-graph``: the file states a graph of this project. ``invalid-data``:
            a graph is named by a blank node, or a statement speaks of a statement.
        OSError: The lines cannot be written.
    """
    written = Written()
    place = _Place(graph, shown)
    anonymous = ox.Dataset()
    with out.open("wb") as stream:
        quads = _named(place, statements, anonymous, written, keep)
        while batch := list(islice(quads, _BATCH)):
            ox.serialize(batch, stream, format=RdfFormat.N_QUADS)
        anonymous.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        lines = ox.serialize(anonymous, format=RdfFormat.N_QUADS) or b""
        stream.writelines(sorted(lines.splitlines(keepends=True)))
    for quad in anonymous:
        _count(quad, written, keep)
    return written


def _named(
    place: "_Place", statements: Iterable[Quad], anonymous: ox.Dataset, written: Written, keep: int
) -> Iterator[Quad]:
    for quad in map(place.placed, statements):
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            anonymous.add(quad)
        else:
            _count(quad, written, keep)
            yield quad


def _count(quad: Quad, written: Written, keep: int) -> None:
    written.graphs[quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""] += 1
    written.properties[quad.predicate.value] += 1
    if quad.predicate == _TYPE and isinstance(quad.object, NamedNode):
        written.classes[quad.object.value] += 1
    if len(written.first) < keep:
        written.first.append(quad)


class _Place:
    """Gives statements without a graph theirs, and refuses graphs that are not the user's."""

    def __init__(self, graph: str, shown: str) -> None:
        self._shown = shown
        self._known: set[NamedNode] = set()
        self._own = self._checked(NamedNode(graph))

    def placed(self, quad: Quad) -> Quad:
        """Return a statement in the graph that it is to be stated in."""
        if isinstance(quad.object, Triple):
            raise Problem(
                "invalid-data",
                f"{self._shown}: a statement speaks of another statement (RDF 1.2), which the"
                " shapes cannot check",
                "describe the statement by a node of its own",
            )
        graph = quad.graph_name
        if isinstance(graph, DefaultGraph):
            return Quad(quad.subject, quad.predicate, quad.object, self._own)
        if graph not in self._known:
            self._checked(graph)
        return quad

    def _checked(self, graph: NamedNode | BlankNode) -> NamedNode:
        if isinstance(graph, BlankNode):
            raise Problem(
                "invalid-data",
                f"{self._shown}: a graph is named by a blank node",
                "give each graph an IRI",
            )
        if is_reserved_graph(graph.value):
            raise Problem(
                "read-only-graph",
                f"{self._shown} states the graph {graph}, which this project makes itself",
                "rename the graph, or give the statements of one graph another by --graph",
            )
        self._known.add(graph)
        return graph
