"""Fixtures that every test may use: the research data and a release of the shipped content."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from medrd_kg.build.pipeline import ensure_release, open_current
from medrd_kg.build.release import OpenRelease
from medrd_kg.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Top folder of the source checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Folder of the research data beside the checkout; tests that need it skip without it."""
    folder = Path(os.environ.get("MEDRD_KG_SHARED", CHECKOUT.parent / "shared"))
    if not (folder / "sources").is_dir():
        pytest.skip(f"the research data are not at {folder}: set MEDRD_KG_SHARED")
    return folder


@pytest.fixture(scope="session")
def policy_units_file(shared_dir: Path) -> Path:
    """The FY2022 policy cut into units, text included."""
    return shared_dir / "sources" / "policy-fy2022.sentences.json"


@pytest.fixture(scope="session")
def release_data_dir() -> Path:
    """Data folder with a release of the shipped content, built once for all test processes."""
    folder = CHECKOUT / ".cache" / "test-data"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ensure_release(folder)
    return folder


@pytest.fixture(scope="session")
def release(release_data_dir: Path) -> Iterator[OpenRelease]:
    """The shipped release, open for reading."""
    current = open_current(release_data_dir)
    yield current
    current.store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty data folder of the test's own."""
    return Settings.load({}, data_dir=tmp_path)
