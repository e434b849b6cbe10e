"""What pySHACL, the reference, finds, and the fast engine's findings in the same form."""

from collections.abc import Iterable
from functools import cache
from typing import Final

import pyoxigraph as ox
import pyshacl
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import Finding
from medrd_kg.content import ontology_dir

__all__ = [
    "Result",
    "focus_nodes",
    "named",
    "ntriples",
    "of_findings",
    "paths_of",
    "reference",
    "reporting",
    "restricted",
    "shapes_as_rdf",
]

_TARGETS: Final = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)

Result = tuple[str, str, str, str | None]
"""Focus node, shape, component and value; blank nodes, whose names differ, as ``_:``."""


@cache
def shapes_as_rdf() -> Graph:
    """The shipped shapes, read by rdflib."""
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
    graph = shapes_as_rdf()
    names: dict[Node, set[Node]] = {}
    for shape in {shape for target in _TARGETS for shape in graph.subjects(target)}:
        names[shape] = set(graph.objects(shape, SH.property))
        if own & set(graph.predicates(shape)):
            names[shape].add(shape)
    return names


@cache
def restricted(roots: frozenset[Node]) -> tuple[Graph, ShapesGraph]:
    """The shapes when only ``roots`` choose focus nodes, for pySHACL and compiled."""
    graph = Graph()
    for triple in shapes_as_rdf():
        if triple[1] not in _TARGETS or triple[0] in roots:
            graph.add(triple)
    return graph, ShapesGraph.of_turtle(graph.serialize(format="nt"))


def focus_nodes(graph: Graph, shapes_rdf: Graph, shape: Node) -> set[Node]:
    nodes: set[Node] = set()
    for cls in shapes_rdf.objects(shape, SH.targetClass):
        for sub in graph.transitive_subjects(RDFS.subClassOf, cls):
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
