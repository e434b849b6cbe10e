"""Queries whose header fields have come before are not parsed, and answered all the same."""

import socket
from io import BufferedReader
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from medrd_kg.web.front.answers import Header
from medrd_kg.web.front.shared import Endings

ENDING = b" HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n"
FIELDS: list[Header] = [(b"host", b"x"), (b"accept", b"text/csv")]


@pytest.fixture
def endings() -> Endings:
    """What remembers the fields of one request."""
    found = Endings()
    found.remember(b"GET /sparql?query=ASK%7B%7D" + ENDING, FIELDS)
    return found


@pytest.mark.parametrize("target", [b"/sparql?query=x", b"/sparql/?a=1&query=%E3%81%82"])
def test_another_address_before_the_same_fields_is_known(endings: Endings, target: bytes) -> None:
    assert endings.asked_as_before(b"GET " + target + ENDING) == (target, tuple(FIELDS))


@pytest.mark.parametrize(
    "data",
    [
        b"POST /sparql?query=x" + ENDING,
        b"HEAD /sparql?query=x" + ENDING,
        b"\r\nGET /sparql?query=x" + ENDING,
        b"GET  /sparql?query=x" + ENDING,
        b"GET /api/v1/topics?query=x" + ENDING,
        b"GET /sparql?query=x#y" + ENDING,
        b"GET /sparql?query=\xe3" + ENDING,
        b"GET /sparql?query=x\ty" + ENDING,
        b"GET /sparql?query=x" + ENDING + b"GET /",
        b"GET /sparql?query=x" + ENDING[:-1],
        b"GET /sparql?query=x" + ENDING.replace(b"1.1", b"1.0"),
        b"GET /sparql?query=y /sparql?query=x" + ENDING,
        b"",
    ],
)
def test_whatever_else_differs_is_parsed(endings: Endings, data: bytes) -> None:
    endings.remember(b"GET  /sparql?query=x" + ENDING, FIELDS)
    endings.remember(b"\r\nGET /sparql?query=x" + ENDING, FIELDS)
    assert endings.asked_as_before(data) is None


def test_the_memory_is_bounded(endings: Endings) -> None:
    for number in range(2000):
        agent = ENDING.replace(b"Host: x", b"Host: x\r\nUser-Agent: %d" % number)
        endings.remember(b"GET /sparql?query=x" + agent, FIELDS)
    assert endings.asked_as_before(b"GET /sparql?query=x" + ENDING) is None
    assert endings.asked_as_before(b"GET /sparql?query=x" + agent) is not None
    long = ENDING.replace(b"Host: x", b"Host: x\r\nX: " + b"x" * 9000)
    endings.remember(b"GET /sparql?query=x" + long, FIELDS)
    assert endings.asked_as_before(b"GET /sparql?query=x" + long) is None


QUESTIONS = (
    "query=" + quote("SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3 #{}"),
    "query=" + quote("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 4000 #{}"),  # a stream
    "query=" + quote("SELECT ?s { ?s #{}"),
    "query=" + quote("INSERT DATA {{}} #{}"),
    "query=" + quote("ASK {{ SERVICE <http://127.0.0.1:1/> {{}} }} #{}"),
    "query=" + quote("ASK {{}} #{}") + "&explain=true",
    "query=" + quote("ASK {{}} #{}") + "&query=y",
    "query=%E3%81%22#{}",
    "query=%ZZ{}",
    "query={}&release=unknown",
    "{}",
    "query=" + quote("ASK {{ ?s ?p ?o }} #{}"),
)


def test_answers_are_those_of_a_parsed_request(server: httpx.Client) -> None:
    with httpx.Client(base_url=server.base_url) as usual:
        known = {}
        for round_ in range(2):  # the first makes the header fields known
            for question in QUESTIONS:
                known[question] = usual.get(f"/sparql?{question.format(f'k{round_}')}")
        for question in QUESTIONS:
            fields = {"X-Unseen": uuid4().hex}
            parsed = usual.get(f"/sparql?{question.format('k1')}", headers=fields)
            fresh = usual.get(f"/sparql?{question.format('f1')}", headers=fields)
            answer = known[question]
            assert answer.status_code == parsed.status_code == fresh.status_code, question
            assert answer.content == parsed.content, question
            if answer.status_code == 200 and "explain" not in question:
                assert answer.content == fresh.content, question  # and that one was not kept
            for name in ("content-type", "vary", "cache-control", "etag", "medrd-kg-release"):
                assert answer.headers.get(name) == parsed.headers.get(name), (question, name)
    assert {each.status_code for each in known.values()} >= {200, 400}


def test_one_connection_may_send_as_it_likes(server: httpx.Client) -> None:
    host, port = server.base_url.host, server.base_url.port
    assert port is not None
    ending = f" HTTP/1.1\r\nHost: {host}\r\nAccept: text/csv\r\n\r\n"

    def request(number: int, rows: int = 1) -> bytes:
        query = quote(f"SELECT ({number} AS ?n) {{ ?s ?p ?o }} LIMIT {rows}")
        return f"GET /sparql?query={query}{ending}".encode()

    sent = [
        (request(1),),
        (request(2),),
        (request(3) + request(4),),
        (request(5)[:20], request(5)[20:]),
        (request(6, 6000), request(7)),  # the seventh comes while the sixth streams
        (request(8),),
    ]
    with socket.create_connection((host, port), timeout=30) as connection:
        answers = connection.makefile("rb")
        seen = []
        for pieces in sent:
            for piece in pieces:
                connection.sendall(piece)
            requests = b"".join(pieces).count(b"GET ")
            seen.extend([_read_csv(answers) for _ in range(requests)])
    assert [each[1] for each in seen] == [str(number) for number in range(1, 9)]
    assert len(seen[5]) > 1000, "the sixth is a stream"


def _read_csv(answers: BufferedReader) -> list[str]:
    """Read one answer, of known length or in chunks, and return its lines."""
    assert answers.readline().startswith(b"HTTP/1.1 200 "), "the answer before was read whole"
    length = None
    while line := answers.readline().strip().lower():
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if length is not None:
        return answers.read(length).decode().splitlines()
    body = b""
    while size := int(answers.readline(), 16):
        body += answers.read(size)
        answers.readline()
    answers.readline()
    return body.decode().splitlines()
