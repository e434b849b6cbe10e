"""The generated browse classes mirror the concepts, and the browse file mirrors the policy."""

from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection

from medrd_kg.build import browse, views
from medrd_kg.vocabulary import MRD

CHECKOUT = Path(__file__).resolve().parents[2]
CONCEPTS = """\
@prefix mrd: <https://w3id.org/medrd-kg/core#> .
@prefix mrds: <https://w3id.org/medrd-kg/schemes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
mrds:disease-a a mrd:DiseaseArea ; rdfs:label "甲"@ja , "a"@en .
mrds:disease-b a mrd:DiseaseArea ; rdfs:label "乙"@ja , "b"@en ; skos:broader mrds:disease-a .
mrds:disease-c a mrd:DiseaseArea ; rdfs:label "丙"@ja , "c \\"q\\""@en ;
    skos:broader mrds:disease-b .
mrds:disease-d a mrd:DiseaseArea ; rdfs:label "丁"@ja , "d"@en .
mrds:modality-m a mrd:Modality ; rdfs:label "戊"@ja , "m"@en .
"""
STATEMENTS = """\
@prefix : <https://w3id.org/medrd-kg/id/topic/> .
@prefix mrd: <https://w3id.org/medrd-kg/core#> .
@prefix mrds: <https://w3id.org/medrd-kg/schemes#> .
:deep a mrd:PriorityTopic ; mrd:hasDiseaseArea mrds:disease-c .
:two a mrd:PriorityTopic ; mrd:hasDiseaseArea mrds:disease-b , mrds:disease-d .
:goal a mrd:Goal ; mrd:hasDiseaseArea mrds:disease-a .
:odd a mrd:PriorityTopic ; mrd:hasDiseaseArea mrds:modality-m .
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content root with a small concept scheme."""
    folder = tmp_path / "ontology" / "schemes"
    folder.mkdir(parents=True)
    (folder / "small.ttl").write_text(CONCEPTS, encoding="utf-8")
    return tmp_path


def _parents(graph: Graph, view: URIRef) -> set[str]:
    return {str(parent).rpartition("#")[2] for parent in graph.objects(view, RDFS.subClassOf)}


def _hooks(graph: Graph, view: URIRef) -> dict[str, str]:
    """Property and value of the restriction that defines a view."""
    definition = graph.value(view, OWL.equivalentClass)
    operands = graph.value(definition, OWL.intersectionOf)
    assert operands is not None
    _, restriction = Collection(graph, operands)
    return {
        str(p).rpartition("#")[2]: str(o).rpartition("#")[2]
        for p, o in graph.predicate_objects(restriction)
        if p != RDF.type
    }


def test_the_committed_views_are_what_the_schemes_give() -> None:
    committed = (CHECKOUT / views.FILE).read_text(encoding="utf-8")
    assert committed == views.render(CHECKOUT), "run `make generated`"


def test_the_committed_browse_file_is_what_the_policy_gives() -> None:
    committed = (CHECKOUT / browse.FILE).read_text(encoding="utf-8")
    assert committed == browse.render(CHECKOUT), "run `make generated`"


def test_the_class_tree_is_the_tree_of_concepts(content: Path) -> None:
    graph = Graph().parse(data=views.render(content))

    assert _parents(graph, views.VIEWS["topic-disease-a"]) == {"topic-by-disease"}
    assert _parents(graph, views.VIEWS["topic-disease-b"]) == {"topic-disease-a"}
    assert _parents(graph, views.VIEWS["topic-disease-c"]) == {"topic-disease-b"}
    assert _parents(graph, views.VIEWS["topic-by-disease"]) == {"PriorityTopic"}
    assert _hooks(graph, views.VIEWS["topic-disease-c"]) == {
        "onProperty": "hasDiseaseArea",
        "hasValue": "disease-c",
    }
    assert _hooks(graph, views.VIEWS["scope-by-disease"]) == {
        "onProperty": "hasDiseaseArea",
        "someValuesFrom": "DiseaseArea",
    }
    labels = set(graph.objects(views.VIEWS["scope-disease-c"], RDFS.label))
    assert labels == {Literal("丙（対象範囲）", "ja"), Literal('c "q" (scope items)', "en")}


