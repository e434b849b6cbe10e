"""Writing over HTTP: who may, what comes of it, and how refusals are told."""

import http.client
from urllib.parse import quote, urlsplit

import httpx
import pytest
from pyoxigraph import RdfFormat, parse
from tests.conformance.service import TOKEN, Service

TURTLE = "text/turtle"
JAPANESE = "http://example.org/費用/令和4年度"
DATA = "<http://example.org/s> <http://example.org/p> '調整費'@ja ."
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PROBLEMS = "https://w3id.org/medrd-kg/problems/"


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix(PROBLEMS)


def count(service: Service, pattern: str = "{ ?s ?p ?o }") -> int:
    answer = service.ask(f"SELECT (COUNT(*) AS ?n) WHERE {pattern}").raise_for_status()
    return int(answer.json()["results"]["bindings"][0]["n"]["value"])


@pytest.fixture(autouse=True)
def empty(service: Service) -> None:
    service.clear()


WRITES = [
    ("POST", "/update", "application/sparql-update", "INSERT DATA { <urn:s> <urn:p> <urn:o> }"),
    ("PUT", "/graph-store?default", TURTLE, DATA),
    ("POST", "/graph-store?graph=urn:g", TURTLE, DATA),
    ("POST", "/graph-store", TURTLE, DATA),
    ("DELETE", "/graph-store?default", TURTLE, ""),
    ("PUT", "/graph-store/named", TURTLE, DATA),
]


@pytest.mark.parametrize("write", WRITES, ids=lambda write: f"{write[0]} {write[1]}")
@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        (None, 'Bearer realm="medrd-kg"'),
        ("Basic dXNlcjpwYXNz", 'Bearer realm="medrd-kg"'),
        ("Bearer", 'Bearer realm="medrd-kg", error="invalid_request"'),
        (f"Bearer {TOKEN[:-1]}", 'Bearer realm="medrd-kg", error="invalid_token"'),
    ],
)
def test_writes_need_the_token(
    service: Service, write: tuple[str, str, str, str], authorization: str | None, challenge: str
) -> None:
    method, path, content_type, body = write
    headers = {"Content-Type": content_type}
    if authorization is not None:
        headers["Authorization"] = authorization
    answer = service.client.request(method, path, content=body, headers=headers)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert slug(answer) == "unauthorized"
    assert answer.headers["www-authenticate"] == challenge
    assert TOKEN[:-1] not in answer.text
    assert count(service) == 0
    assert count(service, "{ GRAPH ?g { ?s ?p ?o } }") == 0


def test_two_tokens_are_refused(address: str) -> None:
    host = urlsplit(address)
    connection = http.client.HTTPConnection(host.hostname or "", host.port, timeout=60)
    connection.putrequest("POST", "/update")
    connection.putheader("Authorization", f"Bearer {TOKEN}")
    connection.putheader("Authorization", "Bearer another")
    connection.putheader("Content-Type", "application/sparql-update")
    connection.putheader("Content-Length", "9")
    connection.endheaders(b"CLEAR ALL")
    assert connection.getresponse().status == httpx.codes.BAD_REQUEST
    connection.close()


def test_a_write_is_seen_by_the_next_read(service: Service) -> None:
    states = []
    for number in range(5):
        done = service.update(f"INSERT DATA {{ <urn:s> <urn:p> {number} }}")
        assert (done.status_code, done.content) == (httpx.codes.NO_CONTENT, b"")
        states.append(done.headers["medrd-kg-release"])
        assert count(service) == number + 1
    sequences = [int(state.removeprefix("empty+")) for state in states]
    assert sequences == list(range(sequences[0], sequences[0] + 5))


def test_an_update_without_effect_makes_no_new_state(service: Service) -> None:
    before = service.update("INSERT DATA { <urn:s> <urn:p> 1 }").headers["medrd-kg-release"]
    again = service.update("INSERT DATA { <urn:s> <urn:p> 1 }")
    assert again.status_code == httpx.codes.NO_CONTENT
    assert again.headers["medrd-kg-release"] == before


def test_an_update_is_done_wholly_or_not_at_all(service: Service) -> None:
    answer = service.update("INSERT DATA { <urn:s> <urn:p> 1 } ; DROP GRAPH <urn:none>")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert count(service) == 0


def test_a_faulty_update_is_placed(service: Service) -> None:
    answer = service.update("INSERT DATA {\n <urn:s> <urn:p> }")
    assert (answer.status_code, slug(answer)) == (httpx.codes.BAD_REQUEST, "malformed-query")
    assert answer.json()["line"] == 2


def test_a_query_does_not_update(service: Service) -> None:
    answer = service.update("SELECT * { ?s ?p ?o }")
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert slug(answer) == "malformed-query"
    form = service.client.post("/update", data={"query": "ASK {}"}, headers=BEARER)
    assert (form.status_code, slug(form)) == (httpx.codes.BAD_REQUEST, "malformed-request")
    assert "/sparql" in form.json()["hint"]


