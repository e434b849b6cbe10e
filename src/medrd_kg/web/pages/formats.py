"""How numbers, money and years are written, as readers of each language expect it."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

__all__ = ["fiscal_year", "integer", "percent", "short_year", "yen", "yen_short"]

_ERAS: Final = ((2019, "令和", "Reiwa"), (1989, "平成", "Heisei"), (1926, "昭和", "Showa"))
"""First fiscal year that is named after each era, the latest first."""

_UNITS_JA: Final = ((10**12, "兆円"), (10**8, "億円"), (10**6, "百万円"))
_UNITS_EN: Final = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_EXACT_FROM: Final = 100
"""From this many units on, no decimal is shown."""


def integer(number: int) -> str:
    """Return a whole number with separators."""
    return f"{number:,}"


def yen(amount: int, language: str) -> str:
    """Return an exact amount.

    >>> yen(-1234567, "ja"), yen(1234567, "en")
    ('-1,234,567円', '¥1,234,567')
    """
    if language == "ja":
        return f"{amount:,}円"
    return f"{'-' if amount < 0 else ''}¥{abs(amount):,}"


def yen_short(amount: int, language: str) -> str:
    """Return a rounded amount in the unit that suits its size; small ones exactly.

    >>> yen_short(126_121_000_000, "ja"), yen_short(126_121_000_000, "en")
    ('1,261億円', '¥126 billion')
    >>> yen_short(5_430_000, "ja"), yen_short(5_430_000, "en")
    ('5.4百万円', '¥5.4 million')
    """
    for size, unit in _UNITS_JA if language == "ja" else _UNITS_EN:
        if abs(amount) >= size:
            number = _rounded(Decimal(abs(amount)) / size)
            sign = "-" if amount < 0 else ""
            return f"{sign}{number}{unit}" if language == "ja" else f"{sign}¥{number} {unit}"
    return yen(amount, language)


def _rounded(number: Decimal) -> str:
    places = Decimal(1) if number >= _EXACT_FROM else Decimal("0.1")
    rounded = number.quantize(places, ROUND_HALF_UP)
    return f"{rounded:,}".removesuffix(".0")


def percent(part: int, whole: int) -> str:
    """Return a share in per cent with one decimal; a dash where there is no whole.

    What is not nothing is not shown as nothing.

    >>> percent(1, 3), percent(0, 3), percent(1, 10_000)
    ('33.3%', '0.0%', '<0.1%')
    """
    if not whole:
        return "–"
    share = (Decimal(part) * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return "<0.1%" if part * whole > 0 and not share else f"{share}%"


def _era(year: int, language: str) -> str | None:
    for first, ja, en in _ERAS:
        if year >= first:
            number = year - first + 1
            if language == "ja":
                return f"{ja}{'元' if number == 1 else number}"
            return f"{en} {number}"
    return None


def fiscal_year(year: int, language: str) -> str:
    """Return a fiscal year in both calendars.

    >>> fiscal_year(2022, "ja"), fiscal_year(2022, "en"), fiscal_year(2019, "ja")
    ('令和4年度（2022年度）', 'FY2022 (Reiwa 4)', '令和元年度（2019年度）')
    """
    era = _era(year, language)
    if language == "ja":
        return f"{era}年度（{year}年度）" if era else f"{year}年度"
    return f"FY{year} ({era})" if era else f"FY{year}"


def short_year(year: int, language: str) -> str:
    """Return a fiscal year as charts and narrow columns have it.

    >>> short_year(2022, "ja"), short_year(2022, "en")
    ('2022年度', 'FY2022')
    """
    return f"{year}年度" if language == "ja" else f"FY{year}"
