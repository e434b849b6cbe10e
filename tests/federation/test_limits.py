"""Servers that redirect, drip, flood, lie and break off: each is one clear failure."""

import asyncio
import gzip
import socket
import struct
import time
import zlib
from collections.abc import AsyncIterator

import pytest
from tests.federation.servers import EMPTY_JSON, Handler, Site, Visit, answer, free_port, site

from medrd_kg.federation.gateway import Gateway
from medrd_kg.federation.inflation import body_within
from medrd_kg.federation.limits import Limits
from medrd_kg.problems import Problem

QUERY = "SELECT * WHERE { ?s ?p ?o }"
LIMITS = Limits(answer_bytes=100_000, document_bytes=100_000)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"


def writing(first: bytes, again: bytes = b"") -> Handler:
    """Write ``first``, and ``again`` without end."""

    async def handle(_visit: Visit, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while again:
            writer.write(again)
            await writer.drain()

    return handle


def dripping(first: bytes, drop: bytes) -> Handler:
    """Write ``first``, and one ``drop`` each hundredth of a second without end."""

    async def handle(_visit: Visit, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.01)

    return handle


async def resetting(_visit: Visit, writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    # Closing at once without lingering sends RST (SO_LINGER of 0 s).
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.write(HEAD)
    await writer.drain()
    writer.transport.abort()


async def leaving(_visit: Visit, writer: asyncio.StreamWriter) -> None:
    writer.close()


def zipped(body: bytes, encoding: str = "gzip") -> Handler:
    return answer(body, fields=(f"Content-Encoding: {encoding}",))


async def failure(handler: Handler, limits: Limits = LIMITS) -> tuple[Problem, Site]:
    async with site(handler) as other:
        # Asked by name, so that a number in the message would be a leak.
        endpoint = f"http://localhost:{other.port}/sparql"
        gateway = Gateway([endpoint], limits=limits, resolve=loopback)
        with pytest.raises(Problem) as caught:
            await gateway.ask(endpoint, QUERY, deadline=time.monotonic() + 20)
        await gateway.aclose()
        return caught.value, other


async def loopback(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


BOMB = gzip.compress(bytes(50_000_000))
TWICE = gzip.compress(gzip.compress(bytes(50_000_000)))


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (answer(status="302 Found", fields=("Location: http://127.0.0.1/",)), "redirects"),
        (answer(status="307 Hm", fields=("Location: http://169.254.169.254/",)), "redirects"),
        (answer(status="300 Multiple Choices"), "redirects"),
        (answer(status="404 Not Found"), "status 404"),
        (answer(status="503 Busy"), "status 503"),
        (answer(status="206 Partial Content"), "status 206"),
        (answer(b"<html>", "text/html"), "none of application/sparql-results"),
        (answer(b"x", "text/plain"), "none of application/sparql-results"),
        (answer(bytes(100_001)), "larger than 100000 bytes"),
        (writing(HEAD + b"\r\n", bytes(65_536)), "larger than 100000 bytes"),
        (
            writing(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"a\r\n0123456789\r\n"),
            "larger than 100000 bytes",
        ),
        (zipped(BOMB), "larger than 100000 bytes"),
        (zipped(BOMB, "deflate"), "larger than 100000 bytes"),
        (zipped(TWICE, "gzip, gzip"), "encoding that was not asked for"),
        (zipped(b"\x0b\x02\x80", "br"), "encoding that was not asked for"),
        (zipped(gzip.compress(EMPTY_JSON, mtime=0)[:-9]), "cut short"),
        (zipped(b"no gzip at all"), "damaged"),
        (answer(fields=tuple(f"X-{n}: y" for n in range(200))), "header of its answer"),
        (answer(fields=(f"X: {'y' * 40_000}",)), "header of its answer"),
        (answer(fields=(f"X: {'y' * 400_000}",)), "does not speak HTTP"),
        (writing(HEAD, b"X-More: and more\r\n"), "does not speak HTTP"),
        (writing(b"GET / HTTP/1.1\r\n\r\n"), "does not speak HTTP"),
        (writing(b"\x16\x03\x01\x00\xa5" * 100), "does not speak HTTP"),
        (answer(length=100), "breaks off"),
        (leaving, "breaks off"),
        (resetting, "connection to it failed"),
    ],
)
def test_misbehaviour_is_a_failure_with_its_reason(handler: Handler, reason: str) -> None:
    problem, other = asyncio.run(failure(handler))
    assert problem.slug == "remote-failure"
    assert problem.kind.status == 502
    assert reason in problem.detail
    assert f"<http://localhost:{other.port}/sparql>" in problem.detail
    told = str(problem.document())
    assert "127.0.0.1" not in told
    assert "169.254" not in told
    assert other.connections == 1


@pytest.mark.parametrize(
    "handler",
    [
        dripping(HEAD + b"\r\n", b" "),
        dripping(HEAD, b"X"),
        dripping(b"", b"H"),
        dripping(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["body", "header", "status line", "hints"],
)
def test_slowness_ends_with_the_time_of_a_call(handler: Handler) -> None:
    limits = Limits(seconds=0.3)
    begun = time.monotonic()
    problem, _ = asyncio.run(failure(handler, limits))
    assert problem.slug == "remote-failure"
    assert "not complete after 0.3 s" in problem.detail or "speak HTTP" in problem.detail
    assert time.monotonic() - begun < 15


def test_the_deadline_of_the_query_counts_as_well() -> None:
    async def scenario() -> None:
        async with site(dripping(HEAD + b"\r\n", b" ")) as other:
            endpoint = f"http://127.0.0.1:{other.port}/"
            gateway = Gateway([endpoint])
            with pytest.raises(Problem, match="not complete after"):
                await gateway.ask(endpoint, QUERY, deadline=time.monotonic() + 0.2)
            with pytest.raises(Problem, match=r"not complete after 0\.0 s"):
                await gateway.ask(endpoint, QUERY, deadline=time.monotonic() - 1)

    asyncio.run(scenario())


def test_a_resolver_without_an_answer_is_a_failure() -> None:
    async def scenario(answering: bool) -> Problem:
        async def resolve(_host: str, _port: int) -> list[str]:
            if answering:
                raise OSError("Name or service not known")
            await asyncio.Event().wait()
            return []

        gateway = Gateway(["http://name.example/"], limits=Limits(seconds=0.2), resolve=resolve)
        with pytest.raises(Problem) as caught:
            await gateway.ask("http://name.example/", QUERY, deadline=time.monotonic() + 20)
        return caught.value

    assert "has no address" in asyncio.run(scenario(answering=True)).detail
    assert "not complete after 0.2 s" in asyncio.run(scenario(answering=False)).detail


def test_a_closed_port_is_a_failure() -> None:
    async def scenario() -> None:
        endpoint = f"http://127.0.0.1:{free_port()}/"
        with pytest.raises(Problem, match="no connection") as caught:
            await Gateway([endpoint]).ask(endpoint, QUERY, deadline=time.monotonic() + 20)
        assert caught.value.slug == "remote-failure"

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (EMPTY_JSON, "identity"),
        (gzip.compress(EMPTY_JSON, mtime=0), "gzip"),
        (gzip.compress(EMPTY_JSON[:9], mtime=0) + gzip.compress(EMPTY_JSON[9:], mtime=0), "x-gzip"),
        (zlib.compress(EMPTY_JSON), "deflate"),
    ],
)
def test_honest_encodings_are_undone(body: bytes, encoding: str) -> None:
    async def scenario() -> bytes:
        async with site(zipped(body, encoding)) as other:
            endpoint = f"http://127.0.0.1:{other.port}/"
            found = await Gateway([endpoint]).ask(endpoint, QUERY, deadline=time.monotonic() + 20)
            return found.content

    assert asyncio.run(scenario()) == EMPTY_JSON


def test_the_event_loop_goes_on_while_a_body_is_decompressed() -> None:
    """Between any two steps of decompression another task gets its turn."""
    packed = gzip.compress(bytes(20_000_000))

    async def chunks() -> AsyncIterator[bytes]:
        yield packed

    async def scenario() -> int:
        turns = 0
        done = asyncio.Event()

        async def other() -> None:
            nonlocal turns
            while not done.is_set():
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        assert len(await body_within(chunks(), "gzip", 20_000_000)) == 20_000_000
        done.set()
        await task
        return turns

    assert asyncio.run(scenario()) > 50
