"""The SHACL gate of edits: what an edit touches must have what the shapes ask for.

Only the nodes whose conformance the edit can have changed are checked, on a small graph with all
that their checks read. The outcome is that of validating the whole edited graph, as far as it is
about these nodes; the cost follows the edit and not the data.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final, Protocol

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Triple

from medrd_kg.build.shapes_graph import ShapesGraph, ntriples_of_files
from medrd_kg.build.validation import (
    Finding,
    Severity,
    ValidationReport,
    validate_ntriples,
)
from medrd_kg.problems import Problem
from medrd_kg.sparql.shape_reads import (
    Check,
    Checks,
    View,
    affected,
    may_be_affected,
    read_shapes,
    statements_read,
)
from medrd_kg.sparql.shape_reads.views import Match, Node, Term
from medrd_kg.sparql.validation_graph import as_json_ld, restricted_report
from medrd_kg.store.delta import Delta, GraphName

__all__ = ["Edited", "Gate", "refusal"]

_SHOWN: Final = 20
"""Findings that a refusal lists; the report has them all."""

_WHOLE_FROM: Final = 20_000
"""Statements of an edit, or places of checks around it, from which everything is checked at once.

Looking around a statement takes some 50 µs; the engine reads and checks one in some 8 µs.
"""

_NAMES: Final = "urn:x-medrd-kg:names-blank-node"
_NAMING_SHAPE: Final = f"<{_NAMES}:property>"
_NAMING: Final = """
<{0}:shape> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{1}NodeShape> .
<{0}:shape> <{1}targetSubjectsOf> <{0}> .
<{0}:shape> <{1}property> <{0}:property> .
<{0}:property> <{1}path> <{0}> .
<{0}:property> <{1}nodeKind> <{1}IRI> .
""".format(_NAMES, "http://www.w3.org/ns/shacl#")
"""A shape that finds every blank node with its label: the engine renames blank nodes."""


class Edited(Protocol):
    """The data after an edit: a store, or the view of what one will be."""

    def triples(
        self,
        subject: Node | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples of a pattern in the merge of all graphs, each once."""

    def graphs_stating(self, triple: Triple) -> Iterator[GraphName]:
        """Yield the graphs that state a triple."""


class Gate:
    """Checks edits against shapes, which are read once.

    It never changes, so threads and forks may share it.
    """

    def __init__(self, shapes: Path | Iterable[Path]) -> None:
        """Read shapes.

        Args:
            shapes: A folder whose Turtle files are all read, or the files.

        Raises:
            FileNotFoundError: There is no file, so that everything would pass.
            Problem: ``invalid-data``: a file does not parse.
            ValueError: A shape reads what no path from the node leads to.
        """
        files = sorted(shapes.glob("*.ttl")) if isinstance(shapes, Path) else list(shapes)
        if not files:
            raise FileNotFoundError(f"no shapes in {shapes}")
        text = ntriples_of_files(files)
        self._shapes = ShapesGraph.of_turtle(text + _NAMING)
        self._checks = Checks(*read_shapes(text))

    def check(self, store: Edited, delta: Delta) -> ValidationReport | None:
        """Check what an edit can have changed.

        Args:
            store: The data after the edit.
            delta: What the edit changed.

        Returns:
            None when the edit violates nothing, else all findings about nodes and shapes whose
            conformance it can have changed. A violation that was there before is no reason to
            refuse: whoever mends something else must be able to.

        Raises:
            Problem: ``malformed-data``: the statements cannot be written as N-Triples.
        """
        removed, added = _changes(store, delta)
        if not added and not removed:
            return None
        match = store.triples
        touched = None
        if len(added) + len(removed) < _WHOLE_FROM:
            touched = affected(self._checks, match, removed=removed, added=added, limit=_WHOLE_FROM)
        if touched is None:
            is_concerned = self._concerned(match, removed, added)
        else:
            named = {(str(node), name) for node, shape in touched for name in shape.names}
            is_concerned = named.__contains__
        outcome = self._validated(self._read(View(match), touched))
        findings = [each for each in outcome.findings if is_concerned(_check_of(each))]
        if not _has_violation(findings):
            return None
        before = View(match, more=removed, without=added)
        known = set(map(_told, self._validated(self._read(before, touched)).findings))
        if not _has_violation([each for each in findings if _told(each) not in known]):
            return None
        return outcome.report(findings)

    def _read(self, data: View, touched: Collection[Check] | None) -> set[Triple]:
        """Return what the touched checks read, or everything."""
        if touched is None:
            return set(data.everything())
        return statements_read(self._checks, data, touched)

    def _concerned(
        self, match: Match, removed: Collection[Triple], added: Collection[Triple]
    ) -> Callable[[tuple[str, str]], bool]:
        """Return what tells whether a node and a shape can have to do with an edit."""

        def is_concerned(check: tuple[str, str]) -> bool:
            node, name = check
            return any(
                may_be_affected(
                    self._checks, match, (_term(node), shape), removed=removed, added=added
                )
                for shape in self._checks.named.get(name, ())
            )

        return is_concerned

    def _validated(self, triples: Collection[Triple]) -> "_Outcome":
        """Validate a graph; the engine names its blank nodes on the way."""
        nodes = {each.subject for each in triples if isinstance(each.subject, BlankNode)}
        nodes |= {each.object for each in triples if isinstance(each.object, BlankNode)}
        out = BytesIO()
        ox.serialize(triples, out, format=ox.RdfFormat.N_TRIPLES)
        for node in nodes:
            name = NamedNode(f"{_NAMES}:{node.value}")
            out.write(f"{name} <{_NAMES}> {node} .\n".encode())
        try:
            return _Outcome(validate_ntriples(out.getvalue().decode(), self._shapes))
        except ValueError as error:
            raise Problem("malformed-data", f"the data cannot be validated: {error}") from error


