"""Figures, identifiers and links from public sources other than the sheets themselves.

``review_sheets/reviewed/facts.tsv`` holds rows of a table that was compiled from public pages and
data files, each row with the title and address of its source. This module gives every row a
meaning; a row that no module handles is a fault of the table and fails a test.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from medrd_kg.sources.facts_figures import figure_blocks, handles_figure, programmes_of
from medrd_kg.sources.facts_links import handles_link, initials_blocks, link_blocks
from medrd_kg.sources.facts_printed import printed_figures
from medrd_kg.sources.facts_rows import FactRow, fact_rows, source_blocks, source_term
from medrd_kg.sources.facts_sheets import (
    handles_sheet_row,
    sheet_statements,
    transfer_blocks,
    transfer_payees,
)
from medrd_kg.sources.review_sheets.ledger import Ledger, Statement
from medrd_kg.sources.review_sheets.output import TurtleOutput
from medrd_kg.sources.review_sheets.perimeters import TotalKey
from medrd_kg.sources.review_sheets.programmes import programme_block
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import reviewed_programmes
from medrd_kg.sources.review_sheets.totals import Printed

__all__ = ["GRAPH", "PublicFacts", "handled"]

GRAPH: Final = "facts"


def handled(row: FactRow) -> bool:
    """Return whether some module gives the row a meaning."""
    return handles_sheet_row(row) or handles_figure(row) or handles_link(row)


@dataclass(frozen=True, slots=True)
class PublicFacts:
    """The rows as a contribution to an import of review sheets.

    Attributes:
        rows: Rows of the table, in its order.
    """

    rows: tuple[FactRow, ...]

    @classmethod
    @cache
    def shipped(cls) -> "PublicFacts":
        """Return the rows that the package carries."""
        return cls(fact_rows())

    def record(self, ledger: Ledger, report: ImportReport, sheets: frozenset[str]) -> None:
        """Put what later sheets state of the same years into the ledger.

        Args:
            ledger: Takes the statements.
            report: Takes findings on rows.
            sheets: Local names of the sheets of this import: their rows are not doubled.
        """
        for statement in sheet_statements(self.rows, sheets, report):
            ledger.add(statement)

    def emit(
        self,
        output: TurtleOutput,
        ledger: Ledger,
        totals: Mapping[TotalKey, Sequence[Statement]],
        transfers: dict[TotalKey, list[str]],
        sheets: frozenset[str],
    ) -> dict[TotalKey, Printed]:
        """Write figures, transfers, links and sources; return the printed figures of totals.

        Args:
            output: Takes the blocks.
            ledger: The settled ledger.
            totals: Addends by total.
            transfers: Local names of the transfers that are summed, by total; is added to.
            sheets: Local names of the sheets of this import.
        """
        output.add(GRAPH, *figure_blocks(self.rows, ledger))
        output.add(GRAPH, *transfer_blocks(self.rows, sheets, transfers))
        output.add(GRAPH, *link_blocks(self.rows))
        output.add(GRAPH, *initials_blocks(self.rows))
        output.add(GRAPH, *source_blocks(row for row in self.rows if handled(row)))
        return printed_figures(self.rows, totals)

    def payees(self) -> Iterator[tuple[str, str, str]]:
        """Yield name, 法人番号 and programme of every payee that a row names."""
        yield from transfer_payees(self.rows)

    def programme_blocks(self, output: TurtleOutput, ledger: Ledger, known: frozenset[str]) -> None:
        """Write the programmes that only these rows speak of, with the sources that do.

        Args:
            output: Takes the blocks.
            ledger: The settled ledger.
            known: Slugs of programmes that sheets of this import describe.
        """
        mentions: dict[str, set[str]] = {}
        for statement in ledger:
            if statement.graph == GRAPH:
                mentions.setdefault(statement.programme, set()).add(statement.stated_in)
        for row in self.rows:
            for slug in programmes_of(row):
                mentions.setdefault(slug, set()).add(source_term(row))
        for slug in sorted(mentions.keys() - known):
            reviewed = reviewed_programmes()[slug]
            names = tuple(reversed(reviewed.names))
            block = programme_block(slug, reviewed.ministry, names, reviewed, reviewed.reason)
            output.add(GRAPH, block.add("mrd:statedIn", *sorted(mentions[slug])))
