"""W3C test manifests as typed cases: those of SPARQL 1.0 (DAWG), 1.1 and 1.2 alike.

A manifest lists tests, or includes other manifests. What differs between the versions: the names
of the classes of tests, whether a query test has a class at all (1.0), and whether a named graph
is called after its file (1.0) or by a label (1.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from rdflib import RDF, RDFS, Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node, URIRef

__all__ = ["MF", "UT", "Case", "Kind", "Source", "path_of", "read_manifest"]

MF: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT: Final = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
DAWGT: Final = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-dawg#")

_FORMATS: Final = {".ttl": "turtle", ".n3": "n3", ".rdf": "xml", ".jsonld": "json-ld"}


class Kind(Enum):
    """What a test does."""

    QUERY = "query"
    UPDATE = "update"
    LEGAL_QUERY = "legal query"
    ILLEGAL_QUERY = "illegal query"
    LEGAL_UPDATE = "legal update"
    ILLEGAL_UPDATE = "illegal update"
    PROTOCOL = "protocol"
    GRAPH_STORE = "graph store"
    DESCRIPTION = "service description"
    OTHER = "other"


_KINDS: Final = {
    "QueryEvaluationTest": Kind.QUERY,
    "CSVResultFormatTest": Kind.QUERY,
    "ReducedCardinalityTest": Kind.QUERY,
    "UpdateEvaluationTest": Kind.UPDATE,
    "PositiveSyntaxTest": Kind.LEGAL_QUERY,
    "NegativeSyntaxTest": Kind.ILLEGAL_QUERY,
    "PositiveUpdateSyntaxTest": Kind.LEGAL_UPDATE,
    "NegativeUpdateSyntaxTest": Kind.ILLEGAL_UPDATE,
    "ProtocolTest": Kind.PROTOCOL,
    "GraphStoreProtocolTest": Kind.GRAPH_STORE,
    "ServiceDescriptionTest": Kind.DESCRIPTION,
}
"""By the local name of the class, without the version that some have at their end."""

_OF_UPDATES: Final = {
    Kind.LEGAL_QUERY: Kind.LEGAL_UPDATE,
    Kind.ILLEGAL_QUERY: Kind.ILLEGAL_UPDATE,
}


@dataclass(frozen=True, slots=True)
class Source:
    """A file with a graph.

    Attributes:
        path: The file.
        graph: IRI of the named graph that it is; None for the default graph.
    """

    path: Path
    graph: str | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """One test.

    Attributes:
        name: Folder and name, unique in a suite.
        kind: What it does.
        node: The test in its manifest.
        manifest: The manifest's graph.
        request: File of the query or update.
        data: What the dataset holds before.
        result: File of the expected answer to a query.
        after: What the dataset holds after an update.
        is_lax: Whether rows may be missing that are repeated in the expected answer (REDUCED).
    """

    name: str
    kind: Kind
    node: Node
    manifest: Graph
    request: Path | None = None
    data: tuple[Source, ...] = ()
    result: Path | None = None
    after: tuple[Source, ...] = ()
    is_lax: bool = False

    @property
    def text(self) -> str:
        """The query or update, as the file has it."""
        if self.request is None:
            raise ValueError(f"{self.name} has no request")
        return self.request.read_bytes().decode("utf-8")

    @property
    def text_with_base(self) -> str:
        """The query or update, its relative IRIs resolved against its file."""
        if self.request is None:
            raise ValueError(f"{self.name} has no request")
        return f"BASE <{self.request.as_uri()}>\n{self.text}"


def read_manifest(path: Path) -> Iterator[Case]:
    """Yield the tests of a manifest and of all that it includes, in order, each once."""
    yield from _read(path.resolve(), set())


def _read(path: Path, seen: set[Path]) -> Iterator[Case]:
    if path in seen:
        return
    seen.add(path)
    manifest = _graph(path)
    for listed in manifest.objects(None, MF.include):
        for included in _members(manifest, listed):
            yield from _read(path_of(included), seen)
    for listed in manifest.objects(None, MF.entries):
        for node in _members(manifest, listed):
            yield _case(path.parent.name, manifest, node)


@lru_cache(maxsize=64)
def _graph(path: Path) -> Graph:
    return Graph().parse(path, format=_FORMATS[path.suffix], publicID=path.as_uri())


def _members(manifest: Graph, listed: Node) -> Iterator[Node]:
    """Yield the members of a list, or the single thing that stands in its place."""
    if (listed, RDF.first, None) in manifest or listed == RDF.nil:
        yield from Collection(manifest, listed)
    else:
        yield listed


def path_of(node: object) -> Path:
    """Return the file that a ``file:`` IRI names."""
    return Path(unquote(urlsplit(str(node)).path))


def _case(folder: str, manifest: Graph, node: Node) -> Case:
    action = manifest.value(node, MF.action)
    result = manifest.value(node, MF.result)
    request = _request(manifest, action)
    kind = _kind(manifest, node, request)
    is_update = kind is Kind.UPDATE
    return Case(
        name=f"{folder}/{manifest.value(node, MF.name)}",
        kind=kind,
        node=node,
        manifest=manifest,
        request=request,
        # The Protocol's suite puts the dataset beside the action.
        data=_dataset(manifest, action) or _dataset(manifest, node),
        result=path_of(result) if isinstance(result, URIRef) and not is_update else None,
        after=_dataset(manifest, result) if is_update else (),
        is_lax=manifest.value(node, MF.resultCardinality) == MF.LaxCardinality,
    )


def _kind(manifest: Graph, node: Node, request: Path | None) -> Kind:
    types = [str(each).rpartition("#")[2] for each in manifest.objects(node, RDF.type)]
    if not types:
        return Kind.QUERY  # as SPARQL 1.0 leaves it unsaid
    known = (_KINDS.get(each.rstrip("0123456789")) for each in types)
    kind = next((each for each in known if each is not None), Kind.OTHER)
    if request is not None and request.suffix == ".ru":
        # Some illegal updates are listed as tests of queries.
        return _OF_UPDATES.get(kind, kind)
    return kind


def _request(manifest: Graph, action: Node | None) -> Path | None:
    if isinstance(action, URIRef):
        return path_of(action)
    found = manifest.value(action, QT.query) or manifest.value(action, UT.request)
    return None if found is None else path_of(found)


def _dataset(manifest: Graph, node: Node | None) -> tuple[Source, ...]:
    """Return the files of a dataset that a node describes."""
    found: list[Source] = []
    for words in (QT, UT):
        found += [Source(path_of(each)) for each in manifest.objects(node, words.data)]
        for graph in manifest.objects(node, words.graphData):
            if isinstance(graph, URIRef):
                found.append(Source(path_of(graph), str(graph)))
                continue
            file = manifest.value(graph, words.graph) or manifest.value(graph, words.data)
            label = manifest.value(graph, RDFS.label)
            found.append(Source(path_of(file), str(file if label is None else label)))
    return tuple(sorted(found, key=lambda each: (each.graph or "", each.path)))
