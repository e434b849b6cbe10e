"""Requests of the Graph Store Protocol: the graph that is meant and the RDF that is sent."""

from urllib.parse import quote

import pytest

from medrd_kg.problems import Problem
from medrd_kg.sparql.graph_store import GraphTarget, read_target
from medrd_kg.sparql.rdf_documents import RdfDocument, read_documents
from medrd_kg.sparql.writing import (
    EditRequest,
    GraphDeletion,
    GraphWriting,
    Update,
    from_message,
    to_message,
)
from medrd_kg.store.base import Dataset

STORE = "https://service.example/kg/graph-store"
EDITS = "https://service.example/graph/edits/"
TURTLE = b"<urn:s> <urn:p> '\xe5\x8c\xbb' ."


def target(method: str, query_string: bytes = b"", below: bytes | None = None) -> GraphTarget:
    return read_target(method, query_string, below, store=STORE, new_graphs=EDITS)


@pytest.mark.parametrize(
    ("query_string", "graph"),
    [
        (b"default", None),
        (b"default=", None),
        (b"graph=http%3A%2F%2Fexample.org%2F1", "http://example.org/1"),
        (b"graph=http://example.org/1", "http://example.org/1"),
        (b"graph=http://example.org/%2531", "http://example.org/%31"),
        (b"graph=http://example.org/a+b%2Bc", "http://example.org/a+b+c"),
        (b"graph=http://example.org/%E5%8C%BB%E7%99%82", "http://example.org/医療"),
        (b"graph=urn:x", "urn:x"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_parameters_name_a_graph(method: str, query_string: bytes, graph: str | None) -> None:
    assert target(method, query_string) == GraphTarget(graph)


@pytest.mark.parametrize(
    ("below", "graph"),
    [
        (b"person/1.ttl", f"{STORE}/person/1.ttl"),
        (b"a%20b%2Fc", f"{STORE}/a%20b%2Fc"),
        (b"%E5%8C%BB%E7%99%82/1", f"{STORE}/医療/1"),
        (b"%E5%8C/x", f"{STORE}/%E5%8C/x"),
    ],
)
def test_the_address_itself_names_a_graph(below: bytes, graph: str) -> None:
    assert target("PUT", b"", below) == GraphTarget(graph)


def test_a_new_graph_gets_a_name_of_its_own() -> None:
    first, second = target("POST"), target("POST", b"", b"")
    assert first.is_new
    assert first.graph is not None
    assert first.graph.startswith(EDITS)
    assert first != second


@pytest.mark.parametrize(
    ("method", "query_string", "below", "slug"),
    [
        ("GET", b"", None, "malformed-request"),
        ("PUT", b"", None, "malformed-request"),
        ("DELETE", b"", b"", "malformed-request"),
        ("GET", b"default&graph=urn:x", None, "malformed-request"),
        ("GET", b"default=1", None, "malformed-request"),
        ("GET", b"graph=urn:x&graph=urn:y", None, "malformed-request"),
        ("GET", b"graph=urn:x", b"person", "malformed-request"),
        ("GET", b"default", b"person", "malformed-request"),
        ("GET", b"graph=%FF", None, "malformed-request"),
        ("GET", b"graph=", None, "invalid-parameter"),
        ("GET", b"graph=person/1", None, "invalid-parameter"),
        ("GET", b"graph=_:b", None, "invalid-parameter"),
        ("GET", b"graph=http://example.org/a%20b", None, "invalid-parameter"),
        ("GET", b"graph=http://[example", None, "invalid-parameter"),
        ("GET", b"graph=urn:x%3E%20%7B%7D", None, "invalid-parameter"),
        ("GET", b"", b"a[b", "invalid-parameter"),
        ("GET", b"grpah=urn:x", None, "unknown-parameter"),
    ],
)
def test_what_names_no_graph_is_refused(
    method: str, query_string: bytes, below: bytes | None, slug: str
) -> None:
    with pytest.raises(Problem) as caught:
        target(method, query_string, below)
    assert caught.value.slug == slug


@pytest.mark.parametrize(
    ("content_type", "name", "found"),
    [
        ("text/turtle", None, "text/turtle"),
        ("Text/Turtle ; charset=UTF-8", "x.nt", "text/turtle"),
        ("application/rdf+xml", None, "application/rdf+xml"),
        ("text/xml", None, "application/rdf+xml"),
        ("application/json", None, "application/ld+json"),
        ('application/ld+json; profile="http://www.w3.org/ns/json-ld#expanded"', None, None),
        ("text/plain; charset=us-ascii", None, "application/n-triples"),
        (None, "http://example.org/graph/x.ttl", "text/turtle"),
        ("", "x.OWL", "application/rdf+xml"),
        ("application/octet-stream", "x.nt", "application/n-triples"),
        ("application/trig", None, "application/trig"),
        (None, "x.nq", "application/n-quads"),
    ],
)
def test_the_format_of_a_body(
    content_type: str | None, name: str | None, found: str | None
) -> None:
    (document,) = read_documents(content_type, TURTLE, name=name)
    assert document == RdfDocument(TURTLE, found or "application/ld+json")


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        (None, None),
        ("", "http://example.org/graph"),
        ("application/octet-stream", "x.txt"),
        ("text/html", "x.ttl"),
        ("application/x-www-form-urlencoded", None),
        ("text/turtle; charset=utf-16", None),
    ],
)
def test_other_bodies_are_refused(content_type: str | None, name: str | None) -> None:
    with pytest.raises(Problem) as caught:
        read_documents(content_type, TURTLE, name=name)
    assert caught.value.slug == "unsupported-media-type"
    assert "text/turtle" in caught.value.headers["Accept-Post"]


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--zz\r\n" + part + b"\r\n" for part in parts) + b"--zz--\r\n"


FORM = "multipart/form-data; boundary=zz"
BY_TYPE = (
    b'Content-Disposition: form-data; name="a"; filename="a.ttl"\r\n'
    b"Content-Type: text/turtle; charset=utf-8\r\n\r\n" + TURTLE + b"\n"
)
BY_NAME = (
    'Content-Disposition: form-data; name="file"; filename="医.nt"\r\n'
    "Content-Type: application/octet-stream\r\n\r\n"
).encode() + TURTLE


def test_each_part_is_a_document() -> None:
    documents = read_documents(FORM, multipart(BY_TYPE, BY_NAME))
    assert documents == (
        RdfDocument(TURTLE + b"\n", "text/turtle", "a.ttl"),
        RdfDocument(TURTLE, "application/n-triples", "医.nt"),
    )


@pytest.mark.parametrize(
    ("content_type", "body", "slug"),
    [
        ("multipart/form-data", multipart(BY_TYPE), "malformed-request"),
        (FORM, multipart(BY_TYPE)[:-6], "malformed-request"),
        (FORM, multipart(), "malformed-request"),
        (FORM, b"", "malformed-request"),
        (FORM, TURTLE, "malformed-request"),
        ("multipart/form-data; boundary=yy", multipart(BY_TYPE), "malformed-request"),
        (FORM, multipart(*[BY_TYPE] * 1001), "malformed-request"),
        (
            FORM,
            multipart(b'Content-Disposition: form-data; name="q"\r\n\r\nx'),
            "unsupported-media-type",
        ),
        (FORM, multipart(BY_NAME.replace(b".nt", b".zip")), "unsupported-media-type"),
    ],
)
def test_broken_multipart_bodies_are_refused(content_type: str, body: bytes, slug: str) -> None:
    with pytest.raises(Problem) as caught:
        read_documents(content_type, body)
    assert caught.value.slug == slug


@pytest.mark.parametrize(
    "request_",
    [
        Update(
            "INSERT DATA { <urn:s> <urn:p> '医' }", Dataset(("urn:a",), ("urn:b",)), STORE, "ja"
        ),
        GraphWriting("urn:g", replaces=True, content_type=None, body=TURTLE, base_iri="urn:g"),
        GraphWriting(None, replaces=False, content_type=FORM, body=b"", base_iri=STORE),
        GraphDeletion("urn:医"),
        GraphDeletion(None, "ja"),
    ],
)
def test_requests_travel_between_processes(request_: EditRequest) -> None:
    assert from_message(*to_message(request_)) == request_


def test_an_address_is_kept_apart_from_another_one() -> None:
    """Escaped ASCII may differ in meaning from the plain character: it stays as it was sent."""
    assert target("PUT", b"", b"a%2Fb") != target("PUT", b"", b"a/b")
    assert target("PUT", b"", quote("医").encode()) == target("PUT", f"graph={STORE}/医".encode())
