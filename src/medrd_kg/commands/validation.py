"""``medrd-kg validate`` and ``verify-evidence``: well formed, and true to its source?"""

from collections.abc import Sequence
from pathlib import Path

import typer

from medrd_kg.build.evidence import verify_evidence
from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import Severity, ValidationReport, validate_files
from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files
from medrd_kg.sources.documents.identity import is_slug
from medrd_kg.sources.documents.importing import read_document
from medrd_kg.store.base import Store

__all__ = ["check_evidence", "validate"]

MOST_SHOWN = 50

CURATED = "policy-fy2022"
"""The document every unit of which is cited; others are drawn from as their review goes on."""


def validate(files: Sequence[Path]) -> None:
    """Validate RDF files together with the ontology; without files, all shipped content.

    Args:
        files: RDF files, format by suffix.

    Raises:
        Problem: ``invalid-data``: a file cannot be read, or the data do not conform.
    """
    for file in files:
        if not file.is_file():
            raise Problem("invalid-data", f"{file} is no file")
    shipped = content_files(content_root())
    inputs = [each.path for each in shipped if not files or each.name.startswith("ontology/")]
    try:
        report = validate_files([*inputs, *files], ShapesGraph.load())
    except (OSError, SyntaxError, ValueError) as error:
        raise Problem("invalid-data", str(error)) from error
    _print(report)
    violations = sum(each.severity is Severity.VIOLATION for each in report.findings)
    if violations:
        raise Problem("invalid-data", f"the data do not conform: {violations} violations")
    typer.echo(f"conforms, {len(report.findings)} remarks")


def _print(report: ValidationReport) -> None:
    for finding in report.findings[:MOST_SHOWN]:
        place = " ".join(filter(None, (finding.focus_node, finding.path, finding.value)))
        typer.echo(f"{finding.severity}: {place}: {finding.message.en}")
    if len(report.findings) > MOST_SHOWN:
        typer.echo(f"… and {len(report.findings) - MOST_SHOWN} more")


def check_evidence(store: Store, file: Path, document: str) -> None:
    """Check every citation of a release against the user's copy of the document.

    Args:
        store: The release's store.
        file: The document: cut into units (JSON), or as PDF or text.
        document: Its slug in the graph.

    Raises:
        Problem: ``invalid-data``: the file is faulty, or a citation is not borne out; ``usage``:
            the slug cannot name a document.
    """
    if not is_slug(document):
        raise Problem("usage", f"{document!r} is no document", "policy-fy2022, for example")
    _, units = read_document(file)
    report = verify_evidence(store, units, document)
    for citation in report.unsupported:
        typer.echo(
            f"{citation.unit_id}: {citation.thing}: the text has none of its labels"
            f" ({', '.join(citation.labels) or 'it has no Japanese label'})"
        )
    is_whole = document == CURATED
    for unit_id in report.uncited if is_whole else ():
        typer.echo(f"{unit_id}: nothing cites it")
    for unit_id in report.unknown:
        typer.echo(f"{unit_id}: cited, but not in {file}")
    typer.echo(f"{report.citations} citations checked, {len(report.unsupported)} not borne out")
    if not is_whole:
        typer.echo(f"{len(report.uncited)} of {len(units)} units are cited by nothing yet")
    if report.unsupported or report.unknown or (is_whole and report.uncited):
        raise Problem("invalid-data", f"the evidence does not hold against {file}")
