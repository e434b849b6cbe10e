"""Solutions put into a query mean what SERVICE means, against real endpoints and the engine."""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BaseDirection, BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from tests.conformance.answers import agree, quads_of, read_expected
from tests.conformance.manifests import MF, QT, Case, path_of, read_manifest
from tests.federation.servers import free_port, oxigraph_server

from medrd_kg.build.canonical import canonical_lines, canonical_quads
from medrd_kg.federation.documents import Document
from medrd_kg.federation.gateway import Gateway
from medrd_kg.problems import Problem
from medrd_kg.sparql.service_calls import inline_results, service_calls
from medrd_kg.store.base import Row, Term
from medrd_kg.store.embedded import EmbeddedStore

JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
XSD = "http://www.w3.org/2001/XMLSchema#"


def federated(text: str, allowed: Sequence[str], base_iri: str | None = None) -> str:
    """Do with a query that has SERVICE what the service does before it evaluates it."""
    calls = service_calls(text, base_iri)

    async def answers() -> list[Document | None]:
        gateway = Gateway(allowed)
        try:
            return await gateway.answers(calls, deadline=time.monotonic() + 30)
        finally:
            await gateway.aclose()

    return inline_results(text, calls, asyncio.run(answers()), base_iri=base_iri)


def document(names: Sequence[str], found: Sequence[Row]) -> Document:
    """Solutions as an endpoint writes them."""
    rows = [{name: _json(term) for name, term in row.items()} for row in found]
    answer = {"head": {"vars": list(names)}, "results": {"bindings": rows}}
    return Document("http://e/", JSON, json.dumps(answer).encode())


def _json(term: Term) -> Mapping[str, object]:
    match term:
        case NamedNode():
            return {"type": "uri", "value": term.value}
        case BlankNode():
            return {"type": "bnode", "value": term.value}
        case Triple():
            parts = dict(zip(("subject", "predicate", "object"), map(_json, term), strict=True))
            return {"type": "triple", "value": parts}
        case Literal():
            told = {"type": "literal", "value": term.value}
            if term.language:
                direction = {} if term.direction is None else {"its:dir": term.direction.value}
                return told | {"xml:lang": term.language} | direction
            return told | {"datatype": term.datatype.value}


def inlined(text: str, *answers: Document | None) -> str:
    return inline_results(text, service_calls(text), answers)


def solutions(text: str, store: EmbeddedStore | None = None) -> list[Row]:
    return list((store or EmbeddedStore()).query(text).rows())


def stored(term: Term) -> Term:
    """The term as the engine gives back what it stores: it keeps numbers by value."""
    store = ox.Store()
    store.add(Quad(NamedNode("a:b"), NamedNode("a:b"), term))
    quad: Quad = next(iter(store))
    return quad.object


def bag(rows: Iterable[Row]) -> list[bytes]:
    """Solutions as canonical lines: equal for equal bags of solutions, blank nodes matched."""
    quads = []
    for row in rows:
        solution = BlankNode()
        quads.append(Quad(solution, NamedNode("urn:is"), Literal("a solution")))
        quads += [Quad(solution, NamedNode(f"urn:v:{name}"), term) for name, term in row.items()]
    return canonical_lines(canonical_quads(quads))


def filled(quads: Sequence[Quad]) -> EmbeddedStore:
    store = EmbeddedStore(union_default_graph=False)
    store.insert(quads)
    return store


GROUND = [
    NamedNode("http://example.org/統合?a=b#c%20d"),
    Literal(""),
    Literal("a\n\r\t\b\f\"'\\ { } # SERVICE <http://x/> {} ''' \u2028\x00\x7f\ufffe \U0001f600"),
    Literal("日本", language="ja"),
    Literal("x", language="de-CH-1996"),
    Literal("x", language="ar", direction=BaseDirection.RTL),
    Literal("01", datatype=NamedNode(f"{XSD}integer")),
    Literal("no number", datatype=NamedNode(f"{XSD}integer")),
    Literal("2022-04-01", datatype=NamedNode(f"{XSD}date")),
    Literal("<p>}</p>", datatype=NamedNode("http://example.org/own#datatype")),
    Triple(NamedNode("a:b"), NamedNode("a:b"), Literal("}", language="en")),
    Triple(
        NamedNode("a:b"), NamedNode("a:b"), Triple(NamedNode("a:b"), NamedNode("a:b"), Literal('"'))
    ),
]