class _Outcome:
    """A validation, told with the data's labels of blank nodes.

    Attributes:
        findings: What was found.
    """

    def __init__(self, validation: ValidationReport) -> None:
        """Take up a validation of a graph in which blank nodes are named."""
        self._turtle = validation.turtle
        self._names = {
            each.value: f"_:{each.focus_node[len(_NAMES) + 2 : -1]}"
            for each in validation.findings
            if each.value is not None and each.source_shape == _NAMING_SHAPE
        }
        self.findings = sorted(
            self._with_names(each)
            for each in validation.findings
            if each.source_shape != _NAMING_SHAPE
        )

    def report(self, findings: Sequence[Finding]) -> ValidationReport:
        """Return a report of some of the findings."""
        return ValidationReport(
            tuple(findings), restricted_report(self._turtle, findings, self._names)
        )

    def _with_names(self, finding: Finding) -> Finding:
        if not self._names:
            return finding
        value = finding.value
        return replace(
            finding,
            focus_node=self._names.get(finding.focus_node, finding.focus_node),
            value=None if value is None else self._names.get(value, value),
        )


def refusal(report: ValidationReport, language: str) -> Problem:
    """Return the fault of an edit that the gate refused.

    Args:
        report: What the gate found.
        language: Language of the messages, ``ja`` or ``en``.
    """
    shown = [
        {
            "focusNode": each.focus_node,
            "path": each.path,
            "value": each.value,
            "sourceShape": each.source_shape,
            "severity": str(each.severity),
            "message": each.message.ja if language == "ja" else each.message.en,
        }
        for each in report.findings[:_SHOWN]
    ]
    first = shown[0]
    return Problem(
        "invalid-data",
        f"{first['focusNode']}: {first['message']}",
        "nothing was changed; mend what the results name and send the whole request again",
        {"results": shown, "total": len(report.findings), "report": as_json_ld(report.turtle)},
    )


def _term(text: str) -> Term:
    """Read a term in N-Triples syntax."""
    (quad,) = ox.parse(f"<urn:x> <urn:x> {text} .", format=ox.RdfFormat.N_TRIPLES, lenient=True)
    term: Term = quad.object
    return term


def _changes(store: Edited, delta: Delta) -> tuple[set[Triple], set[Triple]]:
    """Return the triples that the merge of all graphs has lost, and those that it has got."""
    added: dict[Triple, set[object]] = defaultdict(set)
    for quad in delta.added_quads():
        added[quad.triple].add(quad.graph_name)
    gone = {quad.triple for quad in delta.removed_quads()}
    new = {
        triple
        for triple, graphs in added.items()
        if triple not in gone and graphs.issuperset(store.graphs_stating(triple))
    }
    lost = {
        triple
        for triple in gone
        if triple not in added and next(store.graphs_stating(triple), None) is None
    }
    return lost, new


def _has_violation(findings: Iterable[Finding]) -> bool:
    return any(each.severity is Severity.VIOLATION for each in findings)


def _check_of(finding: Finding) -> tuple[str, str]:
    return finding.focus_node, finding.source_shape


def _told(finding: Finding) -> tuple[str | None, ...]:
    """Return all that tells a finding from another; Finding compares without the value."""
    return (
        finding.focus_node,
        finding.source_shape,
        finding.component,
        finding.path,
        finding.value,
    )
