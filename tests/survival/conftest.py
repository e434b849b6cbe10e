"""Servers under the limits that the survival tests promise things about."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.survival.serving import Server, serving

DEADLINE_SECONDS = 2
BRISK_SECONDS = 1
MEMORY_MB = 400
CACHE_MB = 32


@pytest.fixture(scope="session")
def data_folder(
    release_data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Path]:
    """Make data folders with the shipped release and edits of their own: one server each."""

    def make() -> Path:
        folder = tmp_path_factory.mktemp("data")
        (folder / "releases").symlink_to(release_data_dir / "releases")
        return folder

    return make


@pytest.fixture(scope="session")
def survivor(data_folder: Callable[[], Path]) -> Iterator[Server]:
    """Two workers and a deadline of two seconds over the shipped release."""
    with _limited(data_folder(), DEADLINE_SECONDS) as server:
        yield server


@pytest.fixture(scope="session")
def brisk(data_folder: Callable[[], Path]) -> Iterator[Server]:
    """As `survivor`, with a deadline of one second."""
    with _limited(data_folder(), BRISK_SECONDS) as server:
        yield server


@pytest.fixture(scope="session")
def patient(data_folder: Callable[[], Path]) -> Iterator[Server]:
    """Two workers and a deadline far beyond any test."""
    with _limited(data_folder(), 600) as server:
        yield server


def _limited(folder: Path, seconds: int) -> AbstractContextManager[Server]:
    return serving(
        *("--data-dir", folder, "--workers", "2", "--query-timeout-seconds", str(seconds)),
        *("--query-memory-mb", str(MEMORY_MB), "--cache-mb", str(CACHE_MB)),
    )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of this folder in one process: they share servers and measure times."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("survival"))
