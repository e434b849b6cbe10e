"""The W3C validation report of an edit: the engine's, without what is not about the edit."""

import json
from collections.abc import Collection, Mapping
from io import BytesIO
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from medrd_kg.build.validation import Finding

__all__ = ["as_json_ld", "restricted_report"]

_SH: Final = "http://www.w3.org/ns/shacl#"
_TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_REPORT: Final = NamedNode(f"{_SH}ValidationReport")
_RESULT: Final = NamedNode(f"{_SH}result")
_CONFORMS: Final = NamedNode(f"{_SH}conforms")
_FOCUS: Final = NamedNode(f"{_SH}focusNode")
_PATH: Final = NamedNode(f"{_SH}resultPath")
_SHAPE: Final = NamedNode(f"{_SH}sourceShape")
_COMPONENT: Final = NamedNode(f"{_SH}sourceConstraintComponent")
_PREFIXES: Final = {
    "sh": _SH,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "mrd": "https://w3id.org/medrd-kg/core#",
    "mrdsh": "https://w3id.org/medrd-kg/shapes#",
}


def restricted_report(turtle: str, findings: Collection[Finding], names: Mapping[str, str]) -> str:
    """Keep those results of a report that some findings are about.

    Args:
        turtle: The engine's report.
        findings: What is kept, with the data's labels of blank nodes.
        names: Labels of the data's blank nodes by the engine's labels, both with ``_:``.

    Returns:
        The report in Turtle, with the labels of the data.
    """
    engine = ox.Store()
    # Loading would rename blank nodes; the findings have the labels of the text.
    engine.extend(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    kept = {(each.focus_node, each.source_shape, each.component) for each in findings}
    nodes = {each.focus_node for each in findings}
    (report,) = (each.subject for each in engine.quads_for_pattern(None, _TYPE, _REPORT, None))
    written = [
        Triple(report, _TYPE, _REPORT),
        Triple(report, _CONFORMS, Literal(value=False)),
    ]
    for focus in engine.quads_for_pattern(None, _FOCUS, None, None):
        node = names.get(str(focus.object), str(focus.object))
        if node not in nodes:
            continue
        result = _node(focus.subject)
        description = _description(engine, result)
        about = {each.predicate: str(each.object) for each in description if each.subject == result}
        component = about[_COMPONENT].removeprefix(f"<{_SH}").removesuffix(">")
        if (node, about.get(_SHAPE, ""), component) in kept:
            written += [Triple(report, _RESULT, result), *description]
    renamed = (Triple(each.subject, each.predicate, _named(each.object, names)) for each in written)
    out = BytesIO()
    ox.serialize(renamed, out, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES)
    return out.getvalue().decode()


def as_json_ld(turtle: str) -> object:
    """Return a report as JSON-LD."""
    out = BytesIO()
    quads = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    ox.serialize(
        (each.triple for each in quads), out, format=ox.RdfFormat.JSON_LD, prefixes=_PREFIXES
    )
    document: object = json.loads(out.getvalue())
    return document


def _description(engine: ox.Store, result: NamedNode | BlankNode) -> list[Triple]:
    """Return what is said of a result, with the blank nodes of its path."""
    found = [each.triple for each in engine.quads_for_pattern(result, None, None, None)]
    waiting = [each.object for each in found if each.predicate == _PATH]
    while waiting:
        part = waiting.pop()
        if isinstance(part, BlankNode):
            below = [each.triple for each in engine.quads_for_pattern(part, None, None, None)]
            found += below
            waiting += [each.object for each in below]
    return found


def _named(
    term: NamedNode | BlankNode | Literal | Triple, names: Mapping[str, str]
) -> NamedNode | BlankNode | Literal | Triple:
    if isinstance(term, BlankNode) and str(term) in names:
        return BlankNode(names[str(term)].removeprefix("_:"))
    return term


def _node(term: object) -> NamedNode | BlankNode:
    if not isinstance(term, (NamedNode, BlankNode)):
        raise TypeError("a result is a node")
    return term
