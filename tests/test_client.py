"""The Python client against the real server."""

import socket
import threading
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pytest
from rdflib import BNode, Literal, URIRef
from tests.web.conftest import fixture_server

from medrd_kg.client import Client, ServiceProblem, Unreachable
from medrd_kg.vocabulary import MRD, graph_iri

PREFIX = "PREFIX mrd: <https://w3id.org/medrd-kg/core#>\n"
DRUGS = URIRef("https://w3id.org/medrd-kg/id/project/drugs")


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with fixture_server() as server:
        yield Client(str(server.base_url))


def test_rows_hold_python_values(client: Client) -> None:
    rows = client.select(
        """SELECT ?iri ?text ?label ?whole ?exact ?truth ?time ?none ?blank ?odd {
          VALUES (?iri ?text ?label ?whole ?exact ?truth ?time ?odd) {
            (<http://example.org/がん> "a\\n\\"b" "がん"@ja 17500000000 12.5 true
             "2022-04-01T00:00:00+09:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>
             "x"^^<http://example.org/type>)
          }
          BIND(BNODE() AS ?blank)
        }"""
    )
    (row,) = rows
    assert row["iri"] == URIRef("http://example.org/がん")
    assert (row["text"], type(row["text"])) == ('a\n"b', str)
    assert row["label"] == Literal("がん", lang="ja")
    assert (row["whole"], type(row["whole"])) == (17_500_000_000, int)
    assert (row["exact"], type(row["exact"])) == (Decimal("12.5"), Decimal)
    assert row["truth"] is True
    assert row["time"] == datetime.fromisoformat("2022-04-01T00:00:00+09:00")
    assert row["none"] is None
    assert isinstance(row["blank"], BNode)
    assert row["odd"] == Literal("x", datatype=URIRef("http://example.org/type"))


def test_no_rows(client: Client) -> None:
    assert client.select("SELECT ?s { ?s ?s ?s }") == []


def test_ask(client: Client) -> None:
    assert client.ask(f"{PREFIX}# SELECT\nASK {{ <{DRUGS}> a mrd:IntegratedProject }}") is True
    assert client.ask(f"{PREFIX}ASK {{ <{DRUGS}> a mrd:Ministry }}") is False


def test_graphs(client: Client) -> None:
    for query in (f"DESCRIBE <{DRUGS}>", f"CONSTRUCT WHERE {{ <{DRUGS}> ?p ?o }}"):
        found = client.graph(query)
        assert set(found.subjects()) == {DRUGS}
        assert (DRUGS, MRD.fedBy, None) in found


def test_datasets(client: Client) -> None:
    query = f"{PREFIX}ASK {{ ?s a mrd:PriorityTopic }}"
    policy = graph_iri("policy-fy2022")
    assert client.ask(query, default_graphs=[policy])
    assert not client.ask(query, default_graphs=[graph_iri("facts")])
    in_graph = f"{PREFIX}SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s a mrd:PriorityTopic }} }}"
    assert client.select(in_graph, named_graphs=[policy]) == [{"g": URIRef(policy)}]


def test_a_malformed_query_tells_its_place(client: Client) -> None:
    with pytest.raises(ServiceProblem) as caught:
        client.select("SELECT * {\n ?s mrd:x ?o }")
    problem = caught.value
    assert problem.slug == "malformed-query"
    assert problem.type == "https://w3id.org/medrd-kg/problems/malformed-query"
    assert (problem.status, problem.line, problem.column) == (400, 2, 5)
    assert problem.hint == "put this line first: PREFIX mrd: <https://w3id.org/medrd-kg/core#>"
    assert "line 2, column 5" in str(problem)
    assert problem.document["title"] == problem.title


@pytest.mark.parametrize(
    ("query", "slug", "status"),
    [
        ("ASK { SERVICE <http://127.0.0.1:1/> {} }", "service-not-allowed", 403),
        ("CLEAR ALL", "update-on-query-endpoint", 400),
    ],
)
def test_refusals_are_exceptions(client: Client, query: str, slug: str, status: int) -> None:
    with pytest.raises(ServiceProblem) as caught:
        client.ask(query)
    assert (caught.value.slug, caught.value.status) == (slug, status)


def test_the_wrong_method_for_a_query_is_an_error(client: Client) -> None:
    with pytest.raises(TypeError, match="no SELECT"):
        client.select("ASK {}")
    with pytest.raises(TypeError, match="no ASK"):
        client.ask("SELECT * {}")
    with pytest.raises(ServiceProblem, match="none of the types"):
        client.graph("SELECT * {}")


def test_another_server_at_the_address(client: Client) -> None:
    elsewhere = Client(client.endpoint.removesuffix("/sparql") + "/nowhere")
    with pytest.raises(ServiceProblem) as caught:
        elsewhere.ask("ASK {}")
    assert caught.value.status == 404


def test_no_server() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unreachable, match="does not answer"):
            Client(address).ask("ASK {}")


def test_a_silent_server_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable):
            Client(address, timeout_seconds=1).ask("ASK {}")


def test_the_token_is_sent_and_pages_of_proxies_are_understood() -> None:
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"

        def answer() -> None:
            connection, _ = proxy.accept()
            with connection:
                received.append(connection.recv(65536))
                connection.sendall(
                    b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n"
                    b"Connection: close\r\n\r\nstop"
                )

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ServiceProblem) as caught:
            Client(address, token="a" * 24).ask("ASK {}")
        thread.join()
    assert b"authorization: bearer " + b"a" * 24 in received[0].lower()
    assert (caught.value.status, caught.value.detail) == (401, "stop")
    assert caught.value.type == "about:blank"
