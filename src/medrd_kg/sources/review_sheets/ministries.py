"""Ministries and agencies that may publish a sheet; a sheet of any other body is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.reviewed import table

__all__ = ["Ministry", "ministries"]


@dataclass(frozen=True, slots=True)
class Ministry:
    """A ministry, agency or commission of the government.

    Attributes:
        slug: Local name below ``id/organization/``.
        name: Official Japanese name.
        corporate_number: 法人番号 where a source of the project states it, else None.
    """

    slug: str
    name: str
    corporate_number: str | None


@cache
def ministries() -> Mapping[str, Ministry]:
    """Return every known ministry by the matching key of its name."""
    known = (
        Ministry(row["slug"], row["ja"], row["corporate_number"] or None)
        for row in table("ministries")
    )
    return MappingProxyType({match_key(each.name): each for each in known})
