"""Answers to callers' queries: formats, limits, and what is said of faults."""

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import SOLUTION_TYPES
from medrd_kg.sparql.workers.answering import answer
from medrd_kg.sparql.workers.exchange import AskRequest, ReplyHead, Spent, read_answer
from medrd_kg.sparql.workers.frames import Kind, read_frame
from medrd_kg.sparql.workers.sink import Sink, resident_memory
from medrd_kg.store.embedded import EmbeddedStore

BASE = "http://service.example/sparql"
THREE = r"SELECT ?x { VALUES ?x { 'a' 'b,\n\"' 'c' } }"


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    store = EmbeddedStore()
    odd = NamedNode("http://example.org/1")
    store.insert([Quad(odd, odd, Literal("x"), NamedNode("http://example.org/g"))])
    return store


class Answer(NamedTuple):
    """A whole answer."""

    head: ReplyHead
    spent: Spent
    body: bytes

    @property
    def media_type(self) -> str:
        return self.head.media_type


def ask(
    store: EmbeddedStore, query: str, accept: str | None = None, *, max_rows: int = 0
) -> Answer:
    """Answer as a worker does, and read what it sends."""
    request = AskRequest("POST", b"", "application/sparql-query", accept, BASE, max_rows)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sent = request._replace(body=query.encode()).encode()
        answer(store, AskRequest.decode(sent), Sink(theirs, resident_memory()))
        received = read_frame(ours, bytearray())
    assert received is not None
    kind, payload = received
    assert kind == Kind.REPLY
    return Answer(*read_answer(payload))


def fault(store: EmbeddedStore, query: str, accept: str | None = None) -> Problem:
    with pytest.raises(Problem) as caught:
        ask(store, query, accept)
    return caught.value


@pytest.mark.parametrize("media_type", SOLUTION_TYPES)
def test_the_row_limit_counts_rows_in_every_format(store: EmbeddedStore, media_type: str) -> None:
    assert ask(store, THREE, media_type, max_rows=3).media_type == media_type
    with pytest.raises(Problem) as caught:
        ask(store, THREE, media_type, max_rows=2)
    assert caught.value.slug == "too-many-rows"
    assert caught.value.extra == {"limit": 2}


def test_the_row_limit_leaves_other_forms_alone(store: EmbeddedStore) -> None:
    assert ask(store, "ASK {}", max_rows=1).body
    assert ask(store, "CONSTRUCT WHERE { ?s ?p ?o }", max_rows=1).body


def test_relative_iris_are_those_of_the_endpoint(store: EmbeddedStore) -> None:
    answer = ask(store, "SELECT ?x { BIND(<drugs> AS ?x) }", "text/csv")
    assert answer.body == b"x\r\nhttp://service.example/drugs\r\n"


def test_what_rdf_xml_cannot_say_is_not_acceptable(store: EmbeddedStore) -> None:
    problem = fault(store, "CONSTRUCT WHERE { ?s ?p ?o }", "application/rdf+xml")
    assert problem.slug == "not-acceptable"
    assert "http://example.org/1" in problem.detail


def test_an_impossible_type_is_refused_before_evaluation(store: EmbeddedStore) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { " + " ".join(
        f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(12)
    )
    assert fault(store, endless + "}", "image/png").slug == "not-acceptable"


def test_a_graph_is_abbreviated_by_the_prefixes_of_its_query(store: EmbeddedStore) -> None:
    query = "PREFIX mine: <http://example.org/> CONSTRUCT WHERE { ?s ?p ?o }"
    answer = ask(store, query)
    assert answer.media_type == "text/turtle"
    assert b"mine:1 mine:1" in answer.body
    assert answer.body.count(b"@prefix") == 1


@pytest.mark.parametrize(
    ("query", "line", "column", "hint"),
    [
        ("SELECT *\n{ ?s mrd:x ?o }", 2, 6, "PREFIX mrd: <https://w3id.org/medrd-kg/core#>"),
        ("ASK { ?s ex:x ?o }", 1, 10, "/api/v1/prefixes"),
        ("SELECT * WHERE\u3000{ ?s ?p ?o }", 1, 15, "full-width space"),
        ("SELECT * WHERE ｛ ?s ?p ?o ｝", 1, 16, "full-width {"),
        ("ASK { ?s ?p 'open }", 1, 13, "quotation mark"),
        ("", 1, 1, "for example"),
    ],
)
def test_malformed_queries(
    store: EmbeddedStore, query: str, line: int, column: int, hint: str
) -> None:
    problem = fault(store, query)
    assert problem.slug == "malformed-query"
    assert (problem.extra["line"], problem.extra["column"]) == (line, column)
    assert hint in str(problem.hint)


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("INSERT DATA { <x:a> <x:b> 1 }", "update-on-query-endpoint"),
        ("PREFIX select: <x:> CLEAR ALL", "update-on-query-endpoint"),
        ("ASK { SERVICE <http://127.0.0.1:1/> {} }", "service-not-allowed"),
        ("ASK { SERVICE SILENT <http://127.0.0.1:1/> {} }", "service-not-allowed"),
    ],
)
def test_what_the_endpoint_does_not_do(store: EmbeddedStore, query: str, slug: str) -> None:
    assert fault(store, query).slug == slug


def test_the_answer_tells_what_it_took_and_whether_it_holds(store: EmbeddedStore) -> None:
    assert ask(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").head.keepable
    spent = ask(store, "ASK {}").spent
    assert 0 <= spent.seconds <= spent.worker_seconds
    for volatile in ("NOW()", "rand ()", "UUID()", "STRUUID()"):
        assert not ask(store, f"SELECT ({volatile} AS ?x) {{}}").head.keepable


def test_a_long_answer_comes_in_pieces(store: EmbeddedStore) -> None:
    rows = " ".join(f"'{number:0100}'" for number in range(3000))
    request = AskRequest(
        "POST", b"", "application/sparql-query", "text/csv", BASE, 0,
        f"SELECT ?x {{ VALUES ?x {{ {rows} }} }}".encode(),
    )  # fmt: skip
    ours, theirs = socket.socketpair()
    kinds, body, pending = [], b"", bytearray()
    with ours, theirs, ThreadPoolExecutor() as beside:
        answering = beside.submit(answer, store, request, Sink(theirs, resident_memory()))
        while (found := read_frame(ours, pending)) is not None:
            kinds.append(found[0])
            if found[0] == Kind.END:
                break
            body += read_answer(found[1])[2] if found[0] == Kind.BEGIN else found[1]
        answering.result()
    assert kinds[0] == Kind.BEGIN
    assert set(kinds[1:-1]) == {Kind.DATA}
    assert body.decode().splitlines() == ["x", *(f"{number:0100}" for number in range(3000))]
