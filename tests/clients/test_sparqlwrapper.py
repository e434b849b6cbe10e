"""SPARQLWrapper against the real server."""

import urllib.error
from typing import Any
from xml.dom.minidom import Document

import pytest
from rdflib import Graph, Literal, URIRef
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed, Unauthorized

TRIPLE = (URIRef("http://example.org/s"), URIRef("http://example.org/p"), Literal("医療", "ja"))
GRAPH = "http://example.org/研究"
INSERT = f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {' '.join(each.n3() for each in TRIPLE)} }} }}"
ROWS = "SELECT ?s ?o WHERE { GRAPH ?g { ?s ?p ?o } }"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"


def wrapper(address: str, path: str = "/sparql") -> Any:  # noqa: ANN401 - the library has no types
    return SPARQLWrapper(f"{address}{path}", updateEndpoint=f"{address}/update")


def updated(address: str, bearer: str, text: str, way: str = POSTDIRECTLY) -> None:
    client = wrapper(address)
    client.addCustomHttpHeader("Authorization", bearer)
    client.setMethod(POST)
    client.setRequestMethod(way)
    client.setQuery(text)
    client.query()


@pytest.fixture
def filled(empty: str, bearer: str) -> str:
    updated(empty, bearer, INSERT)
    return empty


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize(
    ("method", "way"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]
)
def test_queries_by_every_method(filled: str, path: str, method: str, way: str) -> None:
    client = wrapper(filled, path)
    client.setMethod(method)
    client.setRequestMethod(way)
    client.setReturnFormat(JSON)
    client.setQuery(ROWS)
    (row,) = client.queryAndConvert()["results"]["bindings"]
    assert row["o"] == {"type": "literal", "value": "医療", "xml:lang": "ja"}
    client.setQuery("ASK { GRAPH ?g { ?s ?p '医療'@ja } }")
    assert client.queryAndConvert()["boolean"] is True


@pytest.mark.parametrize("return_format", [XML, JSON, CSV, TSV])
def test_rows_in_every_format(filled: str, return_format: str) -> None:
    client = wrapper(filled)
    client.setQuery(ROWS)
    client.setReturnFormat(return_format)
    found = client.queryAndConvert()
    match return_format:
        case "xml":
            assert isinstance(found, Document)
            assert ">医療</literal>" in found.toxml()
        case "json":
            assert found["head"]["vars"] == ["s", "o"]
        case "csv":
            assert found.decode().splitlines() == ["s,o", "http://example.org/s,医療"]
        case _:
            assert found.decode().splitlines()[1] == '<http://example.org/s>\t"医療"@ja'


@pytest.mark.parametrize("return_format", [XML, RDFXML, TURTLE, N3, JSONLD])
def test_graphs_in_every_format(filled: str, return_format: str) -> None:
    client = wrapper(filled)
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(return_format)
    found = client.queryAndConvert()
    graph = found if isinstance(found, Graph) else Graph().parse(data=found, format="turtle")
    assert set(graph) == {TRIPLE}


def test_the_dataset_of_the_request(filled: str) -> None:
    client = wrapper(filled)
    client.setReturnFormat(JSON)
    client.setQuery("SELECT ?o WHERE { ?s ?p ?o }")
    assert client.queryAndConvert()["results"]["bindings"] == []
    client.addDefaultGraph(GRAPH)
    assert len(client.queryAndConvert()["results"]["bindings"]) == 1


@pytest.mark.parametrize("way", [URLENCODED, POSTDIRECTLY])
def test_updates_with_the_token(empty: str, bearer: str, way: str) -> None:
    updated(empty, bearer, INSERT, way)
    client = wrapper(empty)
    client.setQuery(CONSTRUCT)
    client.setReturnFormat(TURTLE)
    assert set(Graph().parse(data=client.queryAndConvert())) == {TRIPLE}


def test_faults_have_the_exceptions_of_the_library(empty: str) -> None:
    client = wrapper(empty)
    client.setQuery("SELECT * WHERE {")
    with pytest.raises(QueryBadFormed, match="malformed-query"):
        client.query()
    client.setMethod(POST)
    client.setQuery(INSERT)
    with pytest.raises(Unauthorized):
        client.query()
    elsewhere = wrapper(empty, "/nowhere")
    elsewhere.setQuery(ROWS)
    with pytest.raises(EndPointNotFound):
        elsewhere.query()


def test_an_update_by_get_is_refused(empty: str, bearer: str) -> None:
    client = wrapper(empty)
    client.addCustomHttpHeader("Authorization", bearer)
    client.setMethod(GET)
    client.setQuery(ROWS)
    client.addParameter("update", "CLEAR ALL")
    with pytest.raises((QueryBadFormed, urllib.error.HTTPError)):
        client.query()