def test_the_shipped_tree_is_the_tree_of_concepts() -> None:
    graph = Graph().parse(CHECKOUT / views.FILE)
    schemes = views.load_schemes(CHECKOUT)
    for kind in views.KINDS:
        for facet in views.FACETS:
            for concept in schemes.subjects(RDF.type, MRD[facet.name]):
                view = views.VIEWS[f"{kind.slug}-{str(concept).rpartition('#')[2]}"]
                if facet.slug not in kind.facets:
                    assert (view, None, None) not in graph
                    continue
                expected = {
                    f"{kind.slug}-{str(broader).rpartition('#')[2]}"
                    for broader in schemes.objects(concept, SKOS.broader)
                }
                assert _parents(graph, view) == (expected or {f"{kind.slug}-by-{facet.slug}"})


def test_every_view_is_labelled_and_defined_in_both_languages() -> None:
    graph = Graph().parse(CHECKOUT / views.FILE)
    found = [s for s in graph.subjects(RDF.type, OWL.Class) if isinstance(s, URIRef)]
    assert len(found) > 300
    for view in found:
        for predicate in (RDFS.label, SKOS.definition):
            languages = sorted(str(o.language) for o in graph.objects(view, predicate))  # type: ignore[attr-defined]
            assert languages == ["en", "ja"]


def test_members_are_found_at_every_level_and_only_there(content: Path) -> None:
    data = Graph().parse(data=STATEMENTS)

    found = sorted(
        (str(member).rpartition("/")[2], str(view).rpartition("#")[2])
        for member, view in views.members(views.load_schemes(content), data)
    )

    assert found == [
        ("deep", "topic-by-disease"),
        ("deep", "topic-disease-a"),
        ("deep", "topic-disease-b"),
        ("deep", "topic-disease-c"),
        ("two", "topic-by-disease"),
        ("two", "topic-disease-a"),
        ("two", "topic-disease-b"),
        ("two", "topic-disease-d"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('mrds:disease-e a mrd:DiseaseArea ; rdfs:label "己"@ja .', "exactly one rdfs:label@en"),
        ('mrds:disease-a rdfs:label "other"@en .', "exactly one rdfs:label@en"),
        ("mrds:disease-d skos:broader mrds:modality-m .", "no mrd:DiseaseArea"),
    ],
)
def test_concepts_that_give_no_sound_tree_are_refused(
    content: Path, line: str, message: str
) -> None:
    with (content / "ontology" / "schemes" / "small.ttl").open("a", encoding="utf-8") as file:
        file.write(line)

    with pytest.raises(ValueError, match=message):
        views.render(content)


def test_the_browse_file_adds_only_declarations_and_memberships() -> None:
    shown = Graph().parse(data=browse.render(CHECKOUT))
    policy = browse.load_policy(CHECKOUT)
    header = URIRef("https://w3id.org/medrd-kg/browse")
    for triple in [
        *shown.triples((header, None, None)),
        *shown.triples((None, RDF.type, OWL.NamedIndividual)),
        *(
            (s, p, o)
            for s, p, o in shown.triples((None, RDF.type, None))
            if str(o).startswith(views.VIEWS)
        ),
    ]:
        shown.remove(triple)

    assert _content(shown) == _content(policy)


def _content(graph: Graph) -> tuple[set[object], Counter[object]]:
    """The triples of a graph, with those of annotated axioms apart, by what they say."""
    axioms = set(graph.subjects(RDF.type, OWL.Axiom))
    rest: set[object] = {triple for triple in graph if triple[0] not in axioms}
    return rest, Counter(frozenset(graph.predicate_objects(axiom)) for axiom in axioms)
