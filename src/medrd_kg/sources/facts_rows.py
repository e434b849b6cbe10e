"""Rows of the table of public facts, their sources, and amounts in their units."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from medrd_kg.sources.review_sheets.amounts import Amount, Token, parse_amount
from medrd_kg.sources.review_sheets.reviewed import table
from medrd_kg.sources.review_sheets.turtle import Block, iri, term, text

__all__ = ["FactRow", "fact_rows", "row_amount", "row_locator", "source_blocks", "source_term"]

_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "JPY": "円",
        "thousand JPY (千円)": "千円",
        "million JPY": "百万円",
        "100 million JPY (億円)": "億円",
        "billion JPY": "billion JPY",
    }
)
_HASH_LENGTH: Final = 10
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class FactRow:
    """One row.

    Attributes:
        line: Line of the row in the original table.
        subject: Who or what the row speaks of, in the words of the table.
        predicate: Kind of fact.
        object: The other end, where there is one.
        value: Number as text, or empty.
        unit: Unit of the number, or empty.
        fiscal_year: First western year that the row names, or None.
        years: The year cell as it stands.
        title: Title of the source.
        address: Address of the source.
    """

    line: int
    subject: str
    predicate: str
    object: str
    value: str
    unit: str
    fiscal_year: int | None
    years: str
    title: str
    address: str


@cache
def fact_rows() -> tuple[FactRow, ...]:
    """Return the rows that the package carries."""
    return tuple(_row(each) for each in table("facts"))


def _row(cells: Mapping[str, str]) -> FactRow:
    year = _YEAR.match(cells["fiscal_year"])
    return FactRow(
        line=int(cells["row"]),
        subject=cells["subject"],
        predicate=cells["predicate"],
        object=cells["object"],
        value=cells["value"],
        unit=cells["unit"],
        fiscal_year=int(year[0]) if year else None,
        years=cells["fiscal_year"],
        title=cells["source_title"],
        address=cells["source_url"],
    )


def row_amount(row: FactRow) -> Amount:
    """Return the amount of a row.

    Raises:
        KeyError: The unit is none of money.
        AmountError: The value is no number.
    """
    return parse_amount(Token(row.value), _UNITS[row.unit])


def is_rounded(row: FactRow) -> bool:
    """Return whether the source rounds to a coarse unit (億円, billion yen)."""
    return row.unit in {"100 million JPY (億円)", "billion JPY"}


def row_locator(row: FactRow) -> str:
    """Return where the row stands in the original table."""
    return f"facts.csv:{row.line}"


def _source_slug(row: FactRow) -> str:
    digest = hashlib.sha256(f"{row.title}\n{row.address}".encode()).hexdigest()
    return f"ref-{digest[:_HASH_LENGTH]}"


def source_term(row: FactRow) -> str:
    """Return the prefixed name of the source of a row."""
    return term("source", _source_slug(row))


def source_blocks(rows: Iterable[FactRow]) -> Iterator[Block]:
    """Yield one data source for each title and address."""
    seen: dict[str, FactRow] = {}
    for row in rows:
        seen.setdefault(_source_slug(row), row)
    for slug, row in sorted(seen.items()):
        block = Block(term("source", slug), "DataSource")
        block.add("rdfs:label", text(row.title, "ja"))
        if row.address:
            block.add("dcterms:source", iri(row.address))
        yield block
