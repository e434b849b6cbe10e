"""What an import would add, printed for a person who has not decided yet."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import typer
from pyoxigraph import NamedNode, Quad

from medrd_kg.build.validation import Severity, ValidationReport
from medrd_kg.commands.import_gate import ImportGate, Verdict
from medrd_kg.problems import Problem
from medrd_kg.vocabulary import PREFIXES

__all__ = ["SAMPLE", "print_counts", "print_known", "print_sample", "require_conformance", "short"]

SAMPLE: Final = 10
"""Statements that a dry run shows."""

_MOST_SHOWN: Final = 20
_MOST_LOOKED_UP: Final = 50_000


def short(iri: str) -> str:
    """Return an IRI with a prefix where one fits.

    >>> short("https://w3id.org/medrd-kg/core#amountJPY")
    'mrd:amountJPY'
    """
    fitting = [
        (namespace, prefix) for prefix, namespace in PREFIXES.items() if iri.startswith(namespace)
    ]
    if not fitting:
        return f"<{iri}>"
    namespace, prefix = max(fitting)
    return f"{prefix}:{iri.removeprefix(namespace)}"


def print_counts(title: str, counts: Mapping[str, int]) -> None:
    """Print how often each IRI occurs, the most frequent ones first."""
    typer.echo(f"{title}:")
    for iri, count in Counter(counts).most_common():
        typer.echo(f"  {count:>9}  {short(iri)}")


def print_sample(quads: Sequence[Quad]) -> None:
    """Print some statements."""
    typer.echo("the first statements:")
    for each in quads[:SAMPLE]:
        typer.echo(f"  {each}")


def print_known(gate: ImportGate, quads: Iterable[Quad]) -> None:
    """Print how many of the subjects the data have already."""
    subjects: dict[NamedNode, None] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode):
            subjects[quad.subject] = None
        if len(subjects) >= _MOST_LOOKED_UP:
            break
    known = [each for each in subjects if gate.exists(each)]
    typer.echo(f"{len(known)} of {len(subjects)} subjects are in the graph already")
    for each in known[:SAMPLE]:
        typer.echo(f"  {short(each.value)}")


def require_conformance(verdict: Verdict, what: str) -> None:
    """Say what the shapes find; violations stop the import.

    Args:
        verdict: What the gate says.
        what: What was checked, for messages.

    Raises:
        Problem: ``invalid-data``: there are violations.
    """
    if verdict.unchecked is not None:
        typer.echo(
            f"not held against the shapes: {verdict.unchecked}; the next build does", err=True
        )
        return
    if verdict.report is None:
        typer.echo(f"{what} conforms to the shapes")
        return
    raise _refused(verdict.report, what)


def _refused(report: ValidationReport, what: str) -> Problem:
    violations = [each for each in report.findings if each.severity is Severity.VIOLATION]
    for each in violations[:_MOST_SHOWN]:
        place = " ".join(filter(None, (each.focus_node, each.path, each.value)))
        typer.echo(f"{each.severity}: {place}: {each.message.en}", err=True)
    if len(violations) > _MOST_SHOWN:
        typer.echo(f"… and {len(violations) - _MOST_SHOWN} more", err=True)
    number = "1 violation" if len(violations) == 1 else f"{len(violations)} violations"
    return Problem(
        "invalid-data",
        f"{what}: {number} of the shapes, so that no build would take it up: nothing was imported",
        "mend the data or the mapping; --no-validate imports them all the same",
    )
