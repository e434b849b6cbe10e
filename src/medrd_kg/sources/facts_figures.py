"""Printed figures from budget books, announcements and press: kept beside the sheets, never summed.

Each has another perimeter, another rounding or another source than the sheets, so none of them is
an addend of a total; some are what a total is held against (`facts_printed`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from medrd_kg.sources.facts_rows import (
    FactRow,
    is_rounded,
    row_amount,
    row_locator,
    source_term,
)
from medrd_kg.sources.review_sheets.figures import STAGE_NAMES
from medrd_kg.sources.review_sheets.ledger import Ledger
from medrd_kg.sources.review_sheets.ministries import ministries
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.selection import find_reviewed
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name

__all__ = [
    "PROJECTS",
    "SHORT_MINISTRIES",
    "figure_blocks",
    "figure_term",
    "handles_figure",
    "ministry_of",
    "programmes_of",
]

PROJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "医薬品プロジェクト": "drugs",
        "医療機器・ヘルスケアプロジェクト": "devices-healthcare",
        "再生・細胞医療・遺伝子治療プロジェクト": "regenerative-cell-gene-therapy",
        "ゲノム・データ基盤プロジェクト": "genome-data",
        "疾患基礎研究プロジェクト": "disease-basics",
        "シーズ開発・研究基盤プロジェクト": "seeds-infrastructure",
    }
)
"""The six integrated projects of FY2020-2024 by their printed names."""

SHORT_MINISTRIES: Final = MappingProxyType(
    {"MEXT": "文部科学省", "MHLW": "厚生労働省", "METI": "経済産業省"}
)
"""Ministries that the table also names by their English initials."""

_IN_HOUSE: Final = ("mrd:payee", "group:in-house-institutes")
_TO_AMED: Final = ("mrd:payee", "org-:amed")
_FROM_FUND: Final = ("mrd:drawnFrom", "fund:adjustment-fund")
_FUND_PAYER: Final = ("mrd:payer", "org-:cabinet-office")
_FOR_INSTITUTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "国立医薬品食品衛生研究所": "nihs",
        "国立保健医療科学院": "niph",
        "国立感染症研究所": "niid",
    }
)

Links = tuple[tuple[str, str], ...]


def ministry_of(name: str) -> str | None:
    """Return the slug of a ministry named in Japanese or by its English initials."""
    key = match_key(SHORT_MINISTRIES.get(name, name))
    found = ministries().get(key)
    return found.slug if found else None


def _payer(row: FactRow) -> Links:
    slug = ministry_of(row.subject)
    return (("mrd:payer", term("org-", slug)),) if slug else ()


def _project(name: str) -> Links:
    return (("mrd:inProject", term("prj", PROJECTS[name])),) if name in PROJECTS else ()


def _programme(ministry: str | None, name: str) -> Links:
    reviewed = find_reviewed(ministry, name) if ministry else None
    return (("mrd:forProgramme", term("prg", reviewed.slug)),) if reviewed else ()


def _grant(row: FactRow) -> Links:
    """Return payer and programme of an operating grant, named by its budget item (…運営費)."""
    ministry = ministry_of(row.subject)
    for suffix in ("", "交付金", "交付金に必要な経費"):
        found = _programme(ministry, f"{row.object}{suffix}")
        if found:
            return (*_payer(row), *found)
    return _payer(row)


def _laboratory(row: FactRow) -> Links:
    institutes = (
        ("mrd:payee", term("org-", slug))
        for name, slug in _FOR_INSTITUTES.items()
        if row.object.startswith(name)
    )
    return (*_payer(row), *institutes)


def _of_health_ministry(row: FactRow) -> Links:
    return _programme("mhlw", row.subject) + _project(row.object)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a predicate means."""

    stage: Stage
    links: Callable[[FactRow], Links]
    level: str = "appropriation"
    kind: str = "budget"
    about: str = ""


def _capital(row: FactRow) -> Links:
    return (
        *_payer(row),
        _TO_AMED,
        ("mrd:forProgramme", term("prg", "amed-capital-contribution")),
    )


def _fund_round(row: FactRow) -> Links:
    return (_FUND_PAYER, _FROM_FUND, *_project(row.object))


def _share(row: FactRow) -> Links:
    return (*_payer(row), _TO_AMED)


