"""Items of one fiscal year and what the sheets say of the same lines, as blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.mof.reading import BudgetDocument, Item, ItemFile
from medrd_kg.sources.mof.reconciling import LineMatch, Reconciliation, ministry_of
from medrd_kg.sources.review_sheets.figures import STAGE_NAMES
from medrd_kg.sources.review_sheets.iris import hashed
from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.programmes import known_organisation_block
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name, fiscal_year_blocks
from medrd_kg.sources.rs_system.output import TurtleFile

__all__ = ["MofSummary", "YearConversion"]

_RULES: Final = {
    "item": ("事項名と事業名", "the name of the item is the programme's"),
    "section": ("項名と事業名", "the name of the 項 is the programme's"),
}
_INSTITUTES: Final = frozenset({"FundingAgency", "ResearchInstitution"})
_SHORTEST_NAME: Final = 6
_ALL_SHEETS: Final = "all-sheets"


@dataclass(slots=True)
class MofSummary:
    """What an import took and wrote.

    Attributes:
        items: Items read.
        taken: Items taken.
        figures: How many figures each fiscal year and stage has.
        yen: What they sum to; a control sum, no total of the graph.
        agreeing: Figures that a sheet states equal.
        differing: Figures that a sheet states otherwise.
        sections: 項 that were compared with lines of sheets.
        exceeded: Those that the lines exceed.
        files: Size in bytes by file.
        changed: Names of the files that were not there before in this form.
        years: Fiscal years that each run stands for, by its identifier.
    """

    items: int = 0
    taken: int = 0
    figures: dict[tuple[int, Stage], int] = field(default_factory=dict)
    yen: dict[tuple[int, Stage], int] = field(default_factory=dict)
    agreeing: int = 0
    differing: int = 0
    sections: int = 0
    exceeded: int = 0
    files: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    years: dict[str, set[int]] = field(default_factory=dict)


class YearConversion:
    """The conversion of one file."""

    def __init__(
        self,
        name: str,
        file: ItemFile,
        known: KnownGraph,
        report: ImportReport,
        summary: MofSummary,
    ) -> None:
        """Prepare the conversion of one file.

        Args:
            name: Name of the file, for findings.
            file: What it holds.
            known: What the graph says beside items.
            report: Takes the findings.
            summary: Takes what is counted.
        """
        self._name = name
        self._file = file
        self._known = known
        self._report = report
        self._summary = summary
        self._matches = Reconciliation(file.fiscal_year, file.items, known)
        self._turtle = TurtleFile(known.labelled)

    def convert(self, selection: Selection) -> TurtleFile | None:
        """Return the file, or None where no item is taken."""
        taken = [
            item for item in self._file.items if selection is Selection.ALL or self._medical(item)
        ]
        if not taken:
            return None
        self._summary.taken += len(taken)
        slugs = {item.slug for item in taken}
        lines = [
            each for each in self._matches.lines if slugs.issuperset(i.slug for i in each.items)
        ]
        alone = {each.items[0].slug: each for each in lines if len(each.items) == 1}
        documents = {item.document for item in taken}
        for document in self._file.documents:
            if document.identifier in documents:
                self._turtle.add(_document_block(document, self._file.fiscal_year))
        for item in taken:
            self._turtle.add(*self._figures(item, alone.get(item.slug)))
        for each in lines:
            self._count_line(each)
            if len(each.items) > 1:
                self._turtle.add(*self._section(each))
        for doubt in self._matches.doubts:
            if doubt.item.slug in slugs:
                self._find(doubt.item, Severity.DOUBT, doubt.reason)
        for slug in sorted(self._turtle.organisations & known_organisations().keys()):
            self._turtle.add(known_organisation_block(slug))
        self._turtle.add(*fiscal_year_blocks(self._turtle.years))
        return self._turtle

    def _find(self, item: Item, severity: Severity, reason: str) -> None:
        self._report.add(self._name, item.index, item.slug, severity, reason)

    def _medical(self, item: Item) -> bool:
        for stage in item.figures:
            match = self._matches.names.get((item.slug, stage))
            if match is not None:
                return bool(self._known.programmes[match.programme].reasons - {_ALL_SHEETS})
        key = match_key(item.section + item.name)
        return any(
            match_key(each.name) in key
            for each in known_organisations().values()
            if each.kind in _INSTITUTES and len(each.name) >= _SHORTEST_NAME
        )

    def _figures(self, item: Item, line: LineMatch | None) -> Iterator[Block]:
        for stage, amount in sorted(item.figures.items()):
            block = self._statement(f"mof-{item.slug}-{stage}", item, stage)
            block.add("rdfs:label", text(self._label(item, stage, item.name), "ja"))
            block.add("mrd:printedName", text(item.name))
            block.add("mrd:nonAdditiveAmountJPY", integer(amount.yen))
            block.add("mrd:amountAsPrinted", text(amount.printed))
            place = self._file.fiscal_year, stage
            self._summary.figures[place] = self._summary.figures.get(place, 0) + 1
            self._summary.yen[place] = self._summary.yen.get(place, 0) + amount.yen
            if not self._compare(block, item, stage) and stage is Stage.INITIAL and line:
                _add_lines(block, line)
            yield block
        yield from self._payer(item)[1]

    def _statement(self, slug: str, item: Item, stage: Stage) -> Block:
        block = Block(term("budget", slug), "BudgetStatement")
        block.add("mrd:fiscalYear", term("fy", str(self._file.fiscal_year)))
        block.add("mrd:budgetStage", term("mrds", f"stage-{stage}"))
        block.add("mrd:level", term("mrds", "level-appropriation"))
        block.add("mrd:flowKind", term("mrds", "flow-kind-budget"))
        block.add("mrd:payer", self._payer(item)[0])
        block.add("mrd:statedIn", term("source", f"mof-{item.document}"))
        return block.add("mrd:sourceLocator", text(item.address))

    def _label(self, item: Item, stage: Stage, name: str) -> str:
        where = f"{item.jurisdiction} {item.organization}".strip()
        year = era_name(self._file.fiscal_year)
        return f"{year}{STAGE_NAMES[stage]} {name}（財務省、{where}）"

    def _payer(self, item: Item) -> tuple[str, list[Block]]:
        """Return who budgets an item, and its block where no list has it."""
        ministry = ministry_of(item)
        if ministry is not None:
            return term("org-", ministry), []
        # 所管 of special accounts names several ministries, that of the court no organisation.
        slug = f"mof-{hashed(match_key(item.jurisdiction))}"
        block = Block(term("group", slug), "AgentGroup")
        return block.subject, [block.add("rdfs:label", text(item.jurisdiction, "ja"))]

    def _compare(self, block: Block, item: Item, stage: Stage) -> bool:
        """Say on a figure what a sheet says of the same line; return whether one does."""
        match = self._matches.names.get((item.slug, stage))
        if match is None:
            return False
        block.add("mrd:concerns", term("prg", match.programme), term("budget", match.figure))
        ja, en = _RULES[match.rule]
        if not match.difference:
            self._summary.agreeing += 1
            block.add(
                "mrd:note",
                text(f"行政事業レビューの金額と一致する（照合：{ja}）。", "ja"),
                text(f"Agrees with the programme's sheet (rule: {en}).", "en"),
            )
            return True
        self._summary.differing += 1
        block.add("mrd:remainderJPY", integer(match.difference))
        block.add(
            "mrd:note",
            text(f"行政事業レビューの金額と異なり、その差額がある（照合：{ja}）。", "ja"),
            text(f"Differs from the programme's sheet by the remainder (rule: {en}).", "en"),
        )
        reason = f"{stage} differs from {match.figure} by {match.difference} yen"
        self._find(item, Severity.NOTICE, reason)
        return True

    def _count_line(self, line: LineMatch) -> None:
        self._summary.sections += 1
        if line.difference < 0:
            self._summary.exceeded += 1
            reason = f"lines of sheets exceed the 項 by {-line.difference} yen"
            self._find(line.items[0], Severity.NOTICE, reason)

    def _section(self, line: LineMatch) -> Iterator[Block]:
        """Yield the figure of a 項 with several items: their sum, which no source prints."""
        first = line.items[0]
        name = hashed(f"{first.jurisdiction}|{first.organization}|{first.section}")
        slug = f"mof-{first.document}-section-{name}"
        block = self._statement(slug, first, Stage.INITIAL)
        label = self._label(first, Stage.INITIAL, f"項 {first.section}")
        block.add("rdfs:label", text(label, "ja"))
        block.add("mrd:printedName", text(first.section))
        block.add("mrd:nonAdditiveAmountJPY", integer(line.yen))
        block.add("mrd:amountAsPrinted", text(f"{line.yen}円"))
        block.add("mrd:assertionBasis", term("mrds", "basis-computed"))
        for item in line.items:
            block.add("prov:wasDerivedFrom", term("budget", f"mof-{item.slug}-{Stage.INITIAL}"))
        _add_lines(block, line)
        yield block


def _add_lines(block: Block, line: LineMatch) -> None:
    """Say what the lines of the imported sheets leave of a 項, or take beyond it."""
    for name in line.lines:
        block.add("mrd:concerns", term("budget", name))
    if line.difference:
        block.add("mrd:remainderJPY", integer(line.difference))
    count = len(line.lines)
    block.add(
        "mrd:note",
        text(f"同じ項の歳出予算項目{count}行（取り込んだシート）の和との差額を示す。", "ja"),
        text(f"The remainder is what {count} lines of imported sheets leave of this 項.", "en"),
    )


def _document_block(document: BudgetDocument, year: int) -> Block:
    block = Block(term("source", f"mof-{document.identifier}"), "DataSource")
    label = f"{era_name(year)} {document.title}（財務省 予算書・決算書データベース）"
    block.add("rdfs:label", text(label, "ja"))
    return block.add("dcterms:source", text(document.address))
