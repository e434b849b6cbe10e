"""The core vocabulary says everything that a reader and a reasoner need of each term."""

from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import (
    DCTERMS,
    OWL,
    RDF,
    RDFS,
    SKOS,
    VANN,
    XSD,
    BNode,
    Graph,
    Literal,
    URIRef,
)
from rdflib.collection import Collection

from medrd_kg.build import catalogs
from medrd_kg.vocabulary import BASE, MRD

CHECKOUT = Path(__file__).resolve().parents[2]
ONTOLOGIES = catalogs.ontology_files(CHECKOUT)
CORE = Graph().parse(CHECKOUT / "ontology" / "core.ttl")
TERMS = Graph().parse(CHECKOUT / "ontology" / "imports" / "terms.ttl")
BOTH = CORE + TERMS
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")
# The datatypes that HermiT knows and that a round trip through any syntax keeps.
DATATYPES = {XSD.integer, XSD.decimal, XSD.dateTime, XSD.string, XSD.anyURI, XSD.boolean}


def _own(*kinds: URIRef) -> list[URIRef]:
    """The terms of the core vocabulary of some kinds, sorted."""
    return sorted(
        {s for kind in kinds for s in CORE.subjects(RDF.type, kind) if isinstance(s, URIRef)}
    )


def _languages(graph: Graph, term: URIRef, predicate: URIRef) -> list[str]:
    """The languages of the values of a property, sorted; one entry a value."""
    return sorted(str(getattr(v, "language", None)) for v in graph.objects(term, predicate))


def _ancestors(term: URIRef) -> set[URIRef]:
    """A class and the named classes above it, in the core and in the external terms."""
    return {c for c in BOTH.transitive_objects(term, RDFS.subClassOf) if isinstance(c, URIRef)}


@pytest.mark.parametrize("term", _own(*KINDS), ids=lambda term: term.removeprefix(MRD))
def test_a_term_has_one_label_and_definition_in_each_language(term: URIRef) -> None:
    assert str(term).startswith(MRD)
    assert _languages(CORE, term, RDFS.label) == ["en", "ja"]
    assert _languages(CORE, term, SKOS.definition) == ["en", "ja"]
    assert (term, RDFS.isDefinedBy, URIRef(f"{BASE}core")) in CORE


def test_labels_are_unique_within_a_kind_and_a_language() -> None:
    for kind in KINDS:
        labels = Counter(label for term in _own(kind) for label in CORE.objects(term, RDFS.label))
        assert [label for label, count in labels.items() if count > 1] == []


def test_the_core_is_small() -> None:
    assert len(_own(OWL.Class)) < 60


def test_the_class_tree_is_narrow_at_the_top() -> None:
    graph = Graph()
    for path in CHECKOUT.glob("ontology/*.ttl"):
        graph.parse(path)
    graph += TERMS
    named = {s for s in graph.subjects(RDF.type, OWL.Class) if isinstance(s, URIRef)}
    below = {s for s, parent in graph.subject_objects(RDFS.subClassOf) if parent in named}
    assert 1 < len(named - below) <= 15


def test_every_class_stands_below_a_reused_term() -> None:
    for term in _own(OWL.Class):
        reused = [c for c in _ancestors(term) if not str(c).startswith(MRD)]
        assert reused, f"{term} is tied to no term of another vocabulary"


@pytest.mark.parametrize(
    "term",
    _own(OWL.ObjectProperty, OWL.DatatypeProperty),
    ids=lambda term: term.removeprefix(MRD),
)
def test_a_property_has_domain_and_range_or_says_why_not(term: URIRef) -> None:
    sides = [list(CORE.objects(term, side)) for side in (RDFS.domain, RDFS.range)]
    assert all(len(side) <= 1 for side in sides), "two domains or ranges mean their intersection"
    if not all(sides):
        assert set(_languages(CORE, term, MRD.designNote)) == {"en", "ja"}


@pytest.mark.parametrize("term", _own(OWL.ObjectProperty), ids=lambda term: term.removeprefix(MRD))
def test_an_object_property_has_an_inverse_or_says_why_not(term: URIRef) -> None:
    inverses = set(CORE.objects(term, OWL.inverseOf)) | set(CORE.subjects(OWL.inverseOf, term))
    notes = " ".join(map(str, CORE.objects(term, MRD.designNote)))
    assert len(inverses) == 1 or ("No named inverse" in notes and not inverses)
    for inverse in inverses:
        # What is true of one end of a link is true of the same end of its inverse.
        assert _side(term, RDFS.domain) == _side(URIRef(str(inverse)), RDFS.range)
        assert _side(term, RDFS.range) == _side(URIRef(str(inverse)), RDFS.domain)


