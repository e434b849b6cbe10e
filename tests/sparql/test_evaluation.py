"""Answers to callers' queries: formats, limits, and what is said of faults."""

import anyio
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from medrd_kg.problems import Problem
from medrd_kg.sparql.evaluation import Answer, ThreadEvaluator
from medrd_kg.sparql.media_types import SOLUTION_TYPES
from medrd_kg.sparql.protocol import ProtocolQuery
from medrd_kg.store.base import Dataset
from medrd_kg.store.embedded import EmbeddedStore

BASE = "http://service.example/sparql"
THREE = r"SELECT ?x { VALUES ?x { 'a' 'b,\n\"' 'c' } }"


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    store = EmbeddedStore()
    odd = NamedNode("http://example.org/1")
    store.insert([Quad(odd, odd, Literal("x"), NamedNode("http://example.org/g"))])
    return store


def ask(
    store: EmbeddedStore, query: str, accept: str | None = None, *, max_rows: int = 0
) -> Answer:
    evaluator = ThreadEvaluator(store, max_rows=max_rows)
    return anyio.run(evaluator.answer, ProtocolQuery(query, Dataset()), accept, BASE)


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


def test_the_answer_tells_where_the_time_went(store: EmbeddedStore) -> None:
    timing = ask(store, "ASK {}").timing
    assert timing.evaluating > 0
    assert timing.header.startswith("wait;dur=")
