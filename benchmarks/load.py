"""A load generator that takes little: keep-alive connections on one loop, parsed by httptools."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final
from urllib.parse import quote

import httptools
import uvloop
from benchmarks.tasks import Task

__all__ = ["Endpoint", "RequestFailed", "Run", "send"]

_OK: Final = 200
_SHOWN_BYTES: Final = 300


class RequestFailed(Exception):
    """A server gave no usable answer, or none in time."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server takes queries.

    Attributes:
        port: On 127.0.0.1.
        path: Its path, with fixed parameters if any.
    """

    port: int
    path: str

    def request(self, query: str, accept: str) -> bytes:
        """Return the bytes of a GET request."""
        mark = "&" if "?" in self.path else "?"
        return (
            f"GET {self.path}{mark}query={quote(query, safe='')} HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{self.port}\r\nAccept: {accept}\r\n\r\n"
        ).encode()


@dataclass(slots=True)
class Run:
    """What requests took on the client's side.

    Attributes:
        seconds: Wall time of each.
        body: Body of the last answer.
    """

    seconds: list[float] = field(default_factory=list)
    body: bytes = b""


def send(
    endpoint: Endpoint, task: Task, numbers: Iterator[int], count: int, *, timeout: float
) -> Run:
    """Send ``count`` requests of a task and wait for all answers.

    Args:
        endpoint: Where to.
        task: What.
        numbers: Gives each request its number; cold requests need ones never used before.
        count: How many requests, by all connections of the task together.
        timeout: Seconds for all of them.

    Raises:
        RequestFailed: Another status than 200 came, the connection broke, or the time was over.
    """
    requests = (endpoint.request(task.text(each), task.accept) for each in islice(numbers, count))
    return uvloop.run(_send(endpoint.port, requests, task.connections, timeout))


async def _send(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Run:
    loop, run = asyncio.get_running_loop(), Run()
    clients: list[_Client] = []

    def client() -> _Client:
        clients.append(_Client(requests, run))
        return clients[-1]

    try:
        async with asyncio.timeout(seconds):
            for _ in range(connections):
                await loop.create_connection(client, "127.0.0.1", port)
            await asyncio.gather(*(each.done for each in clients))
    except TimeoutError:
        raise RequestFailed(f"no answer within {seconds:.0f} s") from None
    finally:
        for each in clients:
            each.close()
    return run


class _Client(asyncio.Protocol):
    """One connection: sends the next request as soon as an answer is whole."""

    def __init__(self, requests: Iterator[bytes], run: Run) -> None:
        self._requests, self._run = requests, run
        self._sent = 0.0
        self._received: list[bytes] = []
        self._transport: asyncio.WriteTransport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.done = asyncio.get_running_loop().create_future()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._next()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(RequestFailed(f"the connection broke: {exc or 'closed'}"))

    def on_body(self, body: bytes) -> None:
        self._received.append(body)

    def on_message_complete(self) -> None:
        body = b"".join(self._received)
        self._received.clear()
        status = self._parser.get_status_code()
        if status != _OK:
            self._end(RequestFailed(f"status {status}: {body[:_SHOWN_BYTES].decode()}"))
            return
        self._run.seconds.append(time.perf_counter() - self._sent)
        self._run.body = body
        self._parser = httptools.HttpResponseParser(self)
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._end(None)
        elif self._transport is not None:
            self._sent = time.perf_counter()
            self._transport.write(request)

    def _end(self, fault: Exception | None) -> None:
        if self.done.done():
            return
        if fault is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(fault)