def _side(term: URIRef, side: URIRef) -> frozenset[str]:
    """The named classes of a domain or range, whether it is one class or a union."""
    found = CORE.value(term, side)
    if found is None or isinstance(found, URIRef):
        return frozenset([str(found)] if found else [])
    union = CORE.value(found, OWL.unionOf)
    assert union is not None
    return frozenset(str(member) for member in Collection(CORE, union))


def test_siblings_are_disjoint_or_known_to_overlap() -> None:
    disjoint: set[frozenset[URIRef]] = set()
    for axiom in CORE.subjects(RDF.type, OWL.AllDisjointClasses):
        members = CORE.value(axiom, OWL.members)
        assert members is not None
        names = [URIRef(str(name)) for name in Collection(CORE, members)]
        disjoint |= {frozenset((a, b)) for a in names for b in names if a != b}
    siblings: dict[tuple[URIRef, ...], list[URIRef]] = {}
    for term in _own(OWL.Class):
        parents = [p for p in CORE.objects(term, RDFS.subClassOf) if str(p).startswith(MRD)]
        siblings.setdefault(tuple(sorted(URIRef(str(p)) for p in parents)), []).append(term)
    overlapping = {
        frozenset((a, b))
        for group in siblings.values()
        for a in group
        for b in group
        if a != b and frozenset((a, b)) not in disjoint
    }
    assert overlapping == {
        # Some agencies do research themselves, and some institutes are parts of a ministry.
        frozenset((MRD.FundingAgency, MRD.ResearchInstitution)),
        frozenset((MRD.OrganizationalUnit, MRD.ResearchInstitution)),
    }


def test_only_datatypes_that_every_tool_knows_are_used() -> None:
    ranges = {o for t in _own(OWL.DatatypeProperty) for o in CORE.objects(t, RDFS.range)}
    assert ranges <= DATATYPES
    for path in ONTOLOGIES.values():
        typed = {o.datatype for o in Graph().parse(path).objects() if isinstance(o, Literal)}
        assert typed - {None} <= DATATYPES, path


def test_no_keys_are_declared() -> None:
    # One key multiplied the time of HermiT by four to eight; uniqueness is a matter of shapes.
    assert not list(CORE.triples((None, OWL.hasKey, None)))


def test_blank_nodes_stand_for_class_expressions_only() -> None:
    for subject in {s for s in CORE.subjects() if isinstance(s, BNode)}:
        predicates = set(CORE.predicates(subject))
        assert predicates <= {
            *(RDF.type, RDF.first, RDF.rest),
            *(OWL.unionOf, OWL.members),
        }, predicates


def test_properties_are_of_one_kind() -> None:
    for term in _own(*KINDS):
        kinds = [kind for kind in CORE.objects(term, RDF.type) if kind in KINDS]
        assert len(kinds) == 1


@pytest.mark.parametrize("iri", ONTOLOGIES)
def test_an_ontology_states_licence_version_title_and_prefix(iri: str) -> None:
    graph, subject = Graph().parse(ONTOLOGIES[iri]), URIRef(iri)

    assert graph.value(subject, DCTERMS.license) == LICENCE
    version = graph.value(subject, OWL.versionInfo)
    assert graph.value(subject, OWL.versionIRI) == URIRef(f"{iri}/{version}")
    assert _languages(graph, subject, DCTERMS.title) == ["en", "ja"]
    assert graph.value(subject, VANN.preferredNamespacePrefix) is not None
    assert str(graph.value(subject, VANN.preferredNamespaceUri)).startswith(BASE)


def test_external_terms_are_declared_labelled_and_attributed() -> None:
    terms = {URIRef(str(s)) for kind in KINDS for s in TERMS.subjects(RDF.type, kind)}
    assert terms
    for term in terms:
        assert _languages(TERMS, term, RDFS.label) == ["en", "ja"]
        source = TERMS.value(term, RDFS.isDefinedBy)
        assert source is not None
        assert str(term).startswith(str(source).rstrip("#/"))


def test_every_class_and_property_of_the_content_is_declared() -> None:
    graphs = [CORE, TERMS, Graph().parse(CHECKOUT / "ontology" / "views.ttl")]
    declared = {str(s) for g in graphs for kind in KINDS for s in g.subjects(RDF.type, kind)}
    built_in = (str(RDF), str(RDFS), str(OWL))
    files = [*CHECKOUT.glob("data/ttl/**/*.ttl"), *CHECKOUT.glob("ontology/schemes/*.ttl")]
    kinds = {str(kind) for kind in KINDS}
    for path in files:
        used, here = set(), set()
        # The data hold hundreds of thousands of triples: read them as a stream.
        for triple in pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE):
            used.add(triple.predicate.value)
            if triple.predicate.value == str(RDF.type):
                kind = str(getattr(triple.object, "value", ""))
                used.add(kind)
                if kind in kinds:
                    here.add(str(getattr(triple.subject, "value", "")))
        unknown = used - declared - here
        assert {term for term in unknown if not term.startswith(built_in)} == set(), path
