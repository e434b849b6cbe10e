"""Administrators see what runs, and end it."""

from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.survival.clients import exchange, post_query
from tests.survival.serving import AS_ADMIN, RUNNING, Server, eventually

_COUNTED = "SELECT (COUNT(*) AS ?n) { ?a a ?type . ?b a ?type . ?c a ?type }"
_STREAMED = "SELECT * { ?a a ?type . ?b a ?type . ?c a ?type }"


def _cancel(server: Server, identifier: str) -> int:
    return httpx.delete(
        f"{server.address}{RUNNING}/{identifier}", headers=AS_ADMIN, timeout=10
    ).status_code


def test_a_running_query_is_listed_and_cancelled(patient: Server) -> None:
    eventually("no query runs", lambda: not patient.running(), within=10)
    idle = len(patient.tree.processes())
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(post_query, patient.address, _COUNTED)
        eventually("the query runs", patient.runs, within=10)
        (listed,) = patient.running()
        assert listed["elapsed"] > 0
        assert listed["client"] == "127.0.0.1"
        assert _cancel(patient, listed["id"]) == 204
        seen = asked.result(timeout=10)
    assert seen.status == 503
    assert seen.end == "query-cancelled"
    assert seen.problem["hint"]
    assert "retry-after" not in seen.headers
    assert patient.running() == []
    eventually("no worker is left", lambda: len(patient.tree.processes()) <= idle, within=5)
    assert _cancel(patient, listed["id"]) == 404


def test_a_cancelled_stream_is_not_whole(patient: Server) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(post_query, patient.address, _STREAMED, keep=100_000)
        eventually(
            "the stream runs",
            lambda: any(each["sent_bytes"] > 1_000_000 for each in patient.running()),
            within=20,
        )
        (listed,) = patient.running()
        assert _cancel(patient, listed["id"]) == 204
        seen = asked.result(timeout=10)
    assert seen.end == "cut"
    assert seen.status == 200


def test_others_see_and_end_nothing(patient: Server) -> None:
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(post_query, patient.address, _COUNTED)
        eventually("the query runs", patient.runs, within=10)
        (listed,) = patient.running()
        path = f"{RUNNING}/{listed['id']}"
        assert exchange(patient.address, RUNNING).status == 401
        assert exchange(patient.address, path, method="DELETE").status == 401
        assert patient.runs()
        assert _cancel(patient, listed["id"]) == 204
        assert asked.result(timeout=10).end == "query-cancelled"
