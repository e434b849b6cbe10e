"""Each shape finds what it is for, and the fast engine finds what pySHACL finds."""

import re

import pytest
from rdflib import OWL, RDF, RDFS, SH, Graph, URIRef
from tests.build.shapes.examples import CASE_IDS, CASES, CONFORMING, Case, conforming_graph
from tests.build.shapes.reference import (
    focus_nodes,
    named,
    ntriples,
    of_findings,
    paths_of,
    reference,
    reporting,
    restricted,
    shapes_as_rdf,
)

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import validate_files, validate_ntriples
from medrd_kg.content import data_dir, ontology_dir


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph.load()


@pytest.fixture(scope="module")
def shapes_rdf() -> Graph:
    return shapes_as_rdf()


def test_the_conforming_graph_conforms_in_both_engines(
    shapes: ShapesGraph, shapes_rdf: Graph
) -> None:
    report = validate_files([CONFORMING], shapes)
    assert report.findings == ()
    assert report.conforms
    assert reference(conforming_graph(), shapes_rdf) == (set(), set())


@pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
def test_a_shape_reports_its_violation_and_so_does_pyshacl(case: Case, shapes: ShapesGraph) -> None:
    graph = case.graph
    report = validate_ntriples(graph.serialize(format="nt"), shapes)
    hits = [
        each
        for each in report.findings
        if (each.source_shape, named(each.focus_node)) == (f"<{case.shape}>", case.focus_iri)
    ]
    assert hits, f"not reported; reported were {of_findings(report.findings)}"
    assert not report.conforms

    roots = frozenset(root for root, names in reporting().items() if URIRef(case.shape) in names)
    some_rdf, some_shapes = restricted(roots)
    of_roots = validate_ntriples(graph.serialize(format="nt"), some_shapes)
    expected, expected_paths = reference(graph, some_rdf)
    assert of_findings(of_roots.findings) == expected
    assert expected_paths <= paths_of(of_roots.findings)
    assert of_findings(of_roots.findings) <= of_findings(report.findings)


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
def test_both_engines_agree_on_all_shapes_at_once(
    case: Case, shapes: ShapesGraph, shapes_rdf: Graph
) -> None:
    graph = case.graph
    expected, expected_paths = reference(graph, shapes_rdf)
    report = validate_ntriples(graph.serialize(format="nt"), shapes)
    assert of_findings(report.findings) == expected
    assert expected_paths <= paths_of(report.findings)


def damaged(graph: Graph, offset: int) -> Graph:
    """A graph of which every thirteenth triple is missing, in the order of N-Triples."""
    lines = sorted(graph.serialize(format="nt").splitlines())
    kept = [line for number, line in enumerate(lines) if (number + offset) % 13]
    return Graph().parse(data="\n".join(kept), format="nt")


@pytest.mark.parametrize("offset", [0, 4, 8])
def test_both_engines_agree_on_a_graph_with_gaps(
    offset: int, shapes: ShapesGraph, shapes_rdf: Graph
) -> None:
    graph = damaged(conforming_graph(), offset)
    report = validate_ntriples(graph.serialize(format="nt"), shapes)
    expected, expected_paths = reference(graph, shapes_rdf)
    assert len(expected) > 20
    assert of_findings(report.findings) == expected
    assert expected_paths <= paths_of(report.findings)


@pytest.mark.long
def test_both_engines_agree_on_shipped_content_with_gaps(
    shapes: ShapesGraph, shapes_rdf: Graph
) -> None:
    data = Graph()
    for name in ("agents", "document", "process", "project-drugs", "projects"):
        data.parse(data_dir() / "policy-fy2022" / f"{name}.ttl")
    data.parse(data_dir() / "facts-totals.ttl")
    graph = damaged(data, 0)
    for file in ("core.ttl", "schemes"):
        path = ontology_dir() / file
        for each in sorted(path.glob("*.ttl")) if path.is_dir() else [path]:
            graph.parse(each)
    report = validate_ntriples(graph.serialize(format="nt"), shapes)
    expected, expected_paths = reference(graph, shapes_rdf)
    assert len(expected) > 100
    assert of_findings(report.findings) == expected
    assert expected_paths <= paths_of(report.findings)


def test_every_shape_has_a_conforming_and_a_violating_example(shapes_rdf: Graph) -> None:
    graph = conforming_graph()
    violated = {URIRef(each.shape) for each in CASES}
    for shape, names in reporting().items():
        assert focus_nodes(graph, shapes_rdf, shape), f"nothing conforms to {shape}"
        assert names, f"{shape} asks for nothing"
        assert names <= violated, f"never violated: {names - violated}"


def test_every_node_shape_is_violated_by_one_of_its_own_nodes(shapes_rdf: Graph) -> None:
    unseen = set(reporting())
    for case in CASES:
        reached = {shape for shape in unseen if URIRef(case.shape) in reporting()[shape]}
        graph = case.graph if reached else Graph()
        for shape in reached:
            nodes = {named(ntriples(node)) for node in focus_nodes(graph, shapes_rdf, shape)}
            if case.focus_iri in nodes:
                unseen.discard(shape)
    assert not unseen


def test_every_class_of_the_model_has_a_shape(shapes_rdf: Graph) -> None:
    core = Graph().parse(ontology_dir() / "core.ttl")
    shaped = set(shapes_rdf.objects(None, SH.targetClass))
    for cls in core.subjects(RDF.type, OWL.Class):
        if isinstance(cls, URIRef) and "medrd-kg/core#" in cls:
            ancestors = set(core.transitive_objects(cls, RDFS.subClassOf))
            assert ancestors & shaped, f"no shape is about {cls}"


def test_every_reporting_shape_has_a_name_and_speaks_both_languages(
    shapes: ShapesGraph,
) -> None:
    for shape, names in reporting().items():
        for name in names:
            assert isinstance(name, URIRef), f"a nameless shape in {shape}"
            message = shapes.messages[f"<{name}>"]
            assert re.search(r"[ぁ-んァ-ヶ一-龠]", message.ja), name
            assert re.search(r"[A-Za-z]", message.en), name
            assert not re.search(r"[ぁ-ん]", message.en), name
