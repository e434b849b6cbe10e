"""Servers under test: real processes on free ports, ready before a test begins."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import httpx
import pytest
from tests.web.serving import fixture_store, release_of

from medrd_kg.settings import Settings
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.web.state import Release

CHECKOUT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


@contextmanager
def running(
    command: list[str], address: str, *, log: TextIO | None = None
) -> Iterator[httpx.Client]:
    """Start a server, wait until it is ready, and stop it at the end."""
    with subprocess.Popen(command, cwd=CHECKOUT, stderr=log) as process:
        try:
            transport = httpx.HTTPTransport(retries=0)
            with httpx.Client(base_url=address, transport=transport, timeout=60) as client:
                _await_ready(process, client)
                yield client
        finally:
            process.terminate()


def _await_ready(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        try:
            if client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass  # it does not listen yet
        try:  # the process is what a failed start ends; until then it works on its data
            code = process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"the server ended with code {code}")
    pytest.fail(f"the server was not ready within {READY_SECONDS} s")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def fixture_server(*settings: str) -> Iterator[httpx.Client]:
    """Serve the fixture data under some settings."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.serving", str(port), *settings]
    with running(command, f"http://127.0.0.1:{port}") as client:
        yield client


@pytest.fixture(scope="session")
def server() -> Iterator[httpx.Client]:
    """A client of the fixture data served under the default settings."""
    with fixture_server() as client:
        yield client


@pytest.fixture(scope="session")
def strict_server() -> Iterator[httpx.Client]:
    """A client of the fixture data served with tight limits and one allowed origin."""
    with fixture_server(
        "max_body_mb=1", "max_result_rows=5", "cors_origins=https://app.example"
    ) as client:
        yield client


@pytest.fixture(scope="session")
def shipped_server(release_data_dir: Path) -> Iterator[httpx.Client]:
    """A client of the shipped release, served by the command that users run."""
    port = free_port()
    command = [sys.executable, "-m", "medrd_kg", "serve", f"--port={port}"]
    command.append(f"--data-dir={release_data_dir}")
    with running(command, f"http://127.0.0.1:{port}") as client:
        yield client


@pytest.fixture(scope="session")
def store() -> EmbeddedStore:
    """The data that the servers serve, for comparison."""
    return fixture_store()


@pytest.fixture
def fixture_data(store: EmbeddedStore, tmp_path: Path) -> Release:
    """A release of these data with a journal of its own."""
    return release_of(store, tmp_path)


@pytest.fixture
def local_settings(tmp_path: Path) -> Settings:
    """Settings for an application inside the test's process."""
    return Settings.load({}, data_dir=tmp_path, public_url="http://service.example")
