"""法人番号 (Corporate Number): 13 digits whose first is a check digit.

Rule: check digit = 9 - (sum of P_n * Q_n for n = 1..12, counted from the last digit) mod 9, with
Q_n = 1 for odd and 2 for even n (ordinance of the Ministry of Finance on the 法人番号).
"""

import re
import unicodedata

__all__ = ["check_digit", "is_valid", "normalise"]

_BASE_LENGTH = 12
_THIRTEEN_DIGITS = re.compile(r"\d{13}", re.ASCII)


def check_digit(base: str) -> int:
    """Return the check digit of the twelve digits ``base``.

    Raises:
        ValueError: ``base`` is not twelve ASCII digits.

    >>> check_digit("010005023796")
    9
    """
    if len(base) != _BASE_LENGTH or not (base.isascii() and base.isdigit()):
        raise ValueError("the base of a corporate number has twelve digits")
    weighted = sum(
        int(digit) * (1 if position % 2 else 2) for position, digit in enumerate(base[::-1], 1)
    )
    return 9 - weighted % 9


def is_valid(number: str) -> bool:
    """Return whether ``number`` is thirteen digits with a right check digit."""
    return bool(_THIRTEEN_DIGITS.fullmatch(number)) and int(number[0]) == check_digit(number[1:])


def normalise(raw: str) -> str:
    """Return ``raw`` without width variants, blanks and hyphens (not yet checked).

    >>> normalise("９０１０００５０２３７９６ ")
    '9010005023796'
    """
    return re.sub(r"[\s\u200b\-]", "", unicodedata.normalize("NFKC", raw))
