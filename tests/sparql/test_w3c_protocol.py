"""The query part of the W3C test suite for the SPARQL 1.1 Protocol, against the application."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import anyio
import httpx
import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse
from rdflib import RDF, RDFS, Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from medrd_kg.settings import Settings
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.web.app import create_app
from medrd_kg.web.state import Release

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
STATUS = "http://www.w3.org/2011/http-statusCodes#StatusCode"

QUERY_TESTS = 20
"""Tests of the suite that only query; the others update."""

pytestmark = pytest.mark.shared


class Exchange(NamedTuple):
    """One request of a test with what its answer must be."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: set[str]
    boolean: bool | None
    format: str | None


@pytest.fixture(scope="module")
def suite(shared_dir: Path) -> Graph:
    folder = shared_dir / "conformance" / "w3c" / "sparql" / "sparql11" / "protocol"
    return Graph().parse(folder / "manifest.ttl")


def test_the_query_tests_of_the_suite(suite: Graph, tmp_path: Path) -> None:
    every = suite.subjects(RDF.type, MF.ProtocolTest)
    tests = [test for test in every if "update" not in str(test)]
    assert len(tests) == QUERY_TESTS
    failures = []
    for test in tests:
        exchanges = list(_exchanges(suite, test))
        assert exchanges
        for exchange in exchanges:
            response = _send(_release(suite, test), exchange, tmp_path)
            failures += [f"{test}: {fault}" for fault in _faults(exchange, response)]
    assert failures == []


def _exchanges(suite: Graph, test: Node) -> Iterator[Exchange]:
    action = suite.value(test, MF.action)
    for connection in suite.objects(action, HT.requests):
        for request in Collection(suite, connection):
            headers = {
                str(suite.value(header, HT.fieldName)): str(suite.value(header, HT.fieldValue))
                for listed in suite.objects(request, HT.headers)
                for header in Collection(suite, listed)
            }
            content = suite.value(request, HT.body)
            characters = suite.value(content, CNT.chars) if content else None
            encoding = str(suite.value(content, CNT.characterEncoding) or "utf-8")
            response = suite.value(request, HT.resp)
            boolean = suite.value(response, MF.expectedBoolean)
            expected = suite.value(response, MF.expectedFormat)
            yield Exchange(
                method=str(suite.value(request, HT.methodName)),
                path=str(suite.value(request, HT.absolutePath)),
                headers=headers,
                body=str(characters or "").encode(encoding),
                statuses={
                    str(status).removeprefix(STATUS)[0]
                    for status in suite.objects(response, MF.expectedStatus)
                },
                boolean=None if boolean is None else str(boolean) == "true",
                format=None if expected is None else str(expected),
            )


def _release(suite: Graph, test: Node) -> Release:
    store = EmbeddedStore()
    for data in suite.objects(test, UT.graphData):
        graph = NamedNode(str(suite.value(data, RDFS.label)))
        source = Path(str(suite.value(data, UT.graph)).removeprefix("file://"))
        store.insert(
            Quad(quad.subject, quad.predicate, quad.object, graph)
            for quad in parse(path=str(source), format=RdfFormat.N_TRIPLES)
        )
    return Release("w3c", store, store.statistics())


def _send(release: Release, exchange: Exchange, folder: Path) -> httpx.Response:
    async def talk() -> httpx.Response:
        app = create_app(Settings.load({}, data_dir=folder), release)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://www.example") as client,
        ):
            while (await client.get("/health/ready")).status_code != httpx.codes.OK:
                await anyio.lowlevel.checkpoint()
            return await client.request(
                exchange.method, exchange.path, headers=exchange.headers, content=exchange.body
            )

    return anyio.run(talk)


def _faults(exchange: Exchange, response: httpx.Response) -> Iterator[str]:
    if str(response.status_code)[0] not in exchange.statuses:
        yield f"status {response.status_code}, not {exchange.statuses}: {response.text}"
    elif exchange.boolean is not None and response.json().get("boolean") != exchange.boolean:
        yield f"{response.text}, not {exchange.boolean}"
    elif exchange.format == "tabular" and "results" not in response.json():
        yield f"no rows: {response.text}"
    elif exchange.format == "RDF" and "turtle" not in response.headers["content-type"]:
        yield f"no graph: {response.headers['content-type']}"
