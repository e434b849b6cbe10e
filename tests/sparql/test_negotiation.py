"""Content negotiation with the headers that real clients send."""

import pytest

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES, answer_type, content_type
from medrd_kg.sparql.negotiation import accepted_language, accepted_ranges, negotiate
from medrd_kg.store.base import QueryForm

HTML = "text/html"
RESOURCE = (*GRAPH_TYPES, HTML)
PROTEGE = "application/rdf+xml, application/xml;q=0.7, text/xml;q=0.6, text/plain;q=0.1, */*;q=0.09"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
JENA = (
    "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,"
    "application/rdf+xml;q=0.7,*/*;q=0.3"
)
SPARQLWRAPPER_JSON = "application/sparql-results+json,application/json,text/javascript"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/turtle"),
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("text/*", "text/turtle"),
        ("application/*", "application/n-triples"),
        (PROTEGE, "application/rdf+xml"),
        (FIREFOX, HTML),
        (JENA, "text/turtle"),
        ("text/html", HTML),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("text/turtle, text/html", "text/turtle"),
        ("text/html, */*", HTML),
        ("text/*, text/turtle;q=0", "text/xml"),
        ('application/ld+json;profile="a,b;q=0"', "application/ld+json"),
        ("TEXT/TURTLE ; Q=1.0", "text/turtle"),
        ("text/turtle;q=0.001, application/rdf+xml;q=0", "text/turtle"),
        # A quality that breaks the syntax voids its element; alone, that is like no header.
        ("text/turtle;q=2", "text/turtle"),
        ("nonsense", "text/turtle"),
        ("nonsense, application/ld+json", "application/ld+json"),
        ("image/png", None),
        ("text/turtle;q=0", None),
    ],
)
def test_resources(accept: str | None, expected: str | None) -> None:
    assert negotiate(accept, RESOURCE, named_only=(HTML,)) == expected


def test_rows_are_json_unless_asked_otherwise() -> None:
    assert answer_type(None, QueryForm.SELECT) == "application/sparql-results+json"
    assert answer_type("*/*", QueryForm.ASK) == "application/sparql-results+json"
    assert answer_type(SPARQLWRAPPER_JSON, QueryForm.SELECT) == "application/sparql-results+json"
    assert answer_type("application/json", QueryForm.SELECT) == "application/json"
    assert answer_type(FIREFOX, QueryForm.SELECT) == "application/xml"


def test_impossible_types_are_refused_with_the_possible_ones() -> None:
    with pytest.raises(Problem) as caught:
        answer_type("text/turtle", QueryForm.SELECT)
    assert caught.value.slug == "not-acceptable"
    assert caught.value.extra["available"] == list(SOLUTION_TYPES)


def test_text_is_labelled_utf_8() -> None:
    assert content_type("text/csv") == "text/csv; charset=utf-8"
    assert content_type("application/ld+json") == "application/ld+json"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("ja", "ja"),
        ("ja-JP,ja;q=0.9,en;q=0.8", "ja"),
        ("en-US,ja;q=0.9", "en"),
        ("de, ja;q=0.1", "ja"),
        ("ja;q=0, en;q=0.1", "en"),
        ("*", "en"),
    ],
)
def test_languages(header: str | None, expected: str) -> None:
    assert accepted_language(header) == expected


def test_a_long_header_costs_little() -> None:
    assert len(accepted_ranges("a/b;q=0.5," * 20_000)) == 20_000
