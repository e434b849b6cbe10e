"""What an import made, in numbers."""

from dataclasses import dataclass, field

from medrd_kg.sources.review_sheets.doubts import Pair

__all__ = ["ImportSummary"]


@dataclass(slots=True)
class ImportSummary:
    """What an import made.

    Attributes:
        sheets_read: Sheets that could be read.
        editions: Sheets that were taken.
        programmes: Enduring programmes.
        statements: Budget figures, superseded ones included.
        current_statements: Budget figures that no later edition restates.
        addends: Budget figures that may be summed in a total.
        flows: Payments with an amount.
        unnamed_flows: Payments to individuals or unnamed payees.
        payments_without_amount: Payments whose amount is not stated or zero; left out.
        organisations: Organisations that are paid or publish.
        indicators: Outcome indicators.
        totals: Named totals.
        known_sheets: Sheets left out because the graph has them.
        added_only: Whether the import adds to a graph with more years, and therefore sums nothing.
        doubtful_pairs: The review list: what was kept apart, or joined, on little evidence.
        files: Files written, with their size in bytes.
    """

    sheets_read: int = 0
    editions: int = 0
    programmes: int = 0
    statements: int = 0
    current_statements: int = 0
    addends: int = 0
    flows: int = 0
    unnamed_flows: int = 0
    payments_without_amount: int = 0
    organisations: int = 0
    indicators: int = 0
    totals: int = 0
    known_sheets: int = 0
    added_only: bool = False
    doubtful_pairs: list[Pair] = field(default_factory=list)
    files: dict[str, int] = field(default_factory=dict)
