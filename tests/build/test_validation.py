"""The fast validator finds what each shape is for, and what pySHACL, the reference, finds.

``shapes/conforming.ttl`` conforms to every shape. Each case in ``shapes/*.toml`` changes it a
little, so that one shape must report one node.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import (
    Finding,
    Severity,
    validate_files,
    validate_ntriples,
    validate_store,
)
from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem
from medrd_kg.store.embedded import EmbeddedStore

DATA = Path(__file__).parent / "shapes"
CONFORMING = DATA / "conforming.ttl"
PREFIXES = "\n".join(re.findall(r"^@prefix .*$", CONFORMING.read_text("utf-8"), re.MULTILINE))
SHAPES = "https://w3id.org/medrd-kg/shapes#"
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)

Result = tuple[str, str, str, str | None]
"""Focus node, shape, component and value; blank nodes, whose names differ, as ``_:``."""


@dataclass(frozen=True)
class Case:
    """One change of the conforming graph and what must come of it."""

    shape: str
    focus: str
    add: str
    remove: str

    @property
    def graph(self) -> Graph:
        """The conforming graph after the change."""
        graph = conforming_graph()
        for triple in turtle(self.remove):
            assert triple in graph, f"nothing to remove: {triple}"
            graph.remove(triple)
        added = turtle(self.add)
        assert not [triple for triple in added if triple in graph], "the graph has that already"
        return graph + added

    @property
    def focus_iri(self) -> str:
        """The focus node in N-Triples syntax, ``_:`` for a blank node."""
        if self.focus == "_:":
            return "_:"
        return f"<{_conforming().namespace_manager.expand_curie(self.focus)}>"


def turtle(text: str) -> Graph:
    return Graph().parse(data=f"{PREFIXES}\n{text}", format="turtle")


@cache
def _conforming() -> Graph:
    return Graph().parse(CONFORMING)


def conforming_graph() -> Graph:
    """A fresh copy: parsing anew for each of two hundred cases would take most of the time."""
    return Graph() + _conforming()


def read_cases() -> Iterator[Case]:
    for file in sorted(DATA.glob("*.toml")):
        for each in tomllib.loads(file.read_text("utf-8"))["case"]:
            yield Case(
                shape=f"{SHAPES}{each['shape']}",
                focus=each["focus"],
                add=each.get("add", ""),
                remove=each.get("remove", ""),
            )


CASES = list(read_cases())
CASE_IDS = [f"{each.shape.removeprefix(SHAPES)}-{each.focus}" for each in CASES]


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph.load()


@pytest.fixture(scope="module")
def shapes_rdf() -> Graph:
    return _shapes_rdf()


@cache
def _shapes_rdf() -> Graph:
    graph = Graph()
    for file in sorted((ontology_dir() / "shapes").glob("*.ttl")):
        graph.parse(file)
    return graph


@cache
def reporting() -> dict[Node, set[Node]]:
    """Shapes that choose their own focus nodes, with the names under which each reports.

    These are its property shapes, and itself where it constrains the node directly.
    """
    own = {SH.xone, SH["or"], SH["not"], SH.nodeKind, SH.sparql, SH.node, SH["and"], SH["class"]}
    graph = _shapes_rdf()
    names: dict[Node, set[Node]] = {}
    for shape in {shape for target in TARGETS for shape in graph.subjects(target)}:
        names[shape] = set(graph.objects(shape, SH.property))
        if own & set(graph.predicates(shape)):
            names[shape].add(shape)
    return names


@cache
def restricted(roots: frozenset[Node]) -> tuple[Graph, ShapesGraph]:
    """The shapes when only ``roots`` choose focus nodes, for pySHACL and compiled."""
    graph = Graph()
    for triple in _shapes_rdf():
        if triple[1] not in TARGETS or triple[0] in roots:
            graph.add(triple)
    return graph, ShapesGraph.of_turtle(graph.serialize(format="nt"))


def focus_nodes(graph: Graph, shapes_rdf: Graph, shape: Node) -> set[Node]:
    nodes: set[Node] = set()
    for cls in shapes_rdf.objects(shape, SH.targetClass):
        for sub in graph.transitive_subjects(
            URIRef("http://www.w3.org/2000/01/rdf-schema#subClassOf"), cls
        ):
            nodes |= set(graph.subjects(RDF.type, sub))
    for subjects_of in shapes_rdf.objects(shape, SH.targetSubjectsOf):
        nodes |= set(graph.subjects(subjects_of))
    for objects_of in shapes_rdf.objects(shape, SH.targetObjectsOf):
        nodes |= set(graph.objects(None, objects_of))
    return nodes


def named(term: str) -> str:
    return "_:" if term.startswith("_:") else term


def of_findings(findings: Iterable[Finding]) -> set[Result]:
    return {
        (
            named(each.focus_node),
            each.source_shape,
            each.component,
            None if each.value is None else named(each.value),
        )
        for each in findings
    }


def paths_of(findings: Iterable[Finding]) -> set[tuple[str, str, str | None]]:
    return {(named(each.focus_node), each.source_shape, each.path) for each in findings}


def reference(graph: Graph, shapes_rdf: Graph) -> tuple[set[Result], set[tuple[str, str, str]]]:
    """What pySHACL finds; paths only where they are a single property."""
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes_rdf, inference="none")
    assert isinstance(report, Graph)
    results: set[Result] = set()
    paths: set[tuple[str, str, str]] = set()
    for each in report.objects(None, SH.result):
        focus, shape = report.value(each, SH.focusNode), report.value(each, SH.sourceShape)
        value = report.value(each, SH.value)
        component = str(report.value(each, SH.sourceConstraintComponent))
        assert focus is not None
        assert shape is not None
        results.add(
            (
                named(ntriples(focus)),
                ntriples(shape),
                component.rpartition("#")[2],
                None if value is None else named(ntriples(value)),
            )
        )
        path = report.value(each, SH.resultPath)
        if isinstance(path, URIRef):
            paths.add((named(ntriples(focus)), ntriples(shape), f"<{path}>"))
    return results, paths


def ntriples(node: Node) -> str:
    """One spelling of a term: that of Oxigraph, which both engines' terms are brought to."""
    if isinstance(node, Literal):
        return str(
            ox.Literal(str(node), language=node.language)
            if node.language
            else ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)))
            if node.datatype
            else ox.Literal(str(node))
        )
    return f"<{node}>" if isinstance(node, URIRef) else "_:"


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
    owl_class = URIRef("http://www.w3.org/2002/07/owl#Class")
    sub_class_of = URIRef("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    shaped = set(shapes_rdf.objects(None, SH.targetClass))
    for cls in core.subjects(RDF.type, owl_class):
        if isinstance(cls, URIRef) and "medrd-kg/core#" in cls:
            ancestors = set(core.transitive_objects(cls, sub_class_of))
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
