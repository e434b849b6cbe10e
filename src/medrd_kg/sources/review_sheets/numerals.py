"""Numbers and years that a table has as texts, where there is one way to read them.

Anything else is left to be told as a fault: brackets may mean less than zero or a remark, and a
comma that does not part groups of three digits may be a decimal point.
"""

import re
import unicodedata
from typing import Final

__all__ = ["is_blank", "plain_number", "western_year"]

_LONGEST: Final = 40
_MINUS: Final = re.compile("^[-△▲−‐‑‒–—―ー]")
_NUMBER: Final = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_DASHES: Final = frozenset("-−‐‑‒–—―ーｰ")
_WESTERN: Final = re.compile(r"(\d{4})(?:\.0|年度?)?", re.ASCII)
_ERA: Final = re.compile(r"(令和|平成|R|H)(元|\d{1,2})(?:年度?)?", re.ASCII)
_BEFORE: Final = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988}


def _folded(value: str) -> str:
    return "".join(unicodedata.normalize("NFKC", value).split())


def is_blank(value: str) -> bool:
    """Return whether a cell states nothing: no character, or a dash alone.

    >>> is_blank(" "), is_blank("－"), is_blank("0")
    (True, True, False)
    """
    folded = _folded(value)
    return not folded or folded in _DASHES


def plain_number(value: str, unit: str = "") -> str | None:
    """Return the number that a text states as ASCII digits, or None where it is no plain number.

    Args:
        value: Text of a cell; digits of any width, groups of three, a minus in front.
        unit: Unit of the column, which may follow the number.

    >>> plain_number("△１，２３４．５"), plain_number("12百万円", "百万円"), plain_number("1,5")
    ('-1234.5', '12', None)
    """
    if len(value) > _LONGEST:
        return None
    folded = _MINUS.sub("-", _folded(value).removesuffix(unit))
    return folded.replace(",", "") if _NUMBER.fullmatch(folded) else None


def western_year(value: str) -> int | None:
    """Return the western year that a text states, or None.

    >>> western_year("２０２３年度"), western_year("令和5年度"), western_year("5")
    (2023, 2023, None)
    """
    if len(value) > _LONGEST:
        return None
    folded = _folded(value)
    western = _WESTERN.fullmatch(folded)
    if western is not None:
        return int(western[1])
    era = _ERA.fullmatch(folded)
    if era is None:
        return None
    return _BEFORE[era[1]] + (1 if era[2] == "元" else int(era[2]))
