"""The concept schemes: named, defined, arranged and used as their promises say."""

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import validate_files
from medrd_kg.content import data_dir, ontology_dir
from medrd_kg.sources.review_sheets.editions import FLOW_KINDS
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.vocabulary import MRD, MRDS

SCHEMES = ontology_dir() / "schemes"
MAPPINGS = SCHEMES / "disease-mappings.ttl"
FILES = sorted(file for file in SCHEMES.glob("*.ttl") if file != MAPPINGS)
STATED_IN = ox.NamedNode(MRD.statedIn)
MAX_DEPTH = 4
MAX_SIBLINGS = 30
LANGUAGES = ("ja", "en")


@pytest.fixture(scope="module")
def schemes() -> Graph:
    graph = Graph()
    for file in FILES:
        graph.parse(file)
    return graph


@pytest.fixture(scope="module")
def mappings() -> Graph:
    return Graph().parse(MAPPINGS)


@pytest.fixture(scope="module")
def pointed_at() -> set[str]:
    """Slugs of the concepts that shipped data point at, or that a unit of the policy names."""
    slugs: set[str] = set()
    for file in data_dir().rglob("*.ttl"):
        if file.name == "browse.ttl":  # a copy of the ontology with the policy
            continue
        for quad in ox.parse(path=file, format=ox.RdfFormat.TURTLE):
            terms = [quad.object, *([quad.subject] if quad.predicate == STATED_IN else [])]
            slugs |= {
                slug(term.value)
                for term in terms
                if isinstance(term, ox.NamedNode) and term.value.startswith(MRDS)
            }
    return slugs


def concepts(schemes: Graph) -> set[Node]:
    return set(schemes.subjects(SKOS.inScheme))


def scheme_of(schemes: Graph, concept: Node) -> Node:
    (scheme,) = schemes.objects(concept, SKOS.inScheme)
    return scheme


def slug(concept: Node | str | None) -> str:
    return str(concept).removeprefix(str(MRDS))


def one(schemes: Graph, concept: Node, predicate: URIRef, language: str) -> str:
    """The one value of a language-tagged property in a language."""
    (value,) = (
        literal
        for literal in schemes.objects(concept, predicate)
        if isinstance(literal, Literal) and literal.language == language
    )
    return str(value)


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def children(schemes: Graph) -> Mapping[Node, set[Node]]:
    """Concepts right below each concept and, as top concepts, below each scheme."""
    below: defaultdict[Node, set[Node]] = defaultdict(set)
    for predicate in (SKOS.broader, SKOS.topConceptOf):
        for child, parent in schemes.subject_objects(predicate):
            below[parent].add(child)
    return below


def ancestors(schemes: Graph, concept: str) -> set[str]:
    return {slug(each) for each in schemes.transitive_objects(MRDS[concept], SKOS.broader)}


def test_the_schemes_conform_to_the_shapes() -> None:
    ontology = [ontology_dir() / "core.ttl", ontology_dir() / "imports" / "terms.ttl"]
    report = validate_files([*ontology, *FILES, MAPPINGS], ShapesGraph.load())
    assert report.findings == ()


def test_one_file_imports_them_all() -> None:
    aggregate = Graph().parse(ontology_dir() / "schemes.ttl")
    (ontology,) = aggregate.subjects(RDF.type, OWL.Ontology)
    imported = set(aggregate.objects(ontology, OWL.imports))
    assert imported == {URIRef(f"{ontology}/{file.stem}") for file in FILES}
    for file in FILES:
        graph = Graph().parse(file)
        header = URIRef(f"{ontology}/{file.stem}")
        assert (header, RDF.type, OWL.Ontology) in graph
        assert set(graph.objects(header, OWL.imports)) == {
            URIRef(str(MRD).removesuffix("#")),
        }
        for concept in concepts(graph):
            assert graph.value(concept, RDFS.isDefinedBy) == header


