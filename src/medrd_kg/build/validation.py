"""Does a graph have what the model asks of it? The SHACL gate for shipped and imported data.

The graph to be validated must hold the ontology as well: its subclass axioms decide which nodes a
shape is about. The engine is the `shacl` package; a test holds its findings equal to those of
pySHACL, which is some forty times slower, on every shape.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
import shacl

from medrd_kg.build.shapes_graph import ShapeMessage, ShapesGraph, ntriples_of_files
from medrd_kg.store.base import Store

__all__ = [
    "Finding",
    "Severity",
    "ValidationReport",
    "validate_files",
    "validate_ntriples",
    "validate_ntriples_file",
    "validate_quads",
    "validate_store",
]


class Severity(StrEnum):
    """Weight of a finding; only violations stop a build or an edit."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One validation result. Nodes and values are in N-Triples syntax.

    Attributes:
        focus_node: The node that is at fault.
        source_shape: The shape that found it.
        component: Local name of the constraint component, such as ``MinCountConstraintComponent``.
        path: Property path in SPARQL syntax, or None where the node itself is at fault.
        value: The offending value, where there is one.
        severity: Whether it stops.
        message: What is to be done, in both languages.
    """

    focus_node: str
    source_shape: str
    component: str
    path: str | None = field(compare=False)
    value: str | None = field(compare=False)
    severity: Severity = field(compare=False)
    message: ShapeMessage = field(compare=False)


@dataclass(frozen=True, slots=True)
class ValidationReport:
    """Outcome of a validation.

    Attributes:
        findings: All results, ordered by focus node, shape and component.
        turtle: The same as a SHACL validation report in Turtle, of the whole run.
    """

    findings: tuple[Finding, ...]
    turtle: str = field(repr=False)

    @property
    def conforms(self) -> bool:
        """Whether nothing is a violation; warnings do not count."""
        return all(each.severity is not Severity.VIOLATION for each in self.findings)

    def about(self, focus_nodes: Collection[str]) -> tuple[Finding, ...]:
        """Return the findings about some nodes, such as those that an edit touches.

        Args:
            focus_nodes: IRIs without angle brackets.
        """
        wanted = {f"<{iri}>" for iri in focus_nodes}
        return tuple(each for each in self.findings if each.focus_node in wanted)


def _finding(result: shacl.Result, shapes: ShapesGraph) -> Finding:
    shape = result.source_shape or ""
    said = shapes.messages.get(shape) or shapes.messages.get(result.root_shape or "")
    plain = result.message or result.component
    return Finding(
        focus_node=result.focus_node,
        source_shape=shape,
        component=result.component,
        path=result.path,
        value=result.value,
        severity=Severity(result.severity),
        message=said or ShapeMessage(ja=plain, en=plain),
    )


def validate_ntriples(
    text: str, shapes: ShapesGraph, *, max_results: int | None = None
) -> ValidationReport:
    """Validate a graph given as N-Triples.

    Args:
        text: The data and the ontology.
        shapes: What to hold them against.
        max_results: Stop after so many violations; a graph that is wrong throughout would
            otherwise report every node. None for all.

    Raises:
        ValueError: The text is not N-Triples.
    """
    return _report(
        shapes.compiled.validate_text(
            text, format="ntriples", max_results=max_results, allow_warnings=True
        ),
        shapes,
    )


def validate_ntriples_file(path: Path, shapes: ShapesGraph) -> ValidationReport:
    """Validate a graph in a file that is too large to be held as text beside the engine's copy.

    Args:
        path: N-Triples; its name ends in ``.nt``.
        shapes: What to hold it against.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is not N-Triples.
    """
    return _report(shapes.compiled.validate_file(str(path), allow_warnings=True), shapes)


def _report(report: shacl.Report, shapes: ShapesGraph) -> ValidationReport:
    findings = sorted(_finding(each, shapes) for each in report.results)
    return ValidationReport(tuple(findings), report.serialize("turtle"))


def validate_files(
    paths: Iterable[Path], shapes: ShapesGraph, *, max_results: int | None = None
) -> ValidationReport:
    """Validate the merge of RDF files, the ontology's among them.

    Raises:
        OSError: A file cannot be read.
        Problem: ``invalid-data``: a file does not parse, or its suffix names no RDF format.
    """
    return validate_ntriples(ntriples_of_files(paths), shapes, max_results=max_results)


def validate_quads(
    quads: Iterable[ox.Quad], shapes: ShapesGraph, *, max_results: int | None = None
) -> ValidationReport:
    """Validate the merge of all graphs of a dataset; a triple of two graphs counts once."""
    merged = BytesIO()
    ox.serialize((quad.triple for quad in quads), merged, format=ox.RdfFormat.N_TRIPLES)
    return validate_ntriples(merged.getvalue().decode(), shapes, max_results=max_results)


def validate_store(
    store: Store, shapes: ShapesGraph, *, max_results: int | None = None
) -> ValidationReport:
    """Validate the merge of all named graphs of a store; linear in its size."""
    return validate_quads(store.quads(), shapes, max_results=max_results)
