"""Budget figures: from the cells of a sheet to statements of the ledger, and to blocks."""

from collections.abc import Iterator, Mapping
from typing import Final

from medrd_kg.sources.restating import is_restated, reconcile, restated_block
from medrd_kg.sources.review_sheets.amounts import NOISE_LIMIT_YEN, Amount, exceeds
from medrd_kg.sources.review_sheets.editions import flow_kind, locator, slug_of
from medrd_kg.sources.review_sheets.ledger import Ledger, Statement
from medrd_kg.sources.review_sheets.records import BudgetFigure, Sheet, Stage
from medrd_kg.sources.review_sheets.selection import reviewed_programmes
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name

__all__ = ["STAGE_NAMES", "amount_flags", "figure_block", "figure_blocks", "record_figures"]

STAGE_NAMES: Final[Mapping[Stage, str]] = {
    Stage.REQUEST: "要求額",
    Stage.INITIAL: "当初予算",
    Stage.SUPPLEMENTARY: "補正予算",
    Stage.CARRIED_IN: "前年度からの繰越し",
    Stage.CARRIED_OUT: "翌年度への繰越し",
    Stage.RESERVE: "予備費等",
    Stage.TOTAL: "予算計",
    Stage.EXECUTED: "執行額",
}
_PARTS: Final = (
    Stage.INITIAL,
    Stage.SUPPLEMENTARY,
    Stage.CARRIED_IN,
    Stage.CARRIED_OUT,
    Stage.RESERVE,
)
_HALF_UNIT_YEN: Final = 500_000  # sheets round each cell to the million yen
_NOISE_YEN: Final = 10  # five cells of float noise


def amount_flags(amount: Amount) -> set[str]:
    """Return the flags that the token itself asks for."""
    flags = set()
    if amount.inclusive:
        flags.add("inclusive")
    if amount.rounded:
        flags.add("fraction-of-yen")
    elif 0 < abs(amount.residue) < NOISE_LIMIT_YEN:
        flags.add("float-noise")
    return flags


def _year_flags(figures: Mapping[Stage, BudgetFigure]) -> dict[Stage, str]:
    """Return flags by stage that follow from the other cells of the year."""
    flags: dict[Stage, str] = {}
    total = figures[Stage.TOTAL].amount.yen if Stage.TOTAL in figures else 0
    executed = figures[Stage.EXECUTED].amount.yen if Stage.EXECUTED in figures else 0
    if total > 0 and exceeds(executed, total):
        flags[Stage.EXECUTED] = "executed-exceeds-total"
    if total and not _adds_up(figures):
        flags[Stage.TOTAL] = "parts-differ-from-total"
    return flags


def _gap(figures: Mapping[Stage, BudgetFigure]) -> int:
    """Return by how many yen 計 differs from the sum of its parts."""
    parts = sum(figures[stage].amount.yen for stage in _PARTS if stage in figures)
    return abs(parts - figures[Stage.TOTAL].amount.yen)


def _adds_up(figures: Mapping[Stage, BudgetFigure]) -> bool:
    """Return whether 計 is the sum of its parts, within the rounding of the cells."""
    stated = sum(figures[stage].amount.yen != 0 for stage in _PARTS if stage in figures)
    return _gap(figures) <= _HALF_UNIT_YEN * (stated + 1)


