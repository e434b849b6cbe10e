"""Ministries and agencies that publish sheets: the known ones, and a node for a later one.

A publisher that is on no list (an agency founded after the list was made) gets a node of its own,
named like a payee without 法人番号, so that the same name is the same node; the import says so.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from medrd_kg.sources.review_sheets.iris import name_slug
from medrd_kg.sources.review_sheets.names import clean, match_key
from medrd_kg.sources.review_sheets.reviewed import table

__all__ = ["Ministry", "authority", "ministries"]

_AUTHORITY = re.compile(r"(?:省|庁|府|院|局|官房|本部|委員会|会議)$")
_LONGEST_NAME = 30


@dataclass(frozen=True, slots=True)
class Ministry:
    """A ministry, agency or commission of the government.

    Attributes:
        slug: Local name below ``id/organization/``.
        name: Official Japanese name.
        corporate_number: 法人番号 where a source of the project states it, else None.
        listed: Whether it is on the reviewed list.
    """

    slug: str
    name: str
    corporate_number: str | None
    listed: bool = True


@cache
def ministries() -> Mapping[str, Ministry]:
    """Return every known ministry by the matching key of its name."""
    known = (
        Ministry(row["slug"], row["ja"], row["corporate_number"] or None)
        for row in table("ministries")
    )
    return MappingProxyType({match_key(each.name): each for each in known})


@lru_cache(maxsize=1 << 12)
def authority(printed: str) -> Ministry | None:
    """Return the publisher that a cell names, minting one for a name that is on no list.

    Args:
        printed: The cell 府省庁.

    Returns:
        None where the cell is empty or does not read like the name of an authority.

    >>> authority("厚生労働省").listed, authority("未来庁").slug[:2], authority("山田太郎")
    (True, 'n-', None)
    """
    key = match_key(printed)
    known = ministries().get(key)
    if known is not None:
        return known
    if len(key) > _LONGEST_NAME or not _AUTHORITY.search(key):
        return None
    return Ministry(name_slug(key), clean(printed), None, listed=False)
