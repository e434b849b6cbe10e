"""Local names of everything that a review sheet gives rise to: readable, ASCII, stable.

A sheet is ``{publication year}-{ministry}-{number}``; its edition, figures, payments and unnamed
payees carry the same name with a suffix, so that the same source gives the same IRI on any day.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from medrd_kg.sources.review_sheets.reviewed import table

__all__ = ["ascii_slug", "hashed", "name_slug", "sheet_slug"]

_HASH_LENGTH = 10
_NEW = "new"


@lru_cache(maxsize=1 << 16)
def ascii_slug(text: str) -> str:
    """Return lower-case ASCII letters, digits and hyphens; empty where nothing remains.

    >>> ascii_slug("Elsevier B.V.")
    'elsevier-b-v'
    """
    plain = unicodedata.normalize("NFKD", text).casefold().replace("新", _NEW)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def hashed(text: str) -> str:
    """Return a short stable name for a text that has no ASCII spelling."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def name_slug(key: str) -> str:
    """Return the local name of an organisation that is known by the key of its name alone."""
    return (ascii_slug(key) if key.isascii() else "") or f"n-{hashed(key)}"


@cache
def _abbreviations() -> Mapping[str, str]:
    return {row["abbreviation"]: row["slug"] for row in table("ministries")}


@lru_cache(maxsize=1 << 16)
def sheet_slug(publication_year: int, ministry: str, number: str) -> str:
    """Return the local name of a sheet.

    From 2021 on, the number repeats year and ministry (2022-厚労-21-1017-1); both are dropped. A
    number that names another ministry than the publisher keeps it, so that no two sheets meet.

    >>> sheet_slug(2022, "mhlw", "2022-厚労-21-1017-1")
    '2022-mhlw-21-1017-1'
    >>> sheet_slug(2015, "mext", "新27-0025")
    '2015-mext-new27-0025'
    """
    parts = unicodedata.normalize("NFKC", number).split("-")
    if parts[0] == str(publication_year) and parts[2:]:
        named = _abbreviations().get(parts[1])
        foreign = [] if named == ministry else [f"by-{named or hashed(parts[1])}"]
        parts = [*foreign, *parts[2:]]
    local = ascii_slug("-".join(parts)) or hashed(number)
    return f"{publication_year}-{ministry}-{local}"