_ROUND: Final = {"level": "transfer", "kind": "adjustment-fund"}
_KINDS: Final[Mapping[str, _Kind]] = MappingProxyType(
    {
        "operating_grant_initial": _Kind(Stage.INITIAL, _grant, kind="operating-grant"),
        "operating_grant_settled_spent": _Kind(Stage.EXECUTED, _grant, kind="operating-grant"),
        "institute_operating_grant_initial": _Kind(Stage.INITIAL, _grant, kind="operating-grant"),
        "national_laboratory_budget_initial": _Kind(Stage.INITIAL, _laboratory),
        "capital_contribution_supplementary_after": _Kind(
            Stage.SUPPLEMENTARY, _capital, kind="capital-contribution"
        ),
        "capital_contribution_settled_spent": _Kind(
            Stage.EXECUTED, _capital, kind="capital-contribution"
        ),
        "STI_promotion_fund_initial": _Kind(Stage.INITIAL, _payer),
        "STI_promotion_fund": _Kind(Stage.INITIAL, _payer),
        "AMED_budget_total": _Kind(Stage.INITIAL, lambda _: (_TO_AMED,), about="AMED対象経費"),
        "AMED_budget_share": _Kind(Stage.INITIAL, _share, about="AMED対象経費"),
        "AMED対象経費_initial": _Kind(Stage.INITIAL, lambda _: (_TO_AMED,), about="AMED対象経費"),
        "AMED対象経費_share": _Kind(Stage.INITIAL, _share, about="AMED対象経費"),
        "AMED対象経費_requested": _Kind(Stage.REQUEST, lambda _: (_TO_AMED,), about="AMED対象経費"),
        "インハウス研究機関経費_initial": _Kind(Stage.INITIAL, lambda _: (_IN_HOUSE,)),
        "インハウス研究機関経費_share": _Kind(Stage.INITIAL, lambda row: (*_payer(row), _IN_HOUSE)),
        "インハウス研究機関経費_requested": _Kind(Stage.REQUEST, lambda _: (_IN_HOUSE,)),
        "インハウス研究機関経費": _Kind(Stage.INITIAL, lambda _: (_IN_HOUSE,)),
        "in_house_total": _Kind(Stage.INITIAL, lambda _: (_IN_HOUSE,)),
        "project_budget_total": _Kind(Stage.INITIAL, lambda row: _project(row.subject)),
        "project_budget_AMED": _Kind(Stage.INITIAL, lambda row: (*_project(row.subject), _TO_AMED)),
        "project_budget_in_house": _Kind(
            Stage.INITIAL, lambda row: (*_project(row.subject), _IN_HOUSE)
        ),
        "project_requested": _Kind(Stage.REQUEST, lambda _: (_TO_AMED,)),
        "MHLW_project_budget_initial": _Kind(
            Stage.INITIAL, lambda row: (*_payer(row), *_project(row.object))
        ),
        "AMED_subsidy_approx": _Kind(Stage.INITIAL, _share),
        "nine_priority_themes_budget": _Kind(Stage.INITIAL, lambda _: (_TO_AMED,)),
        "health_medical_field_budget": _Kind(Stage.INITIAL, _payer),
        "AMED_programme_initial_budget": _Kind(
            Stage.INITIAL,
            lambda row: (*_payer(row), *_programme(ministry_of(row.subject), row.object)),
        ),
        "requested_in_integrated_project": _Kind(Stage.REQUEST, _of_health_ministry),
        "requested_total": _Kind(Stage.REQUEST, _of_health_ministry),
        "adjustment_fund(調整費)": _Kind(
            Stage.INITIAL, lambda _: (_FUND_PAYER, _FROM_FUND), kind="adjustment-fund"
        ),
        "adjustment_total": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_round1": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_round2": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_round2_part": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_round3": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_round3_president_discretion": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_round3_top_down": _Kind(Stage.RESERVE, _fund_round, **_ROUND),
        "adjustment_fund_to_integrated_project": _Kind(
            Stage.EXECUTED, _fund_round, level="transfer", kind="adjustment-fund"
        ),
    }
)
_QUALIFIERS: Final = (" (", "（")

