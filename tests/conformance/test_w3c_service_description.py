"""The W3C suite for the SPARQL 1.1 Service Description: its three tests are told in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.term import Node
from tests.conformance.manifests import Kind, read_manifest
from tests.conformance.service import Service

SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS: Final = "http://www.w3.org/ns/formats/"
RDF_TYPES: Final = {
    "text/turtle": "turtle",
    "application/rdf+xml": "xml",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
}
CLASSES: Final = {
    "Service", "Feature", "Language", "Function", "Aggregate", "EntailmentRegime",
    "EntailmentProfile", "GraphCollection", "Dataset", "Graph", "NamedGraph",
}  # fmt: skip
SCHEMA: Final = {
    "endpoint": ("Service", None),
    "feature": ("Service", {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset",
                            "EmptyGraphs", "BasicFederatedQuery"}),
    "supportedLanguage": ("Service", {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"}),
    "defaultEntailmentRegime": ("Service", None),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}  # fmt: skip
"""Properties of the vocabulary (Service Description, section 3): class of subject and value."""


@pytest.fixture
def description(service: Service, address: str) -> Graph:
    answer = service.client.get("/sparql", headers={"Accept": "text/turtle"})
    return Graph().parse(data=answer.raise_for_status().text, publicID=f"{address}/sparql")


def test_the_suite_is_the_one_that_is_told_here(suites: Path) -> None:
    cases = list(read_manifest(suites / "service-description" / "manifest.ttl"))
    assert all(case.kind is Kind.DESCRIPTION for case in cases)
    assert {str(case.node).rpartition("#")[2] for case in cases} == {
        "returns-rdf", "has-endpoint-triple", "conforms-to-schema",
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("accept", [*RDF_TYPES, "*/*", None])
def test_get_on_the_endpoint_returns_rdf(service: Service, path: str, accept: str | None) -> None:
    request = service.client.build_request("GET", path)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    answer = service.client.send(request)
    assert answer.status_code == httpx.codes.OK
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type == (accept if accept in RDF_TYPES else "text/turtle")
    assert Graph().parse(data=answer.text, format=RDF_TYPES[media_type])


def test_a_matching_endpoint_is_named(description: Graph, address: str) -> None:
    endpoint = URIRef(f"{address}/sparql")
    (service,) = description.subjects(SD.endpoint, endpoint)
    assert (service, RDF.type, SD.Service) in description


def test_the_description_conforms_to_the_schema(description: Graph) -> None:
    assert list(_breaches(description)) == []


def _breaches(description: Graph) -> Iterator[tuple[Node, ...]]:
    for subject, predicate, value in description:
        name = str(predicate).removeprefix(str(SD))
        if predicate == RDF.type and str(value).startswith(str(SD)):
            if str(value).removeprefix(str(SD)) not in CLASSES:
                yield subject, predicate, value
        elif str(predicate).startswith(str(SD)):
            owner, allowed = SCHEMA.get(name, ("", None))
            is_owned = (subject, RDF.type, SD[owner]) in description
            is_fit = not isinstance(value, Literal) and (
                allowed is None
                or (isinstance(allowed, str) and (value, RDF.type, SD[allowed]) in description)
                or (isinstance(allowed, set) and str(value).removeprefix(str(SD)) in allowed)
            )
            if not is_owned or not is_fit:
                yield subject, predicate, value


def test_a_breach_of_the_schema_is_seen() -> None:
    graph = Graph().add((URIRef("urn:s"), SD.feature, SD.Everything))
    graph.add((URIRef("urn:s"), RDF.type, SD.Thing))
    assert len(list(_breaches(graph))) == 2


def test_what_the_service_can_is_told(description: Graph, address: str) -> None:
    query, update = URIRef(f"{address}/sparql"), URIRef(f"{address}/update")
    told = {
        endpoint: {
            *(str(each).removeprefix(str(SD)) for each in description.objects(endpoint, prop))
        }
        for endpoint in (query, update)
        for prop in (SD.supportedLanguage,)
    }
    assert told == {query: {"SPARQL11Query"}, update: {"SPARQL11Update"}}
    assert description.value(update, SD.defaultDataset) == description.value(
        query, SD.defaultDataset
    )
    formats = {str(each) for each in description.objects(query, SD.resultFormat)}
    assert {f"{FORMATS}SPARQL_Results_{each}" for each in ("JSON", "XML", "CSV", "TSV")} < formats
    features = set(description.objects(query, SD.feature))
    assert features == {
        SD.EmptyGraphs
    }  # one graph is not the merge of others, nobody else is asked


def test_the_graphs_are_those_that_are_served(service: Service) -> None:
    service.clear()
    sent = service.send("PUT", "http://example.org/医療", b"<urn:s> <urn:p> 1, 2 .", "text/turtle")
    assert sent.status_code == httpx.codes.CREATED
    described = Graph().parse(data=service.client.get("/sparql").text)
    (name,) = described.objects(None, SD.name)
    (named,) = described.subjects(SD.name, name)
    size = described.value(
        described.value(named, SD.graph), URIRef("http://rdfs.org/ns/void#triples")
    )
    assert (str(name), size) == ("http://example.org/医療", Literal(2))
