"""Fixtures that every test may use: the research data and a release of the shipped content."""

import fcntl
import gc
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from medrd_kg.build.pipeline import ensure_release, open_current
from medrd_kg.build.release import OpenRelease
from medrd_kg.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _caught_faults_are_dropped_here() -> Iterator[None]:
    """Collect what a test leaves in cycles, in the thread that ran it.

    A fault that a test catches keeps the frames it went through, and the engine's iterators in
    them; these belong to their thread, and the collector runs in whichever comes next.
    """
    yield
    gc.collect(1)  # what is young: it costs next to nothing


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


@pytest.fixture(scope="session")
def server(release_data_dir: Path) -> Iterator[str]:
    """Address of the real server over the shipped release."""
    with running_server("--data-dir", release_data_dir) as address:
        yield address


@contextmanager
def running_server(*arguments: str | Path) -> Iterator[str]:
    """Run ``medrd-kg serve`` on a free port; yield its address once it serves."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")}
    command = [sys.executable, "-m", "medrd_kg", "serve", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True) as process:
        if process.stderr is None:
            raise RuntimeError("standard error is piped")
        said = []
        for line in process.stderr:  # ends with the process, so this cannot wait for ever
            said.append(line)
            if found := re.search(r"serving at (http://\S+)", line):
                break
        else:
            raise RuntimeError(f"the server ended: {''.join(said)}")
        drain = threading.Thread(target=process.stderr.read, daemon=True)
        drain.start()
        _wait_until_ready(found[1])
        try:
            yield found[1]
        finally:
            process.terminate()
            process.wait(timeout=30)
            drain.join(timeout=10)


def _wait_until_ready(address: str) -> None:
    """Return once the server says that it is ready; each refused connection is tried again."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8), timeout=60) as client:
        # Each answer is a round trip to the server, which opens the release meanwhile.
        while (ready := client.get(f"{address}/health/ready")).status_code != httpx.codes.OK:
            if ready.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                raise RuntimeError(f"the server is not well: {ready.text}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an empty data folder of the test's own."""
    return Settings.load({}, data_dir=tmp_path)
