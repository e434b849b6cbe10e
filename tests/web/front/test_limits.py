"""Limits on what a request may take, and clients that are slow or leave."""

import time
from contextlib import closing
from http.client import HTTPConnection

import anyio
import pytest
from starlette.types import Message
from tests.web.front.conftest import Peer, peer, read_all

from medrd_kg.problems import Problem
from medrd_kg.web.front.intake import ClientGone, Intake, announced_length
from medrd_kg.web.front.limits import LONGEST_TARGET

QUERY = "application/sparql-query"


def refusal(raw: bytes, status: int, slug: str) -> None:
    """Check that raw bytes are one whole problem document."""
    head, _, body = raw.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), raw[:200]
    assert b"content-type: application/problem+json" in head
    assert b"content-length: %d" % len(body) in head
    assert f"/{slug}".encode() in body


def test_addresses_have_a_limit(either: Peer) -> None:
    fitting = "/api/echo?x=" + "a" * (LONGEST_TARGET - 12)
    for _ in range(2):
        assert either.get(fitting).status_code == 200
    response = either.get(fitting + "a")
    assert response.status_code == 414
    assert response.json()["limit"] == LONGEST_TARGET


def test_an_address_that_no_parser_takes(plain: Peer) -> None:
    raw = plain.say(b"GET /" + b"a" * 90_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    refusal(raw, 414, "address-too-long")


def test_header_fields_have_limits(either: Peer) -> None:
    assert either.get("/api/echo", **{f"x{n}": "y" for n in range(90)}).status_code == 200
    for headers in ({f"x{n}": "y" for n in range(120)}, {"x": "y" * 66_000}):
        response = either.get("/api/echo", **headers)
        assert response.status_code == 431
        assert response.json()["type"].endswith("/header-too-large")


def test_a_head_without_end(plain: Peer) -> None:
    with plain.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        try:
            for number in range(10_000):
                connection.sendall(b"x%d: " % number + b"y" * 10_000 + b"\r\n")
        except ConnectionError:
            pass  # it was closed meanwhile
        else:
            pytest.fail("a hundred megabytes of header fields was taken")
    assert plain.get("/health/counts").status_code == 200


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nx: "])
def test_a_head_that_does_not_come(sent: bytes) -> None:
    with peer("head_seconds=0.3") as running, running.connect() as connection:
        connection.sendall(sent)
        assert read_all(connection) == b""


@pytest.mark.parametrize("path", ["/api/echo", "/sparql?query=ASK"])
def test_a_connection_that_is_not_used_any_more(path: str) -> None:
    with (
        peer("keep_alive=1") as running,
        closing(HTTPConnection("127.0.0.1", running.port)) as connection,
    ):
        for _ in range(3):  # from the inner application, then from ready bytes
            connection.request("GET", path)
            assert connection.getresponse().read()
        begun = time.monotonic()
        assert connection.sock.recv(1) == b""
        assert time.monotonic() - begun > 0.5


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9\r\n\r\n"])
def test_what_is_no_http(plain: Peer, sent: bytes) -> None:
    refusal(plain.say(sent), 400, "malformed-request")


def test_bodies_have_a_limit(unique: str) -> None:
    with peer("max_body_mb=1") as running:
        for path in ("/sparql", "/update", "/graph-store"):
            for size, status in ((1_000_000, 200), (1_000_001, 413)):
                body = b"#" * size
                counted = running.ask("POST", f"{path}?name={unique}", body, content_type=QUERY)
                assert counted.status_code == status
                chunked = running.client.post(
                    path, content=iter([body[:500], body[500:]]), headers={"Content-Type": QUERY}
                )
                assert chunked.status_code == status
                if status == 413:
                    assert counted.json()["limit"] == chunked.json()["limit"] == 1_000_000


def test_a_body_announced_too_large_is_not_awaited(either: Peer) -> None:
    with either.connect() as connection:
        head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\n"
        connection.sendall(f"{head}Content-Length: 999999999999\r\n\r\n".encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_body_is_only_asked_for_when_it_may_come(either: Peer) -> None:
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nExpect: 100-continue\r\n"
    for length, answer in ((6, b"HTTP/1.1 100 "), (999_999_999, b"HTTP/1.1 413 ")):
        with either.connect() as connection:
            connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
            assert connection.recv(1000).startswith(answer)


@pytest.mark.parametrize("path", ["/sparql", "/update"])
def test_a_client_that_leaves_within_its_body(either: Peer, unique: str, path: str) -> None:
    with either.connect() as connection:
        head = f"POST {path}?name={unique} HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\n"
        connection.sendall(f"{head}Content-Length: 50\r\n\r\nASK".encode())
    assert either.get(f"/api/echo?name={unique}-after").status_code == 200


@pytest.mark.parametrize("value", [b"-1", b"1e3", b"+1", b"1,1", b"x"])
def test_content_length_is_a_number(value: bytes) -> None:
    with pytest.raises(Problem, match="not a number"):
        announced_length(value)


def test_long_numbers_are_no_work() -> None:
    assert announced_length(b"9" * 100_000) == 10**15
    assert announced_length(b"0" * 20 + b"7") == 7
    assert announced_length(b"0") == 0
    assert announced_length(None) is None


def test_a_body_that_stays_away() -> None:
    async def never() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def wait() -> Problem:
        intake = Intake(never, 100, idle_seconds=0.05)
        with pytest.raises(Problem) as refused:
            await intake.read(100)
        assert intake.fault is refused.value
        return refused.value

    problem = anyio.run(wait)
    assert problem.slug == "malformed-request"
    assert problem.headers == {"Connection": "close"}


def test_what_is_read_ahead_is_not_lost() -> None:
    pieces = [b"abc", b"def", b"ghi"]

    async def read() -> tuple[bytes | None, bytes]:
        messages = iter(
            {"type": "http.request", "body": piece, "more_body": piece != pieces[-1]}
            for piece in pieces
        )

        async def receive() -> Message:
            return next(messages, {"type": "http.disconnect"})

        intake = Intake(receive, 100)
        ahead = await intake.read(4)
        body, more = b"", True
        while more:
            message = await intake.receive()
            body, more = body + message["body"], message["more_body"]
        assert (await intake.receive())["type"] == "http.disconnect"
        return ahead, body

    assert anyio.run(read) == (None, b"abcdefghi")


def test_a_reader_is_told_that_the_client_left() -> None:
    async def read() -> None:
        async def receive() -> Message:
            return {"type": "http.disconnect"}

        with pytest.raises(ClientGone):
            await Intake(receive, 100).read(10)

    anyio.run(read)