ASKED = "SELECT ?s ?o { SERVICE <http://e/> { ?s ?p ?o } }"


@pytest.mark.parametrize("term", GROUND, ids=str)
def test_terms_come_through_unchanged(term: Term) -> None:
    found = document(["s", "o"], [{"s": term, "o": Literal("beside")}, {"s": BlankNode("b")}, {}])
    first, second, third = solutions(inlined(ASKED, found))
    assert first == {"s": stored(term), "o": Literal("beside")}
    assert isinstance(second["s"], BlankNode)
    assert third == {}


def test_blank_nodes_are_one_per_label_and_answer_and_none_of_the_store() -> None:
    inner = Triple(BlankNode("x"), NamedNode("a:b"), BlankNode("y"))
    deep = Triple(BlankNode("y"), NamedNode("a:b"), Triple(BlankNode("x"), NamedNode("a:b"), inner))
    found = document(
        ["s", "o"],
        [
            {"s": BlankNode("x"), "o": BlankNode("y")},
            {"s": BlankNode("x"), "o": inner},
            {"s": NamedNode("a:b"), "o": deep},
        ],
    )
    store = filled([Quad(BlankNode("x"), NamedNode("a:b"), BlankNode("y"), DefaultGraph())])
    first, second, third = solutions(inlined(ASKED, found), store)
    x, y = first["s"], first["o"]
    assert isinstance(x, BlankNode)
    assert isinstance(y, BlankNode)
    assert x != y
    assert second == {"s": x, "o": Triple(x, NamedNode("a:b"), y)}
    assert third["o"] == Triple(y, NamedNode("a:b"), Triple(x, NamedNode("a:b"), second["o"]))
    own = "SELECT * { ?s <a:b> ?o SERVICE <http://e/> { ?s ?p ?o } }"
    assert solutions(inlined(own, found), store) == []
    twice = "SELECT * { SERVICE <http://e/> { ?s ?p ?o } SERVICE <http://f/> { ?s ?p ?o } }"
    assert solutions(inlined(twice, found, found), store) == []


@pytest.mark.parametrize(
    ("text", "names", "found", "expected"),
    [
        ("SELECT * { SERVICE <http://e/> { ?s ?p ?o } }", ["s"], [], []),
        ("SELECT ?x { BIND(1 AS ?x) SERVICE <http://e/> {} }", [], [{}, {}], [1, 1]),
        ("SELECT ?x { BIND(1 AS ?x) SERVICE <http://e/> { <a:b> <a:b> 1 } }", [], [], []),
        ("SELECT ?x { BIND(1 AS ?x) OPTIONAL { SERVICE <http://e/> {?s ?p ?o} } }", ["s"], [], [1]),
        # What an endpoint adds of itself is no part of the pattern.
        (
            "SELECT ?x { VALUES ?x { 1 2 } SERVICE <http://e/> { } }",
            ["x"],
            [{"x": Literal(1)}],
            [1, 2],
        ),
        ("SELECT ?x { VALUES ?x { 1 2 } SERVICE <http://e/> { ?s ?p ?x } }", ["s"], [{}], [1, 2]),
        (
            "SELECT ?x { VALUES ?x {1 2} SERVICE <http://e/> {?s ?p ?x} }",
            ["x"],
            [{"x": Literal(2)}],
            [2],
        ),
        (
            "SELECT ?x { VALUES ?x {1 2} MINUS {SERVICE <http://e/> {?s ?p ?x}} }",
            ["x"],
            [{"x": Literal(2)}],
            [1],
        ),
        (
            "SELECT ?x { VALUES ?x {1 2} FILTER EXISTS {SERVICE <http://e/> {?s ?p ?x}} }",
            ["x"],
            [{"x": Literal(2)}],
            [2],
        ),
        (
            "SELECT ?x { { SERVICE <http://e/> {?s ?p ?x} } UNION { BIND(3 AS ?x) } }",
            ["x"],
            [{"x": Literal(2)}],
            [2, 3],
        ),
    ],
)
def test_numbers_of_solutions(
    text: str, names: list[str], found: list[Row], expected: list[int]
) -> None:
    values = [row["x"] for row in solutions(inlined(text, document(names, found)))]
    assert sorted(int(v.value) for v in values if isinstance(v, Literal)) == expected