def test_a_concept_is_an_individual_of_its_facet_and_never_a_class(schemes: Graph) -> None:
    for concept in concepts(schemes):
        types = set(schemes.objects(concept, RDF.type)) - {OWL.NamedIndividual}
        facet_class = schemes.value(scheme_of(schemes, concept), RDFS.seeAlso)
        assert types == {facet_class}, concept
        assert (None, RDFS.subClassOf, concept) not in schemes


def test_a_slug_tells_the_facet_and_the_notation_is_the_rest(schemes: Graph) -> None:
    for concept in concepts(schemes):
        facet = slug(scheme_of(schemes, concept)).removesuffix("-scheme")
        assert slug(concept) == f"{facet}-{schemes.value(concept, SKOS.notation)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_unique_in_a_scheme(schemes: Graph, language: str) -> None:
    names = Counter(
        (scheme_of(schemes, concept), folded(one(schemes, concept, RDFS.label, language)))
        for concept in concepts(schemes)
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_a_synonym_is_not_the_name_of_a_sibling(schemes: Graph) -> None:
    """A term that a linker meets in a text leads to one concept of a facet."""
    names: dict[tuple[Node, Node], Node] = {
        (scheme_of(schemes, concept), label): concept
        for concept in concepts(schemes)
        for label in schemes.objects(concept, RDFS.label)
    }
    for concept in concepts(schemes):
        for predicate in (SKOS.altLabel, SKOS.hiddenLabel):
            for synonym in schemes.objects(concept, predicate):
                owner = names.get((scheme_of(schemes, concept), synonym), concept)
                assert owner == concept, f"{slug(concept)} takes {synonym} from {slug(owner)}"


@pytest.mark.parametrize("term", ["癌", "悪性腫瘍", "腫瘍", "がん"])
def test_the_common_names_of_cancer_lead_to_it(schemes: Graph, term: str) -> None:
    assert {
        slug(concept)
        for predicate in (RDFS.label, SKOS.altLabel, SKOS.hiddenLabel)
        for concept in schemes.subjects(predicate, Literal(term, lang="ja"))
    } == {"disease-cancer"}


def test_definitions_say_something_of_their_own(schemes: Graph) -> None:
    seen: dict[str, Node] = {}
    for concept in concepts(schemes):
        for language in LANGUAGES:
            text = one(schemes, concept, SKOS.definition, language)
            label = one(schemes, concept, RDFS.label, language)
            assert text.endswith("。" if language == "ja" else "."), slug(concept)
            assert len(text) >= (12 if language == "ja" else 24), slug(concept)
            assert len(text.replace(label, "")) >= 8, f"{slug(concept)} only repeats its name"
            assert folded(text) not in seen, f"{slug(concept)} repeats {seen[folded(text)]}"
            seen[folded(text)] = concept
            has_kana = re.search(r"[ぁ-んァ-ヶ]", text) is not None
            assert has_kana is (language == "ja"), slug(concept)


def test_the_trees_have_roots_and_reach_every_concept(schemes: Graph) -> None:
    below = children(schemes)
    reached: set[Node] = set()
    for scheme in schemes.subjects(RDF.type, SKOS.ConceptScheme):
        level = below[scheme]
        for depth in range(MAX_DEPTH + 1):
            assert depth < MAX_DEPTH or not level, f"too deep: {level}"
            reached |= level
            level = {child for concept in level for child in below[concept]}
    assert reached == concepts(schemes)


def test_related_concepts_name_each_other(schemes: Graph) -> None:
    related = set(schemes.subject_objects(SKOS.related))
    assert related
    assert related == {(other, concept) for concept, other in related}


def test_no_level_of_a_tree_is_too_long_to_read(schemes: Graph) -> None:
    for parent, own in children(schemes).items():
        assert len(own) <= MAX_SIBLINGS, slug(parent)


def test_an_order_places_all_siblings_or_none(schemes: Graph) -> None:
    for parent, own in children(schemes).items():
        orders = [schemes.value(concept, MRD.displayOrder) for concept in own]
        given = sorted(int(order) for order in orders if isinstance(order, Literal))
        assert given in ([], list(range(1, len(own) + 1))), slug(parent)


def test_stages_and_levels_are_those_of_the_interface(schemes: Graph) -> None:
    def notations(scheme: str) -> list[str]:
        ordered = sorted(
            (
                int(str(schemes.value(concept, MRD.displayOrder))),
                schemes.value(concept, SKOS.notation),
            )
            for concept in schemes.subjects(SKOS.inScheme, MRDS[scheme])
        )
        return [str(notation) for _, notation in ordered]

    assert notations("stage-scheme") == [stage.value for stage in Stage]
    assert notations("level-scheme") == ["appropriation", "transfer", "payment"]


@pytest.mark.parametrize(
    ("concept", "broader"),
    [
        ("disease-covid-19", "disease-infectious"),
        ("disease-new-infectious", "disease-emerging-reemerging"),
        ("disease-viral-hepatitis", "disease-infectious"),
        ("disease-hepatitis-c", "disease-hepatitis"),
        ("disease-aids", "disease-hiv"),
        ("disease-alzheimer", "disease-dementia"),
        ("disease-alzheimer", "disease-neurodegenerative"),
        ("disease-diabetes-type-2", "disease-lifestyle"),
        ("disease-diabetes-type-2", "disease-metabolic"),
        ("disease-cerebrovascular", "disease-cardiovascular"),
        ("modality-virotherapy", "modality-gene-therapy"),
        ("modality-cancer-immunotherapy", "modality-cell-therapy"),
        ("modality-domestic-vaccine", "modality-drug"),
        ("modality-exosome", "modality-new"),
        ("modality-exosome", "modality-drug"),
        ("modality-ai-medical-device", "modality-devices-healthcare"),
        ("modality-genome-editing-therapy", "modality-regenerative-cell-gene"),
        ("modality-personalised-medicine", "modality-genome-data"),
        ("phase-investigator-initiated-trial", "phase-clinical-research"),
        ("phase-target-exploration", "phase-basic"),
        ("technology-disease-specific-ips", "technology-stem-cells"),
        ("theme-international-joint-research", "theme-collaboration"),
        ("resource-cryo-em", "resource-analysis-equipment"),
    ],
)
def test_a_question_about_the_wider_concept_finds_the_narrower(
    schemes: Graph, concept: str, broader: str
) -> None:
    assert broader in ancestors(schemes, concept)


@pytest.mark.parametrize(
    ("concept", "other"),
    [
        ("disease-hepatitis", "disease-infectious"),  # autoimmune hepatitis is no infection
        ("disease-cancer", "disease-all"),  # "diseases in general" marks what names none
        ("modality-drug", "modality-any"),
        ("modality-personalised-medicine", "modality-genomic-medicine"),
        ("modality-medical-system", "modality-medical-device"),
        ("technology-contactless-remote", "technology-digital"),
        ("technology-quality-test", "technology-efficacy-safety-evaluation"),
    ],
)
def test_what_is_not_a_kind_of_the_other_is_not_below_it(
    schemes: Graph, concept: str, other: str
) -> None:
    assert other not in ancestors(schemes, concept)


def test_the_projects_lead_to_the_modality_headings(schemes: Graph) -> None:
    """Projects 1 to 4 are named after a modality; 5 and 6 are not."""
    headings = {
        "modality-drug",
        "modality-devices-healthcare",
        "modality-regenerative-cell-gene",
        "modality-genome-data",
    }
    tops = {slug(each) for each in schemes.subjects(SKOS.topConceptOf, MRDS["modality-scheme"])}
    below = children(schemes)
    assert headings <= tops
    for heading in headings:
        assert len(below[MRDS[heading]]) >= 2, heading


def test_every_concept_that_the_data_name_exists(schemes: Graph, pointed_at: set[str]) -> None:
    assert pointed_at - {slug(concept) for concept in concepts(schemes)} == set()


def test_every_concept_is_used_or_says_why_it_is_there(
    schemes: Graph, mappings: Graph, pointed_at: set[str]
) -> None:
    used = pointed_at | {slug(concept) for concept in mappings.subjects(SKOS.exactMatch)}
    used |= {slug(concept) for concept in mappings.subjects(SKOS.closeMatch)}
    used |= {f"flow-kind-{kind}" for kind in FLOW_KINDS.values()}
    used |= {"basis-stated"}  # what every assertion without another basis has
    used |= {wider for concept in used for wider in ancestors(schemes, concept)}
    explained = {slug(concept) for concept in schemes.subjects(SKOS.editorialNote)}
    assert {slug(concept) for concept in concepts(schemes)} - used - explained == set()


def test_a_mapping_rests_on_a_named_table(mappings: Graph, schemes: Graph) -> None:
    justification = URIRef("https://w3id.org/sssom/mapping_justification")
    annotated = set()
    for axiom in mappings.subjects(RDF.type, OWL.Axiom):
        source = mappings.value(axiom, DCTERMS.source)
        assert isinstance(source, URIRef)
        assert re.search(r"/blob/[0-9a-f]{7,}/", source), "no fixed revision"
        assert mappings.value(axiom, justification) is not None
        annotated.add(
            tuple(
                mappings.value(axiom, part)
                for part in (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget)
            )
        )
    stated = {
        triple
        for predicate in (SKOS.exactMatch, SKOS.closeMatch, DCTERMS.identifier)
        for triple in mappings.triples((None, predicate, None))
    }
    assert annotated == stated
    assert {triple[0] for triple in stated} <= concepts(schemes)
    for _, predicate, target in stated:
        if predicate != DCTERMS.identifier:
            assert (target, RDF.type, SKOS.Concept) in mappings


def test_exact_matches_do_not_contradict_one_another(mappings: Graph) -> None:
    """SKOS makes exactMatch transitive: one entry a vocabulary, and one concept an entry."""
    per_vocabulary = Counter(
        (concept, re.split(r"[_/](?=[^_/]*$)", str(entry))[0])
        for concept, entry in mappings.subject_objects(SKOS.exactMatch)
    )
    per_entry = Counter(mappings.objects(None, SKOS.exactMatch))
    assert max(per_vocabulary.values()) == 1
    assert max(per_entry.values()) == 1
    assert not set(mappings.subject_objects(SKOS.exactMatch)) & set(
        mappings.subject_objects(SKOS.closeMatch)
    )


@pytest.mark.shared
def test_every_identifier_of_the_disease_table_is_mapped(
    mappings: Graph, schemes: Graph, shared_dir: Path
) -> None:
    spelling = {
        "MONDO": "http://purl.obolibrary.org/obo/MONDO_{}",
        "DOID": "http://purl.obolibrary.org/obo/DOID_{}",
        "mesh": "http://id.nlm.nih.gov/mesh/{}",
        "icd11.foundation": "http://id.who.int/icd/entity/{}",
    }
    with (shared_dir / "data" / "diseases.csv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == 24
    for row in rows:
        (concept,) = (
            each
            for each in schemes.subjects(RDFS.label, Literal(row["ja"], lang="ja"))
            if scheme_of(schemes, each) == MRDS["disease-scheme"]
        )
        for column in ("mondo", "mesh", "doid", "icd10cm", "icd10who", "icd11"):
            for identifier in filter(None, (part.strip() for part in row[column].split(";"))):
                prefix, _, local = identifier.partition(":")
                if prefix in spelling:
                    entry = URIRef(spelling[prefix].format(local))
                    matches = set(mappings.predicates(concept, entry))
                    assert matches in ({SKOS.exactMatch}, {SKOS.closeMatch}), identifier
                else:
                    assert (concept, DCTERMS.identifier, Literal(identifier)) in mappings
