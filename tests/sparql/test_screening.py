"""What is decided of a query from its tokens, against examples and against a real parser."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pyparsing import ParseResults
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from tests.sparql.service_calls import CALLS, LENIENT_CALLS

from medrd_kg.sparql.screening import declared_prefixes, screen
from medrd_kg.store.base import QueryFault

INNOCENT = [
    "ASK { ?service ?servicePoint 'SERVICE <x:y> {}' }",
    'ASK { ?s ?p """SERVICE "" <x:y> {}"""@en-service }',
    "ASK { ?s ?p ?o } # SERVICE <x:y> {}",
    "PREFIX service: <http://example.org/service#> ASK { service:a service:b service:c }",
    "PREFIX service: <http://example.org/service#> ASK { GRAPH service:g {} }",
    "PREFIX service: <x:> ASK FROM service:g { ?s a <http://example.org/service#Service> }",
    "DESCRIBE <http://example.org/service#> <x:service> { ?s ?p ?o }",
    "ASK { VALUES (?a ?b) { (1 <x:service#a>) (<x:(service)> <x:'>) } }",
    "ASK { VALUES (?a) { (<<( <x:service#a> <x:(b)> <<( <x:#> <x:'> <x:c> )>> )>>) } }",
    "ASK { FILTER(?a IN (<x:service#a>, <x:(service)>)) }",
    "ASK { _:service ?p _:b.service , service@ , 5 }",
]


@pytest.mark.parametrize("query", CALLS + LENIENT_CALLS)
def test_calls_of_other_endpoints_do_not_pass(query: str) -> None:
    try:
        found = screen(query).uses_service
    except QueryFault:
        found = True  # refused as well, as malformed
    assert found


@pytest.mark.parametrize("query", INNOCENT[:-1])
def test_mentions_of_the_word_pass(query: str) -> None:
    assert not screen(query).uses_service


@pytest.mark.parametrize(
    ("query", "form", "is_update"),
    [
        ("select ?s {}", "select", False),
        ("# SELECT\nPREFIX select: <x:> BASE <http://a/b#c> ASK {}", "ask", False),
        ("CONSTRUCT WHERE {}", "construct", False),
        ("Describe <x:y>", "describe", False),
        ("PREFIX ask: <x:> INSERT DATA { ask:a ask:b 'SELECT' }", None, True),
        ("WITH <x:y> DELETE {} WHERE {}", None, True),
        ("LOAD <x:y>", None, True),
        ("", None, False),
        ("nonsense", None, False),
    ],
)
def test_the_form_is_the_first_keyword(query: str, form: str | None, is_update: bool) -> None:
    found = screen(query)
    assert (found.form, found.is_update) == (form, is_update)


@pytest.mark.parametrize(
    ("query", "uses_from", "uses_load"),
    [
        ("ASK FROM <x:y> {}", True, False),
        ("ASK { ?from <x:from> 'FROM' } # from", False, False),
        ("LOAD <x:y>", False, True),
        ("ASK { <x:load> ?load 'LOAD' }", False, False),
    ],
)
def test_from_and_load_are_seen_as_words_only(query: str, uses_from: bool, uses_load: bool) -> None:
    found = screen(query)
    assert (found.uses_from, found.uses_load) == (uses_from, uses_load)


def test_an_unended_string_is_a_fault_with_its_place() -> None:
    with pytest.raises(QueryFault, match="no end") as caught:
        screen("ASK {\n  ?s ?p 'service }")
    assert (caught.value.line, caught.value.column) == (2, 9)


def test_only_absolute_prefixes_are_declared() -> None:
    text = "PREFIX a: <http://a/> PREFIX : <x:> PREFIX r: <r> SELECT * { PREFIX z: <z:> }"
    assert declared_prefixes(text) == {"a": "http://a/", "": "x:"}


@pytest.mark.parametrize(
    "text",
    [
        "service " + "(" * 300_000 + "x:y " * 60_000,
        '"' * 600_000 + "service",
        "a-" * 300_000 + "service",
        "service" + "a." * 300_000,
        '\\"' * 300_000 + "service",
        "service" + "'''" * 100_001,
        "service" + "<" * 300_000,
        "service" + "(<x#> " * 100_000,
        "(((((" * 60_000 + "service:x{" * 60_000,
        "service values (" + "?a " * 200_000 + "){",
        "service" + "@a-" * 200_000,
        "service" + ":%" * 200_000,
        "service" + r"\u0053" * 100_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_makes_the_lexer_slow(text: str) -> None:
    """Anything worse than linear would take minutes on texts of this length."""
    begun = time.process_time()
    with contextlib.suppress(QueryFault):
        screen(text)
    assert time.process_time() - begun < 20


NAMES = st.sampled_from(["service:x", "ex:service", "ex:a.service", "?service", "<x:service#>"])
TERMS = NAMES | st.sampled_from(
    [
        "'SERVICE <x:y> {}'",
        '"""SERVICE "" { """',
        "'it\\'s SERVICE'@en-service",
        "_:service",
        "-1.5e3",
        "true",
        "<http://example.org/a'b>",
    ]
)
SPACES = st.sampled_from([" ", "\n", " # SERVICE <x:y> {\n", "\t#'\n", ' #"""\n'])


@st.composite
def triples(draw: st.DrawFn) -> str:
    subject = draw(NAMES)
    verb = draw(st.sampled_from(["?p", "ex:p", "a", "<x:service>"]))
    return f"{subject}{draw(SPACES)}{verb}{draw(SPACES)}{draw(TERMS)}{draw(SPACES)}"


@st.composite
def constraints(draw: st.DrawFn) -> str:
    left, right = draw(st.sampled_from(["?a", "?service", "1"])), draw(TERMS)
    assume(not right.startswith("_:"))
    operator = draw(st.sampled_from(["<", ">", "=", "&&", "||"]))
    return f"FILTER({left}{draw(SPACES)}{operator}{draw(SPACES)}{right})"


@st.composite
def calls(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    word = draw(st.sampled_from(["SERVICE", "service", "Service SILENT"]))
    endpoint = draw(st.sampled_from([" <x:y>", " ?service", " ex:a"]))
    return f"{word}{draw(SPACES)}{endpoint}{draw(SPACES)}{{{draw(inner)}}}"


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    # A full stop between them: `service:x {` is refused for the sake of lenient readers.
    groups = st.lists(inner, max_size=3).map(" . ".join)
    return (
        groups.map("{{{}}}".format)
        | groups.map("OPTIONAL {{{}}}".format)
        | groups.map("GRAPH service:g {{{}}}".format)
        | groups.map("FILTER NOT EXISTS {{{}}}".format)
        | calls(groups)
    )


PATTERNS = st.recursive(triples() | constraints(), _nested, max_leaves=6)
PROLOGUE = "PREFIX service: <http://example.org/service#> PREFIX ex: <x:e/>\n"


def _nodes(value: object) -> Iterator[CompValue]:
    if isinstance(value, CompValue):
        yield value
        for each in value.values():
            yield from _nodes(each)
    elif isinstance(value, ParseResults | list | tuple | set):
        for each in value:
            yield from _nodes(each)


@settings(max_examples=100, deadline=None)
@given(st.lists(PATTERNS, min_size=1, max_size=3).map(" . ".join))
@example("?service a 'SERVICE <x:y> {}'")
@example("SERVICE SILENT <x:y> {}")
@example("FILTER NOT EXISTS {FILTER(?a < 1) . FILTER NOT EXISTS {SERVICE <x:y> {}}}")
def test_the_parser_and_the_lexer_agree_on_service(pattern: str) -> None:
    query = f"{PROLOGUE}SELECT * {{ {pattern} }}"
    try:
        parsed = parseQuery(query)
        # As parsed: the algebra loses what stands in a filter within a filter.
        expected = any(node.name == "ServiceGraphPattern" for node in _nodes(parsed))
        translateQuery(parsed)
    except Exception:  # noqa: BLE001 - whatever the parser refuses tells nothing here
        assume(False)
    assert screen(query).uses_service == expected