def test_a_failed_silent_call_is_one_solution_without_bindings() -> None:
    text = "SELECT * { ?s <a:b> ?o SERVICE SILENT <http://e/> { ?s ?p ?z } }"
    store = filled([Quad(NamedNode("a:s"), NamedNode("a:b"), Literal("o"), DefaultGraph())])
    answer = store.query(inlined(text, None))
    assert list(answer.variables) == ["s", "o", "p", "z"]
    assert list(answer.rows()) == [{"s": NamedNode("a:s"), "o": Literal("o")}]


def test_columns_of_a_star_are_those_of_the_callers_text() -> None:
    text = "SELECT * { SERVICE <http://e/> { ?z <a:b> ?y } BIND(1 AS ?x) }"
    found = document(["y", "z"], [{"y": BlankNode("b")}])
    assert list(EmbeddedStore().query(inlined(text, found)).variables) == ["z", "y", "x"]


def xml(document_type: str) -> bytes:
    """An answer with an entity of its own document type."""
    return (
        f'{document_type}<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
        '<variable name="s"/></head><results><result><binding name="s"><literal>&b;</literal>'
        "</binding></result></results></sparql>"
    ).encode()


def json_uri(value: str) -> bytes:
    """An answer with one IRI."""
    row = {"s": {"type": "uri", "value": value}}
    return json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": [row]}}).encode()


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"", JSON),
        (b"<html>", JSON),
        (b'{"head":{},"boolean":true}', JSON),
        (json_uri("rel"), JSON),
        (json_uri("a:> } SERVICE <http://x/> {"), JSON),
        (b'{"head":{"vars":["s } x"]},"results":{"bindings":[]}}', JSON),
        (b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri"', JSON),
        (b"[" * 100_000, JSON),
        (b"{}", XML),
        (xml('<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), XML),
        (xml('<!DOCTYPE r [<!ENTITY b SYSTEM "file:///etc/passwd">]>'), XML),
    ],
)
def test_answers_that_cannot_be_read_are_failures_of_the_endpoint(
    body: bytes, media_type: str
) -> None:
    answer = Document("http://e/", media_type, body)
    with pytest.raises(Problem, match="<http://e/>") as caught:
        inlined(ASKED, answer)
    assert caught.value.slug == "remote-failure"
    silent = ASKED.replace("SERVICE", "SERVICE SILENT")
    assert solutions(inlined(silent, answer)) == [{}]


def test_rows_are_limited_over_all_calls_together() -> None:
    found = document(["s"], [{"s": Literal(n)} for n in range(60)])
    text = "SELECT * { SERVICE <http://e/> { ?s ?p ?o } SERVICE <http://f/> { ?s ?q ?r } }"
    calls = service_calls(text)
    assert len(solutions(inline_results(text, calls, [found, found], max_rows=120))) == 60
    with pytest.raises(Problem, match=r"<http://f/>.*more than a request may take in"):
        inline_results(text, calls, [found, found], max_rows=119)


def test_faults_after_a_call_keep_their_line() -> None:
    text = "SELECT * {\n SERVICE <http://e/> {\n ?s ?p ?o }\n BIND(1 AS ?x)\n}"
    found = document(["s"], [{"s": Literal("two\nlines")}, {"s": BlankNode("b")}])
    assert inlined(text, found).splitlines()[3:] == text.splitlines()[3:]


def test_a_hundred_thousand_solutions_take_seconds_not_minutes() -> None:
    rows: list[Row] = [
        {"s": NamedNode(f"http://example.org/{n}"), "o": Literal(f"label {n}", language="en")}
        for n in range(100_000)
    ]
    begun = time.process_time()
    text = inlined("SELECT * { SERVICE <http://e/> { ?s ?p ?o } }", document(["s", "o"], rows))
    answer = EmbeddedStore().query(text).serialise(JSON)
    assert answer.count(b'"xml:lang"') == 100_000
    assert time.process_time() - begun < 60


# Against the engine's own reading of the same data


TERMS: list[Term] = [
    NamedNode("a:1"),
    NamedNode("a:2"),
    Literal("v"),
    Literal("v", language="en"),
    Literal("SERVICE <x:y> {\n'''"),
    Literal("7", datatype=NamedNode(f"{XSD}integer")),
    Literal("7.0", datatype=NamedNode(f"{XSD}decimal")),
]
NAMES = ("a", "b", "c")
P = NamedNode("a:p")


@st.composite
def remote_solutions(draw: st.DrawFn) -> list[Row]:
    term = st.sampled_from([*TERMS, BlankNode("n"), BlankNode("m")])
    return draw(st.lists(st.dictionaries(st.sampled_from(NAMES), term, max_size=3), max_size=5))


LOCAL = st.lists(
    st.tuples(
        st.sampled_from([NamedNode("a:1"), NamedNode("a:2")]),
        st.sampled_from(TERMS),
        st.sampled_from([DefaultGraph(), NamedNode("a:1"), NamedNode("a:g")]),
    ),
    max_size=6,
)

QUERIES = [
    "{} CALL",
    "?a <a:p> ?b CALL",
    "CALL ?a <a:p> ?b",
    "?a <a:p> ?b OPTIONAL { CALL }",
    "CALL OPTIONAL { ?a <a:p> ?b }",
    "?a <a:p> ?b MINUS { CALL }",
    "CALL MINUS { ?a <a:p> ?b }",
    "{ ?a <a:p> ?b } UNION { CALL }",
    "CALL BIND(STR(?a) AS ?d) FILTER(BOUND(?b))",
    "VALUES (?a ?b) { (<a:1> UNDEF) (UNDEF 'v') } CALL",
    "CALL . { SELECT ?c (COUNT(*) AS ?n) { CALL2 } GROUP BY ?c }",
    "GRAPH ?g { ?a <a:p> ?b CALL }",
    "GRAPH ?a { ?x <a:p> ?b CALL }",
    "GRAPH <a:g> { CALL OPTIONAL { ?a <a:p> ?b } }",
]


def _in_graph(name: str) -> str:
    optional = " ".join(f"OPTIONAL {{ ?row <v:{each}> ?{each} }}" for each in NAMES)
    return f"{{ SELECT ?a ?b ?c {{ GRAPH <{name}> {{ ?row a <v:Row> {optional} }} }} }}"


def _rows_as_quads(name: str, found: Sequence[Row]) -> Iterator[Quad]:
    """Solutions as nodes of a named graph; blank nodes with other labels than local ones."""
    for index, row in enumerate(found):
        node = NamedNode(f"v:row{index}")
        yield Quad(node, NamedNode(str(rdflib.RDF.type)), NamedNode("v:Row"), NamedNode(name))
        for variable, term in row.items():
            own = BlankNode(f"{name[2:]}{term.value}") if isinstance(term, BlankNode) else term
            yield Quad(node, NamedNode(f"v:{variable}"), own, NamedNode(name))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(QUERIES), remote_solutions(), remote_solutions(), LOCAL)
