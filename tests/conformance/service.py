"""The service under test, seen through its own protocols: load a dataset, ask, change, compare."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import httpx
import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat
from tests.conformance.manifests import Source

from medrd_kg.build.canonical import canonical_lines, canonical_quads

__all__ = ["TOKEN", "Service"]

TOKEN: Final = "conformance-suite-token-0123456789"  # noqa: S105 - of a server that lives a minute
_N_TRIPLES: Final = "application/n-triples"
_TYPES: Final = {".ttl": "text/turtle", ".nt": _N_TRIPLES, ".rdf": "application/rdf+xml"}
_NAMED: Final = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"


@dataclass
class Service:
    """A client of a service that holds nothing but what the tests load.

    Attributes:
        client: Talks to it.
    """

    client: httpx.Client
    _loaded: tuple[Source, ...] | None = field(default=None, init=False)

    @property
    def _token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}

    def clear(self) -> None:
        """Remove everything."""
        self.update("DROP ALL").raise_for_status()
        self._loaded = ()

    def load(self, sources: tuple[Source, ...]) -> None:
        """Make the dataset hold exactly the graphs of some files."""
        if self._loaded == sources:
            return
        self.clear()
        for source in sources:
            self.send("POST", source.graph, *_content(source)).raise_for_status()
        self._loaded = sources

    def send(
        self, method: str, graph: str | None, content: bytes, media_type: str
    ) -> httpx.Response:
        """Send a graph to the graph store."""
        self._loaded = None
        return self.client.request(
            method,
            f"/graph-store?{_parameter(graph)}",
            content=content,
            headers={"Content-Type": media_type, **self._token},
        )

    def update(self, text: str, parameters: Sequence[tuple[str, str]] = ()) -> httpx.Response:
        """Send an update."""
        self._loaded = None
        return self.client.post(
            "/update",
            params=list(parameters),
            content=text.encode(),
            headers={"Content-Type": "application/sparql-update", **self._token},
        )

    def ask(self, text: str, accept: str = "*/*") -> httpx.Response:
        """Send a query."""
        return self.client.post(
            "/sparql",
            content=text.encode(),
            headers={"Content-Type": "application/sparql-query", "Accept": accept},
        )

    def graph(self, graph: str | None) -> list[Quad] | None:
        """Return what a graph holds; None when there is no such graph."""
        answer = self.client.get(
            f"/graph-store?{_parameter(graph)}", headers={"Accept": _N_TRIPLES}
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        place = DefaultGraph() if graph is None else NamedNode(graph)
        triples = ox.parse(input=answer.content, format=RdfFormat.N_TRIPLES)
        return [Quad(each.subject, each.predicate, each.object, place) for each in triples]

    def graphs(self) -> set[str]:
        """Return the names of the graphs that hold anything."""
        rows = self.ask(_NAMED).raise_for_status().json()["results"]["bindings"]
        return {row["g"]["value"] for row in rows}

    def holds(self, sources: Iterable[Source]) -> bool:
        """Whether the dataset is, blank nodes matched, that of some files."""
        wanted: dict[str | None, list[Quad]] = {None: []}
        for source in sources:
            place = DefaultGraph() if source.graph is None else NamedNode(source.graph)
            content, media_type = _content(source)
            wanted.setdefault(source.graph, []).extend(
                Quad(each.subject, each.predicate, each.object, place)
                for each in ox.parse(
                    input=content,
                    format=RdfFormat.from_media_type(media_type),
                    rename_blank_nodes=True,
                )
            )
        found = {graph: self.graph(graph) for graph in {*wanted, *self.graphs()}}
        if None in found.values():  # one that should be there, if only empty
            return False
        return _lines(wanted.values()) == _lines(each for each in found.values() if each)


def _lines(graphs: Iterable[Iterable[Quad]]) -> list[bytes]:
    return canonical_lines(canonical_quads(quad for graph in graphs for quad in graph))


def _parameter(graph: str | None) -> str:
    return "default" if graph is None else f"graph={quote(graph, safe='')}"


def _content(source: Source) -> tuple[bytes, str]:
    """Return a file as it can be sent: relative IRIs mean the file, not where it is sent to."""
    path = source.path
    media_type = _TYPES.get(path.suffix)
    if media_type == "text/turtle":
        return f"@base <{path.as_uri()}> .\n".encode() + path.read_bytes(), media_type
    rdf_format = RdfFormat.from_media_type(media_type) if media_type else RdfFormat.TURTLE
    parsed = ox.parse(path=str(path), format=rdf_format, base_iri=path.as_uri())
    written = ox.serialize((each.triple for each in parsed), format=RdfFormat.N_TRIPLES)
    if written is None:
        raise AssertionError("the engine returned no bytes")
    return written, _N_TRIPLES
