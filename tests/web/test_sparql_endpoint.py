"""``/sparql`` over HTTP, as clients of every habit use it."""

import csv
import io
import json
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF
from tests.web.reading import read_rdf

from medrd_kg.store.base import Store
from medrd_kg.vocabulary import graph_iri

PROJECTS = """PREFIX mrd: <https://w3id.org/medrd-kg/core#>
SELECT ?s WHERE { ?s a mrd:IntegratedProject } ORDER BY ?s"""
DRUGS = "https://w3id.org/medrd-kg/id/project/drugs"
DESCRIBE = f"CONSTRUCT {{ <{DRUGS}> ?p ?o }} WHERE {{ <{DRUGS}> ?p ?o }}"
FORM = "application/x-www-form-urlencoded"
SD = "http://www.w3.org/ns/sparql-service-description#"


def get(server: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return server.get("/sparql", params={"query": query}, headers=headers)


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_three_ways_give_one_answer(server: httpx.Client, path: str, way: str) -> None:
    if way == "get":
        response = server.get(path, params={"query": PROJECTS})
    elif way == "form":
        response = server.post(path, data={"query": PROJECTS})
    else:
        headers = {"Content-Type": "application/sparql-query"}
        response = server.post(path, content=PROJECTS, headers=headers)
    assert response.headers["content-type"] == "application/sparql-results+json"
    rows = response.json()["results"]["bindings"]
    assert [row["s"]["value"].rpartition("/")[2] for row in rows] == ["drugs", "genome-data"]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/xml", "text/xml; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_rows_in_each_format(server: httpx.Client, accept: str, content_type: str) -> None:
    response = get(server, PROJECTS, Accept=accept)
    assert response.headers["content-type"] == content_type
    formats = {
        "json": QueryResultsFormat.JSON,
        "xml": QueryResultsFormat.XML,
        "values": QueryResultsFormat.TSV,
    }
    chosen = next(each for end, each in formats.items() if accept.endswith(end))
    found = parse_query_results(response.content, chosen)
    assert isinstance(found, QuerySolutions)
    assert next(row["s"].value for row in found) == DRUGS


def test_rows_as_csv(server: httpx.Client) -> None:
    topic = "<https://w3id.org/medrd-kg/id/topic/cancer-drugs>"
    query = f"SELECT ?l {{ {topic} ?p ?l FILTER(LANG(?l) = 'ja') }}"
    response = get(server, query, Accept="text/csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(io.StringIO(response.text, newline=""))) == [
        ["l"],
        ['カンマ, と "引用符" と\n改行'],
    ]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, {"head": {}, "boolean": True}),
        ("text/csv", "true"),
    ],
)
def test_ask(server: httpx.Client, accept: str | None, expected: object) -> None:
    headers = {"Accept": accept} if accept else {}
    response = server.get("/sparql", params={"query": "ASK {}"}, headers=headers)
    assert (response.text.strip() if accept else response.json()) == expected


@pytest.mark.parametrize(
    ("accept", "rdf_format"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
        ("application/json", "json-ld"),
        ("*/*", "turtle"),
    ],
)
def test_graphs_in_each_format(
    server: httpx.Client, store: Store, accept: str, rdf_format: str
) -> None:
    response = get(server, DESCRIBE, Accept=accept)
    assert response.status_code == 200
    if accept != "*/*":
        assert response.headers["content-type"].partition(";")[0] == accept
    expected = Graph().parse(
        data=store.query(DESCRIBE).serialise("application/n-triples"), format="nt"
    )
    assert isomorphic(read_rdf(response.content, rdf_format), expected)


def test_a_triple_of_two_graphs_counts_once(server: httpx.Client) -> None:
    label = f'{{ <{DRUGS}> ?p "Drug Project"@en }}'
    assert _count(get(server, f"SELECT (COUNT(*) AS ?n) {label}")) == 1
    assert _count(get(server, f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {label} }}")) == 2