def test_inlined_solutions_join_as_stored_ones_do(
    query: str,
    first: list[Row],
    second: list[Row],
    local: list[tuple[NamedNode, Term, NamedNode | DefaultGraph]],
) -> None:
    """The same solutions, once as inline data and once as a pattern over a named graph."""
    own = [Quad(subject, P, term, graph) for subject, term, graph in local]
    own.append(Quad(P, P, P, NamedNode("a:g")))  # the graph exists even without local data
    calls = query.replace("CALL2", "SERVICE <http://f/> { ?a ?b ?c }")
    calls = calls.replace("CALL", "SERVICE <http://e/> { ?a ?b ?c }")
    answers = [document(NAMES, first), document(NAMES, second)]
    text = f"SELECT * {{ {calls} }}"
    found = solutions(inlined(text, *answers[: calls.count("SERVICE")]), filled(own))

    patterns = query.replace("CALL2", _in_graph("r:f")).replace("CALL", _in_graph("r:e"))
    both = [*own, *_rows_as_quads("r:e", first), *_rows_as_quads("r:f", second)]
    hidden = "FILTER(?g != <r:e> && ?g != <r:f>)" if "GRAPH ?g" in query else ""
    hidden = "FILTER(?a != <r:e> && ?a != <r:f>)" if "GRAPH ?a" in query else hidden
    expected = solutions(f"SELECT * {{ {patterns} {hidden} }}", filled(both))
    assert bag(found) == bag(expected)


