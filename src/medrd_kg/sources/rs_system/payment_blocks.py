"""Who paid whom: one flow a block of payees, one a payee, each with its payer where one is stated.

The flow of a block carries what the block received in all. What the ministry pays directly is an
addend; a block that another block pays is a part (``includedIn``) of what its one source received,
and so are the payees of what their block received: no yen of a chain is counted twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from medrd_kg.sources.review_sheets.amounts import Amount, exceeds
from medrd_kg.sources.review_sheets.figures import amount_flags
from medrd_kg.sources.review_sheets.iris import ascii_slug, hashed
from medrd_kg.sources.review_sheets.names import clean
from medrd_kg.sources.review_sheets.organisations import Organisation, OrganisationRegistry
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import reviewed_programmes
from medrd_kg.sources.review_sheets.turtle import Block as Turtle
from medrd_kg.sources.review_sheets.turtle import integer, term, text
from medrd_kg.sources.review_sheets.years import era_name
from medrd_kg.sources.rs_system.budget_blocks import Sums
from medrd_kg.sources.rs_system.records import Block, Figure, PaidRow, RsSheet

__all__ = ["PaymentBlocks"]

_AMED: Final = "amed"
_SLIP_FACTOR: Final = 10
_UNNAMED: Final = "個人または名称不明の支出先"
_WITHHELD: Final = frozenset({"unit-slip", "inclusive", "executed-exceeds-total"})


@dataclass(slots=True)
class _Flow:
    """What every flow of a sheet shares, and how one differs."""

    slug: str
    label: str
    figure: Figure
    payee: str
    payer: str | None
    level: str
    block: str
    rank: int | None = None


class PaymentBlocks:
    """The flows of one sheet."""

    def __init__(
        self,
        sheet: RsSheet,
        programme: str,
        registry: OrganisationRegistry,
        sums: Sums,
        report: ImportReport,
    ) -> None:
        """Take what the flows are made from; the registry has observed every payee."""
        self._sheet = sheet
        self._programme = programme
        self._registry = registry
        self._sums = sums
        self._report = report
        self._year = sheet.year - 1
        reviewed = reviewed_programmes().get(programme)
        # The money of a part stands under its whole too, and that of the adjustment fund at the
        # ministries that it is moved to.
        self._summed = reviewed is None or not (
            reviewed.part_of or reviewed.perimeter == "adjustment-fund"
        )
        self._payees = {
            label: [self._organisation(row) for row in block.payees]
            for label, block in sheet.blocks.items()
        }
        self._wholes = self._included()
        self.flows = 0
        self.unnamed = 0

    def _organisation(self, row: PaidRow) -> Organisation | None:
        return self._registry.resolve(row.name, row.number, self._programme)

    def _slug(self, label: str) -> str:
        return f"{self._sheet.slug}-{ascii_slug(label) or hashed(label)}"

    def _included(self) -> dict[str, str]:
        """Return the source of each block that has one alone; a circle is reported and left out."""
        blocks = self._sheet.blocks
        sources = {
            label: next(iter(block.sources))
            for label, block in blocks.items()
            if len(block.sources) == 1 and not block.direct and block.total is not None
        }
        found = {}
        for label, source in sources.items():
            seen, step = {label}, source
            while step in sources and step not in seen:
                seen.add(step)
                step = sources[step]
            if step in seen:
                self._doubt(blocks[label], "blocks that pay each other in a circle")
            elif source in blocks and blocks[source].total is not None:
                found[label] = source
        return found

    def _doubt(self, block: Block, reason: str) -> None:
        file, _, rest = block.place.partition(":")
        row, _, column = rest.partition("#")
        self._report.add(file, int(row or 1), column, Severity.DOUBT, f"{block.label}: {reason}")

    def _is_direct(self, block: Block) -> bool:
        """Whether only the ministry pays a block."""
        return block.direct and not block.sources

    def _payer(self, block: Block) -> str | None:
        """Return the one payer that the sheet states for a block."""
        if self._is_direct(block):
            return term("org-", self._sheet.ministry.slug)
        if block.direct or len(block.sources) != 1:
            return None
        source = next(iter(block.sources))
        payees = self._payees.get(source, [])
        if len(payees) == 1 and payees[0] is not None:
            return term("org-", payees[0].slug)
        return term("group", self._slug(source)) if source in self._sheet.blocks else None

    def blocks(self) -> Iterator[Turtle]:
        """Yield groups, flows and the sheet's unnamed payee."""
        unnamed = bool(self._sheet.overheads)
        for label, block in sorted(self._sheet.blocks.items()):
            yield self._group(block)
            if block.total is not None:
                yield self._block_flow(block)
            for count, (row, payee) in enumerate(
                zip(block.payees, self._payees[label], strict=True), 1
            ):
                self.flows += 1
                self.unnamed += payee is None
                unnamed = unnamed or payee is None
                yield self._payee_flow(block, count, row, payee)
        for count, overhead in enumerate(self._sheet.overheads, 1):
            flow = _Flow(
                f"{self._sheet.slug}-overhead-{count}",
                f"{era_name(self._year)} 国が自ら支出した間接経費{count}",
                overhead.figure,
                term("payee", self._sheet.slug),
                term("org-", self._sheet.ministry.slug),
                "payment",
                "",
            )
            yield self._flow(flow, additive=True)
        if unnamed:
            yield self._unnamed_payee()

    def _group(self, block: Block) -> Turtle:
        """Return the payees of a block as a group; its printed name may be a person's."""
        group = Turtle(term("group", self._slug(block.label)), "AgentGroup")
        label = f"支出先ブロック{block.label}（RSシステム{self._sheet.year}年度"
        group.add("rdfs:label", text(f"{label} {self._sheet.identifier}）", "ja"))
        return group.add("mrd:statedIn", term("sheet", self._sheet.slug))

    def _unnamed_payee(self) -> Turtle:
        payee = Turtle(term("payee", self._sheet.slug), "UnidentifiedPayee")
        label = f"{_UNNAMED}（RSシステム{self._sheet.year}年度 {self._sheet.identifier}）"
        payee.add("rdfs:label", text(label, "ja"))
        return payee.add("mrd:statedIn", term("sheet", self._sheet.slug))

    def _block_flow(self, block: Block) -> Turtle:
        payees = self._payees[block.label]
        to_amed = len(payees) == 1 and payees[0] is not None and payees[0].slug == _AMED
        flow = _Flow(
            f"{self._slug(block.label)}-block",
            f"{era_name(self._year)}支出 ブロック{block.label}計",
            block.total or block.payees[0].figure,
            term("group", self._slug(block.label)),
            self._payer(block),
            "transfer" if to_amed else "payment",
            block.label,
        )
        turtle = self._flow(flow, additive=self._is_direct(block))
        whole = self._wholes.get(block.label)
        if whole is not None:
            turtle.add("mrd:includedIn", term("flow", f"{self._slug(whole)}-block"))
        for source in sorted(block.sources):
            if source in self._sheet.blocks and self._sheet.blocks[source].total is not None:
                turtle.add("prov:wasDerivedFrom", term("flow", f"{self._slug(source)}-block"))
        if block.direct and block.sources:
            self._doubt(block, "paid by the ministry and by a block: in no total")
        return turtle

    def _payee_flow(
        self, block: Block, rank: int, row: PaidRow, payee: Organisation | None
    ) -> Turtle:
        shown = payee.label if payee is not None else _UNNAMED
        to_amed = payee is not None and payee.slug == _AMED
        flow = _Flow(
            f"{self._slug(block.label)}-{rank}",
            clean(f"{era_name(self._year)}支出 {block.label}{rank} {shown}"),
            row.figure,
            term("org-", payee.slug) if payee is not None else term("payee", self._sheet.slug),
            self._payer(block),
            "transfer" if to_amed else "payment",
            block.label,
            rank,
        )
        # Without a stated total of the block its payees are what is known of it.
        turtle = self._flow(flow, additive=block.total is None and self._is_direct(block))
        if block.total is not None:
            turtle.add("mrd:includedIn", term("flow", f"{self._slug(block.label)}-block"))
        return turtle

    def _flow(self, flow: _Flow, *, additive: bool) -> Turtle:
        flags = self._flags(flow.figure.amount)
        total = None
        if additive:
            place = self._year, Stage.EXECUTED, flow.level
            sound = self._summed and not flags & _WITHHELD
            total = self._sums.admit(place, flow.figure.amount, sound=sound)
        block = Turtle(term("flow", flow.slug), "FundingFlow")
        block.add("rdfs:label", text(flow.label, "ja"))
        block.add(
            "mrd:amountJPY" if total else "mrd:nonAdditiveAmountJPY",
            integer(flow.figure.amount.yen),
        )
        block.add("mrd:amountAsPrinted", text(flow.figure.amount.printed))
        block.add("mrd:fiscalYear", term("fy", str(self._year)))
        block.add("mrd:budgetStage", term("mrds", "stage-executed"))
        block.add("mrd:level", term("mrds", f"level-{flow.level}"))
        kind = self._sheet.methods[0] if len(self._sheet.methods) == 1 else "payment"
        block.add("mrd:flowKind", term("mrds", f"flow-kind-{kind}"))
        if flow.block:
            block.add("mrd:blockLabel", text(flow.block))
        if flow.rank is not None:
            block.add("mrd:rank", integer(flow.rank))
        block.add("mrd:payee", flow.payee).add("mrd:payer", flow.payer)
        block.add("mrd:forProgramme", term("prg", self._programme))
        block.add("mrd:statedIn", term("sheet", self._sheet.slug))
        block.add("mrd:sourceLocator", text(flow.figure.place))
        if total:
            block.add("mrd:additiveIn", term("total", total))
        for flag in sorted(flags):
            block.add("mrd:hasFlag", term("mrds", f"flag-{flag}"))
        return block

    def _flags(self, amount: Amount) -> set[str]:
        """Return what the sheet's own budget of the year says against a payment."""
        flags = amount_flags(amount)
        stated = {
            stage: figure.amount.yen
            for (year, stage), figure in self._sheet.figures.items()
            if year == self._year
        }
        largest = max((abs(yen) for yen in stated.values()), default=0)
        spendable = max(stated.get(Stage.EXECUTED, 0), stated.get(Stage.TOTAL, 0))
        if largest and amount.yen >= largest * _SLIP_FACTOR:
            flags.add("unit-slip")
        elif spendable > 0 and exceeds(amount.yen, spendable):
            flags.add("executed-exceeds-total")
        return flags
