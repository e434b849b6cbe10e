"""Real servers for real clients: one that is empty and writable, one with the shipped release."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from tests.conftest import running_server

TOKEN: Final = "a-token-for-real-clients-0123456789"  # noqa: S105 - of a server that lives a minute


@pytest.fixture(scope="session")
def bearer() -> str:
    """Value of the Authorization header that writes need."""
    return f"Bearer {TOKEN}"


@pytest.fixture(scope="session")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty server."""
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    folder: Path = tmp_path_factory.mktemp("data")
    with running_server(
        "--empty",
        "--no-union-default-graph",
        f"--editor-token=sha256:{digest}",
        "--data-dir",
        folder,
    ) as address:
        yield address


@pytest.fixture
def empty(writable: str, bearer: str) -> str:
    """Address of a server that holds nothing."""
    headers = {"Authorization": bearer, "Content-Type": "application/sparql-update"}
    httpx.post(f"{writable}/update", content="DROP ALL", headers=headers).raise_for_status()
    return writable
