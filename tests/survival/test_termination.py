"""SIGTERM: what runs may finish for a while, the rest is told; then nothing is left."""

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.survival.clients import post_query
from tests.survival.killers import KILLERS
from tests.survival.serving import eventually, serving

_STOP_SECONDS = 15
# A second or more of work, and an end.
_LONG = (
    "SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a ?b ?c } LIMIT 4000 }"
    " { SELECT ?d { ?d ?e ?f } LIMIT 4000 } FILTER (STR(?a) < STR(?d)) }"
)
_ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a a ?type . ?b a ?type . ?c a ?type }"


def test_running_queries_finish(data_folder: Callable[[], Path]) -> None:
    with serving("--data-dir", data_folder()) as server, ThreadPoolExecutor() as pool:
        asked = pool.submit(post_query, server.address, _LONG)
        eventually("the query runs", server.runs, within=10)
        server.process.send_signal(signal.SIGTERM)
        seen = asked.result(timeout=60)
        assert server.process.wait(timeout=_STOP_SECONDS) == 0
        assert seen.end == "answered"
        eventually("no process is left", lambda: not server.tree.living(), within=5)


@pytest.mark.parametrize("name", ["join counted", "rows without end"])
def test_queries_without_end_are_told(data_folder: Callable[[], Path], name: str) -> None:
    killer = next(each for each in KILLERS if each.name == name)
    with (
        serving("--data-dir", data_folder(), "--query-timeout-seconds", "600") as server,
        ThreadPoolExecutor() as pool,
    ):
        asked = pool.submit(post_query, server.address, killer.text, keep=1000)
        eventually("the query runs", server.runs, within=10)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=_STOP_SECONDS) == 0
        assert time.monotonic() - begun < _STOP_SECONDS
        seen = asked.result(timeout=60)
        # A problem, or for what had begun an answer that is visibly not whole.
        assert seen.end in {"query-cancelled", "query-timeout", "cut"}
        assert seen.status in {503, 200}
        eventually("no process is left", lambda: not server.tree.living(), within=5)


def test_nothing_outlives_a_killed_server(data_folder: Callable[[], Path]) -> None:
    with serving("--data-dir", data_folder()) as server, ThreadPoolExecutor() as pool:
        asked = pool.submit(post_query, server.address, _ENDLESS)
        eventually("the query runs", server.runs, within=10)
        server.process.kill()
        assert asked.result(timeout=60).end == "cut"
        eventually("no process is left", lambda: not server.tree.living(), within=5)
