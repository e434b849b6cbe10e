"""The shorter way to ready answers: the same bytes as the long one, in the same order."""

import re
from dataclasses import dataclass, field
from typing import Self

import httptools
import pytest
from tests.web.front.conftest import Peer, read_all


@dataclass
class Answers:
    """Reads raw answers.

    Attributes:
        bodies: Theirs.
        headers: Their header fields.
    """

    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return what answers say."""
        answers = cls()
        httptools.HttpResponseParser(answers).feed_data(data)
        return answers

    def on_message_begin(self) -> None:
        self.bodies.append(b"")
        self.headers.append({})

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[-1][name.decode()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.bodies[-1] += body


def request(target: str, *fields: str, method: str = "GET", version: str = "1.1") -> bytes:
    lines = [f"{method} {target} HTTP/{version}", "Host: x", *fields, "", ""]
    return "\r\n".join(lines).encode()


def conversation(peer: Peer, *sent: bytes) -> Answers:
    """Send pieces, the last request of which closes, and return all answers."""
    with peer.connect() as connection:
        for piece in sent:
            connection.sendall(piece)
        return Answers.read(read_all(connection))


def test_both_ways_answer_alike(plain: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}&padding=2000"
    plain.get(target)
    closing = "Connection: close"
    short = conversation(plain, request(target), request("/health/counts", closing))
    long = conversation(plain, request(target, closing))
    for name in long.headers[0].keys() | short.headers[0].keys():
        if name not in {"connection", "date"}:
            assert short.headers[0][name] == long.headers[0][name]
    assert short.headers[0]["server-timing"] == 'cache;desc="hit"'
    assert "date" in short.headers[0]
    assert short.bodies[0] == long.bodies[0]


@pytest.mark.parametrize("size", [1, 7, 30, 100, 100_000])
def test_requests_may_come_in_any_pieces(plain: Peer, unique: str, size: int) -> None:
    ready, other = f"/sparql?name={unique}", f"/sparql?name={unique}&other"
    plain.get(ready)
    post = request(
        "/sparql", "Content-Type: application/sparql-query", "Content-Length: 6", method="POST"
    )
    wanted = [
        *(request(ready), request(other), request(ready), post + b"ASK {}", request(ready)),
        *(b"\r\n" + request(ready), request(ready, method="HEAD"), request(ready)),
        request(ready, "Connection: close"),
    ]
    whole = b"".join(wanted)
    pieces = [whole[start : start + size] for start in range(0, len(whole), size)]
    for _ in range(2):  # the second time, their bytes are known
        with plain.connect() as connection:
            for piece in pieces:
                connection.sendall(piece)
            raw = read_all(connection)
        assert raw.count(b"HTTP/1.1 200 OK") == len(wanted)
        # The answer to HEAD has a length and no body: it is cut out, for the parser knows not.
        found = re.split(rb"(?=HTTP/1\.1 200 OK\r\n)", raw)[1:]
        targets = [re.search(rb'"target": "([^"]*)"', each) for each in found]
        assert [each and each[1].decode() for each in targets] == [
            *(ready, other, ready, "/sparql", ready, ready, None, ready, ready)
        ]


def test_answers_keep_the_order_of_their_requests(plain: Peer, unique: str) -> None:
    """A ready answer does not overtake one that is still being made."""
    ready = f"/sparql?name={unique}"
    gated = f"/sparql?name={unique}-g&gate={unique}"
    plain.get(ready)
    with plain.connect() as connection:
        connection.sendall(request(gated) + request(ready))
        plain.tell("await", event=f"{unique}-g begun", count=1)
        connection.sendall(request(ready) + request(ready, "Connection: close"))
        plain.tell("open", gate=unique)
        answers = Answers.read(read_all(connection))
    assert [f'"target": "{gated}"'.encode() in each for each in answers.bodies] == [
        *(True, False, False, False)
    ]


def test_the_same_bytes_mean_the_same_in_another_state(plain: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}"
    try:
        with plain.connect() as connection:
            for state in ("one", "one", "two", "two", "one"):
                plain.tell("state", id=state)
                connection.sendall(request(target))
                answer = connection.recv(65536)
                while b'"state": ' not in answer:  # head and body may come one by one
                    answer += connection.recv(65536)
                assert f'"state": "{state}"'.encode() in answer
    finally:
        plain.tell("state", id="one")


def test_old_and_closing_clients(either: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}"
    for _ in range(2):
        for raw in (
            either.say(request(target, version="1.0")),
            either.say(request(target, "Connection: close")),
        ):
            assert raw.startswith(b"HTTP/1.1 200 OK")
            assert raw.endswith(b"}")
    assert either.tell("counts")[f"{unique} begun"] == 1


def test_a_client_that_never_reads_is_not_answered_without_end(plain: Peer, unique: str) -> None:
    target = f"/sparql?name={unique}&padding=200000"
    plain.get(target)
    before = plain.tell("memory")
    with plain.connect() as connection:
        connection.setblocking(False)
        sent = 0
        try:
            while sent < 5_000:  # a gigabyte of answers
                connection.send(request(target))
                sent += 1
                if not sent % 100:
                    plain.tell("counts")
        except BlockingIOError:
            pass
        plain.tell("counts")
        assert plain.tell("memory") - before < 200_000_000
