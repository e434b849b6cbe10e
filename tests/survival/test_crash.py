"""kill -9 in the middle of a stream of updates: what was acknowledged is there, nothing is half."""

import http.client
import os
import random
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import orjson
import pytest
from tests.survival.clients import post_query
from tests.survival.serving import EDITOR, Server, eventually, serving

_QUADS = 7
_WRITERS = 3
_BASE: Final = "https://example.org/"


@dataclass
class Writer:
    """Sends updates one after the other; each must be there whole or not at all.

    Attributes:
        name: Its graph, where nobody else writes.
        acknowledged: Number of the last update that the server confirmed.
        sent: Number of the last update that it may have received.
    """

    name: str
    acknowledged: int = 0
    sent: int = 0
    confirmed: threading.Event = field(default_factory=threading.Event)

    @property
    def graph(self) -> str:
        """The graph."""
        return f"https://w3id.org/medrd-kg/graph/edits/{self.name}"

    def update(self, number: int) -> bytes:
        """Return an update that adds several quads and moves a counter on from where it was."""
        added = " ".join(f'<{_BASE}item/{number}> <{_BASE}part/{p}> "{p}" .' for p in range(_QUADS))
        counter = f"<{_BASE}{self.name}> <{_BASE}count>"
        return (
            f"INSERT DATA {{ GRAPH <{self.graph}> {{ {added} }} }} ;"
            f" DELETE {{ GRAPH <{self.graph}> {{ {counter} ?n }} }}"
            f" INSERT {{ GRAPH <{self.graph}> {{ {counter} {number} }} }}"
            f" WHERE {{ OPTIONAL {{ GRAPH <{self.graph}> {{ {counter} ?n }} }} }}"
        ).encode()

    def write(self, address: str) -> None:
        """Send updates until the server is gone."""
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        headers = {
            "Content-Type": "application/sparql-update",
            "Authorization": f"Bearer {EDITOR}",
        }
        number = self.acknowledged
        try:
            while True:
                number += 1
                self.sent = number
                connection.request("POST", "/update", self.update(number), headers)
                response = connection.getresponse()
                said = response.read()
                if response.status != http.client.NO_CONTENT:
                    raise AssertionError(f"update {number}: {response.status} {said!r}")
                self.acknowledged = number
                self.confirmed.set()
        except (http.client.HTTPException, OSError):
            pass  # killed, as intended
        finally:
            connection.close()

    def check(self, address: str) -> None:
        """Hold what the restarted server has against what was acknowledged."""
        items = _select(
            address,
            f"SELECT ?item (COUNT(*) AS ?parts) {{ GRAPH <{self.graph}> {{ ?item ?part ?value"
            f" FILTER (?part != <{_BASE}count>) }} }} GROUP BY ?item",
        )
        parts = {int(item.rsplit("/", 1)[1]): int(count) for item, count in items}
        counters = _select(
            address,
            f"SELECT ?n (1 AS ?one) {{ GRAPH <{self.graph}> {{ <{_BASE}{self.name}> ?p ?n }} }}",
        )
        assert set(parts.values()) <= {_QUADS}, "an update is there in part"
        assert len(counters) == min(len(parts), 1), "a counter moved in part"
        last = int(counters[0][0]) if counters else 0
        assert sorted(parts) == list(range(1, last + 1)), "updates are missing"
        assert self.acknowledged <= last <= self.sent, "an acknowledged update is lost"
        self.acknowledged = last


def _select(address: str, query: str) -> list[tuple[str, str]]:
    seen = post_query(address, query, "application/sparql-results+json", keep=50_000_000)
    assert seen.end == "answered", seen.body[:500]
    document = orjson.loads(seen.body)
    first, second = document["head"]["vars"]
    return [(row[first]["value"], row[second]["value"]) for row in document["results"]["bindings"]]


def _kill_while_writing(server: Server, writers: list[Writer], moment: random.Random) -> None:
    """Kill the server at a random place in a stream of updates; all its processes end."""
    threads = [threading.Thread(target=each.write, args=(server.address,)) for each in writers]
    for each in writers:
        each.confirmed.clear()
    for thread in threads:
        thread.start()
    for _ in range(moment.randint(1, 12)):
        assert writers[0].confirmed.wait(timeout=30)
        writers[0].confirmed.clear()
    # Anywhere between two acknowledgements.
    threading.Event().wait(moment.random() * 0.01)
    os.kill(server.process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join(timeout=30)
    server.process.wait(timeout=10)
    eventually("no process outlives the server", lambda: not server.tree.living(), within=5)


def _crash_repeatedly(folder: Path, times: int) -> None:
    writers = [Writer(f"writer-{number}") for number in range(_WRITERS)]
    moment = random.Random(20220331)  # moments of a test, the same each time
    for _ in range(times):
        with serving("--empty", "--data-dir", folder) as server:
            for each in writers:
                each.check(server.address)
            _kill_while_writing(server, writers, moment)
    with serving("--empty", "--data-dir", folder) as server:
        for each in writers:
            each.check(server.address)
    assert all(each.acknowledged >= times for each in writers)


def test_no_acknowledged_update_is_lost(tmp_path: Path) -> None:
    _crash_repeatedly(tmp_path, 10)


@pytest.mark.long
def test_no_acknowledged_update_is_lost_in_a_hundred_crashes(tmp_path: Path) -> None:
    _crash_repeatedly(tmp_path, 100)