def record_figures(sheet: Sheet, programme: str, ledger: Ledger) -> None:
    """Put every stated figure of a sheet into the ledger.

    A 0 is "not stated or zero" (trap 14) and is left out, except where 計 is not zero and equals
    the sum of its parts: then the 0 is meant, and is kept if another edition states money there.
    """
    reviewed = reviewed_programmes().get(programme)
    kind = (reviewed.kind if reviewed else "") or flow_kind(sheet, "budget")
    by_year: dict[int, dict[Stage, BudgetFigure]] = {}
    for each in sheet.budget:
        by_year.setdefault(each.fiscal_year, {})[each.stage] = each
    # A part's budget stands under its whole: its own cells hold little but carry-overs, and a 0
    # can mean "reported under the parent" (trap 5).
    is_part = reviewed is not None and bool(reviewed.part_of)
    for year, figures in by_year.items():
        flags = {} if is_part else _year_flags(figures)
        total = figures.get(Stage.TOTAL)
        stated = total is not None and total.amount.yen != 0
        zero_is_meant = stated and not is_part and _gap(figures) < _NOISE_YEN
        for stage, figure in figures.items():
            zero = figure.amount.yen == 0
            if zero and not (zero_is_meant and stage in _PARTS):
                continue
            name = f"{sheet.name} {era_name(year)}{STAGE_NAMES[stage]}"
            statement = Statement(
                slug=f"{slug_of(sheet)}-fy{year}-{stage}",
                graph=f"review-sheets-{sheet.publication_year}",
                programme=programme,
                line=reviewed.line if reviewed else programme,
                fiscal_year=year,
                stage=stage,
                publication_year=sheet.publication_year,
                amount=figure.amount,
                stated_in=term("sheet", slug_of(sheet)),
                locator=locator(sheet, figure.pointer),
                ministry=sheet.ministry.slug,
                label=f"{name}（{sheet.publication_year}年公表）",
                kind=kind,
                flags=amount_flags(figure.amount),
            )
            if stage in flags:
                statement.flags.add(flags[stage])
            ledger.add(statement, confirmed_zero=zero)


def figure_blocks(statement: Statement) -> Iterator[Block]:
    """Yield the block of a statement, and what it says of a figure of the graph that it changes."""
    yield figure_block(statement)
    earlier, yen = statement.restates, statement.amount.yen
    if earlier and is_restated(earlier, yen, statement.publication_year, statement.stage):
        yield restated_block(earlier)


def figure_block(statement: Statement) -> Block:
    """Return the block of a statement; only an addend of a total carries ``amountJPY``."""
    block = Block(term("budget", statement.slug), "BudgetStatement")
    block.add("rdfs:label", text(statement.label, "ja"))
    amount = "mrd:amountJPY" if statement.totals else "mrd:nonAdditiveAmountJPY"
    block.add(amount, integer(statement.amount.yen))
    block.add("mrd:amountAsPrinted", text(statement.amount.printed))
    block.add("mrd:fiscalYear", term("fy", str(statement.fiscal_year)))
    block.add("mrd:budgetStage", term("mrds", f"stage-{statement.stage}"))
    block.add("mrd:level", term("mrds", "level-appropriation"))
    block.add("mrd:flowKind", term("mrds", f"flow-kind-{statement.kind}"))
    block.add("mrd:payer", term("org-", statement.ministry))
    reviewed = reviewed_programmes().get(statement.programme)
    if statement.restates is not None and statement.beside:
        yen, stage = statement.amount.yen, statement.stage
        reconcile(block, statement.restates, statement.programme, yen, stage)
    else:
        block.add("mrd:forProgramme", term("prg", statement.programme))
        if statement.restates is not None:
            block.add("mrd:supersedes", term("budget", statement.restates.name))
    if reviewed is not None and reviewed.project and not statement.beside:
        block.add("mrd:inProject", term("prj", reviewed.project))
    if reviewed is not None and reviewed.perimeter == "adjustment-fund":
        block.add("mrd:drawnFrom", term("fund", "adjustment-fund"))
    block.add("mrd:statedIn", statement.stated_in)
    block.add("mrd:sourceLocator", text(statement.locator))
    for total in sorted(set(statement.totals)):
        block.add("mrd:additiveIn", term("total", total))
    if statement.supersedes is not None:
        block.add("mrd:supersedes", term("budget", statement.supersedes.slug))
    if statement.included_in is not None:
        block.add("mrd:includedIn", term("budget", statement.included_in.slug))
    if statement.parts:
        _add_remainder(block, statement)
    for flag in sorted(statement.flags):
        block.add("mrd:hasFlag", term("mrds", f"flag-{flag}"))
    return block


def _add_remainder(block: Block, whole: Statement) -> None:
    """State what is left of a figure after the sum of its parts; nothing is forced to fit."""
    rest = whole.amount.yen - sum(part.amount.yen for part in whole.parts)
    if rest:
        count = len(whole.parts)
        block.add("mrd:remainderJPY", integer(rest))
        block.add(
            "mrd:note",
            text(f"この金額から、収録した内数{count}件の和を引いた差額がある。", "ja"),
            text(f"Its {count} recorded parts do not sum to this figure; the rest is given.", "en"),
        )
