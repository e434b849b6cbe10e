"""SERVICE patterns found on the tokens of a query, and what their endpoints are asked."""

import socket

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.sparql.service_calls import CALLS, LENIENT_CALLS
from tests.sparql.test_screening import PATTERNS, PROLOGUE

from medrd_kg.problems import Problem
from medrd_kg.sparql.screening import screen
from medrd_kg.sparql.service_calls import MAX_CALLS, ServiceCall, inline_results, service_calls
from medrd_kg.store.embedded import EmbeddedStore

BASE = "http://base.example/dir/file?q"


def test_a_call_is_found_with_what_its_endpoint_must_know() -> None:
    text = """PREFIX ex: <sub/> PREFIX unused: <http://unused/> PREFIX : <http://colon/>
SELECT ?s WHERE { ?s a ex:Local . OPTIONAL { # SERVICE <http://comment/> {}
  SERVICE SILENT ex:sparql { ?s :p "}\\u007D\\u0022" ; <../rel> ?o # a comment }
    FILTER(?o != '''{ex:x}''' && ?s != 1 ) } } }"""
    (call,) = service_calls(text, BASE)
    assert text[call.start : call.end].startswith("SERVICE SILENT")
    assert text[call.end :] == " } }"
    assert call == ServiceCall(
        start=call.start,
        end=call.end,
        endpoint="http://base.example/dir/sub/sparql",
        silent=True,
        query="BASE <http://base.example/dir/file?q>\nPREFIX : <http://colon/>\n"
        'SELECT * WHERE { ?s :p "}}\\"" ; <../rel> ?o'
        " FILTER(?o != '''{ex:x}''' && ?s != 1 ) }",
        variables=("s", "o"),
    )


@pytest.mark.parametrize(
    ("pattern", "variables"),
    [
        ("", ()),
        ("<a:b> <a:b> <a:b>", ()),
        ("?s ?p [ ?q ?o ]", ("s", "p", "q", "o")),
        ("?s ?p $o FILTER(?f > 1)", ("s", "p", "o")),
        ("SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?o", ("o", "n")),
        ("{ ?a ?a ?b } UNION { ?c ?c ?c } MINUS { ?d ?d ?d }", ("a", "b", "c")),
        ("?s ?p ?o BIND(<http://other/function>(?o) AS ?x)", ("s", "p", "o", "x")),
        ("FILTER EXISTS { ?s ?p ?o } VALUES ?v { 1 }", ("v",)),
        ("?s <a:b>/<a:c>* ?o . SERVICE <http://n/> { ?i ?j ?k }", ("s", "o", "i", "j", "k")),
    ],
)
def test_the_variables_in_scope_are_those_of_the_standard(
    pattern: str, variables: tuple[str, ...]
) -> None:
    (call,) = service_calls(f"ASK {{ SERVICE <http://e/> {{ {pattern} }} }}")
    assert call.variables == variables


def test_outermost_calls_are_found_in_order_with_the_endpoints_inside() -> None:
    text = """ASK { SERVICE <http://a/> { SERVICE <http://b/> { SERVICE <http://c/> {} } }
        { SELECT * { GRAPH ?g { SERVICE <http://d/> { } } } } }"""
    first, second = service_calls(text)
    assert (first.endpoint, first.nested) == ("http://a/", ("http://b/", "http://c/"))
    assert (second.endpoint, second.nested) == ("http://d/", ())


def test_calls_of_an_update_are_found() -> None:
    text = """PREFIX ex: <http://ex/> INSERT DATA { ex:a ex:b ex:c } ;
        DELETE { ?s ?p ?o } INSERT { ?s ex:p ?o } WHERE { SERVICE ex:e { ?s ex:q ?o } }"""
    (call,) = service_calls(text)
    assert (call.endpoint, call.variables) == ("http://ex/e", ("s", "o"))
    assert call.query == "PREFIX ex: <http://ex/>\nSELECT * WHERE { ?s ex:q ?o }"


@pytest.mark.parametrize("query", [*CALLS[:2], CALLS[4], CALLS[6], LENIENT_CALLS[3]])
def test_every_spelling_of_a_call_is_taken_out(query: str) -> None:
    calls = service_calls(query)
    assert [call.endpoint for call in calls] in (["http://127.0.0.1:1/"], ["x:y"])
    assert not screen(inline_results(query, calls, [None])).uses_service


