"""What stops a build: data that miss what the shapes ask for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from medrd_kg.build.manifest import ValidationRecord
from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import Finding, Severity, ValidationReport, validate_files
from medrd_kg.problems import Problem

__all__ = ["check_shapes", "require_conformance", "validation_record"]

_SHOWN: Final = 3
"""Violations that a failed build names; the report has them all."""


def check_shapes(files: Iterable[Path], shapes_dir: Path) -> ValidationReport:
    """Validate what files state against the shapes of a folder.

    The engine works outside of Python's lock, so this may run beside other steps in a thread.

    Raises:
        Problem: ``invalid-data``: there are no shapes, or a file does not parse.
    """
    try:
        shapes = ShapesGraph.load(shapes_dir)
    except FileNotFoundError as error:
        raise Problem("invalid-data", str(error)) from error
    return validate_files(files, shapes)


def require_conformance(report: ValidationReport, failed: Path) -> None:
    """Let conforming data pass, warnings included.

    Args:
        report: Outcome of the validation.
        failed: Receives the report in Turtle when the data do not pass; removed when they do.

    Raises:
        Problem: ``invalid-data`` with the first violations, when the data do not conform.
    """
    if report.conforms:
        failed.unlink(missing_ok=True)
        return
    failed.write_text(report.turtle, encoding="utf-8")
    violations = [each for each in report.findings if each.severity is Severity.VIOLATION]
    number = "1 violation" if len(violations) == 1 else f"{len(violations)} violations"
    raise Problem(
        "invalid-data",
        f"{number} of the shapes, such as {_told(violations[:_SHOWN])}",
        f"the whole report is in {failed}",
    )


def validation_record(report: ValidationReport) -> ValidationRecord:
    """Return what the manifest says of a validation."""
    counts = Counter(str(each.severity) for each in report.findings)
    return ValidationRecord(conforms=report.conforms, results=dict(sorted(counts.items())))


def _told(findings: Sequence[Finding]) -> str:
    return "; ".join(f"{each.focus_node} {each.message.en}" for each in findings)
