"""Fiscal years: Japanese era names and their nodes."""

from collections.abc import Iterable, Iterator
from typing import Final

from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text, typed

__all__ = ["era_name", "fiscal_year_blocks"]

_ERAS: Final = ((2019, "令和"), (1989, "平成"), (1926, "昭和"), (1912, "大正"), (1868, "明治"))
_DESCRIBED_ELSEWHERE: Final = frozenset({2022})  # the policy's own year
_CHANGED_WITHIN: Final = {2019: "平成31年度"}


def era_name(year: int) -> str:
    """Return the name of the fiscal year that begins in April of a western year.

    >>> era_name(2022), era_name(2019), era_name(2015)
    ('令和4年度', '令和元年度', '平成27年度')
    """
    for first, era in _ERAS:
        if year >= first:
            count = year - first + 1
            return f"{era}{'元' if count == 1 else count}年度"
    return f"{year}年度"


def fiscal_year_blocks(years: Iterable[int]) -> Iterator[Block]:
    """Yield one block a year, without the years that the policy describes itself."""
    for year in sorted(set(years) - _DESCRIBED_ELSEWHERE):
        block = Block(term("fy", str(year)), "FiscalYear")
        block.add("rdfs:label", text(era_name(year), "ja"), text(f"FY{year}", "en"))
        if year in _CHANGED_WITHIN:
            block.add("skos:altLabel", text(_CHANGED_WITHIN[year], "ja"))
        block.add("skos:altLabel", text(f"{year}年度", "ja"), text(f"fiscal year {year}", "en"))
        block.add("mrd:yearNumber", integer(year))
        block.add("mrd:startsAt", typed(f"{year}-04-01T00:00:00+09:00", "xsd:dateTime"))
        block.add("mrd:endsAt", typed(f"{year + 1}-03-31T23:59:59+09:00", "xsd:dateTime"))
        yield block
