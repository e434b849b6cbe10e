"""Validation as the build and the command line use it; what the shapes find is in test_shapes."""

import time
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, Graph, Literal, URIRef
from tests.build.shapes.examples import CASES, CONFORMING, SHAPES, conforming_graph

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import (
    Finding,
    Severity,
    validate_files,
    validate_ntriples,
    validate_store,
)
from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files
from medrd_kg.store.embedded import EmbeddedStore

MAX_SECONDS = 20.0
"""Processor time that validating the shipped content may take, with parsing."""


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph.load()


def test_shipped_content_conforms_and_is_validated_quickly(shapes: ShapesGraph) -> None:
    files = [each.path for each in content_files(content_root())]
    started = time.process_time()
    report = validate_files(files, shapes)
    assert report.findings == ()
    assert time.process_time() - started < MAX_SECONDS


def test_a_finding_tells_what_where_and_how_to_mend(shapes: ShapesGraph) -> None:
    case = next(each for each in CASES if each.shape.endswith("#step-order"))
    report = validate_ntriples(case.graph.serialize(format="nt"), shapes)
    (finding,) = report.findings
    assert finding == Finding(
        focus_node="<https://w3id.org/medrd-kg/id/process-step/one>",
        source_shape=f"<{SHAPES}step-order>",
        component="MinInclusiveConstraintComponent",
        path="<https://w3id.org/medrd-kg/core#stepOrder>",
        value='"0"^^<http://www.w3.org/2001/XMLSchema#integer>',
        severity=Severity.VIOLATION,
        message=shapes.messages[f"<{SHAPES}step-order>"],
    )
    assert finding.path == "<https://w3id.org/medrd-kg/core#stepOrder>"
    assert finding.value == '"0"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert finding.severity is Severity.VIOLATION
    assert finding.message.en == "A step has at most one order, an integer from 1."
    assert report.about(["https://w3id.org/medrd-kg/id/process-step/one"]) == (finding,)
    assert report.about(["https://w3id.org/medrd-kg/id/process-step/two"]) == ()
    assert (None, SH.conforms, Literal(False)) in Graph().parse(data=report.turtle)


def test_a_warning_does_not_stop() -> None:
    shapes = ShapesGraph.of_turtle(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix ex: <http://example.org/> .
        ex:Shape a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:q .
        ex:q a sh:PropertyShape ; sh:path ex:q ; sh:minCount 1 ; sh:severity sh:Warning ;
            sh:message "qがない。"@ja , "q is missing."@en .
        """
    )
    report = validate_ntriples("<http://example.org/a> <http://example.org/p> <urn:b> .", shapes)
    assert [each.severity for each in report.findings] == [Severity.WARNING]
    assert report.conforms


def in_graph(triple: ox.Triple, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def test_a_store_is_validated_as_the_merge_of_its_graphs(shapes: ShapesGraph) -> None:
    store = EmbeddedStore()
    graph, twin = (ox.NamedNode(f"urn:{name}") for name in ("one", "two"))
    text = CONFORMING.read_text("utf-8")
    triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]
    named_triples = [each for each in triples if not isinstance(each.subject, ox.BlankNode)]
    store.insert(in_graph(each, graph) for each in triples)
    store.insert(in_graph(each, twin) for each in named_triples)
    assert validate_store(store, shapes).findings == ()

    level = ox.NamedNode("https://w3id.org/medrd-kg/core#level")
    payment = ox.NamedNode("https://w3id.org/medrd-kg/schemes#level-payment")
    figure = ox.NamedNode("https://w3id.org/medrd-kg/id/budget-statement/a-before")
    store.insert([ox.Quad(figure, level, payment, twin)])
    assert [each.source_shape for each in validate_store(store, shapes).findings] == [
        f"<{SHAPES}one-level>"
    ]
    store.close()


def test_a_run_can_stop_early(shapes: ShapesGraph) -> None:
    graph = conforming_graph()
    graph.remove((None, URIRef("https://w3id.org/medrd-kg/core#statedIn"), None))
    text = graph.serialize(format="nt")
    everything = len(validate_ntriples(text, shapes).findings)
    some = len(validate_ntriples(text, shapes, max_results=3).findings)
    assert 3 <= some < everything


def test_faults_of_files_are_told_with_their_place(tmp_path: Path, shapes: ShapesGraph) -> None:
    broken = tmp_path / "broken.ttl"
    broken.write_text("<urn:a> <urn:b> .\n", "utf-8")
    with pytest.raises(Problem, match=r"broken\.ttl: .*line 1"):
        validate_files([broken], shapes)
    with pytest.raises(Problem, match="names no RDF format"):
        validate_files([tmp_path / "table.csv"], shapes)
    with pytest.raises(FileNotFoundError, match="no shapes in"):
        ShapesGraph.load(tmp_path / "empty")