@settings(max_examples=100, deadline=None)
@given(remote_solutions(), LOCAL)
def test_existence_is_that_of_a_compatible_solution(
    remote: list[Row], local: list[tuple[NamedNode, Term, NamedNode | DefaultGraph]]
) -> None:
    """Compared with the definition: no variable is bound to another term on the other side."""
    own = [Quad(subject, P, term, DefaultGraph()) for subject, term, _ in local]
    rows: set[tuple[Term, Term]] = {(quad.subject, stored(quad.object)) for quad in own}
    has = {
        (a, b)
        for a, b in rows
        if any(stored(row.get("a", a)) == a and stored(row.get("b", b)) == b for row in remote)
    }
    for words, expected in (("EXISTS", has), ("NOT EXISTS", rows - has)):
        text = f"SELECT * {{ ?a <a:p> ?b FILTER {words} {{ SERVICE <http://e/> {{ ?a ?b ?c }} }} }}"
        found = solutions(inlined(text, document(NAMES, remote)), filled(own))
        assert {(row["a"], row["b"]) for row in found} == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("GRAPH ?g { SERVICE <http://e/> { ?a ?b ?c } }", [("a:g", "1"), ("a:h", "1")]),
        (
            "GRAPH ?g { OPTIONAL { SERVICE <http://e/> { ?a ?b ?c } } }",
            [("a:g", "1"), ("a:h", "1")],
        ),
        (
            "GRAPH ?g { SELECT ?a { SERVICE <http://e/> { ?a ?b ?c } } }",
            [("a:g", "1"), ("a:h", "1")],
        ),
        ("GRAPH <a:g> { SERVICE <http://e/> { ?a ?b ?c } }", [(None, "1")]),
        ("GRAPH <a:none> { SERVICE <http://e/> { ?a ?b ?c } }", []),
        ("GRAPH ?g { BIND(<a:g> AS ?x) SERVICE <http://e/> { ?g ?b ?a } }", []),
    ],
)
def test_graph_around_a_call_ranges_over_the_named_graphs(
    pattern: str, expected: list[tuple[str | None, str]]
) -> None:
    """SPARQL 1.1, section 18.6: GRAPH ?g evaluates its pattern once for each named graph."""
    store = filled([Quad(P, P, P, NamedNode("a:g")), Quad(P, P, P, NamedNode("a:h"))])
    found = document(["a", "g"], [{"a": Literal("1"), "g": NamedNode("a:none")}])
    text = f"SELECT ?g ?a {{ {pattern} }}"
    pairs = [
        tuple(str(row[name]).strip('<">') if name in row else None for name in ("g", "a"))
        for row in solutions(inlined(text, found), store)
    ]
    assert sorted(pairs, key=str) == expected


# Against real endpoints


DATA = """@prefix : <http://a/> .
:s :p "v", "日本"@ja, 1, 1.50, "x"^^:own, "say \\"hi\\"\\n" ; :q [ :r :t ; :u [] ] .
:t :p "w" ; :knows :s ."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Query address of a real SPARQL server with `DATA`."""
    with oxigraph_server(DATA) as address:
        yield f"{address}/query"


