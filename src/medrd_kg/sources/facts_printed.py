"""Printed totals: which printed figure a total is held against, and what is left over."""

from collections.abc import Iterable, Mapping, Sequence

from medrd_kg.sources.facts_figures import figure_term
from medrd_kg.sources.facts_rows import FactRow, row_amount
from medrd_kg.sources.review_sheets.ledger import Statement
from medrd_kg.sources.review_sheets.perimeters import MINISTRY_SHARE, TotalKey
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.reviewed import table
from medrd_kg.sources.review_sheets.totals import Printed

__all__ = ["printed_figures"]


def printed_figures(
    rows: Iterable[FactRow], totals: Mapping[TotalKey, Sequence[Statement]]
) -> dict[TotalKey, Printed]:
    """Return the printed figure and the remainder of every total that has one.

    ``reviewed/printed.tsv`` says which row belongs to which total, and why the two differ. The
    remainder is the printed figure minus the sum of the addends; nothing is forced.

    Args:
        rows: Rows of the table.
        totals: Addends by total.
    """
    by_line = {row.line: row for row in rows}
    printed = {}
    for each in table("printed"):
        perimeter, _, ministry = each["perimeter"].partition("/")
        key = TotalKey(
            int(each["fiscal_year"]),
            Stage.INITIAL,
            "appropriation",
            MINISTRY_SHARE if ministry else perimeter,
            ministry,
        )
        addends = totals.get(key)
        row = by_line.get(int(each["row"]))
        if not addends or row is None:
            continue
        remainder = row_amount(row).yen - sum(one.amount.yen for one in addends)
        printed[key] = Printed(figure_term(row), remainder, each["ja"], each["en"])
    return printed
