"""Other servers for the tests: Oxigraph's own, and ones that behave as no server should."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from ssl import SSLContext

import httpx

EMPTY_JSON = b'{"head":{"vars":["s"]},"results":{"bindings":[]}}'
"""An answer without solutions."""

_OXIGRAPH = Path(sys.executable).with_name("oxigraph")
_ATTEMPTS = 5


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def oxigraph_server(turtle: str = "") -> Iterator[str]:
    """Run Oxigraph's SPARQL server in memory with ``turtle`` as its default graph.

    Yields:
        Its address without a trailing slash; queries go to ``/query``.
    """
    process, address = _started()
    try:
        httpx.put(
            f"{address}/store?default",
            content=turtle.encode(),
            headers={"Content-Type": "text/turtle"},
            trust_env=False,
        ).raise_for_status()
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _started() -> tuple[subprocess.Popen[bytes], str]:
    for _ in range(_ATTEMPTS):
        address = f"127.0.0.1:{free_port()}"
        process = subprocess.Popen(
            [_OXIGRAPH, "serve", "--bind", address],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if process.stdout is not None and b"Listening" in process.stdout.readline():
            return process, f"http://{address}"
        process.communicate(timeout=30)  # somebody else took the port meanwhile
    raise RuntimeError("Oxigraph's server does not start")


@dataclass
class Visit:
    """One request that a server of ours received.

    Attributes:
        line: Request line.
        headers: Header fields by lower-case name.
        body: The body.
    """

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A running server of ours.

    Attributes:
        port: Where it listens.
        visits: What it was asked.
        connections: How often somebody connected.
        left: Set once a handler saw the client leave before it was done.
    """

    port: int = 0
    visits: list[Visit] = field(default_factory=list)
    connections: int = 0
    left: asyncio.Event = field(default_factory=asyncio.Event)


Handler = Callable[[Visit, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request by writing bytes as it likes."""


@asynccontextmanager
async def site(
    handler: Handler, *, host: str = "127.0.0.1", port: int = 0, tls: SSLContext | None = None
) -> AsyncIterator[Site]:
    """Run a server on a loopback address whose every answer is what ``handler`` writes."""
    running = Site()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.connections += 1
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        try:
            visit = await _read(reader)
            running.visits.append(visit)
            await handler(visit, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            running.left.set()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    running.port = server.sockets[0].getsockname()[1]
    async with server:
        yield running
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Visit:
    line = (await reader.readuntil(b"\r\n")).decode().rstrip()
    headers: dict[str, str] = {}
    while (header := await reader.readuntil(b"\r\n")) != b"\r\n":
        name, _, value = header.decode().partition(":")
        headers[name.lower()] = value.strip()
    return Visit(line, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def answer(
    body: bytes = EMPTY_JSON,
    media_type: str = "application/sparql-results+json",
    *,
    status: str = "200 OK",
    length: int | None = None,
    fields: tuple[str, ...] = (),
) -> Handler:
    """Return a handler that answers always the same."""
    head = "\r\n".join(
        (
            f"HTTP/1.1 {status}",
            f"Content-Type: {media_type}",
            f"Content-Length: {len(body) if length is None else length}",
            *fields,
            "\r\n",
        )
    )

    async def handle(_visit: Visit, writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode() + body)

    return handle
