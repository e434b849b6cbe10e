"""Whatever callers send, the service answers with a success or a problem, never with a failure."""

import socket
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.sparql.service_calls import CALLS, LENIENT_CALLS

FIXTURES_ARE_SHARED = [HealthCheck.function_scoped_fixture]

SEGMENTS = st.sampled_from(
    [
        "api",
        "v1",
        "topics",
        "id",
        "evidence",
        "queries",
        "policy-fy2022",
        "sparql",
        "core",
        "..",
        "",
    ]
) | st.text(max_size=8)
NAMES = st.sampled_from(
    ["limit", "cursor", "format", "bom", "project", "disease-area", "query", "default-graph-uri"]
) | st.text(max_size=6)
VALUES = st.sampled_from(["1", "csv", "drugs", "https://w3id.org/medrd-kg/id/project/drugs"]) | (
    st.text(st.characters(), max_size=12)
)
WORDS = st.sampled_from(
    [
        *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "FILTER", "OPTIONAL", "SERVICE"),
        *("FROM", "GRAPH", "VALUES", "BIND", "AS", "ORDER BY", "LIMIT", "PREFIX", "INSERT"),
        *("{", "}", "(", ")", "[", "]", ".", ";", ",", "*", "<", ">", "=", "!", "^^", "@ja", "#"),
        *("?s", "?p", "?o", "a", "<x:y>", "mrd:x", "_:b", "'", '"', "'''", '"x"', "1", "true"),
        *("\n", "\\", "\\u0041", "がん", "\u3000", "\x00", "\ud800", "e1", "undef"),
    ]
)
ACCEPTS = st.sampled_from(["*/*", "text/csv", "text/turtle", "application/xml", "nonsense", ""])


def check(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code


@settings(max_examples=200, deadline=None, suppress_health_check=FIXTURES_ARE_SHARED)
@given(
    segments=st.lists(SEGMENTS, max_size=5),
    parameters=st.lists(st.tuples(NAMES, VALUES), max_size=3),
    accept=ACCEPTS,
)
@example(["api", "v1", "topics"], [("cursor", "\x00")], "*/*")
@example(["id", "topic", "%00"], [], "*/*")
def test_any_address(
    server: httpx.Client, segments: list[str], parameters: list[tuple[str, str]], accept: str
) -> None:
    path = "/".join(quote(each, safe="%", errors="replace") for each in segments)
    query = "&".join(
        f"{quote(name, errors='replace')}={quote(value, errors='replace')}"
        for name, value in parameters
    )
    # As raw bytes, because a well-behaved client would mend the address before it sends it.
    url = server.base_url.copy_with(raw_path=f"/{path}?{query}".encode("ascii"))
    check(server.get(url, headers={"Accept": accept}))


@settings(max_examples=300, deadline=None, suppress_health_check=FIXTURES_ARE_SHARED)
@given(words=st.lists(WORDS, max_size=14), glue=st.sampled_from([" ", ""]), accept=ACCEPTS)
@example(["SELECT", "*", "{", "SERVICE", "<x:y>", "{", "}", "}"], " ", "*/*")
def test_any_query(server: httpx.Client, words: list[str], glue: str, accept: str) -> None:
    body = glue.join(words).encode("utf-8", errors="surrogatepass")
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    check(server.post("/sparql", content=body, headers=headers))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { " + "{" * 50_000,
        "ASK { ?s ?p " + "(" * 50_000,
        "SELECT * { FILTER(" + "!" * 50_000 + "true) }",
        "ASK { ?s " + "^" * 50_000 + "<x:p> ?o }",
        "SELECT * { VALUES ?x { " + "1 " * 100_000 + "} } LIMIT 1",
        "#" * 100_000,
        "\x00" * 1_000,
    ],
    ids=lambda query: query[:14],
)
def test_deep_and_long_queries(server: httpx.Client, query: str) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    check(server.post("/sparql", content=query, headers=headers))
    assert server.get("/health/ready").status_code == 200


@pytest.mark.parametrize("query", CALLS + LENIENT_CALLS)
def test_no_query_reaches_another_server(server: httpx.Client, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        address = f"http://127.0.0.1:{other.getsockname()[1]}/"
        for target in ("http://127.0.0.1:1/", "x:y", "x:"):
            query = query.replace(f"<{target}>", f"<{address}>")
        response = server.get("/sparql", params={"query": query})
        assert response.status_code in {400, 403}, response.text
        with pytest.raises(BlockingIOError):
            other.accept()


@pytest.mark.parametrize("header", ["Accept", "Accept-Language", "If-None-Match", "Origin"])
def test_strange_headers(server: httpx.Client, header: str) -> None:
    for value in ("", ",", ";q=", '"', "a/b;q=1;q=2", "*" * 8_000, "\xff\xfe", "é"):
        raw = [(header.encode(), value.encode("latin-1"))]
        check(server.get("/api/v1/topics", headers=httpx.Headers(raw)))


def test_a_body_on_get_does_no_harm(server: httpx.Client) -> None:
    check(server.request("GET", "/api/v1/topics", content=b"x" * 1_000))
