"""Long answers: sent as the client takes them, and never passed off as whole when cut."""

import csv
import gzip
import http.client
import io
import json
import socket
import zlib
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from benchmarks.processes import Process
from pyoxigraph import RdfFormat, parse
from tests.survival.clients import Exchange, exchange
from tests.survival.serving import Server, eventually

# Joins that give their first rows at once and never end.
_ROWS = "SELECT * { ?a a ?type . ?b a ?type . ?c a ?type }"
_GRAPH = "CONSTRUCT { ?a ?b ?c } WHERE { ?a a ?type . ?b a ?type . ?c a ?type }"
_HELD_BYTES = 65_536
_BUFFER_BYTES = 48_000_000

FORMATS = {
    "application/sparql-results+json": _ROWS,
    "application/sparql-results+xml": _ROWS,
    "text/csv": _ROWS,
    "text/tab-separated-values": _ROWS,
    "text/turtle": _GRAPH,
    "application/n-triples": _GRAPH,
    "application/rdf+xml": _GRAPH,
}


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("media_type", FORMATS)
def test_an_answer_cut_by_the_deadline_is_not_whole(
    survivor: Server, media_type: str, encoding: str
) -> None:
    connection = http.client.HTTPConnection(urlsplit(survivor.address).netloc, timeout=30)
    connection.request(
        "GET",
        f"/sparql?query={quote(FORMATS[media_type])}",
        headers={"Accept": media_type, "Accept-Encoding": encoding},
    )
    response = connection.getresponse()
    assert response.status == http.client.OK
    assert response.headers.get_content_type() == media_type
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert response.headers.get("Content-Encoding", "identity") == encoding
    received = bytearray()
    # The end of the chunks never comes: every HTTP client sees that the answer is not whole.
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):  # noqa: PT012
        while piece := response.read1(1_000_000):
            received += piece
    connection.close()
    if encoding == "gzip":
        unpacking = zlib.decompressobj(wbits=31)
        plain = unpacking.decompress(bytes(received))
        assert not unpacking.eof
    else:
        plain = bytes(received)
    assert len(plain) > _HELD_BYTES
    assert not any("Traceback" in line for line in survivor.said)  # a limit is no fault of ours


@pytest.mark.parametrize("media_type", ["application/sparql-results+json", "text/turtle"])
def test_a_slow_reader_fills_no_memory(patient: Server, media_type: str) -> None:
    """The worker waits for the client; what lies between them is bounded."""
    eventually("no query runs", lambda: not patient.running(), within=10)
    before = _front_bytes(patient)
    place = urlsplit(patient.address)
    request = (
        f"GET /sparql?query={quote(FORMATS[media_type])} HTTP/1.1\r\n"
        f"Host: localhost\r\nAccept: {media_type}\r\n\r\n"
    )
    assert place.hostname is not None
    assert place.port is not None
    whole_tree = []
    with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
        connection.sendall(request.encode())
        for _ in range(3):
            received = 0
            while received < 3_000_000:
                received += len(connection.recv(65_536))
            # Everybody waits for this client now: the worker for the server, the server for us.
            eventually("the query pauses", patient.rests, within=10)
            assert _front_bytes(patient) - before < _BUFFER_BYTES
            whole_tree.append(patient.tree.memory_bytes())
    # What the evaluation itself holds does not grow with what was sent.
    assert whole_tree[-1] - whole_tree[0] < _BUFFER_BYTES
    eventually("the query is gone", lambda: not patient.running(), within=5)


def _front_bytes(server: Server) -> int:
    """Memory of the process that clients talk to."""
    front = Process.read(server.process.pid)
    assert front is not None
    return front.proportional_bytes


def _graph_size(body: bytes, form: RdfFormat) -> int:
    return sum(1 for _ in parse(body, format=form))


def _whole(server: Server, query: str, media_type: str, encoding: str) -> Exchange:
    seen = exchange(
        server.address,
        f"/sparql?query={quote(query)}",
        headers={"Accept": media_type, "Accept-Encoding": encoding},
        keep=100_000_000,
    )
    assert seen.end == "answered"
    assert seen.headers["content-type"].split(";")[0] == media_type
    # Also where the answer came from elsewhere than the query that was begun for it.
    eventually("nothing runs on", lambda: not server.running(), within=5)
    return seen


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("media_type", FORMATS)
def test_a_long_answer_arrives_whole(patient: Server, media_type: str, encoding: str) -> None:
    """20,000 rows or triples, beyond what is held back, in each format."""
    many = 20_000
    of_rows = FORMATS[media_type] is _ROWS
    query = (
        f"SELECT ?s ?p ?o {{ ?s ?p ?o }} LIMIT {many}"
        if of_rows
        else f"CONSTRUCT {{ ?s a ?o }} WHERE {{ SELECT DISTINCT ?s ?o {{ ?s a ?o }} LIMIT {many} }}"
    )
    seen = _whole(patient, query, media_type, encoding)
    body = (
        gzip.decompress(seen.body) if seen.headers.get("content-encoding") == "gzip" else seen.body
    )
    assert len(body) > _HELD_BYTES
    match media_type:
        case "application/sparql-results+json":
            count = len(json.loads(body)["results"]["bindings"])
        case "application/sparql-results+xml":
            count = len(ET.fromstring(body)[1])  # noqa: S314 - our own server's
        case "text/csv":
            count = len(list(csv.reader(io.StringIO(body.decode(), newline="")))) - 1
        case "text/tab-separated-values":
            count = body.count(b"\n") - 1
        case "text/turtle":
            count = _graph_size(body, RdfFormat.TURTLE)
        case "application/n-triples":
            count = _graph_size(body, RdfFormat.N_TRIPLES)
        case _:
            count = _graph_size(body, RdfFormat.RDF_XML)
    assert count == many
