"""What an import could not take as it stands: file, line, field and reason of every finding.

A finding never repeats the name of a payee or a sentence of the sheet, so that a report can be
shown to anybody.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Finding", "ImportReport", "Severity"]


class Severity(StrEnum):
    """How much of the source a finding costs."""

    SHEET_SKIPPED = "sheet-skipped"
    """The whole line was left out."""
    ROW_SKIPPED = "row-skipped"
    """One figure, payment or outcome was left out."""
    DOUBT = "doubt"
    """Taken as it stands and kept apart, where a person might decide otherwise."""
    NOTICE = "notice"
    """Taken as it stands; the reader should know."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One observation about a place of a source.

    Attributes:
        file: Name of the file, without folders.
        line: Line number, from 1.
        field: JSON pointer or column.
        severity: What became of the place.
        reason: What is wrong, in one sentence.
    """

    file: str
    line: int
    field: str
    severity: Severity
    reason: str

    def __str__(self) -> str:
        """One line, as the command line prints it."""
        return f"{self.file}:{self.line}: {self.field}: {self.severity}: {self.reason}"


@dataclass(slots=True)
class ImportReport:
    """All findings of one import, each once."""

    _findings: dict[Finding, None] = field(default_factory=dict)
    _repeated: dict[tuple[str, str, Severity, str], list[int]] = field(default_factory=dict)

    def add(self, file: str, line: int, place: str, severity: Severity, reason: str) -> None:
        """Record a finding; the same one twice counts once."""
        self._findings.setdefault(Finding(file, line, place, severity, reason))

    def add_repeated(
        self, file: str, line: int, place: str, severity: Severity, reason: str
    ) -> None:
        """Record what a file may have in every line: one finding at the first, with the number."""
        seen = self._repeated.setdefault((file, place, severity, reason), [line, 0])
        seen[0] = min(seen[0], line)
        seen[1] += 1

    def _all(self) -> list[Finding]:
        repeated = (
            Finding(file, first, place, severity, f"{reason} (in {count} places of the file)")
            for (file, place, severity, reason), (first, count) in self._repeated.items()
        )
        return [*self._findings, *repeated]

    def __iter__(self) -> Iterator[Finding]:
        """Iterate in the order of file, line and field."""
        return iter(sorted(self._all()))

    def __len__(self) -> int:
        """Return how many findings there are."""
        return len(self._findings) + len(self._repeated)

    def counts(self) -> dict[Severity, int]:
        """Return how many findings each severity has, zero included."""
        seen = Counter(finding.severity for finding in self._all())
        return {severity: seen[severity] for severity in Severity}
