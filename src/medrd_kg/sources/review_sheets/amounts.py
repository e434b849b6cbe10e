"""Amounts of the review sheets: million yen as a decimal token, exact integer yen out of it.

Rule (data/README of the research data, traps 6, 12 and 14): parse with `Decimal`, round to the
yen where the residue is below 1e-6 million yen, keep the raw token, never repair a figure.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

from medrd_kg.sources.review_sheets.numerals import plain_number

__all__ = [
    "MILLION_YEN",
    "NOISE_LIMIT_YEN",
    "Amount",
    "AmountError",
    "Token",
    "exceeds",
    "parse_amount",
]

MILLION_YEN: Final = "百万円"
"""Unit of every amount in the review sheets until publication year 2023."""

NOISE_LIMIT_YEN: Final = Decimal("0.001")
"""A residue below this is noise of binary floating point; a larger one is told to the reader."""

_RESIDUE_LIMIT_YEN: Final = Decimal(1)  # 1e-6 million yen
_LARGEST_YEN: Final = Decimal(10) ** 15  # ten times Japan's whole yearly budget
_INCLUSIVE = re.compile(r"^(?P<number>[-+△▲]?[\d,.]+)(?:百万円)?の?(?:内数|うち数)$")
_PLAIN = re.compile(r"^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?$")
_FACTORS: Final = {
    MILLION_YEN: Decimal(1_000_000),
    "千円": Decimal(1_000),
    "億円": Decimal(100_000_000),
    "billion JPY": Decimal(1_000_000_000),
    "円": Decimal(1),
}


class Token(str):
    """A number as the file spells it, told apart from a text by its type."""

    __slots__ = ()


class AmountError(ValueError):
    """The token is not an amount; the message says why and repeats no text of the row."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure in yen and as printed.

    Attributes:
        yen: Exact integer yen.
        printed: The token of the source with its unit.
        inclusive: True for 内数, a figure that is part of another and must not be added.
        residue: Distance in yen between the token and `yen`.
    """

    yen: int
    printed: str
    inclusive: bool = False
    residue: Decimal = Decimal(0)

    @property
    def rounded(self) -> bool:
        """True where the source states fractions of a yen that are not float noise."""
        return abs(self.residue) >= NOISE_LIMIT_YEN


def parse_amount(token: object, unit: str = MILLION_YEN) -> Amount:
    """Return the amount that a raw token of a source states.

    Args:
        token: A `Token` (number of the file), a text that states a plain number, or one such as
            ``"120の内数"``.
        unit: 百万円, 千円, 億円, billion JPY or 円.

    Raises:
        AmountError: The token is missing, a text without a number, not finite or absurdly large.
        KeyError: The unit is unknown.

    >>> parse_amount(Token("4.300000000000001")).yen
    4300000
    """
    factor = _FACTORS[unit]
    inclusive = False
    if isinstance(token, Token):
        spelled = str(token)
    elif isinstance(token, str) and (number := plain_number(token, unit)) is not None:
        spelled = number
    elif isinstance(token, str):
        found = _INCLUSIVE.match(unicodedata.normalize("NFKC", token).replace(" ", ""))
        if found is None:
            raise AmountError("a text stands where a number is expected")
        spelled = found["number"].replace(",", "").replace("△", "-").replace("▲", "-")
        inclusive = True
    else:
        raise AmountError("the figure is missing or of another type than number")
    if not _PLAIN.match(spelled):
        raise AmountError("not a finite decimal number")
    try:
        exact = Decimal(spelled) * factor
    except InvalidOperation as fault:  # pragma: no cover - the pattern above admits no such token
        raise AmountError("not a decimal number") from fault
    if abs(exact) > _LARGEST_YEN:
        raise AmountError("larger than ten whole government budgets")
    nearest = exact.to_integral_value(rounding=ROUND_HALF_EVEN)
    residue = exact - nearest
    if abs(residue) >= _RESIDUE_LIMIT_YEN:  # pragma: no cover - nearest is at most 0.5 away
        raise AmountError("finer than the yen")
    suffix = "の内数" if inclusive else ""
    gap = " " if unit.isascii() else ""
    return Amount(int(nearest), f"{spelled}{gap}{unit}{suffix}", inclusive, residue)


def _cell_unit(yen: int) -> int:
    """Return the unit to which a cell is rounded: a power of ten, a million yen at most."""
    unit = 1_000_000
    while yen % unit:
        unit //= 10
    return unit


def exceeds(yen: int, limit: int) -> bool:
    """Return whether an amount is larger than another by more than the rounding of the cells.

    Two cells that state one sum differ by one unit of the coarser of them at most.

    >>> exceeds(20_136_900_000, 20_136_880_000), exceeds(55_000_000_000, 30_000_000_000)
    (False, True)
    """
    return yen - limit > max(_cell_unit(yen), _cell_unit(limit))
