"""A release that another process publishes, or rolls back to, while a server runs."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.web.releases.conftest import ADMIN, AS_ADMIN, Kept, serving_kept
from tests.web.releases.test_as_of import NAMES, NEW, OLD, PREFIXES, names

SWITCH = "/api/v1/admin/releases/current"
EDIT = (
    f"{PREFIXES} INSERT DATA {{ GRAPH <https://w3id.org/medrd-kg/graph/edits/test> {{"
    ' <urn:x:%s> a mrd:Organization ; rdfs:label "%s"@ja } }'
)


@pytest.fixture
def data_dir(kept: Kept, tmp_path: Path) -> Path:
    """A data directory of this test's own, whose older release is the current one."""
    copy = tmp_path / "data"
    shutil.copytree(kept.data_dir, copy, symlinks=True)
    point(copy, kept.older)
    return copy


def point(data_dir: Path, version: str) -> None:
    """Make a kept release the current one, as a build or a rollback does."""
    link = data_dir / "releases" / ".link"
    link.symlink_to(version, target_is_directory=True)
    link.replace(data_dir / "releases" / "current")


@pytest.mark.parametrize(
    "store", ["embedded:memory", pytest.param("embedded:disk", marks=pytest.mark.long)]
)
def test_a_server_takes_up_another_release(kept: Kept, data_dir: Path, store: str) -> None:
    with serving_kept(data_dir, f"admin_token={ADMIN}", f"store={store}") as client:
        written = client.post("/update", data={"update": EDIT % ("office", "室")}, headers=AS_ADMIN)
        assert written.status_code == 204, written.text
        until_state(client, f"{kept.older}+1")
        assert client.get("/health/ready").json()["waiting"] is None
        point(data_dir, kept.newer)
        assert client.get("/health/ready").json() == {
            "status": "ready",
            "release": f"{kept.older}+1",
            "waiting": kept.newer,
        }
        listed = client.get("/api/v1/releases").json()["items"]
        assert [each["version"] for each in listed if each["isCurrent"]] == [kept.newer]
        assert [each["version"] for each in listed if each["isServed"]] == [kept.older]

        assert client.post(SWITCH).status_code == 401
        switched = client.post(SWITCH, headers=AS_ADMIN)
        assert switched.json() == {"before": f"{kept.older}+1", "release": f"{kept.newer}+1"}
        answer = client.get("/sparql", params={"query": NAMES})
        assert sorted(names(answer)) == sorted(["室", *NEW]), "edits are carried over"
        assert client.get("/api/v1/search", params={"q": "新機構"}).json()["asOf"] == kept.newer
        again = client.post(SWITCH, headers=AS_ADMIN).json()
        assert again == {"before": f"{kept.newer}+1", "release": f"{kept.newer}+1"}

        written = client.post("/update", data={"update": EDIT % ("desk", "係")}, headers=AS_ADMIN)
        assert written.headers["medrd-kg-release"] == f"{kept.newer}+2"
        until_state(client, f"{kept.newer}+2")
        both = sorted(["室", "係", *NEW])
        assert sorted(names(client.get("/sparql", params={"query": NAMES}))) == both
    with serving_kept(data_dir, f"admin_token={ADMIN}", f"store={store}") as client:
        assert sorted(names(client.get("/sparql", params={"query": NAMES}))) == both


def until_state(client: httpx.Client, state: str) -> None:
    """Wait until readers see a state: data on disk show an edit a moment later."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if client.get("/health/live").json()["release"] == state:
            return
    pytest.fail(f"the state never became {state}")


def process_of(client: httpx.Client) -> int:
    """Return the process id of a server."""
    wanted = f"serving_kept\0{client.base_url.port}\0".encode()
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (each / "cmdline").read_bytes():
                return int(each.name)
        except OSError:  # it has ended meanwhile
            continue
    pytest.fail("the server is not there")


def test_a_signal_lets_a_server_take_up_another_release(kept: Kept, data_dir: Path) -> None:
    with serving_kept(data_dir) as client:
        point(data_dir, kept.newer)
        assert client.get("/health/ready").json()["waiting"] == kept.newer
        os.kill(process_of(client), signal.SIGHUP)
        until_state(client, kept.newer)
        assert client.get("/health/ready").json()["waiting"] is None


@contextmanager
def asking(base_url: httpx.URL) -> Iterator[list[str]]:
    """Ask without a pause from several sides; what goes wrong is collected."""
    over = threading.Event()
    faults: list[str] = []

    def ask(number: int) -> None:
        with httpx.Client(base_url=base_url, timeout=30) as client:
            count = 0
            while not over.is_set():
                count += 1
                answer = client.get("/sparql", params={"query": f"{NAMES} # {number} {count}"})
                if answer.status_code != 200 or names(answer) not in (OLD, NEW):
                    faults.append(answer.text)
                limit = count % 900 + 1
                listed = client.get("/api/v1/organizations", params={"limit": limit})
                if listed.status_code != 200 or listed.json()["total"] not in {2, 3}:
                    faults.append(listed.text)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for each in threads:
        each.start()
    try:
        yield faults
    finally:
        over.set()
        for each in threads:
            each.join()


def test_no_request_is_lost(kept: Kept, data_dir: Path) -> None:
    with serving_kept(data_dir, f"admin_token={ADMIN}") as client:
        with asking(client.base_url) as faults:
            for version in (kept.newer, kept.older):
                point(data_dir, version)
                assert client.post(SWITCH, headers=AS_ADMIN).json()["release"] == version
        assert faults == []


def test_a_release_that_cannot_be_opened_leaves_the_former_one(kept: Kept, data_dir: Path) -> None:
    dump = data_dir / "releases" / kept.newer / "dumps" / "medrd-kg.nq.zst"
    with serving_kept(data_dir, f"admin_token={ADMIN}") as client:
        point(data_dir, kept.newer)
        whole = dump.read_bytes()
        dump.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        for _ in range(2):
            refused = client.post(SWITCH, headers=AS_ADMIN)
            assert refused.status_code == 500
            assert refused.json()["type"].endswith("/damaged-release")
            assert names(client.get("/sparql", params={"query": NAMES})) == OLD
        written = client.post("/update", data={"update": EDIT % ("office", "室")}, headers=AS_ADMIN)
        assert written.headers["medrd-kg-release"] == f"{kept.older}+1"
        dump.write_bytes(whole)
        assert client.post(SWITCH, headers=AS_ADMIN).json()["release"] == f"{kept.newer}+1"