def test_the_dataset_of_the_request_is_honoured(server: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/medrd-kg/core#PriorityTopic> }"
    policy, facts = graph_iri("policy-fy2022"), graph_iri("facts")

    def ask(query: str, **graphs: str | list[str]) -> int:
        parameters = {name.replace("_", "-"): value for name, value in graphs.items()}
        return _count(server.get("/sparql", params={"query": query, **parameters}))

    assert ask(count) == 5
    assert ask(count, default_graph_uri=facts) == 0
    assert ask(count, default_graph_uri=[facts, policy]) == 5
    assert ask(count, default_graph_uri="http://unknown.example/graph") == 0
    assert ask(count, named_graph_uri=policy) == 0
    in_graphs = count.replace("{", "{ GRAPH ?g {") + "}"
    assert ask(in_graphs, named_graph_uri=policy) == 5
    from_facts = count.replace("{", f"FROM <{facts}> {{", 1)
    assert ask(from_facts) == 0
    assert ask(from_facts, default_graph_uri=policy) == 5


def _count(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def test_japanese_and_encoded_iris(server: httpx.Client) -> None:
    query = "SELECT ?x { BIND(<http://example.org/がん%20a+b> AS ?x) }"
    answers = [
        get(server, query),
        server.post("/sparql", data={"query": query}),
        server.post("/sparql", content=f"query={quote(query)}", headers={"Content-Type": FORM}),
        server.post("/sparql", content=query, headers={"Content-Type": "application/sparql-query"}),
    ]
    values = {each.json()["results"]["bindings"][0]["x"]["value"] for each in answers}
    assert values == {"http://example.org/がん%20a+b"}


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json"])
def test_without_a_query_the_service_describes_itself(server: httpx.Client, accept: str) -> None:
    response = server.get("/sparql", headers={"Accept": accept})
    found = read_rdf(response.content, response.headers["content-type"])
    endpoint = URIRef(str(server.base_url).rstrip("/") + "/sparql")
    assert (endpoint, RDF.type, URIRef(f"{SD}Service")) in found
    assert (endpoint, URIRef(f"{SD}endpoint"), endpoint) in found
    assert (endpoint, URIRef(f"{SD}feature"), URIRef(f"{SD}UnionDefaultGraph")) in found
    names = {str(name) for name in found.objects(None, URIRef(f"{SD}name"))}
    assert names == {graph_iri(name) for name in ("facts", "inferred", "ontology", "policy-fy2022")}


@pytest.mark.parametrize(
    ("request_", "status", "slug"),
    [
        ({"params": {"query": "SELECT * {"}}, 400, "malformed-query"),
        ({"params": {"query": ""}}, 400, "malformed-query"),
        ({"params": {"query": ["ASK {}", "ASK {}"]}}, 400, "malformed-request"),
        ({"params": {"update": "CLEAR ALL"}}, 400, "update-on-query-endpoint"),
        ({"params": {"query": "CLEAR ALL"}}, 400, "update-on-query-endpoint"),
        ({"params": {"query": "ASK { SERVICE <x:y> {} }"}}, 403, "service-not-allowed"),
        (
            {"params": {"query": "ASK {}"}, "headers": {"Accept": "image/png"}},
            406,
            "not-acceptable",
        ),
        ({"headers": {"Accept": "text/html"}}, 406, "not-acceptable"),
        ({"method": "POST", "content": "ASK {}"}, 415, "unsupported-media-type"),
        ({"method": "PUT", "content": "ASK {}"}, 405, "method-not-allowed"),
        ({"method": "DELETE"}, 405, "method-not-allowed"),
    ],
)
def test_refusals(
    server: httpx.Client, request_: dict[str, object], status: int, slug: str
) -> None:
    arguments = {"method": "GET", "url": "/sparql"} | request_
    response = server.request(**arguments)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith(f"/{slug}")
    assert response.json()["status"] == status
    if status == 405:
        assert response.headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_faults_speak_the_callers_language(server: httpx.Client) -> None:
    titles = {}
    for language in ("ja", "en"):
        response = get(server, "SELECT", **{"Accept-Language": language})
        titles[language] = response.json()["title"]
        assert response.headers["content-language"] == language
        assert "Accept-Language" in response.headers["vary"]
    assert titles == {
        "ja": "SPARQLクエリの構文が正しくありません",
        "en": "The SPARQL query is malformed",
    }


def test_head_has_the_headers_of_get_and_no_body(server: httpx.Client) -> None:
    whole = get(server, PROJECTS)
    head = server.head("/sparql", params={"query": PROJECTS})
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == whole.headers[name]


def test_an_unchanged_answer_is_not_sent_again(server: httpx.Client) -> None:
    first = get(server, PROJECTS)
    again = get(server, PROJECTS, **{"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert "content-type" not in again.headers
    as_csv = get(server, PROJECTS, **{"If-None-Match": first.headers["etag"], "Accept": "text/csv"})
    assert as_csv.status_code == 200


def test_answers_name_the_release_and_the_time(server: httpx.Client) -> None:
    headers = get(server, "ASK {} # asked here alone").headers
    assert headers["medrd-kg-release"] == "2022-01-01-fixture00000"
    assert "cpu;dur=" in headers["server-timing"]
    assert headers["vary"] == "Accept, Accept-Encoding"


def test_any_origin_may_read(server: httpx.Client) -> None:
    response = get(server, "ASK {}", Origin="https://anywhere.example")
    assert response.headers["access-control-allow-origin"] == "*"
    assert "ETag" in response.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in response.headers
    fault = get(server, "ASK", Origin="https://anywhere.example")
    assert fault.headers["access-control-allow-origin"] == "*"


def test_preflight(server: httpx.Client) -> None:
    asked = {
        "Origin": "https://anywhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-custom",
    }
    response = server.options("/sparql", headers=asked)
    assert response.status_code == 204
    assert "POST" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-allow-headers"] == "content-type, x-custom"
    assert server.options("/nowhere").status_code == 404
    assert server.options("/sparql").headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_only_listed_origins_may_read(strict_server: httpx.Client) -> None:
    allowed = get(strict_server, "ASK {}", Origin="https://app.example")
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert "Origin" in allowed.headers["vary"]
    other = get(strict_server, "ASK {}", Origin="https://other.example")
    assert "access-control-allow-origin" not in other.headers
    assert "Origin" in other.headers["vary"]


def test_the_body_limit(strict_server: httpx.Client) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    long = "ASK {} #" + "x" * 1_000_000
    announced = strict_server.post("/sparql", content=long, headers=headers)
    streamed = strict_server.post(
        "/sparql", content=(long.encode() for _ in range(1)), headers=headers
    )
    for response in (announced, streamed):
        assert response.status_code == 413
        assert response.json()["limit"] == 1_000_000
    fitting = strict_server.post("/sparql", content=long[:900_000], headers=headers)
    assert fitting.json()["boolean"] is True


def test_the_row_limit(strict_server: httpx.Client) -> None:
    rows = "SELECT ?x { VALUES ?x { 1 2 3 4 5 6 } }"
    response = get(strict_server, rows)
    assert response.status_code == 422
    assert response.json()["type"].endswith("/too-many-rows")
    assert get(strict_server, f"{rows} LIMIT 5").status_code == 200


def test_extra_parameters_of_old_clients_do_no_harm(server: httpx.Client) -> None:
    parameters = {"query": "ASK {}", "format": "json", "output": "json", "results": "json"}
    assert json.loads(server.get("/sparql", params=parameters).text)["boolean"] is True


def test_no_answer_depends_on_the_host_header(server: httpx.Client) -> None:
    for path in ("/sparql", "/api/v1/topics", "/openapi.json", "/"):
        usual = server.get(path)
        strange = server.get(path, headers={"Host": "evil.example"})
        assert strange.content == usual.content
        assert strange.headers.get("location") == usual.headers.get("location")
