"""A front under test: a real server over an application that tells what it saw."""

import itertools
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.web.conftest import CHECKOUT, free_port


@dataclass
class Peer:
    """A server under test.

    Attributes:
        client: Talks to it; it sends none of httpx's own Accept fields.
        port: Where it listens.
    """

    client: httpx.Client
    port: int

    def get(self, target: str, **headers: str) -> httpx.Response:
        """Ask with exactly these header fields; underscores in their names stand for dashes."""
        return self.ask("GET", target, None, **headers)

    def ask(
        self, method: str, target: str, content: bytes | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request with exactly these header fields."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.client.build_request(method, target, content=content, headers=named)
        for name in ("accept", "accept-encoding", "user-agent"):
            if name not in {each.lower() for each in named}:
                request.headers.pop(name, None)
        return self.client.send(request)

    def tell(self, what: str, **options: str | int) -> Any:  # noqa: ANN401 - JSON
        """Tell or ask the application something past the cache."""
        return self.client.get(f"/health/{what}", params=options).json()

    def connect(self) -> socket.socket:
        """Return a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def say(self, raw: bytes) -> bytes:
        """Send bytes, and return all that comes until the server closes."""
        with self.connect() as connection:
            connection.sendall(raw)
            return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the other end closes."""
    parts = []
    while part := connection.recv(65536):
        parts.append(part)
    return b"".join(parts)


@contextmanager
def peer(*settings: str) -> Iterator[Peer]:
    """Run a front under some settings."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.front.inner", str(port), *settings]
    with subprocess.Popen(command, cwd=CHECKOUT) as process:
        try:
            transport = httpx.HTTPTransport(retries=10)
            address = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
                client.get("/health/counts")
                yield Peer(client, port)
        finally:
            process.terminate()


@pytest.fixture(scope="session", params=["front's protocol", "uvicorn's protocol"])
def either(request: pytest.FixtureRequest) -> Iterator[Peer]:
    """A front with its own protocol, and one with uvicorn's: both must answer alike."""
    with peer(*(["server=bare"] if request.param == "uvicorn's protocol" else [])) as running:
        yield running


@pytest.fixture(scope="session")
def plain() -> Iterator[Peer]:
    """A front under the default settings."""
    with peer() as running:
        yield running


_COUNTER = itertools.count()


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return f"n{next(_COUNTER)}"
