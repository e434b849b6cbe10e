"""Bureaus, offices and institutes that are responsible for a sheet (担当部局庁)."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from medrd_kg.sources.review_sheets.iris import hashed
from medrd_kg.sources.review_sheets.known import known_by_name
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.names import clean, match_key
from medrd_kg.sources.review_sheets.reviewed import table
from medrd_kg.sources.review_sheets.turtle import Block, term, text

__all__ = ["responsible_units", "unit_block"]

_SEPARATOR = re.compile(r"[、,，;]|\n(?![(（])")


@cache
def _reviewed() -> Mapping[tuple[str, str], tuple[str, str]]:
    found = {}
    for row in table("bureaus"):
        for name in (row["name"], *row["other_names"].split("||")):
            if name:
                found[row["ministry"], match_key(name)] = (row["slug"], row["name"])
    return found


@lru_cache(maxsize=1 << 14)
def responsible_units(ministry: Ministry, printed: str) -> tuple[tuple[str, str], ...]:
    """Return local name and label of each unit that a cell names.

    The ministry itself is no unit of its own; an in-house institute is its own organisation. A
    bureau that is on no list gets a name of ministry and hash.

    Args:
        ministry: Publisher of the sheet.
        printed: The cell, several units separated by 、 or line breaks.
    """
    units: dict[str, str] = {}
    for part in _SEPARATOR.split(printed):
        name = clean(part)
        key = match_key(name)
        if not key or key == match_key(ministry.name):
            continue
        known = known_by_name(key)
        slug, label = _reviewed().get(
            (ministry.slug, key), (f"{ministry.slug}-unit-{hashed(key)}", name)
        )
        if known is not None:
            slug, label = known.slug, known.name
        units[slug] = unicodedata.normalize("NFKC", label) if known is None else label
    return tuple(units.items())


def unit_block(slug: str, label: str, ministry: Ministry) -> Block | None:
    """Return the block of a bureau, or None for an organisation that is described on its own."""
    if known_by_name(match_key(label)) is not None:
        return None
    block = Block(term("org-", slug), "OrganizationalUnit")
    block.add("rdfs:label", text(label, "ja"))
    return block.add("org:unitOf", term("org-", ministry.slug))
