"""``medrd-kg export``: write the graph, or one named graph, to a file."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import PREFIXES, graph_iri

__all__ = ["ExportFormat", "export"]


class ExportFormat(StrEnum):
    """RDF formats of an export."""

    NQUADS = "nquads"
    TRIG = "trig"
    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    RDFXML = "rdfxml"
    JSONLD = "jsonld"


_FORMATS = {
    ExportFormat.NQUADS: RdfFormat.N_QUADS,
    ExportFormat.TRIG: RdfFormat.TRIG,
    ExportFormat.TURTLE: RdfFormat.TURTLE,
    ExportFormat.NTRIPLES: RdfFormat.N_TRIPLES,
    ExportFormat.RDFXML: RdfFormat.RDF_XML,
    ExportFormat.JSONLD: RdfFormat.JSON_LD,
}
_KEEP_GRAPHS = frozenset({ExportFormat.NQUADS, ExportFormat.TRIG, ExportFormat.JSONLD})


def export(
    store: Store, graph: str | None, export_format: ExportFormat, output: Path | BinaryIO
) -> None:
    """Write the named graphs of ``store``.

    Args:
        store: What is written.
        graph: One graph, by IRI or by its name below ``graph/``; None writes all.
        export_format: Formats of triples need one graph.
        output: File or stream that receives the bytes.

    Raises:
        Problem: ``usage``: the graph does not exist, or a format of triples without a graph;
            ``invalid-data``: the file cannot be written.
    """
    names = set(store.graphs())
    iri = graph if graph is None or ":" in graph else graph_iri(graph)
    if iri is not None and iri not in names:
        known = ", ".join(sorted(name.removeprefix(graph_iri("")) for name in names))
        raise Problem("usage", f"there is no graph {graph}", f"graphs: {known}")
    if iri is None and export_format not in _KEEP_GRAPHS:
        raise Problem(
            "usage",
            f"{export_format} holds one graph",
            "name it with --graph, or choose nquads, trig or jsonld",
        )
    quads = store.quads(iri)
    statements = quads if export_format in _KEEP_GRAPHS else _triples(quads)
    try:
        serialize(
            statements,
            output=output,
            format=_FORMATS[export_format],
            prefixes=PREFIXES if export_format != ExportFormat.NQUADS else None,
        )
    except BrokenPipeError:
        raise  # the reader has had enough: no fault
    except OSError as error:
        raise Problem("invalid-data", f"{output}: {error.strerror or error}") from error


def _triples(quads: Iterator[Quad]) -> Iterator[Triple]:
    for quad in quads:
        yield quad.triple
