"""The SHACL gate of edits: what an edit touches must have what the shapes ask for.

Only the nodes whose conformance the edit can have changed are checked, on a small graph with all
that their checks read. The outcome is that of validating the whole edited graph, as far as it is
about these nodes; the cost follows the edit and not the data.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, NamedNode, Triple

from medrd_kg.build.shapes_graph import ShapesGraph, ntriples_of_files
from medrd_kg.build.validation import (
    Severity,
    ValidationReport,
    validate_ntriples,
)
from medrd_kg.problems import Problem
from medrd_kg.sparql.shape_reads import (
    Checks,
    affected,
    may_be_affected,
    read_shapes,
    statements_read,
)
from medrd_kg.sparql.shape_reads.views import Match, Term
from medrd_kg.sparql.validation_graph import as_json_ld, restricted_report
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["Gate", "refusal"]

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

    def check(self, store: EmbeddedStore, delta: Delta) -> ValidationReport | None:
        """Check what an edit can have changed.

        Args:
            store: The data after the edit.
            delta: What the edit changed.

        Returns:
            None when nothing is violated, else all findings about nodes whose conformance the
            edit can have changed.

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
            return self._check_whole(match, removed, added)
        if not touched:
            return None
        report = self._validated(statements_read(self._checks, match, touched))
        named = {(str(node), name) for node, shape in touched for name in shape.names}
        return _about(report, lambda node, shape: (node, shape) in named)

    def _check_whole(
        self, match: Match, removed: Collection[Triple], added: Collection[Triple]
    ) -> ValidationReport | None:
        """Validate everything, then find out which findings the edit can have to do with."""
        report = self._validated(set(match(None, None, None)))

        def concerned(node: str, name: str) -> bool:
            checks = ((_term(node), shape) for shape in self._checks.named.get(name, ()))
            return any(
                may_be_affected(self._checks, match, each, removed=removed, added=added)
                for each in checks
            )

        return _about(report, concerned)

    def _validated(self, triples: Collection[Triple]) -> ValidationReport:
        """Validate a graph; beside its findings are those that name its blank nodes."""
        nodes = {each.subject for each in triples if isinstance(each.subject, BlankNode)}
        nodes |= {each.object for each in triples if isinstance(each.object, BlankNode)}
        out = BytesIO()
        ox.serialize(triples, out, format=ox.RdfFormat.N_TRIPLES)
        for node in nodes:
            name = NamedNode(f"{_NAMES}:{node.value}")
            out.write(f"{name} <{_NAMES}> {node} .\n".encode())
        try:
            return validate_ntriples(out.getvalue().decode(), self._shapes)
        except ValueError as error:
            raise Problem("malformed-data", f"the data cannot be validated: {error}") from error


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


def _changes(store: EmbeddedStore, delta: Delta) -> tuple[set[Triple], set[Triple]]:
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


def _about(
    report: ValidationReport, is_concerned: Callable[[str, str], bool]
) -> ValidationReport | None:
    """Keep the findings about some nodes and shapes, with the data's names of blank nodes."""
    names = {
        each.value: f"_:{each.focus_node[len(_NAMES) + 2 : -1]}"
        for each in report.findings
        if each.value is not None and each.source_shape == _NAMING_SHAPE
    }
    kept = [
        each
        for each in report.findings
        if each.source_shape != _NAMING_SHAPE
        and is_concerned(names.get(each.focus_node, each.focus_node), each.source_shape)
    ]
    if all(each.severity is not Severity.VIOLATION for each in kept):
        return None
    findings = sorted(
        replace(
            each,
            focus_node=names.get(each.focus_node, each.focus_node),
            value=None if each.value is None else names.get(each.value, each.value),
        )
        for each in kept
    )
    return ValidationReport(tuple(findings), restricted_report(report.turtle, kept, names))
