"""Inference by rule: the shipped rules one by one, and how rules are run."""

from pathlib import Path

import pytest
import rdflib
from pyoxigraph import RdfFormat, Triple, parse

from medrd_kg.build.inputs import read_quads
from medrd_kg.build.rules import Rule, apply_rules, read_rules
from medrd_kg.build.views import load_schemes, members
from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

INFERRED = "urn:graph:inferred"
PREFIXES = """
@prefix : <urn:> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""


def store_of(turtle: str) -> EmbeddedStore:
    store = EmbeddedStore()
    for each in parse(f"{PREFIXES} :graph {{ {turtle} }}", format=RdfFormat.TRIG):
        store.insert([each])
    return store


def triples(turtle: str) -> set[Triple]:
    return {each.triple for each in parse(PREFIXES + turtle, format=RdfFormat.TURTLE)}


@pytest.fixture(scope="module")
def rules(checkout: Path) -> list[Rule]:
    """The shipped rules."""
    return read_rules(checkout / "ontology" / "rules")


CASES = {
    "superproperties": (
        """:p a owl:ObjectProperty ; rdfs:subPropertyOf :q .
        :q a owl:ObjectProperty ; rdfs:subPropertyOf :r . :a :p :b .""",
        ":a :q :b ; :r :b .",
    ),
    "superproperties of values": (
        ":p a owl:DatatypeProperty ; rdfs:subPropertyOf :q . :a :p 'text'@en .",
        ":a :q 'text'@en .",
    ),
    "no superproperties of annotations": (
        ":p a owl:AnnotationProperty ; rdfs:subPropertyOf :q . :a :p :b .",
        "",
    ),
    "inverses": (":p owl:inverseOf :q . :a :p :b . :c :q :d .", ":b :q :a . :d :p :c ."),
    "no inverses of values": (":p owl:inverseOf :q . :a :p 'no thing' .", ""),
    "symmetric": (":p a owl:SymmetricProperty . :a :p :b .", ":b :p :a ."),
    "transitive": (
        ":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d .",
        ":a :p :c , :d . :b :p :d .",
    ),
    "superclasses": (
        """:A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C owl:equivalentClass :D .
        :a a :A .""",
        ":a a :B , :C , :D .",
    ),
    "no anonymous classes": (
        ":A rdfs:subClassOf [ a owl:Class ; owl:complementOf :B ] . :a a :A .",
        "",
    ),
    "domain and range": (
        ":p a owl:ObjectProperty ; rdfs:domain :A ; rdfs:range :B . :a :p :b .",
        ":a a :A . :b a :B .",
    ),
    "domain of values": (":p a owl:DatatypeProperty ; rdfs:domain :A . :a :p 1 .", ":a a :A ."),
    "no domain of alternatives": (
        """:p a owl:ObjectProperty ; rdfs:domain [ a owl:Class ; owl:unionOf ( :A :B ) ] .
        :a :p :b .""",
        "",
    ),
    "browse classes": (
        """:View rdfs:subClassOf :Wider ; owl:equivalentClass [ owl:intersectionOf ( :Kind
            [ a owl:Restriction ; owl:onProperty :has ; owl:hasValue :v ] ) ] .
        :a a :Kind ; :has :v . :b a :Kind ; :has :w . :c a :Other ; :has :v .""",
        ":a a :View , :Wider .",
    ),
    "rules feed rules": (
        """:p a owl:ObjectProperty ; rdfs:subPropertyOf :q .
        :q a owl:ObjectProperty ; owl:inverseOf :i ; rdfs:domain :A .
        :A rdfs:subClassOf :B . :a :p :b .""",
        ":a :q :b ; a :A , :B . :b :i :a .",
    ),
}
"""What is stated, and all that the shipped rules conclude from it."""


@pytest.mark.parametrize(("stated", "concluded"), CASES.values(), ids=CASES)
def test_a_shipped_rule_concludes_just_this(rules: list[Rule], stated: str, concluded: str) -> None:
    store = store_of(stated)
    outcome = apply_rules(store, rules, graph=INFERRED)
    assert {each.triple for each in store.quads(INFERRED)} == triples(concluded)
    assert sum(outcome.triples.values()) == len(triples(concluded))


def test_the_last_round_finds_nothing(rules: list[Rule]) -> None:
    assert apply_rules(store_of(":a :p :b ."), rules, graph=INFERRED).rounds == 1
    chain = " ".join(f":n{i} :p :n{i + 1} ." for i in range(30))
    store = store_of(f":p a owl:TransitiveProperty . {chain}")
    outcome = apply_rules(store, rules, graph=INFERRED)
    assert outcome.triples["1-properties"] == 30 * 31 // 2 - 30
    assert 2 < outcome.rounds < 8


def test_what_is_stated_is_not_inferred_again(rules: list[Rule]) -> None:
    store = store_of(":p owl:inverseOf :q . :a :p :b . :b :q :a .")
    assert apply_rules(store, rules, graph=INFERRED).triples["1-properties"] == 0
    assert list(store.quads(INFERRED)) == []


def test_a_rule_without_an_end_is_stopped() -> None:
    counting = Rule(
        "count",
        "CONSTRUCT { <urn:n> <urn:is> ?next } WHERE "
        "{ SELECT (MAX(?n) + 1 AS ?next) { <urn:n> <urn:is> ?n } }",
    )
    with pytest.raises(Problem, match="come to no end"):
        apply_rules(store_of(":n :is 1 ."), [counting], graph=INFERRED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?s ?p ?o }", "is no CONSTRUCT"),
        ("CONSTRUCT { ?s ?p ?o }\nWHERE { ?s ?p }", "line 2, column 15"),
    ],
)
def test_a_faulty_rule_is_named(text: str, said: str) -> None:
    with pytest.raises(Problem, match=f"rule wrong.*{said}"):
        apply_rules(EmbeddedStore(), [Rule("wrong", text)], graph=INFERRED)


def test_rules_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    assert read_rules(tmp_path) == []
    for name in ("2-b", "1-a"):
        (tmp_path / f"{name}.rq").write_text(name, encoding="utf-8")
    assert [rule.name for rule in read_rules(tmp_path)] == ["1-a", "2-b"]


def test_browse_classes_get_the_members_that_a_walk_up_the_concepts_gives(
    rules: list[Rule], checkout: Path
) -> None:
    # Without the sheets and without the links of the programmes that only they describe.
    files = [
        each
        for each in content_files(checkout)
        if "review-sheets" not in each.name and each.graph != graph_iri("linked")
    ]
    store = EmbeddedStore()
    store.bulk_insert(read_quads(files))
    apply_rules(store, rules, graph=INFERRED)
    data = rdflib.Graph()
    for each in files:
        if each.name.startswith("data/"):
            data.parse(each.path)
    expected = {(str(a), str(b)) for a, b in members(load_schemes(checkout), data)}
    rows = store.query(
        "SELECT ?member ?view { ?member a ?view "
        'FILTER(STRSTARTS(STR(?view), "https://w3id.org/medrd-kg/views#")) }'
    ).rows()
    found = {(str(row["member"])[1:-1], str(row["view"])[1:-1]) for row in rows}
    assert found == expected
    assert len(found) > 500
