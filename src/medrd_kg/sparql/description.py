"""The SPARQL 1.1 Service Description of the endpoint, with its graphs and their sizes (VoID)."""

from collections.abc import Iterator, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from medrd_kg.sparql.media_types import written_as
from medrd_kg.store.base import QueryForm, StoreStatistics
from medrd_kg.store.results import serialise_triples
from medrd_kg.vocabulary import PREFIXES

__all__ = ["describe_service", "write_graph"]

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
_INTEGER: Final = NamedNode(f"{PREFIXES['xsd']}integer")
_RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
_INPUT_FORMATS: Final = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "N3")
_ENTAILMENT: Final = NamedNode("http://www.w3.org/ns/entailment/Simple")


def describe_service(
    endpoint: str,
    statistics: StoreStatistics,
    *,
    union_default_graph: bool,
    update_endpoint: str | None = None,
    federates: bool = False,
) -> list[Triple]:
    """Return the description of an endpoint.

    Args:
        endpoint: Its address.
        statistics: Size of its data.
        union_default_graph: Whether the default graph is the merge of the named graphs.
        update_endpoint: Address that takes updates of the same data; None when nobody may write.
        federates: Whether SERVICE may call any other endpoint.
    """
    features = ["EmptyGraphs"]
    if union_default_graph:
        features.append("UnionDefaultGraph")
    if federates:
        features.append("BasicFederatedQuery")
    found = list(_service(endpoint, statistics, features))
    if update_endpoint is not None:
        found += _update_service(update_endpoint, NamedNode(f"{endpoint}#dataset"))
    return found


def write_graph(triples: Sequence[Triple], media_type: str) -> bytes:
    """Write triples in one of `GRAPH_TYPES`, with those prefixes of the service that they use.

    Raises:
        ValueError: The media type is not one of them, or cannot express a triple.
    """
    used = {_namespace(term.value) for triple in triples for term in _named(triple)}
    prefixes = {prefix: iri for prefix, iri in {"sd": _SD, **PREFIXES}.items() if iri in used}
    return serialise_triples(iter(triples), written_as(media_type, QueryForm.GRAPH), prefixes)


def _named(triple: Triple) -> Iterator[NamedNode]:
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, NamedNode):
            yield term
        elif isinstance(term, Literal):
            yield term.datatype


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _service(
    endpoint: str, statistics: StoreStatistics, features: Sequence[str]
) -> Iterator[Triple]:
    service = NamedNode(endpoint)
    dataset = NamedNode(f"{endpoint}#dataset")
    default_graph = NamedNode(f"{endpoint}#default-graph")
    yield Triple(service, _TYPE, _sd("Service"))
    yield Triple(service, _sd("endpoint"), service)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    yield Triple(service, _sd("defaultEntailmentRegime"), _ENTAILMENT)
    for feature in features:
        yield Triple(service, _sd("feature"), _sd(feature))
    for name in _RESULT_FORMATS:
        yield Triple(service, _sd("resultFormat"), NamedNode(f"{_FORMATS}{name}"))
    yield Triple(service, _sd("defaultDataset"), dataset)
    yield Triple(dataset, _TYPE, _sd("Dataset"))
    yield Triple(dataset, _sd("defaultGraph"), default_graph)
    yield from _graph(default_graph, statistics.triples)
    for number, (name, size) in enumerate(sorted(statistics.graphs.items())):
        named = NamedNode(f"{endpoint}#named-graph-{number}")
        graph = NamedNode(f"{endpoint}#graph-{number}")
        yield Triple(dataset, _sd("namedGraph"), named)
        yield Triple(named, _TYPE, _sd("NamedGraph"))
        yield Triple(named, _sd("name"), NamedNode(name))
        yield Triple(named, _sd("graph"), graph)
        yield from _graph(graph, size)


def _update_service(endpoint: str, dataset: NamedNode) -> Iterator[Triple]:
    """Describe the endpoint of updates, which is a service of its own over the same dataset."""
    service = NamedNode(endpoint)
    yield Triple(service, _TYPE, _sd("Service"))
    yield Triple(service, _sd("endpoint"), service)
    yield Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Update"))
    yield Triple(service, _sd("feature"), _sd("EmptyGraphs"))
    for name in _INPUT_FORMATS:
        yield Triple(service, _sd("inputFormat"), NamedNode(f"{_FORMATS}{name}"))
    yield Triple(service, _sd("defaultDataset"), dataset)


def _graph(node: NamedNode, size: int) -> Iterator[Triple]:
    yield Triple(node, _TYPE, _sd("Graph"))
    size_literal = Literal(str(size), datatype=_INTEGER)
    yield Triple(node, NamedNode(f"{PREFIXES['void']}triples"), size_literal)


def _sd(name: str) -> NamedNode:
    return NamedNode(f"{_SD}{name}")