_ROUND_NAMES: Final = {
    "adjustment_total": "調整費の配分の合計",
    "adjustment_round1": "調整費の第1回配分",
    "adjustment_round2": "調整費の第2回配分",
    "adjustment_round2_part": "調整費の第2回配分の一部",
    "adjustment_round3": "調整費の第3回配分",
    "adjustment_round3_president_discretion": "調整費の第3回配分の一部",
    "adjustment_round3_top_down": "調整費の第3回配分の一部",
    "adjustment_fund_to_integrated_project": "調整費",
}
_PARTS: Final[Mapping[int, int]] = MappingProxyType(
    {
        1687: 1686,
        1688: 1686,
        1691: 1690,
        1695: 1694,
        1696: 1694,
        1698: 1697,
        1699: 1697,
        1700: 1697,
        1701: 1697,
        1667: 1666,
        1668: 1666,
    }
)
"""Row of the whole by row of the part: what the sources print as a breakdown."""


def _kind(row: FactRow) -> _Kind | None:
    exact = _KINDS.get(row.predicate)
    if exact is not None:
        return exact
    stem = row.predicate
    for qualifier in _QUALIFIERS:
        stem = stem.partition(qualifier)[0]
    return _KINDS.get(stem)


def handles_figure(row: FactRow) -> bool:
    """Return whether the row is a printed figure."""
    return _kind(row) is not None and row.fiscal_year is not None and bool(row.value)


def programmes_of(row: FactRow) -> tuple[str, ...]:
    """Return the slugs of the programmes that a figure is for."""
    kind = _kind(row)
    if kind is None or not handles_figure(row):
        return ()
    return tuple(
        target.removeprefix("prg:")
        for predicate, target in kind.links(row)
        if predicate == "mrd:forProgramme"
    )


def figure_term(row: FactRow) -> str:
    """Return the prefixed name of the figure of a row."""
    return term("budget", f"facts-{row.line}")


def _label(row: FactRow, kind: _Kind) -> str:
    year = era_name(row.fiscal_year or 0)
    about = kind.about or _ROUND_NAMES.get(row.predicate, "")
    who = row.subject if row.subject not in {"AMED total", "AMED"} else ""
    if row.predicate in _ROUND_NAMES:
        what = row.object if row.object != "調整費" else ""
        return " ".join(part for part in (year, about, what) if part)
    what = about or row.object or row.subject
    names = dict.fromkeys(part for part in (SHORT_MINISTRIES.get(who, who), what) if part)
    return f"{year} {STAGE_NAMES[kind.stage]} {' '.join(names)}"


def figure_blocks(rows: Iterable[FactRow], ledger: Ledger) -> Iterator[Block]:
    """Yield one budget statement a row, none of them additive.

    Args:
        rows: Rows of the table.
        ledger: The settled ledger; the medical part of the science fund points at the whole.
    """
    by_line = {row.line: row for row in rows if handles_figure(row)}
    for row in by_line.values():
        kind = _kind(row)
        if kind is None:
            continue
        amount = row_amount(row)
        block = Block(figure_term(row), "BudgetStatement")
        block.add("rdfs:label", text(_label(row, kind), "ja"))
        block.add("mrd:nonAdditiveAmountJPY", integer(amount.yen))
        block.add("mrd:amountAsPrinted", text(amount.printed))
        block.add("mrd:fiscalYear", term("fy", str(row.fiscal_year)))
        block.add("mrd:budgetStage", term("mrds", f"stage-{kind.stage}"))
        block.add("mrd:level", term("mrds", f"level-{kind.level}"))
        block.add("mrd:flowKind", term("mrds", f"flow-kind-{kind.kind}"))
        for predicate, target in kind.links(row):
            block.add(predicate, target)
        block.add("mrd:statedIn", source_term(row))
        block.add("mrd:sourceLocator", text(row_locator(row)))
        if is_rounded(row):
            block.add("mrd:hasFlag", term("mrds", "flag-approximate"))
        whole = by_line.get(_PARTS.get(row.line, 0))
        if whole is not None:
            block.add("mrd:includedIn", figure_term(whole))
        yield block
    yield from _medical_part_of_science_fund(by_line, ledger)


def _medical_part_of_science_fund(
    by_line: Mapping[int, FactRow], ledger: Ledger
) -> Iterator[Block]:
    """Yield ``includedIn`` from the adjustment fund's current budget to the whole fund's."""
    wholes = {
        row.fiscal_year: row
        for row in by_line.values()
        if row.predicate.startswith("STI_promotion_fund_initial")
    }
    for each in ledger.current():
        whole = wholes.get(each.fiscal_year)
        if (
            whole is not None
            and each.programme == "adjustment-fund-programme"
            and each.stage is Stage.INITIAL
        ):
            block = Block(term("budget", each.slug))
            yield block.add("mrd:includedIn", figure_term(whole))