@pytest.mark.parametrize(
    "query", [CALLS[2], CALLS[3], CALLS[5], *LENIENT_CALLS[:3], *LENIENT_CALLS[4:]]
)
def test_variable_endpoints_faults_and_lenient_spellings_are_refused(query: str) -> None:
    with pytest.raises(Problem) as caught:
        service_calls(query)
    assert caught.value.slug in {"service-not-allowed", "malformed-query"}


def test_a_call_that_a_lenient_reader_sees_elsewhere_is_refused() -> None:
    """For the engine a string begins after ``#>'``; data put there could leave it."""
    text = "ASK { FILTER((?a<(?b>?c)) || ?x<'>') SERVICE <http://e/> {} FILTER(?b = ')') }"
    with pytest.raises(Problem) as caught:
        service_calls(text)
    assert caught.value.slug in {"service-not-allowed", "malformed-query"}


def test_a_mention_of_the_word_is_no_call() -> None:
    text = "PREFIX service: <http://s/> ASK { service:a ?service 'SERVICE <x:y> {}' } # SERVICE"
    assert service_calls(text) == ()
    assert inline_results(text, (), ()) == text


def test_a_prefix_named_like_the_word_may_name_the_endpoint() -> None:
    text = "PREFIX service: <http://s/> ASK { SERVICE service:a { ?s service:p ?o } }"
    assert service_calls(text)[0].endpoint == "http://s/a"


@pytest.mark.parametrize(
    ("text", "slug", "place"),
    [
        ("ASK {\n SERVICE ?e {} }", "service-not-allowed", (2, 10)),
        ("ASK { SERVICE <http://e/> {\n SERVICE SILENT ?e {} } }", "service-not-allowed", (2, 17)),
        ("ASK { SERVICE <http://e/> { ?s ?p\n } }", "malformed-query", (2, 2)),
        ("ASK { SERVICE <http://e/> {}\n nonsense }", "malformed-query", (2, 2)),
        ("ASK { SERVICE <http://e/> { ?s nope:p ?o } }", "malformed-query", (1, 32)),
        ("ASK { SERVICE <http://e/> {}", "malformed-query", (1, 29)),
        ("ASK { SERVICE <http://e/> { 'open } }", "malformed-query", (1, 29)),
        ("ASK { SERVICE <e> {} }", "malformed-query", (1, 15)),
        ("INSERT { ?s ?p } WHERE { SERVICE <http://e/> {} }", "malformed-query", (1, 16)),
    ],
)
def test_faults_are_told_with_their_place(text: str, slug: str, place: tuple[int, int]) -> None:
    with pytest.raises(Problem) as caught:
        service_calls(text)
    assert caught.value.slug == slug
    assert (caught.value.extra["line"], caught.value.extra["column"]) == place


def test_deep_nesting_and_many_calls_are_refused() -> None:
    with pytest.raises(Problem, match="nested"):
        service_calls("ASK {" + "SERVICE <http://e/> {" * 5000 + "}" * 5001)
    with pytest.raises(Problem, match=f"at most {MAX_CALLS}"):
        service_calls("ASK {" + "SERVICE <http://e/> {}" * (MAX_CALLS + 1) + "}")


def test_nothing_is_called_while_calls_are_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        endpoint = f"<http://127.0.0.1:{listening.getsockname()[1]}/>"
        text = f"SELECT * {{ SERVICE {endpoint} {{ ?s ?p ?o SERVICE {endpoint} {{ ?a ?b ?c }} }} }}"
        calls = service_calls(text)
        inline_results(text, calls, [None])
        with pytest.raises(Problem):
            service_calls(f"{text} nonsense")
        with pytest.raises(Problem):
            service_calls(f"INSERT {{}} WHERE {{ SERVICE {endpoint} {{}} }} nonsense")
        listening.setblocking(False)
        with pytest.raises(BlockingIOError):
            listening.accept()


@settings(max_examples=150, deadline=None)
@given(st.lists(PATTERNS, min_size=1, max_size=3).map(" . ".join))
@example("SERVICE <x:y> {} . OPTIONAL { SERVICE SILENT ex:a { ?a <x:y> 'SERVICE <x:y> {' } }")
def test_without_its_calls_a_query_is_a_query_without_service(pattern: str) -> None:
    text = f"{PROLOGUE}SELECT * {{ {pattern} }}"
    try:
        calls = service_calls(text)
    except Problem:
        assume(False)
    inlined = inline_results(text, calls, [None] * len(calls))
    assert not screen(inlined).uses_service
    EmbeddedStore().query(inlined)
