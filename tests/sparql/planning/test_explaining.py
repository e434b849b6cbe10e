"""What is said of a query: plain values, whatever the text."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.sparql.planning import explain, plan

PREFIXES = "PREFIX : <urn:w:>\n"
GAP = PREFIXES + "SELECT ?d ?m { ?d a :D . ?m a :M . FILTER NOT EXISTS { ?g :d ?d ; :m ?m } }"


def test_the_rewritten_text_and_its_reasons_are_told() -> None:
    told = explain(GAP)
    assert told["form"] == "select"
    assert told["features"] == ["exists"]
    assert told["query"] == plan(GAP).text != GAP
    assert told["unread"] is None
    (rewrite,) = orjson.loads(orjson.dumps(told))["rewrites"]
    assert rewrite["rule"] == "absence-by-minus"
    assert (rewrite["line"], rewrite["column"]) == (2, 36)
    assert "MINUS" in rewrite["explanation"]


def test_all_features_are_found() -> None:
    group = (
        "{ ?d :p/:q ?x OPTIONAL { ?x :r ?y FILTER(?y > 1) }"
        " MINUS { ?d a :M } VALUES ?x { :a } { SELECT ?d { GRAPH :h { ?d a :D } } }"
        " { ?d a :X } UNION { ?d a :Y } } GROUP BY ?d"
    )
    text = PREFIXES + "SELECT ?d (COUNT(*) AS ?n) FROM :g " + group  # noqa: S608 - constants
    assert explain(text)["features"] == [
        "aggregates",
        "filter",
        "from",
        "graph",
        "minus",
        "optional",
        "path",
        "sub-select",
        "union",
        "values",
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("SELECT ?a { ?a :p ?b . ?c :q ?d }", "share no variable"),
        ("SELECT ?a { ?a :p* ?b }", "bind one end"),
        ("SELECT ?a { ?a :p ?b FILTER(?b = 1 || EXISTS { ?a :q ?c . ?c :r ?b }) }", ""),
        (
            "SELECT ?a { ?a :p ?b FILTER EXISTS { ?a :q ?c OPTIONAL { ?c :r ?b } ?c :s ?b } }",
            "row by",
        ),
        ("SELECT (SUM(?v) AS ?t) { ?g :year ?y ; :amount ?v }", "table"),
    ],
)
def test_advice_names_what_costs(text: str, word: str) -> None:
    advice = explain(PREFIXES + text)["advice"]
    assert isinstance(advice, list)
    assert any(word in each for each in advice) if word else not advice


def test_what_is_not_read_is_said() -> None:
    told = explain("SELECT ?a { ?a <urn:p> [] }")
    assert told["unread"]
    assert told["query"] == "SELECT ?a { ?a <urn:p> [] }"
    assert told["rewrites"] == told["advice"] == told["features"] == []


@given(st.text())
def test_any_text_is_explained(text: str) -> None:
    assert orjson.dumps(explain(text), option=orjson.OPT_NON_STR_KEYS)