def test_two_datasets_of_an_update_exclude_each_other(service: Service) -> None:
    text = "WITH <urn:g> INSERT { ?s ?p 2 } WHERE { ?s ?p ?o }"
    answer = service.update(text, [("using-graph-uri", "urn:h")])
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert service.update(text).status_code == httpx.codes.NO_CONTENT


def test_where_reads_the_dataset_of_the_request(service: Service) -> None:
    service.update(
        "INSERT DATA { <urn:d> <urn:p> 0 . GRAPH <urn:a> { <urn:a> <urn:p> 1 }"
        " GRAPH <urn:b> { <urn:b> <urn:p> 2 } }"
    )
    text = "INSERT { GRAPH <urn:out> { ?s <urn:q> ?o } } WHERE { ?s <urn:p> ?o }"
    service.update(text, [("using-graph-uri", "urn:a"), ("using-graph-uri", "urn:none")])
    assert [str(each.subject) for each in service.graph("urn:out") or ()] == ["<urn:a>"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_post_updates(service: Service, method: str) -> None:
    answer = service.client.request(method, "/update?update=CLEAR+ALL", headers=BEARER)
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert answer.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize("path", ["/graph-store?default", "/graph-store/some/graph"])
def test_other_methods_on_graphs_are_refused(service: Service, path: str) -> None:
    answer = service.client.patch(path, content="", headers=BEARER)
    assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST, PUT"
    options = service.client.options(path)
    assert options.headers["allow"] == answer.headers["allow"]


def test_a_body_must_say_what_it_is(service: Service) -> None:
    for headers in (BEARER, {**BEARER, "Content-Type": "text/html"}):
        answer = service.client.put("/graph-store?graph=urn:g", content=DATA, headers=headers)
        assert answer.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
        assert TURTLE in answer.headers["accept-post"]
    packed = {**BEARER, "Content-Type": TURTLE, "Content-Encoding": "compress"}
    answer = service.client.put("/graph-store?graph=urn:g", content=DATA, headers=packed)
    assert answer.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    assert service.graph("urn:g") is None


def test_the_suffix_tells_where_nothing_else_does(service: Service) -> None:
    answer = service.client.put("/graph-store/data.ttl", content=DATA, headers=BEARER)
    assert answer.status_code == httpx.codes.CREATED
    assert len(service.graph(f"{service.client.base_url}/graph-store/data.ttl") or ()) == 1


def test_malformed_data_are_placed_and_change_nothing(service: Service) -> None:
    service.send("PUT", "urn:g", DATA.encode(), TURTLE)
    answer = service.send("PUT", "urn:g", b"<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p>", TURTLE)
    assert (answer.status_code, slug(answer)) == (httpx.codes.BAD_REQUEST, "malformed-data")
    assert answer.json()["line"] == 2
    assert len(service.graph("urn:g") or ()) == 1


def test_a_large_body_is_refused(service: Service) -> None:
    large = b"# " + b"x" * 10_000_001
    for path, media_type in (("/update", "application/sparql-update"), ("/graph-store", TURTLE)):
        answer = service.client.post(
            path, content=large, headers={**BEARER, "Content-Type": media_type}
        )
        assert (answer.status_code, slug(answer)) == (
            httpx.codes.REQUEST_ENTITY_TOO_LARGE,
            "content-too-large",
        )


@pytest.mark.parametrize("graph", ["", "relative", "_:b", "http://example.org/a b", "urn:a>"])
def test_graphs_have_absolute_iris(service: Service, graph: str) -> None:
    answer = service.client.get(f"/graph-store?graph={quote(graph)}")
    assert (answer.status_code, slug(answer)) == (httpx.codes.BAD_REQUEST, "invalid-parameter")


@pytest.mark.parametrize("parameters", ["", "?default&graph=urn:g", "?graph=urn:g&graph=urn:h"])
def test_a_request_names_one_graph(service: Service, parameters: str) -> None:
    answer = service.client.get(f"/graph-store{parameters}")
    assert (answer.status_code, slug(answer)) == (httpx.codes.BAD_REQUEST, "malformed-request")


def test_an_empty_graph_exists(service: Service) -> None:
    assert service.send("PUT", "urn:g", b"", TURTLE).status_code == httpx.codes.CREATED
    assert service.graph("urn:g") == []
    assert service.send("PUT", "urn:g", b"", TURTLE).status_code == httpx.codes.NO_CONTENT
    assert service.client.head("/graph-store?graph=urn:g").status_code == httpx.codes.OK
    deleted = service.client.delete("/graph-store?graph=urn:g", headers=BEARER)
    assert deleted.status_code == httpx.codes.NO_CONTENT
    assert service.graph("urn:g") is None
    again = service.client.delete("/graph-store?graph=urn:g", headers=BEARER)
    assert again.status_code == httpx.codes.NOT_FOUND


def test_the_default_graph_always_exists(service: Service) -> None:
    assert service.graph(None) == []
    service.send("PUT", None, DATA.encode(), TURTLE)
    deleted = service.client.delete("/graph-store?default", headers=BEARER)
    assert deleted.status_code == httpx.codes.NO_CONTENT
    assert service.graph(None) == []


def test_names_in_japanese(service: Service) -> None:
    sent = service.send("PUT", JAPANESE, DATA.encode(), TURTLE)
    assert sent.status_code == httpx.codes.CREATED
    assert count(service, f"{{ GRAPH <{JAPANESE}> {{ ?s ?p '調整費'@ja }} }}") == 1
    raw = service.client.get(f"/graph-store?graph={JAPANESE}", headers={"Accept": TURTLE})
    assert "調整費" in raw.raise_for_status().text
    direct = service.client.put(
        "/graph-store/疾患/がん", content=DATA, headers={**BEARER, "Content-Type": TURTLE}
    )
    assert direct.status_code == httpx.codes.CREATED
    name = f"{service.client.base_url}/graph-store/疾患/がん"
    assert len(service.graph(name) or ()) == 1


def test_relative_iris_are_resolved_against_the_graph(service: Service) -> None:
    service.send("PUT", "http://example.org/a/b", b"<> <#p> <../c> .", TURTLE)
    found = service.graph("http://example.org/a/b") or ()
    assert [str(each.triple) for each in found] == [
        "<http://example.org/a/b> <http://example.org/a/b#p> <http://example.org/c>"
    ]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", TURTLE),
        ("text/turtle;q=0.2, application/n-triples;q=0.9", "application/n-triples"),
        ("application/rdf+xml, */*;q=0.1", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("text/html, application/n-triples;q=0.5, text/turtle;q=0", "application/n-triples"),
    ],
)
def test_graphs_come_as_wanted(service: Service, accept: str, media_type: str) -> None:
    service.send("PUT", "urn:g", DATA.encode(), TURTLE)
    answer = service.client.get("/graph-store?graph=urn:g", headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in answer.headers["vary"]
    found = parse(input=answer.content, format=RdfFormat.from_media_type(media_type))
    assert len(list(found)) == 1
    head = service.client.head("/graph-store?graph=urn:g", headers={"Accept": accept})
    assert (head.status_code, head.content) == (httpx.codes.OK, b"")
    assert head.headers["content-type"] == answer.headers["content-type"]


def test_impossible_formats_are_refused(service: Service) -> None:
    service.send("PUT", "urn:g", DATA.encode(), TURTLE)
    answer = service.client.get("/graph-store?graph=urn:g", headers={"Accept": "image/png"})
    assert (answer.status_code, slug(answer)) == (httpx.codes.NOT_ACCEPTABLE, "not-acceptable")
    assert TURTLE in answer.json()["available"]


def test_a_graph_that_has_not_changed_is_not_sent_again(service: Service) -> None:
    service.send("PUT", "urn:g", DATA.encode(), TURTLE)
    tag = service.client.get("/graph-store?graph=urn:g").headers["etag"]
    headers = {"If-None-Match": tag}
    same = service.client.get("/graph-store?graph=urn:g", headers=headers)
    assert same.status_code == httpx.codes.NOT_MODIFIED
    service.send("POST", "urn:g", b"<urn:s> <urn:p> 2 .", TURTLE)
    changed = service.client.get("/graph-store?graph=urn:g", headers=headers)
    assert changed.status_code == httpx.codes.OK


@pytest.mark.parametrize("condition", [("If-None-Match", "*"), ("If-Match", '"tag"')])
def test_conditions_are_not_passed_over(service: Service, condition: tuple[str, str]) -> None:
    service.send("PUT", "urn:g", DATA.encode(), TURTLE)
    headers = {**BEARER, "Content-Type": TURTLE, condition[0]: condition[1]}
    for method in ("PUT", "POST", "DELETE"):
        answer = service.client.request(
            method, "/graph-store?graph=urn:g", content="", headers=headers
        )
        assert (answer.status_code, slug(answer)) == (httpx.codes.BAD_REQUEST, "malformed-request")
    assert len(service.graph("urn:g") or ()) == 1


def test_a_new_graph_gets_an_address(service: Service) -> None:
    made = service.client.post(
        "/graph-store", content=DATA, headers={**BEARER, "Content-Type": TURTLE}
    )
    assert made.status_code == httpx.codes.CREATED
    location = made.headers["location"]
    assert location.startswith(f"{service.client.base_url}/graph-store/")
    assert len(service.graph(location) or ()) == 1
    followed = service.client.get(location, headers={"Accept": "application/n-triples"})
    assert followed.text == f"{DATA[:-2].replace(chr(39), chr(34))} .\n"


def test_the_parts_of_a_form_are_documents_of_their_own(service: Service) -> None:
    files = [
        ("file", ("a.ttl", b"_:x <urn:p> 1 .", TURTLE)),
        ("file", ("b.nt", b'_:x <urn:p> "2" .', "application/octet-stream")),
    ]
    answer = service.client.post("/graph-store?graph=urn:g", files=files, headers=BEARER)
    assert answer.status_code == httpx.codes.CREATED
    found = service.graph("urn:g") or ()
    assert len({each.subject for each in found}) == 2
