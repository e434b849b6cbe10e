"""``/sparql`` to the letter: negotiation, methods, names in any script, and datasets."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from pyoxigraph import RdfFormat, parse
from tests.conformance.service import Service

from medrd_kg.sparql.media_types import GRAPH_TYPES

DIRECT = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
ROWS = "SELECT ?o WHERE { ?s ?p ?o }"
GRAPH = "CONSTRUCT WHERE { ?s ?p ?o }"
ESCAPED, PLAIN, JAPANESE = (
    "http://example.org/%E5%8C%BB",
    "http://example.org/x",
    "http://example.org/医",
)
JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"


@pytest.fixture(scope="module", autouse=True)
def _data(service: Service) -> None:
    service.clear()
    service.update(
        f"""INSERT DATA {{
          <urn:s> <urn:p> 'default' .
          GRAPH <{PLAIN}> {{ <urn:s> <urn:p> 'plain', 'both' }}
          GRAPH <{ESCAPED}> {{ <urn:s> <urn:p> 'escaped', 'both' }}
          GRAPH <{JAPANESE}> {{ <urn:s> <urn:p> '医療' }}
        }}"""
    ).raise_for_status()


def get(service: Service, query: str, accept: str | None = None, **more: str) -> httpx.Response:
    request = service.client.build_request("GET", "/sparql", params={"query": query, **more})
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    return service.client.send(request)


def found(answer: httpx.Response) -> list[str]:
    rows = answer.raise_for_status().json()["results"]["bindings"]
    return sorted(row["o"]["value"] for row in rows)


@pytest.mark.parametrize(
    ("accept", "rows", "graph"),
    [
        (None, JSON, "text/turtle"),
        ("", JSON, "text/turtle"),
        ("*/*", JSON, "text/turtle"),
        ("text/html,*/*;q=0.1", JSON, "text/turtle"),
        ("text/*", "text/xml", "text/turtle"),
        ("text/csv, application/n-triples", "text/csv", "application/n-triples"),
        (f"{JSON};q=0.5, {XML};q=0.8", XML, None),
        (f"{XML};q=0, */*;q=0.1", JSON, "text/turtle"),
        ("application/json", "application/json", "application/json"),
        ("text/turtle;q=0.3, application/ld+json;q=0.31", None, "application/ld+json"),
        ("application/rdf+xml;q=0.001", None, "application/rdf+xml"),
        ('application/ld+json;profile="a,b";q=0.9, text/turtle;q=0.8', None, "application/ld+json"),
        (f"{JSON}; Q=1.000", JSON, None),
        ("image/png", None, None),
        ("*/*;q=0", None, None),
        ("text/tab-separated-values", "text/tab-separated-values", None),
    ],
)
def test_the_best_format_is_sent(
    service: Service, accept: str | None, rows: str | None, graph: str | None
) -> None:
    for query, wanted in ((ROWS, rows), (GRAPH, graph)):
        answer = get(service, query, accept)
        if wanted is None:
            assert answer.status_code == httpx.codes.NOT_ACCEPTABLE
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["available"]
        else:
            assert answer.headers["content-type"].partition(";")[0] == wanted
        assert "Accept" in answer.headers["vary"]


def test_several_accept_headers_are_one_list(service: Service) -> None:
    headers = [("accept", "text/csv;q=0.2"), ("accept", f"{XML};q=0.7")]
    answer = service.client.get("/sparql", params={"query": ROWS}, headers=headers)
    assert answer.headers["content-type"] == XML


def test_truth_in_each_format(service: Service) -> None:
    for accept, told in ((JSON, '"boolean":true'), (XML, "<boolean>true</boolean>")):
        assert told in get(service, "ASK {}", accept).text
    # The recommendation has no booleans in CSV and TSV; the engine's word for it is as good.
    assert get(service, "ASK {}", "text/csv").text == "true"


@pytest.mark.parametrize("accept", [JSON, XML, "text/csv"])
def test_head_is_get_without_a_body(service: Service, accept: str) -> None:
    given = get(service, ROWS, accept)
    head = service.client.head("/sparql", params={"query": ROWS}, headers={"Accept": accept})
    assert (head.status_code, head.content) == (httpx.codes.OK, b"")
    for name in ("content-type", "etag", "vary", "medrd-kg-release"):
        assert head.headers[name] == given.headers[name]


def test_head_of_the_description(service: Service) -> None:
    head = service.client.head("/sparql", headers={"Accept": "application/rdf+xml"})
    assert (head.status_code, head.content) == (httpx.codes.OK, b"")
    assert head.headers["content-type"] == "application/rdf+xml"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_other_methods_are_refused(service: Service, method: str, path: str) -> None:
    answer = service.client.request(method, path, params={"query": ROWS})
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.headers["content-type"] == "application/problem+json"


def test_options(service: Service) -> None:
    plain = service.client.options("/sparql")
    assert (plain.status_code, plain.headers["allow"]) == (204, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(("path", "is_open"), [("/sparql", True), ("/update", False)])
def test_pages_of_others_may_ask_and_not_write(
    service: Service, path: str, *, is_open: bool
) -> None:
    preflight = service.client.options(
        path,
        headers={
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert preflight.status_code == httpx.codes.NO_CONTENT
    assert ("access-control-allow-origin" in preflight.headers) == is_open
    assert "access-control-allow-credentials" not in preflight.headers
    if is_open:
        assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/json"])
def test_queries_come_in_two_media_types(service: Service, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = service.client.post("/sparql", content=ROWS, headers=headers)
    assert answer.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    assert DIRECT in answer.headers["accept-post"]


def _ways(query: str, parameters: list[tuple[str, str]]) -> Iterator[tuple[str, str, str, bytes]]:
    address, form = urlencode(parameters), urlencode([("query", query), *parameters])
    yield "GET", f"/sparql?{form}", "", b""
    yield "GET", f"/sparql/?{form}", "", b""
    yield "POST", "/sparql", FORM, form.encode()
    yield "POST", f"/sparql?{address}", DIRECT, query.encode()
    yield "POST", f"/sparql/?{address}", f"{DIRECT}; charset=utf-8", query.encode()


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ([], ["default"]),
        ([("default-graph-uri", PLAIN)], ["both", "plain"]),
        ([("default-graph-uri", ESCAPED)], ["both", "escaped"]),
        ([("default-graph-uri", JAPANESE)], ["医療"]),
        (
            [("default-graph-uri", PLAIN), ("default-graph-uri", ESCAPED)],
            ["both", "escaped", "plain"],
        ),
        ([("default-graph-uri", "http://example.org/none")], []),
        (
            [("default-graph-uri", "http://example.org/none"), ("default-graph-uri", JAPANESE)],
            ["医療"],
        ),
        ([("named-graph-uri", PLAIN)], []),
    ],
)
def test_the_default_graph_is_that_of_the_request(
    service: Service, parameters: list[tuple[str, str]], wanted: list[str]
) -> None:
    for method, path, content_type, body in _ways(ROWS, parameters):
        headers = {"Content-Type": content_type} if content_type else {}
        answer = service.client.request(method, path, content=body, headers=headers)
        assert found(answer) == wanted
    if parameters and all(name == "default-graph-uri" for name, _ in parameters):
        clauses = " ".join(f"FROM <{graph}>" for _, graph in parameters)
        assert found(service.ask(ROWS.replace("WHERE", f"{clauses} WHERE"))) == wanted


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ([], ["both", "both", "escaped", "plain", "医療"]),
        ([("named-graph-uri", JAPANESE)], ["医療"]),
        (
            [("named-graph-uri", PLAIN), ("named-graph-uri", ESCAPED)],
            ["both", "both", "escaped", "plain"],
        ),
        ([("named-graph-uri", "http://example.org/none")], []),
        ([("default-graph-uri", PLAIN)], []),
    ],
)
def test_the_named_graphs_are_those_of_the_request(
    service: Service, parameters: list[tuple[str, str]], wanted: list[str]
) -> None:
    query = "SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } }"
    for method, path, content_type, body in _ways(query, parameters):
        headers = {"Content-Type": content_type} if content_type else {}
        answer = service.client.request(method, path, content=body, headers=headers)
        assert found(answer) == wanted


def test_the_request_outranks_the_text(service: Service) -> None:
    query = ROWS.replace("WHERE", f"FROM <{PLAIN}> WHERE")
    assert found(get(service, query, JSON, **{"default-graph-uri": JAPANESE})) == ["医療"]
    assert found(get(service, query, JSON)) == ["both", "plain"]


def test_relative_names_are_resolved_against_the_endpoint(service: Service) -> None:
    answer = get(service, "SELECT (<x> AS ?o) {}", JSON)
    assert found(answer) == [f"{service.client.base_url}/x"]


def test_percent_signs_are_decoded_once(service: Service) -> None:
    query = f"SELECT (STR(<{ESCAPED}>) AS ?o) {{}}"
    once = service.client.get(f"/sparql?query={quote(query, safe='')}")
    assert found(once) == [ESCAPED]
    assert found(service.ask(query)) == [ESCAPED]


def test_graphs_say_the_same_in_each_format(service: Service) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{JAPANESE}> {{ ?s ?p ?o }} }}"
    told = set()
    for media_type in GRAPH_TYPES[:4]:
        answer = get(service, query, media_type)
        rdf_format = RdfFormat.from_media_type(media_type)
        told.add(tuple(str(each.triple) for each in parse(input=answer.content, format=rdf_format)))
    assert told == {('<urn:s> <urn:p> "医療"',)}


def test_what_xml_cannot_say_is_refused(service: Service) -> None:
    query = "CONSTRUCT { ?s <http://example.org/1> ?o } WHERE { ?s ?p ?o }"
    assert get(service, query, "application/rdf+xml").status_code == httpx.codes.NOT_ACCEPTABLE


@pytest.mark.parametrize(
    "parameters",
    [
        [("query", ROWS), ("query", ROWS)],
        [("update", "CLEAR ALL")],
        [("query", ROWS), ("default-graph-uri", "relative")],
        [("query", "SELECT * {")],
        [("query", "")],
    ],
)
def test_what_cannot_be_asked(service: Service, parameters: list[tuple[str, str]]) -> None:
    answer = service.client.get(f"/sparql?{urlencode(parameters)}")
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.headers["content-type"] == "application/problem+json"
