"""What a validation found in one part, and the report that all parts make together."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from medrd_kg.build.shapes_graph import ShapeMessage, ShapesGraph
from medrd_kg.build.validation import (
    Finding,
    Severity,
    ValidationReport,
    validate_ntriples,
    validate_ntriples_file,
)

__all__ = ["Verdict", "combined"]

_SH: Final = "http://www.w3.org/ns/shacl#"
_RESULT: Final = ox.NamedNode(f"{_SH}result")
_FOCUS: Final = ox.NamedNode(f"{_SH}focusNode")
_PREFIXES: Final = {"sh": _SH, "xsd": "http://www.w3.org/2001/XMLSchema#"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a part.

    Attributes:
        findings: About the nodes of the part itself.
        results: The same as RDF: N-Triples with the ``sh:result`` of a report.
    """

    findings: tuple[Finding, ...]
    results: str

    @classmethod
    def of(cls, text: str, shapes: ShapesGraph, is_own: Callable[[str], bool]) -> Self:
        """Validate a part together with what it points to.

        Args:
            text: N-Triples.
            shapes: What to hold it against.
            is_own: Whether a focus node, in N-Triples syntax, is of the part.
        """
        return cls._of(validate_ntriples(text, shapes), is_own)

    @classmethod
    def of_file(cls, path: Path, shapes: ShapesGraph) -> Self:
        """Validate a whole in a file of N-Triples, whose name ends in ``.nt``."""
        return cls._of(validate_ntriples_file(path, shapes), lambda _: True)

    @classmethod
    def _of(cls, report: ValidationReport, is_own: Callable[[str], bool]) -> Self:
        own = tuple(each for each in report.findings if is_own(each.focus_node))
        return cls(own, _results(report, is_own) if own else "")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a verdict that was kept.

        Raises:
            OSError: There is none.
            ValueError: It is damaged.
        """
        kept = json.loads(path.read_text("utf-8"))
        findings = (
            Finding(
                **{
                    **each,
                    "severity": Severity(each["severity"]),
                    "message": ShapeMessage(**each["message"]),
                }
            )
            for each in kept["findings"]
        )
        return cls(tuple(findings), kept["results"])

    def write(self, path: Path) -> None:
        """Keep the verdict."""
        kept = {"findings": [asdict(each) for each in self.findings], "results": self.results}
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)


def _results(report: ValidationReport, is_own: Callable[[str], bool]) -> str:
    """Return the results about some focus nodes, with all that hangs on them."""
    quads = list(ox.parse(report.turtle, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True))
    foreign = {quad.subject for quad in quads if quad.predicate == _FOCUS} - {
        quad.subject for quad in quads if quad.predicate == _FOCUS and is_own(str(quad.object))
    }
    kept = [
        quad.triple for quad in quads if quad.subject not in foreign and quad.object not in foreign
    ]
    written = ox.serialize(kept, format=ox.RdfFormat.N_TRIPLES)
    return (written or b"").decode()


def combined(verdicts: Iterable[Verdict], shapes: ShapesGraph) -> ValidationReport:
    """Return the report of the whole content.

    Args:
        verdicts: Of all parts; what two of them found alike counts once.
        shapes: Shapes that the content was held against.
    """
    found: dict[tuple[str | None, ...], Finding] = {}
    results = []
    for verdict in verdicts:
        for each in verdict.findings:
            key = (each.focus_node, each.source_shape, each.component, each.path, each.value)
            found[key] = each
        if verdict.findings:
            results.append(verdict.results)
    empty = validate_ntriples("", shapes)
    if not found:
        return empty
    findings = tuple(sorted(found.values()))
    return ValidationReport(findings, _turtle(results, conforms=_conform(findings)))


def _conform(findings: Iterable[Finding]) -> bool:
    return all(each.severity is not Severity.VIOLATION for each in findings)


def _turtle(results: Iterable[str], *, conforms: bool) -> str:
    report = ox.BlankNode("report")
    said = str(conforms).lower()
    boolean = ox.Literal(said, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
    type_ = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    triples = [
        ox.Triple(report, type_, ox.NamedNode(f"{_SH}ValidationReport")),
        ox.Triple(report, ox.NamedNode(f"{_SH}conforms"), boolean),
    ]
    for text in results:
        quads = list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True))
        reports = {quad.subject for quad in quads if quad.predicate == _RESULT}
        for quad in quads:
            if quad.predicate == _RESULT:
                triples.append(ox.Triple(report, _RESULT, quad.object))
            elif quad.subject not in reports:
                triples.append(quad.triple)
    written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES)
    return (written or b"").decode()
