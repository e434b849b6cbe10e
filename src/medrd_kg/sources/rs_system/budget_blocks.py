"""Budget figures of a sheet: which may be summed, and their blocks.

A sheet published in N speaks last of the execution of N-1, first of the budget of N, and of the
request for N+1. Only these are addends, so that the sheets of two years never state one figure of
a total twice. A year, stage and level for which the graph has totals of its own is left to them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.known_programmes import KnownFigure
from medrd_kg.sources.restating import is_restated, reconcile, restated_block, stands_beside
from medrd_kg.sources.review_sheets.amounts import Amount, exceeds
from medrd_kg.sources.review_sheets.figures import STAGE_NAMES, amount_flags
from medrd_kg.sources.review_sheets.perimeters import PERIMETERS
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import reviewed_programmes
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name
from medrd_kg.sources.rs_system.records import RsSheet

__all__ = ["Addition", "Sums", "budget_blocks"]

_LATEST: Final[Mapping[Stage, int]] = {Stage.INITIAL: 0, Stage.REQUEST: 1}
_SETTLED: Final = -1
_MOST_ADDITIVE_YEN: Final = 100_000_000_000_000
"""The shape of figures admits no more; the largest programme of 2024 has a quarter of it."""


@dataclass(slots=True)
class Addition:
    """A total: its addends and what was withheld from it."""

    count: int = 0
    yen: int = 0
    withheld: int = 0
    withheld_yen: int = 0


@dataclass(slots=True)
class Sums:
    """Decides what may be summed and counts it.

    Attributes:
        year: Year of publication.
        taken: Fiscal year, stage and level for which the graph has totals of its own.
        totals: Totals of the import by fiscal year, stage and level.
    """

    year: int
    taken: frozenset[tuple[int, str, str]]
    totals: dict[tuple[int, Stage, str], Addition] = field(default_factory=dict)

    @property
    def perimeter(self) -> str:
        """Local name of the perimeter."""
        return f"perimeter-rs-system-{self.year}"

    def name(self, fiscal_year: int, stage: Stage, level: str) -> str:
        """Return the local name of a total."""
        return f"fy{fiscal_year}-{stage}-{level}-rs-system-{self.year}"

    def admit(self, place: tuple[int, Stage, str], amount: Amount, *, sound: bool) -> str | None:
        """Return the total in which a figure is summed, or None.

        Args:
            place: Fiscal year, stage and level.
            amount: The figure.
            sound: Whether nothing speaks against the figure itself.
        """
        fiscal_year, stage, level = place
        if fiscal_year - self.year != _LATEST.get(stage, _SETTLED):
            return None
        if (fiscal_year, str(stage), level) in self.taken:
            return None
        total = self.totals.setdefault(place, Addition())
        if not sound or abs(amount.yen) > _MOST_ADDITIVE_YEN or amount.inclusive:
            total.withheld += 1
            total.withheld_yen += amount.yen
            return None
        total.count += 1
        total.yen += amount.yen
        return self.name(*place)

    def blocks(self) -> Iterator[Block]:
        """Yield the perimeter and every total that has addends."""
        held = {place: each for place, each in self.totals.items() if each.count}
        if held:
            yield self._perimeter()
        for place, each in sorted(held.items()):
            yield self._total(place, each)

    def _perimeter(self) -> Block:
        ja, en = f"RSシステム{self.year}年度のシート", f"RS system sheets of {self.year}"
        block = Block(term("mrds", self.perimeter), "AdministrativeCode")
        for predicate in ("rdfs:label", "skos:prefLabel"):
            block.add(predicate, text(ja, "ja"), text(en, "en"))
        block.add(
            "skos:definition",
            text(
                f"取り込んだ{self.year}年度のシートの全事業。府省庁から直接出る資金だけを数える。",
                "ja",
            ),
            text(
                f"Every programme of the imported sheets of {self.year}; money is counted once,"
                " where it leaves the ministry.",
                "en",
            ),
        )
        block.add("skos:notation", text(f"rs-system-{self.year}"))
        block.add("skos:inScheme", term("mrds", "perimeter-scheme"))
        return block.add("skos:topConceptOf", term("mrds", "perimeter-scheme"))

    def _total(self, place: tuple[int, Stage, str], each: Addition) -> Block:
        fiscal_year, stage, level = place
        ja, en = _LEVELS[level]
        block = Block(term("total", self.name(*place)), "Total")
        scope = f"RSシステム{self.year}年度"
        block.add(
            "rdfs:label",
            text(f"{era_name(fiscal_year)} {STAGE_NAMES[stage]} {scope}（{ja}）", "ja"),
            text(f"FY{fiscal_year} {stage}, RS system {self.year} ({en})", "en"),
        )
        block.add("mrd:fiscalYear", term("fy", str(fiscal_year)))
        block.add("mrd:budgetStage", term("mrds", f"stage-{stage}"))
        block.add("mrd:level", term("mrds", f"level-{level}"))
        block.add("mrd:perimeter", term("mrds", self.perimeter))
        block.add("mrd:assertionBasis", term("mrds", "basis-computed"))
        if each.withheld:
            count, yen = each.withheld, each.withheld_yen
            block.add(
                "mrd:note",
                text(f"加算しなかった金額が{count}件（{yen}円）ある。", "ja"),
                text(f"{count} figures ({yen} yen) are withheld from this total.", "en"),
            )
        return block


_LEVELS: Final = {
    "appropriation": ("計上", "appropriations"),
    "transfer": ("移替え", "transfers to AMED"),
    "payment": ("直接の支出先", "direct payees"),
}


def _flags(sheet: RsSheet, place: tuple[int, Stage]) -> set[str]:
    figure = sheet.figures[place]
    flags = amount_flags(figure.amount)
    year, stage = place
    total = sheet.figures.get((year, Stage.TOTAL))
    limit = total.amount.yen if total is not None else 0
    if stage is Stage.EXECUTED and limit > 0 and exceeds(figure.amount.yen, limit):
        flags.add("executed-exceeds-total")
    if stage is Stage.TOTAL:
        # 歳出予算現額 is what could be spent: what is carried out afterwards is not taken off.
        parts = (Stage.INITIAL, Stage.SUPPLEMENTARY, Stage.CARRIED_IN, Stage.RESERVE)
        stated = [sheet.figures[year, each] for each in parts if (year, each) in sheet.figures]
        if sum(each.amount.yen for each in stated) != figure.amount.yen:
            flags.add("parts-differ-from-total")
    return flags


def budget_blocks(
    sheet: RsSheet,
    programme: str,
    known: KnownGraph,
    sums: Sums,
    report: ImportReport,
) -> Iterator[Block]:
    """Yield one block a figure, and one a line of 歳出予算項目 as a part of it.

    Of what an earlier edition states too, one statement is current. It is this one, which
    supersedes the other; but where totals or parts rest on the other, or it is of a later edition,
    this one stands beside it, with what they differ by, and is for no programme by itself.
    """
    reviewed = reviewed_programmes().get(programme)
    perimeter = PERIMETERS.get(reviewed.perimeter) if reviewed is not None else None
    # A part's money stands under its whole as well, and is summed there.
    is_part = reviewed is not None and bool(reviewed.part_of)
    for fiscal_year, stage in sorted(sheet.figures):
        figure = sheet.figures[fiscal_year, stage]
        flags = _flags(sheet, (fiscal_year, stage))
        stages = perimeter.stages if perimeter is not None else frozenset(Stage)
        if perimeter is not None and stage in perimeter.withheld:
            flags.add(perimeter.withheld[stage])
        earlier = _stated_before(known, programme, (fiscal_year, stage))
        stays = earlier is not None and stands_beside(known, earlier, sheet.year)
        sound = not is_part and not stays and stage in stages
        place = fiscal_year, stage, "appropriation"
        total = sums.admit(place, figure.amount, sound=sound)
        if abs(figure.amount.yen) > _MOST_ADDITIVE_YEN:
            file, _, rest = figure.place.partition(":")
            row, _, column = rest.partition("#")
            reason = "more than a hundred trillion yen: taken as stated, in no total"
            report.add(file, int(row), column, Severity.NOTICE, reason)
        name = f"{sheet.name} {era_name(fiscal_year)}{STAGE_NAMES[stage]}"
        block = _statement(f"{sheet.slug}-fy{fiscal_year}-{stage}", sheet, fiscal_year, stage)
        block.add("rdfs:label", text(f"{name}（RSシステム{sheet.year}年度）", "ja"))
        block.add(
            "mrd:amountJPY" if total else "mrd:nonAdditiveAmountJPY", integer(figure.amount.yen)
        )
        block.add("mrd:amountAsPrinted", text(figure.amount.printed))
        block.add("mrd:sourceLocator", text(figure.place))
        if earlier is not None and stays:
            reconcile(block, earlier, programme, figure.amount.yen, stage)
        else:
            block.add("mrd:forProgramme", term("prg", programme))
            if reviewed is not None and reviewed.project:
                block.add("mrd:inProject", term("prj", reviewed.project))
            if earlier is not None:
                block.add("mrd:supersedes", term("budget", earlier.name))
        if earlier is not None and is_restated(earlier, figure.amount.yen, sheet.year, stage):
            yield restated_block(earlier)
        if total:
            block.add("mrd:additiveIn", term("total", total))
        for flag in sorted(flags):
            block.add("mrd:hasFlag", term("mrds", f"flag-{flag}"))
        yield block
    yield from _line_blocks(sheet)


def _stated_before(
    known: KnownGraph, programme: str, place: tuple[int, Stage]
) -> KnownFigure | None:
    held = known.programmes.get(programme)
    return held.current.get(place) if held is not None else None


def _statement(slug: str, sheet: RsSheet, fiscal_year: int, stage: Stage) -> Block:
    block = Block(term("budget", slug), "BudgetStatement")
    block.add("mrd:fiscalYear", term("fy", str(fiscal_year)))
    block.add("mrd:budgetStage", term("mrds", f"stage-{stage}"))
    block.add("mrd:level", term("mrds", "level-appropriation"))
    kind = sheet.methods[0] if len(sheet.methods) == 1 else "budget"
    block.add("mrd:flowKind", term("mrds", f"flow-kind-{kind}"))
    block.add("mrd:payer", term("org-", sheet.ministry.slug))
    return block.add("mrd:statedIn", term("sheet", sheet.slug))


def _line_blocks(sheet: RsSheet) -> Iterator[Block]:
    for count, line in enumerate(sheet.lines, 1):
        year, stage = line.fiscal_year, line.stage
        slug = f"{sheet.slug}-fy{year}-{stage}-line-{count}"
        block = _statement(slug, sheet, year, stage)
        name = f"{sheet.name} {era_name(year)}{STAGE_NAMES[stage]} 内訳{count}"
        block.add("rdfs:label", text(f"{name}（RSシステム{sheet.year}年度）", "ja"))
        block.add("mrd:nonAdditiveAmountJPY", integer(line.figure.amount.yen))
        block.add("mrd:amountAsPrinted", text(line.figure.amount.printed))
        block.add("mrd:sourceLocator", text(line.figure.place))
        if line.line:
            block.add("mrd:printedName", text(line.line))
        if (year, stage) in sheet.figures:
            block.add("mrd:includedIn", term("budget", f"{sheet.slug}-fy{year}-{stage}"))
        yield block
