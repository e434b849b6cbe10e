"""The front before the real service: what it keeps is what the service says."""

from collections.abc import Iterator

import httpx
import pytest
from tests.web.conftest import fixture_server

from medrd_kg.web import admin_routes, metrics_routes
from medrd_kg.web.front.asked import is_live

TOKEN = "e" * 24
COUNT = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <https://example.org/p> ?o } }"
INSERT = (
    "INSERT DATA {{ GRAPH <https://w3id.org/medrd-kg/graph/edits/front>"
    " {{ <https://example.org/{0}> <https://example.org/p> {0} }} }}"
)
HIT = 'cache;desc="hit"'


@pytest.fixture(scope="module")
def writable() -> Iterator[httpx.Client]:
    """A service that takes edits."""
    with fixture_server(f"editor_token={TOKEN}") as client:
        yield client


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    response = client.get("/sparql", params={"query": query}, headers=headers)
    assert response.status_code == 200, response.text
    return response


def test_an_edit_is_seen_at_once_and_by_everybody(writable: httpx.Client) -> None:
    listing = writable.get("/api/v1/topics").headers["etag"]
    states = set()
    for number in range(3):
        for expected in (None, HIT):
            answer = ask(writable, COUNT)
            assert answer.json()["results"]["bindings"][0]["n"]["value"] == str(number)
            if expected:
                assert answer.headers["server-timing"] == expected
        states.add(answer.headers["medrd-kg-release"])
        unchanged = ask(writable, "ASK {}").headers["etag"]
        done = writable.post(
            "/update",
            content=INSERT.format(number),
            headers={
                "Content-Type": "application/sparql-update",
                "Authorization": f"Bearer {TOKEN}",
            },
        )
        assert done.is_success, done.text
        answer = ask(writable, COUNT, **{"If-None-Match": answer.headers["etag"]})
        again = writable.get(
            "/sparql", params={"query": "ASK {}"}, headers={"If-None-Match": unchanged}
        )
        assert again.status_code == 304, "an answer that is the same has the same tag"
    assert len(states) == 3
    assert writable.get("/api/v1/topics").headers["etag"] != listing, "it names the state"


@pytest.mark.parametrize(
    "query", ["SELECT (RAND() AS ?x) {}", "SELECT (NOW() AS ?x) {}", "SELECT (UUID() AS ?x) {}"]
)
def test_what_is_new_each_time_is_asked_each_time(server: httpx.Client, query: str) -> None:
    answers = [ask(server, query) for _ in range(2)]
    assert answers[0].content != answers[1].content
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


def test_a_query_by_post_is_kept_as_well(server: httpx.Client) -> None:
    query = "SELECT ?s { ?s ?p ?o } LIMIT 3 # by POST"
    for send in (
        {"data": {"query": query}},
        {"content": query, "headers": {"Content-Type": "application/sparql-query"}},
    ):
        first, again = (server.post("/sparql", **send) for _ in range(2))
        assert first.content == again.content
        assert again.headers["server-timing"] == HIT


def test_large_answers_are_kept_whole(server: httpx.Client) -> None:
    query = "SELECT ?a ?b ?c { ?a ?p ?b . ?c ?q ?d } LIMIT 10000"
    for coding in ("identity", "gzip", "zstd"):
        first, again = (ask(server, query, **{"Accept-Encoding": coding}) for _ in range(2))
        assert first.json() == again.json()
        assert len(again.json()["results"]["bindings"]) == 10_000
        assert again.headers["server-timing"] == HIT
        assert again.headers.get("content-encoding", "identity") == coding


def test_health_is_of_the_moment(server: httpx.Client) -> None:
    for _ in range(2):
        assert "server-timing" not in server.get("/health/ready").headers


@pytest.mark.parametrize("path", [admin_routes.PATH, metrics_routes.PATH, "/health/ready"])
def test_what_tells_of_the_moment_is_known_as_such(path: str) -> None:
    assert is_live(path)
