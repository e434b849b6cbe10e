"""What operators see and can do: metrics, running queries, cancelling, the log of slow queries."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from tests.web.conftest import fixture_server

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.frames import Kind, frame
from medrd_kg.sparql.workers.job import Job
from medrd_kg.web.process_figures import process_figures
from medrd_kg.web.request_counts import family_of
from medrd_kg.web.slow_log import FIELDS, SlowLog, query_text

ADMIN = "administrator-token-of-the-tests"
EDITOR = "editor-token-of-the-tests-0000"
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}
AS_EDITOR = {"Authorization": f"Bearer {EDITOR}"}

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

QUERIES = "/api/v1/admin/queries"


@pytest.fixture(scope="module")
def server() -> Iterator[httpx.Client]:
    """A server with an administrator and an editor."""
    with fixture_server(f"admin_token={ADMIN}", f"editor_token={EDITOR}", "workers=1") as client:
        yield client


@pytest.fixture(scope="module")
def tokenless() -> Iterator[httpx.Client]:
    """A server without any token."""
    with fixture_server() as client:
        yield client


def samples(client: httpx.Client, headers: dict[str, str] | None = None) -> list[Sample]:
    """All numbers that the server tells."""
    answer = client.get("/metrics", headers=headers or {})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return [
        sample
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    ]


def value(found: list[Sample], name: str, **labels: str) -> float:
    """The one number of that name with those labels."""
    (number,) = [
        each.value for each in found if each.name == name and labels.items() <= each.labels.items()
    ]
    return number


def refusal(answer: httpx.Response, status: int) -> str:
    """The kind of problem that an answer tells."""
    assert answer.status_code == status, answer.text
    kind: str = answer.json()["type"]
    return kind.rpartition("/")[2]


class TestMetrics:
    """Numbers follow what happens, and tell nothing of what was asked by whom."""

    def test_requests_and_queries_are_counted(self, server: httpx.Client) -> None:
        before = samples(server, AS_ADMIN)
        for name in ("one", "two"):
            server.get("/sparql", params={"query": f"ASK {{ <urn:x:{name}> ?p ?o }}"})
        server.get("/sparql", params={"query": "ASK {"})
        server.get("/nothing-here")
        after = samples(server, AS_ADMIN)

        def grown(name: str, **labels: str) -> float:
            known = [each.name for each in before if labels.items() <= each.labels.items()]
            return value(after, name, **labels) - (
                value(before, name, **labels) if name in known else 0
            )

        assert grown("medrd_kg_requests_total", family="/sparql", status="200") == 2
        assert grown("medrd_kg_requests_total", family="/sparql", status="400") == 1
        assert grown("medrd_kg_requests_total", family="other", status="404") == 1
        assert grown("medrd_kg_query_seconds_count") == 3
        assert grown("medrd_kg_queries_total") == 3

    def test_hits_of_the_cache_are_counted(self, server: httpx.Client) -> None:
        query = {"query": "ASK { <urn:x:kept> ?p ?o }"}
        server.get("/sparql", params=query)
        before = samples(server, AS_ADMIN)
        server.get("/sparql", params=query)
        after = samples(server, AS_ADMIN)
        name = "medrd_kg_cache_requests_total"
        assert value(after, name, result="hit") == value(before, name, result="hit") + 1
        assert value(after, "medrd_kg_cache_bytes") > 0

    def test_the_histogram_is_cumulative_and_complete(self, server: httpx.Client) -> None:
        found = samples(server, AS_ADMIN)
        buckets = [each for each in found if each.name == "medrd_kg_query_seconds_bucket"]
        counts = [each.value for each in buckets]
        assert counts == sorted(counts)
        assert buckets[-1].labels["le"] == "+Inf"
        assert counts[-1] == value(found, "medrd_kg_query_seconds_count")

    def test_state_and_processes_are_told(self, server: httpx.Client) -> None:
        found = samples(server, AS_ADMIN)
        assert value(found, "medrd_kg_ready") == 1
        assert value(found, "medrd_kg_release_info", release="2022-01-01-fixture00000") == 1
        assert value(found, "medrd_kg_release_triples") > 1000
        assert value(found, "medrd_kg_journal_sequence") >= 0
        assert value(found, "medrd_kg_processes", process="front") == 1
        assert value(found, "medrd_kg_processes", process="workers") >= 2
        assert value(found, "medrd_kg_process_resident_memory_bytes", process="workers") > 10**6
        assert value(found, "medrd_kg_process_cpu_seconds_total", process="front") > 0

    def test_edits_are_counted(self, server: httpx.Client) -> None:
        before = samples(server, AS_ADMIN)
        update = (
            "INSERT DATA { GRAPH <https://w3id.org/medrd-kg/graph/edits/m> { <urn:a> <urn:b> 1 } }"
        )
        answer = server.post("/update", data={"update": update}, headers=AS_EDITOR)
        assert answer.status_code == 204
        after = samples(server, AS_ADMIN)
        for name in ("medrd_kg_edits_total", "medrd_kg_journal_sequence"):
            assert value(after, name) == value(before, name) + 1

    def test_neither_queries_nor_addresses_are_in_it(self, server: httpx.Client) -> None:
        server.get("/sparql", params={"query": "ASK { <urn:secret-of-a-caller> ?p ?o }"})
        server.get("/secret-path-of-a-caller")
        text = server.get("/metrics", headers=AS_ADMIN).text
        assert "secret" not in text
        assert "127.0.0.1" not in text
        assert ADMIN not in text

    def test_with_a_token_set_only_administrators_read_it(self, server: httpx.Client) -> None:
        assert refusal(server.get("/metrics"), 401) == "unauthorized"
        assert refusal(server.get("/metrics", headers=AS_EDITOR), 403) == "forbidden"

    def test_without_tokens_this_machine_reads_it(self, tokenless: httpx.Client) -> None:
        assert value(samples(tokenless), "medrd_kg_ready") == 1

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
    def test_without_tokens_nobody_reads_it_through_a_proxy(
        self, tokenless: httpx.Client, header: str
    ) -> None:
        answer = tokenless.get("/metrics", headers={header: "203.0.113.9"})
        assert refusal(answer, 403) == "forbidden"

    def test_it_is_never_kept(self, tokenless: httpx.Client) -> None:
        assert tokenless.get("/metrics").headers["cache-control"] == "no-store"
        first, second = samples(tokenless), samples(tokenless)
        name, labels = "medrd_kg_requests_total", {"family": "/metrics", "status": "200"}
        assert value(second, name, **labels) == value(first, name, **labels) + 1


@pytest.fixture
def endless(server: httpx.Client) -> Iterator[tuple[str, list[httpx.Response]]]:
    """A query that would run for hours: its id, and where its answer will be."""
    answers: list[httpx.Response] = []

    def ask() -> None:
        with httpx.Client(base_url=server.base_url, timeout=60) as own:
            answers.append(own.get("/sparql", params={"query": ENDLESS}))

    asking = threading.Thread(target=ask)
    asking.start()
    found: list[str] = []
    while not found:  # each look is a round trip to the server, which takes the query meanwhile
        listed = server.get(QUERIES, headers=AS_ADMIN).json()
        found = [each["id"] for each in listed["items"] if not each["own"]]
    yield found[0], answers
    server.delete(f"{QUERIES}/{found[0]}", headers=AS_ADMIN)
    asking.join(timeout=60)
    assert not asking.is_alive()


class TestRunningQueries:
    """Administrators see what runs and end it."""

    def test_a_running_query_is_listed(
        self, server: httpx.Client, endless: tuple[str, list[httpx.Response]]
    ) -> None:
        listed = server.get(QUERIES, headers=AS_ADMIN)
        assert listed.headers["cache-control"] == "no-store"
        (query,) = [each for each in listed.json()["items"] if each["id"] == endless[0]]
        assert query["elapsed"] > 0
        assert query["started"].endswith("Z")
        assert query["lane"] in {"queued", "fast", "yielding", "long"}
        assert query["client"] == "127.0.0.1"
        assert len(query["digest"]) == 16
        assert "COUNT" not in listed.text
        running = [
            each.value
            for each in samples(server, AS_ADMIN)
            if each.name == "medrd_kg_queries_running"
        ]
        assert sum(running) >= 1  # it may have changed its lane meanwhile

    def test_cancelling_ends_it_and_tells_its_caller(
        self, server: httpx.Client, endless: tuple[str, list[httpx.Response]]
    ) -> None:
        identifier, answers = endless
        reason = {"reason": "cancelled"}
        before = value(samples(server, AS_ADMIN), "medrd_kg_queries_ended_early_total", **reason)
        assert server.delete(f"{QUERIES}/{identifier}", headers=AS_ADMIN).status_code == 204
        while not answers:
            server.get("/health/live")
        assert refusal(answers[0], 503) == "query-cancelled"
        assert "retry-after" not in answers[0].headers
        again = server.delete(f"{QUERIES}/{identifier}", headers=AS_ADMIN)
        assert refusal(again, 404) == "not-found"
        found = samples(server, AS_ADMIN)
        assert value(found, "medrd_kg_queries_ended_early_total", **reason) == before + 1
        assert identifier not in server.get(QUERIES, headers=AS_ADMIN).text

    @pytest.mark.parametrize("method", ["GET", "DELETE"])
    def test_only_administrators_may(self, server: httpx.Client, method: str) -> None:
        path = QUERIES if method == "GET" else f"{QUERIES}/q1"
        assert refusal(server.request(method, path), 401) == "unauthorized"
        assert refusal(server.request(method, path, headers=AS_EDITOR), 403) == "forbidden"

    def test_without_an_administrator_nobody_may(self, tokenless: httpx.Client) -> None:
        assert refusal(tokenless.get(QUERIES), 403) == "forbidden"

    def test_it_is_described(self, server: httpx.Client) -> None:
        paths = server.get("/openapi.json").json()["paths"]
        assert paths[QUERIES]["get"]["security"] == [{"bearer": []}]
        assert set(paths[f"{QUERIES}/{{id}}"]["delete"]["responses"]) >= {
            "204",
            "401",
            "403",
            "404",
        }
        assert "/metrics" in paths


def job_of(query: str, *, problem: Problem | None = None, seconds: float = 0.0) -> Job:
    """A job that has ended."""

    async def made() -> Job:
        request = AskRequest("POST", b"", "application/sparql-query", None, "", 0, query.encode())
        return Job(frame(Kind.ASK, request.encode()), timeout=1)

    job = asyncio.run(made())
    job.arrived -= seconds
    job.problem = problem
    return job


def log_with(settings: str) -> SlowLog:
    return SlowLog(Settings.load({}, log_queries=settings))


class TestSlowLog:
    """One line a slow query; the text only as LOG_QUERIES says."""

    TEXT = 'SELECT * { ?s ?p "a\nb" }'

    @pytest.mark.parametrize(
        ("mode", "seconds", "lines", "with_text"),
        [
            ("off", 2.0, 1, False),
            ("slow", 2.0, 1, True),
            ("all", 2.0, 1, True),
            ("off", 0.0, 0, False),
            ("slow", 0.0, 0, False),
            ("all", 0.0, 1, True),
        ],
    )
    def test_what_is_logged(
        self,
        caplog: pytest.LogCaptureFixture,
        mode: str,
        seconds: float,
        lines: int,
        with_text: bool,
    ) -> None:
        with caplog.at_level(logging.INFO, logger="medrd_kg"):
            log_with(mode)(job_of(self.TEXT, seconds=seconds))
        assert len(caplog.records) == lines
        for record in caplog.records:
            message = record.getMessage()
            assert "\n" not in message
            assert ("SELECT" in message) is with_text
            fields = getattr(record, FIELDS)
            assert fields["elapsed_seconds"] == pytest.approx(seconds, abs=0.5)
            assert fields["outcome"] == "answered"
            assert fields.get("text") == (self.TEXT if with_text else None)

    def test_a_failure_is_logged_however_short(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, logger="medrd_kg"):
            log_with("off")(job_of(self.TEXT, problem=Problem("query-memory", "too much")))
        assert "outcome=query-memory" in caplog.text

    def test_equal_requests_have_equal_digests(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, logger="medrd_kg"):
            for text in ("ASK {}", "ASK {}", "ASK { }"):
                log_with("off")(job_of(text, seconds=1))
        one, two, three = (getattr(record, FIELDS)["digest"] for record in caplog.records)
        assert one == two != three

    def test_texts_are_cut_and_long_requests_are_not_read(self) -> None:
        assert query_text(job_of("x" * 20_000)) == "x" * 10_000 + "…"
        assert query_text(job_of("x" * 200_000)) is None

    def test_the_server_writes_it_as_json(self, tmp_path: Path) -> None:
        """The formatter of the real server, in a process of its own."""
        script = (
            "import logging; from medrd_kg.web.server import _JsonLines;"
            "from medrd_kg.web.slow_log import FIELDS;"
            "h = logging.StreamHandler(); h.setFormatter(_JsonLines());"
            "logging.basicConfig(level=logging.INFO, handlers=[h]);"
            "logging.getLogger('medrd_kg').info('query %s', 'x', extra={FIELDS: {'digest': 'd'}})"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        line = json.loads(done.stderr)
        assert (line["digest"], line["message"]) == ("d", "query x")


def test_figures_of_processes_follow_the_machine() -> None:
    own, others = process_figures()
    with subprocess.Popen(["sleep", "60"]) as child:
        _, more = process_figures()
        alone, none = process_figures(child.pid)
        child.terminate()
    assert own.processes == 1
    assert own.resident_bytes > 10**7
    assert own.processor_seconds > 0
    assert own.open_files >= 3
    assert more.processes == others.processes + 1
    assert (alone.processes, none.processes) == (1, 0)
    assert process_figures(os.getpid())[0].processes == 1


@pytest.mark.parametrize(
    ("path", "family"),
    [
        ("/sparql", "/sparql"),
        ("/sparql/", "/sparql"),
        ("/sparqling", "other"),
        ("/api/v1/admin/queries/q1", "/api/v1/admin"),
        ("/id/project/drugs", "/id"),
        ("/", "other"),
    ],
)
def test_paths_are_counted_by_family(path: str, family: str) -> None:
    assert family_of(path) == family
