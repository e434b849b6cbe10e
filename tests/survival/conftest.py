"""Servers under the limits that the survival tests promise things about."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.survival.serving import Server, serving

DEADLINE_SECONDS = 2
BRISK_SECONDS = 1
MEMORY_MB = 400


@pytest.fixture(scope="session")
def survivor(release_data_dir: Path) -> Iterator[Server]:
    """Two workers and a deadline of two seconds over the shipped release."""
    limits = ("--workers", "2", "--query-timeout-seconds", str(DEADLINE_SECONDS))
    with serving(
        "--data-dir", release_data_dir, *limits, "--query-memory-mb", str(MEMORY_MB)
    ) as server:
        yield server


@pytest.fixture(scope="session")
def brisk(release_data_dir: Path) -> Iterator[Server]:
    """As `survivor`, with a deadline of one second."""
    limits = ("--workers", "2", "--query-timeout-seconds", str(BRISK_SECONDS))
    with serving(
        "--data-dir", release_data_dir, *limits, "--query-memory-mb", str(MEMORY_MB)
    ) as server:
        yield server


@pytest.fixture(scope="session")
def patient(release_data_dir: Path) -> Iterator[Server]:
    """Two workers and a deadline far beyond any test."""
    with serving("--data-dir", release_data_dir, "--query-timeout-seconds", "600") as server:
        yield server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of this folder in one process: they share servers and measure times."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("survival"))