@pytest.mark.parametrize(
    "pattern",
    [
        "SERVICE <E> { ?s ?p ?o }",
        "SERVICE <E> { ?s :p ?o FILTER(LANG(?o) = '\\u006Aa') }",
        "SERVICE <E> { ?s :q ?b . ?b :r ?t } ?t :own ?w",
        "?t :own ?w OPTIONAL { SERVICE <E> { ?t :knows ?s } }",
        "SERVICE <E> { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s }",
        "SERVICE <E> { :s :p 'v' } BIND(1 AS ?x)",
        "SERVICE <E> { :s :p 'no' } BIND(1 AS ?x)",
        "SERVICE <E> { SERVICE <E> { ?s :knows ?o } }",
        "SERVICE <E> { SERVICE SILENT <DOWN> { ?s :knows ?o } ?s :knows ?t }",
        "SERVICE SILENT <DOWN> { ?s :knows ?o } ?t :own ?w",
        "?t :own ?w FILTER NOT EXISTS { SERVICE <E> { ?t :knows ?s } }",
    ],
)
def test_answers_are_those_of_the_engine_that_calls_by_itself(endpoint: str, pattern: str) -> None:
    """The engine can call endpoints where nothing forbids it: here it is the reference."""
    down = f"http://127.0.0.1:{free_port()}/"
    text = f"PREFIX : <http://a/> SELECT * {{ {pattern} }}".replace("<E>", f"<{endpoint}>")
    text = text.replace("<DOWN>", f"<{down}>")
    local = [
        Quad(NamedNode(f"http://a/{name}"), NamedNode("http://a/own"), Literal(1), DefaultGraph())
        for name in ("s", "t")
    ]
    found = solutions(federated(text, [endpoint, down]), filled(local))
    assert bag(found) == bag(solutions(text, filled(local)))


def test_an_update_takes_solutions_from_elsewhere(endpoint: str) -> None:
    text = f"""PREFIX : <http://a/>
        INSERT {{ ?s :copied ?o, ?b . ?b :of ?s }}
        WHERE {{ SERVICE <{endpoint}> {{ ?s :p ?o ; :q ?b }} }}"""
    store = ox.Store()
    store.update(federated(text, [endpoint]))
    copied = list(store.quads_for_pattern(None, NamedNode("http://a/copied"), None, None))
    assert len(copied) == 7
    (node,) = [quad.object for quad in copied if isinstance(quad.object, BlankNode)]
    assert [
        quad.subject for quad in store.quads_for_pattern(None, NamedNode("http://a/of"), None)
    ] == [node]


SUITE = Path("conformance/w3c/sparql/sparql11")
VARIABLE_ENDPOINT = "SERVICE test 5"
"""The only test of the suite whose endpoint is a variable, which is refused by policy."""


@pytest.mark.shared
def test_the_w3c_suite_of_federation_passes(shared_dir: Path) -> None:
    cases = list(read_manifest(shared_dir / SUITE / "service" / "manifest.ttl"))
    assert len(cases) == 7
    for case in cases:
        with ExitStack() as running:
            endpoints = dict(_endpoints(case, running))
            endpoints["http://invalid.endpoint.org/sparql"] = f"http://127.0.0.1:{free_port()}/"
            text = case.text_with_base
            for told, real in endpoints.items():
                text = text.replace(f"<{told}>", f"<{real}>")
            if VARIABLE_ENDPOINT in case.name:
                with pytest.raises(Problem, match=r"variable \?service"):
                    service_calls(text)
                continue
            store = filled([quad for source in case.data for quad in quads_of(source.path)])
            answer = store.query(federated(text, list(endpoints.values())))
            assert case.result is not None
            assert agree(read_expected(case.result), answer.serialise(JSON), JSON), case.name


def _endpoints(case: Case, running: ExitStack) -> Iterator[tuple[str, str]]:
    """Start a server for each endpoint of a test; yield its address there and here."""
    action = case.manifest.value(case.node, MF.action)
    for service in case.manifest.objects(action, QT.serviceData):
        data = path_of(case.manifest.value(service, QT.data)).read_text(encoding="utf-8")
        address = running.enter_context(oxigraph_server(data))
        yield str(case.manifest.value(service, QT.endpoint)), f"{address}/query"


@pytest.mark.shared
def test_the_w3c_syntax_of_federation_is_understood(shared_dir: Path) -> None:
    texts = [path.read_text() for path in sorted((shared_dir / SUITE / "syntax-fed").glob("*.rq"))]
    assert len(texts) == 3
    for text in texts:
        calls = service_calls(text, "http://base.example/")
        assert [call.endpoint for call in calls] == ["http://base.example/g"]
        inline = inline_results(text, calls, [document(["s"], [])], base_iri="http://base.example/")
        assert solutions(inline) == []
