"""In which totals a figure may be summed: perimeters, their stages and their first year.

A total is one fiscal year x stage x level x perimeter. The perimeters do not overlap, and every
figure is an addend of one perimeter at most, so that even a sum over all figures of a year,
stage and level counts no yen twice. The ministry shares of the AMED budget are a breakdown: they
take the same addends once more, under a total of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from medrd_kg.sources.review_sheets.ledger import Ledger, Statement
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.selection import reviewed_programmes

__all__ = [
    "MINISTRY_SHARE",
    "PERIMETERS",
    "Perimeter",
    "TotalKey",
    "assign",
    "ministry_share",
    "total_slug",
]

_EVERY_STAGE: Final = frozenset(Stage)


@dataclass(frozen=True, slots=True)
class Perimeter:
    """A set of programmes whose figures may be summed.

    Attributes:
        slug: Local name of the concept, without its facet.
        ja: Name in Japanese, for labels of totals.
        en: Name in English, for labels of totals.
        first_year: First fiscal year for which a sum means something.
        stages: Stages that may be summed.
        withheld: Flag for figures of the other stages: why they are not summed.
    """

    slug: str
    ja: str
    en: str
    first_year: int
    stages: frozenset[Stage] = _EVERY_STAGE
    withheld: Mapping[Stage, str] = field(default_factory=dict)


PERIMETERS: Final[Mapping[str, Perimeter]] = MappingProxyType(
    {
        each.slug: each
        for each in (
            Perimeter(
                "amed",
                "AMED対象経費",
                "AMED budget",
                2015,
                _EVERY_STAGE - {Stage.RESERVE},
                {Stage.RESERVE: "may-hold-adjustment-fund"},
            ),
            Perimeter(
                "adjustment-fund",
                "調整費全体",
                "whole adjustment fund",
                2014,
                _EVERY_STAGE - {Stage.RESERVE, Stage.TOTAL, Stage.EXECUTED},
                {
                    Stage.TOTAL: "counted-at-ministries",
                    Stage.EXECUTED: "counted-at-ministries",
                },
            ),
            Perimeter(
                "in-house-whole",
                "インハウス研究機関の予算（機関全体）",
                "budgets of whole in-house institutes",
                2012,
            ),
            Perimeter(
                "other-medical-rd",
                "その他の医療分野の研究開発事業",
                "other medical R&D programmes",
                2012,
            ),
        )
    }
)

MINISTRY_SHARE: Final = "amed-ministry-share"
_WITHHOLDING_FLAGS: Final = frozenset({"unit-slip", "inclusive", "fiscal-year-doubtful"})


@dataclass(frozen=True, slots=True, order=True)
class TotalKey:
    """What identifies a total."""

    fiscal_year: int
    stage: Stage
    level: str
    perimeter: str
    ministry: str = ""


def total_slug(key: TotalKey) -> str:
    """Return the local name of a total below ``id/total/``.

    >>> total_slug(TotalKey(2022, Stage.INITIAL, "appropriation", "amed"))
    'fy2022-initial-appropriation-amed'
    """
    share = f"-{key.ministry}" if key.ministry else ""
    return f"fy{key.fiscal_year}-{key.stage}-{key.level}-{key.perimeter}{share}"


def ministry_share(key: TotalKey, ministry: str) -> TotalKey:
    """Return the total of one ministry's share of the AMED budget."""
    return TotalKey(key.fiscal_year, key.stage, key.level, MINISTRY_SHARE, ministry)


def _perimeter_of(statement: Statement) -> Perimeter | None:
    """Return the perimeter of a figure that is no part of another.

    A programme that replaced its whole (the education ministry's programmes of 2023) stands for
    itself in the years and stages for which the whole states nothing.
    """
    reviewed = reviewed_programmes().get(statement.programme)
    if reviewed is None or statement.included_in is not None:
        return None
    if reviewed.part_of and reviewed.succeeds != reviewed.part_of:
        return None
    return PERIMETERS.get(reviewed.perimeter)


def assign(ledger: Ledger) -> dict[TotalKey, list[Statement]]:
    """Link every figure that may be summed to its totals; flag those that are withheld.

    Returns:
        The addends of each total, by key.
    """
    totals: dict[TotalKey, list[Statement]] = {}
    for each in ledger:
        perimeter = _perimeter_of(each)
        if perimeter is None or not each.comparable:
            continue
        flag = perimeter.withheld.get(each.stage)
        if flag is not None and each.amount.yen:
            each.flags.add(flag)
        if (
            not each.current
            or each.stage not in perimeter.stages
            or each.fiscal_year < perimeter.first_year
            or each.flags & _WITHHOLDING_FLAGS
        ):
            continue
        key = TotalKey(each.fiscal_year, each.stage, "appropriation", perimeter.slug)
        keys = [key]
        if perimeter.slug == "amed" and each.stage is Stage.INITIAL:
            keys.append(ministry_share(key, each.ministry))
        for one in keys:
            each.totals.append(total_slug(one))
            totals.setdefault(one, []).append(each)
    return totals
