"""An empty answer comes with its likely causes, and every one of them is true of the data."""

import json
from contextlib import suppress
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
import rdflib.plugins.sparql.results.jsonresults as rdflib_json
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.build.release import OpenRelease
from medrd_kg.kinds import Bilingual
from medrd_kg.sparql.hints_empty import hints_for
from medrd_kg.sparql.hints_found import Hint, hint_headers, with_hints
from medrd_kg.sparql.hints_patterns import read_parts
from medrd_kg.sparql.hints_terms import Role, TermIndex
from medrd_kg.store.base import Dataset, QueryFault
from medrd_kg.store.embedded import EmbeddedStore

PROLOGUE = """\
PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX ex: <https://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""

DATA = """
PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX ex: <https://example.org/>
PREFIX fy: <https://w3id.org/medrd-kg/id/fiscal-year/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
GRAPH ex:words {
  mrd:PriorityTopic a owl:Class .
  mrd:inProject a owl:ObjectProperty .
  mrd:fiscalYear a owl:ObjectProperty .
  mrd:hasDiseaseArea a owl:ObjectProperty .
  mrd:neverUsed a owl:DatatypeProperty .
}
GRAPH ex:data {
  ex:cancer a mrd:PriorityTopic ; rdfs:label "がん"@ja , "cancer"@en ; mrd:inProject ex:drugs ;
    mrd:fiscalYear fy:2022 ; mrd:publicationYear 2021 ; mrd:code "42" .
  ex:drugs a mrd:Project ; rdfs:label "医薬品"@ja .
  ex:other a mrd:Other ; mrd:code "7" .
}
"""


def _filled(*, union_default_graph: bool) -> EmbeddedStore:
    store = EmbeddedStore(union_default_graph=union_default_graph)
    store.insert(ox.parse(DATA, format=ox.RdfFormat.TRIG))
    return store


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    """A small store whose default graph is the merge."""
    return _filled(union_default_graph=True)


@pytest.fixture(scope="module")
def plain() -> EmbeddedStore:
    """The same data without a merge."""
    return _filled(union_default_graph=False)


def told(store: EmbeddedStore, query: str, dataset: Dataset | None = None) -> list[Hint]:
    """The hints on a query that has an empty answer."""
    text, asked = PROLOGUE + query, dataset or Dataset()
    assert not list(store.query(text, dataset=asked).rows())
    return hints_for(store, text, asked, seconds=60)


@pytest.mark.parametrize(
    ("query", "kind", "at", "suggestion"),
    [
        (
            "SELECT * FROM ex:date { ?s ?p ?o }",
            "unknown-graph",
            "ex:date",
            "<https://example.org/data>",
        ),
        (
            "SELECT * { GRAPH ex:word { ?s ?p ?o } }",
            "unknown-graph",
            "ex:word",
            "<https://example.org/words>",
        ),
        ("SELECT * { ?s a mrd:PriorityTopics }", "unknown-class", "mrd:Prio", "mrd:PriorityTopic"),
        ("SELECT * { ?s mrd:hasDisease ?o }", "unknown-property", "mrd:has", "mrd:hasDiseaseArea"),
        ("SELECT * { ?s mrd:in_project ?o }", "unknown-property", "mrd:in_", "mrd:inProject"),
        ("SELECT * { ?s mrd:inProject ex:drug }", "unknown-term", "ex:drug", "ex:drugs"),
        (
            "SELECT * { VALUES ?p { ex:drug } ?s mrd:inProject ?p }",
            "unknown-term",
            "ex:drug",
            "ex:drugs",
        ),
        (
            "SELECT * { ?s a <http://w3id.org/medrd-kg/core#PriorityTopic> }",
            "scheme",
            "<http:",
            "mrd:PriorityTopic",
        ),
        ('SELECT * { ?s rdfs:label "がん" }', "language", '"がん"', '"がん"@ja'),
        ('SELECT * { ?s rdfs:label "cancer"@ja }', "language", '"cancer"', '"cancer"@en'),
        ('SELECT * { ?s rdfs:label ?l FILTER(?l = "がん") }', "language", '"がん"', '"がん"@ja'),
        (
            'SELECT * { ?s rdfs:label ?l FILTER(?l IN ("x", "がん")) }',
            "language",
            '"がん"',
            '"がん"@ja',
        ),
        ('SELECT * { ?s rdfs:label ?l FILTER(LANG(?l) = "jp") }', "language", '"jp"', '"en"'),
        ('SELECT * { ?s mrd:publicationYear "2021" }', "datatype", '"2021"', "2021"),
        (
            'SELECT * { ?s mrd:publicationYear ?y FILTER("2021" = ?y) }',
            "datatype",
            '"2021"',
            "2021",
        ),
        ("SELECT * { ?s mrd:code 42 }", "datatype", "42", '"42"'),
        (
            "SELECT * { ?s mrd:fiscalYear 2022 }",
            "thing",
            "2022",
            "<https://w3id.org/medrd-kg/id/fiscal-year/2022>",
        ),
        (
            "SELECT * { ex:drugs mrd:inProject ?t }",
            "direction",
            "mrd:in",
            "?t mrd:inProject ex:drugs",
        ),
        (
            "SELECT * { ?p a mrd:Project ; mrd:inProject ?t }",
            "direction",
            "mrd:in",
            "?t mrd:inProject ?p",
        ),
        ("SELECT * { ?s mrd:code 5 }", "no-match", "mrd:code", '"42"'),
        ("SELECT * { ?s a mrd:Project ; mrd:code ?c }", "no-join", "mrd:code", None),
        ("SELECT * { ?s mrd:neverUsed ?o }", "no-match", "mrd:never", None),
        ("SELECT * { ?s ?p ?o } LIMIT 0", "limit", "LIMIT", None),
        (
            "SELECT * FROM ex:words { ?s a mrd:Project }",
            "other-graph",
            "a mrd",
            "<https://example.org/data>",
        ),
        ("SELECT * FROM ex:data { GRAPH ?g { ?s ?p ?o } }", "dataset", "?g", None),
        ("SELECT * FROM NAMED ex:data { ?s ?p ?o }", "dataset", "?s", None),
    ],
)
def test_the_first_hint_names_the_cause_and_its_place(
    store: EmbeddedStore, query: str, kind: str, at: str, suggestion: str | None
) -> None:
    hint = told(store, query)[0]
    assert hint.kind == kind
    assert hint.line == PROLOGUE.count("\n") + 1
    assert hint.column == query.index(at) + 1
    if suggestion is not None:
        assert suggestion in hint.suggestions
    assert hint.message.ja
    assert hint.message.en


def test_a_graph_of_a_parameter_has_no_place_in_the_text(store: EmbeddedStore) -> None:
    asked = Dataset(default_graphs=("https://example.org/dato",))
    hint = told(store, "SELECT * { ?s ?p ?o }", asked)[0]
    assert (hint.kind, hint.line) == ("unknown-graph", None)
    assert hint.suggestions[0] == "<https://example.org/data>"
    assert set(hint.suggestions) == {f"<{graph}>" for graph in store.graphs()}


def test_without_a_merge_the_default_graph_is_named(plain: EmbeddedStore) -> None:
    hint = told(plain, "SELECT * { ?s a mrd:PriorityTopic }")[0]
    assert hint.kind == "default-graph"
    assert "<https://example.org/data>" in hint.suggestions


def test_terms_are_known_in_any_graph(plain: EmbeddedStore) -> None:
    kinds = {hint.kind for hint in told(plain, "SELECT * { ?s mrd:inProject ?o }")}
    assert kinds == {"default-graph", "other-graph"}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s a mrd:PriorityTopic FILTER(?s = ex:nothing) }",
        "SELECT * { ?s a mrd:PriorityTopic OPTIONAL { ?s mrd:neverUsed ?o } FILTER(false) }",
        "SELECT * { { ?s mrd:neverUsed ?o } UNION { ?s a mrd:PriorityTopic } FILTER(false) }",
        "SELECT * { ?s a mrd:PriorityTopic FILTER NOT EXISTS { ?s mrd:code ?c } }",
        "SELECT * { ?s a mrd:PriorityTopic MINUS { ?s mrd:code ?c } }",
    ],
)
def test_nothing_is_said_where_no_part_is_at_fault(store: EmbeddedStore, query: str) -> None:
    assert told(store, query) == []


def test_nothing_is_asked_when_the_time_is_up(store: EmbeddedStore) -> None:
    text = f"{PROLOGUE}SELECT * {{ ?s mrd:code 5 }}"
    assert hints_for(store, text, Dataset(), seconds=0) == []


def test_hints_are_few(store: EmbeddedStore) -> None:
    many = " ".join(f"?s mrd:unknown{i} ?o{i} ." for i in range(50))
    assert len(told(store, f"SELECT * {{ {many} }}")) == 8


class TestPatterns:
    """The reader finds what stands in a query, and never fails on one."""

    def test_every_form_of_a_triple_is_read(self) -> None:
        parts = read_parts("""
            PREFIX p: <urn:p> SELECT ?t (COUNT(*) AS ?n) FROM <urn:g> {
              ?t a p:T ; p:label "がん"@ja , "x"^^p:date ; p:a/^p:b* ?x .
              [ p:c +5 ; p:d -3 ] p:e (1 ?y [ p:f true ]) .
              OPTIONAL { ?t p:o ?oo FILTER(?oo = "z"@en && "q" = ?n || ?k IN (1, "2")) }
              { ?a p:u1 ?b } UNION { GRAPH <urn:g2> { ?a p:u2 ?b } }
              FILTER NOT EXISTS { ?t p:ne ?z } VALUES (?p ?q) { (p:v1 "x"^^p:y) (p:v2 UNDEF) }
              { SELECT ?z (SUM(?q) AS ?w) WHERE { ?z p:sub ?q } GROUP BY ?z HAVING(?w > 1) }
              BIND(1 + 1 AS ?bb) ?last !(p:l1|^p:l2)+ ?end FILTER regex(?end, "a") }
        """)
        assert [(each.required, each.spelt()) for each in parts.patterns] == [
            (True, "?t a p:T"),
            (True, '?t p:label "がん"@ja'),
            (True, '?t p:label "x"^^p:date'),
            (True, "?t p:a/^p:b* ?x"),
            (True, "[] p:c +5"),
            (True, "[] p:d -3"),
            (True, "[] p:f true"),
            (True, "[] p:e []"),
            (False, "?t p:o ?oo"),
            (False, "?a p:u1 ?b"),
            (False, "GRAPH <urn:g2> { ?a p:u2 ?b }"),
            (False, "?t p:ne ?z"),
            (True, "?z p:sub ?q"),
            (True, "?last !(p:l1|^p:l2)+ ?end"),
        ]
        compared = [(each.variable, each.literal.text) for each in parts.comparisons]
        assert compared == [("?oo", '"z"@en'), ("?n", '"q"'), ("?k", "1"), ("?k", '"2"')]
        assert [each.text for each in parts.names] == ["p:v1", "p:v2"]

    def test_a_template_is_no_pattern(self) -> None:
        parts = read_parts("CONSTRUCT { ?a <urn:t> ?b } WHERE { ?a <urn:w> ?b }")
        assert [each.verb.text for each in parts.patterns] == ["<urn:w>"]
        parts = read_parts("CONSTRUCT WHERE { ?a <urn:w> ?b }")
        assert [each.verb.text for each in parts.patterns] == ["<urn:w>"]

    @given(st.text(alphabet='{}()[]<>.;,?a:"@^/|*+=! \n1', max_size=60))
    def test_any_text_is_read_without_failing(self, text: str) -> None:
        with suppress(QueryFault):  # a string without end: the engine refuses it as well
            assert read_parts(f"SELECT * {{ {text} }}").patterns is not None


@pytest.fixture(scope="module")
def index(release: OpenRelease) -> TermIndex:
    """The index of the shipped release."""
    found = TermIndex(release.store)
    found.preload()
    return found


class TestIndex:
    """Unknown terms lead to those that the shipped release defines."""

    @pytest.mark.parametrize(
        ("unknown", "role", "meant"),
        [
            ("core#PriorityTopics", Role.CLASS, "core#PriorityTopic"),
            ("core#hasdiseasearea", Role.PROPERTY, "core#hasDiseaseArea"),
            ("core#ammountJPY", Role.PROPERTY, "core#amountJPY"),
            ("schemes#disease-cancers", Role.OTHER, "schemes#disease-cancer"),
            ("id/project/drug", Role.OTHER, "id/project/drugs"),
            ("id/fiscal-year/22022", Role.OTHER, "id/fiscal-year/2022"),
        ],
    )
    def test_the_nearest_term_comes_first(
        self, index: TermIndex, unknown: str, role: Role, meant: str
    ) -> None:
        base = "https://w3id.org/medrd-kg/"
        assert index.nearest(base + unknown, role)[0] == base + meant

    def test_what_is_like_nothing_has_no_neighbour(self, index: TermIndex) -> None:
        assert index.nearest("https://w3id.org/medrd-kg/core#zzzzzz", Role.CLASS) == ()

    def test_languages_are_those_of_the_labels(self, index: TermIndex) -> None:
        assert set(index.languages()) >= {"ja", "en"}


HINT = Hint("language", Bilingual(ja="言語タグ", en='the text is "がん"@ja'), 3, 7, ('"がん"@ja',))


class TestCarrying:
    """Answers with hints stay documents of their formats."""

    @pytest.mark.parametrize(
        "body",
        [b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', b'{"head":{},"boolean":false}\n'],
    )
    def test_json_has_one_more_member(self, body: bytes) -> None:
        carried = with_hints(body, [HINT])
        document = json.loads(carried)
        assert document.pop("medrd-kg:hints") == [
            {
                "kind": "language",
                "message": {"ja": "言語タグ", "en": 'the text is "がん"@ja'},
                "line": 3,
                "column": 7,
                "suggestions": ['"がん"@ja'],
            }
        ]
        assert document == json.loads(body)

    def test_readers_of_the_format_pass_over_it(self) -> None:
        body = with_hints(b'{"head":{"vars":["s"]},"results":{"bindings":[]}}', [HINT])
        solutions = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
        assert isinstance(solutions, ox.QuerySolutions)
        assert list(solutions) == []
        assert not rdflib_json.JSONResult(json.loads(body)).bindings

    def test_without_hints_nothing_changes(self) -> None:
        body = b'{"head":{},"boolean":false}'
        assert with_hints(body, []) is body
        assert hint_headers([]) == []

    def test_headers_are_ascii_and_tell_all(self) -> None:
        ((name, value),) = hint_headers([HINT.document()])
        assert name == "Medrd-Kg-Hint"
        assert value.isascii()
        assert value.isprintable()
        kind, line, column, message = value.split("; ")
        assert (kind, line, column) == ("language", "line=3", "column=7")
        assert unquote(message.removeprefix("message*=UTF-8''")) == (
            'the text is "がん"@ja: "がん"@ja'
        )

    def test_headers_are_few_and_short(self) -> None:
        long = Hint("no-match", Bilingual(ja="長", en="長" * 5000))
        headers = hint_headers([long.document()] * 9)
        assert len(headers) == 4
        assert all(len(value) < 2000 for _, value in headers)

    def test_line_ends_never_reach_a_header(self) -> None:
        sly = Hint("no-match", Bilingual(ja="a", en="a\r\nSet-Cookie: x"))
        assert "\n" not in hint_headers([sly.document()])[0][1]
        assert "\r" not in hint_headers([sly.document()])[0][1]
