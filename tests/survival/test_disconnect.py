"""A client that leaves takes its query along."""

import socket
from urllib.parse import quote, urlsplit

import pytest
from tests.survival.clients import post_query
from tests.survival.serving import Server, eventually

_COUNTED = "SELECT (COUNT(*) AS ?n) { ?a a ?type . ?b a ?type . ?c a ?type }"
_STREAMED = "SELECT * { ?a a ?type . ?b a ?type . ?c a ?type }"


def _sent(server: Server, request: bytes) -> socket.socket:
    place = urlsplit(server.address)
    assert place.hostname is not None
    assert place.port is not None
    connection = socket.create_connection((place.hostname, place.port), timeout=30)
    connection.sendall(request)
    return connection


def _get(query: str) -> bytes:
    return f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def _post(query: str) -> bytes:
    head = "POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n"
    return f"{head}Content-Length: {len(query)}\r\n\r\n{query}".encode()


@pytest.mark.parametrize(
    "request_bytes",
    [_get(_COUNTED), _post(_COUNTED)],
    ids=["asked by GET", "asked by POST"],
)
def test_a_query_ends_when_its_client_leaves(patient: Server, request_bytes: bytes) -> None:
    _wait_for_rest(patient)
    idle = len(patient.tree.processes())
    with _sent(patient, request_bytes):
        eventually("the query runs", patient.runs, within=10)
    _wait_for_rest(patient)
    _wait_for_processes(patient, idle)


def test_a_stream_ends_when_its_client_leaves(patient: Server) -> None:
    _wait_for_rest(patient)
    idle = len(patient.tree.processes())
    with _sent(patient, _get(_STREAMED)) as connection:
        received = 0
        while received < 10_000_000:
            piece = connection.recv(1_000_000)
            assert piece
            received += len(piece)
        assert patient.runs()
    _wait_for_rest(patient)
    _wait_for_processes(patient, idle)


def test_a_query_in_the_queue_ends_when_its_client_leaves(patient: Server) -> None:
    """Those who left while they waited do not take a place from those who stay."""
    _wait_for_rest(patient)
    idle = len(patient.tree.processes())
    crowd = [_sent(patient, _get(f"{_COUNTED} LIMIT {each + 1}")) for each in range(8)]
    eventually("some run", patient.runs, within=10)
    eventually("some wait", lambda: patient.runs("waiting"), within=10)
    for each in crowd:
        each.close()
    _wait_for_rest(patient)
    _wait_for_processes(patient, idle)
    assert post_query(patient.address, "ASK { ?s ?p ?o }").end == "answered"


def _wait_for_rest(server: Server) -> None:
    eventually("no query runs or waits", lambda: not server.running(), within=5)


def _wait_for_processes(server: Server, most: int) -> None:
    eventually("no worker is left over", lambda: len(server.tree.processes()) <= most, within=5)
