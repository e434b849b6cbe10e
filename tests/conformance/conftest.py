"""The real server, empty and writable, one for each module of tests."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conformance.service import TOKEN, Service
from tests.conftest import running_server


@pytest.fixture(scope="session")
def suites(shared_dir: Path) -> Path:
    """Folder of the W3C suites for SPARQL 1.1."""
    return shared_dir / "conformance" / "w3c" / "sparql" / "sparql11"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty server whose default graph is an ordinary one."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    with running_server(
        "--empty",
        "--no-union-default-graph",
        f"--editor-token=sha256:{digest}",
        "--data-dir",
        tmp_path_factory.mktemp("data"),
    ) as found:
        yield found


@pytest.fixture(scope="module")
def service(address: str) -> Iterator[Service]:
    """A client of that server."""
    with httpx.Client(base_url=address, timeout=60) as client:
        yield Service(client)
