"""Payments: who received how much, in which block and at which rank, as listed.

The lists hold the top recipients of each block and the blocks overlap (money passes from one to
the next), so no sum over them is a total: payments are never additive. The one exception is the
transfer to AMED, which stands in one block of a sheet and is the whole of what that programme
gave the agency in the year.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sources.review_sheets.amounts import exceeds
from medrd_kg.sources.review_sheets.editions import flow_kind, locator, slug_of
from medrd_kg.sources.review_sheets.figures import amount_flags
from medrd_kg.sources.review_sheets.iris import ascii_slug, hashed
from medrd_kg.sources.review_sheets.organisations import Organisation, OrganisationRegistry
from medrd_kg.sources.review_sheets.perimeters import TotalKey, total_slug
from medrd_kg.sources.review_sheets.records import Payment, Sheet, Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import ReviewedProgramme, reviewed_programmes
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name

__all__ = ["PaymentCounts", "is_transferable", "payment_blocks"]

_AMED: Final = "amed"
_SLIP_FACTOR: Final = 10
_FIRST_AMED_YEAR: Final = 2015
_EXCESS: Final = "executed-exceeds-total"
_WITHHELD: Final = frozenset({"unit-slip", "fiscal-year-doubtful", "inclusive", _EXCESS})


def is_transferable(reviewed: ReviewedProgramme) -> bool:
    """Return whether what a programme pays to AMED may be summed with that of the others.

    Parts of another programme's money are left to the whole, unless they replaced it; the
    adjustment fund reaches AMED through the ministries, whose transfers already hold it.
    """
    if reviewed.part_of and reviewed.succeeds != reviewed.part_of:
        return False
    return reviewed.reason in {"amed-bound", "moonshot"}


@dataclass(slots=True)
class PaymentCounts:
    """What became of the payments of an import; ``summed`` says whether transfers may be."""

    flows: int = 0
    unnamed: int = 0
    without_amount: int = 0
    transfers: dict[TotalKey, list[str]] = field(default_factory=dict)
    summed: bool = True


@dataclass(frozen=True, slots=True)
class _Row:
    """A payment with what was found out about it."""

    payment: Payment
    slug: str
    organisation: Organisation | None
    flags: set[str]

    @property
    def to_amed(self) -> bool:
        """Whether AMED is the payee."""
        return self.organisation is not None and self.organisation.slug == _AMED


def _largest_budget(sheet: Sheet, year: int) -> int:
    """Return the largest figure that the sheet states for a year, in yen."""
    return max(
        (abs(each.amount.yen) for each in sheet.budget if each.fiscal_year == year), default=0
    )


def _flags(sheet: Sheet, payment: Payment) -> set[str]:
    flags = amount_flags(payment.amount)
    budget = _largest_budget(sheet, payment.fiscal_year)
    if budget and payment.amount.yen >= budget * _SLIP_FACTOR:
        flags.add("unit-slip")
    if sheet.start_year is not None and payment.fiscal_year < sheet.start_year:
        flags.add("fiscal-year-doubtful")
    return flags


def _spendable(sheet: Sheet, year: int) -> int:
    """Return what a sheet says was spent in a year, or could be: the larger of 執行額 and 計."""
    stages = {Stage.EXECUTED, Stage.TOTAL}
    cells = [each for each in sheet.budget if each.fiscal_year == year and each.stage in stages]
    return max((each.amount.yen for each in cells), default=0)


def _flag_excess(sheet: Sheet, programme: str, rows: list[_Row]) -> None:
    """Flag payments above what the same sheet says of the whole programme in their year.

    The agency's rows are held against it together. Some are the row of the year before, left
    standing. A 0 may be "not stated", and a part's budget stands under its whole: both say
    nothing.
    """
    reviewed = reviewed_programmes().get(programme)
    if reviewed is not None and reviewed.part_of:
        return
    received: Counter[int] = Counter()
    for row in rows:
        if row.to_amed:
            received[row.payment.fiscal_year] += row.payment.amount.yen
    for row in rows:
        year = row.payment.fiscal_year
        paid = received[year] if row.to_amed else row.payment.amount.yen
        limit = _spendable(sheet, year)
        if limit > 0 and "unit-slip" not in row.flags and exceeds(paid, limit):
            row.flags.add(_EXCESS)


def _payee_block(sheet: Sheet) -> Block:
    block = Block(term("payee", slug_of(sheet)), "UnidentifiedPayee")
    label = f"個人または名称不明の支出先（{sheet.publication_year}年公表 {sheet.number}）"
    return block.add("rdfs:label", text(label, "ja")).add(
        "mrd:statedIn", term("sheet", slug_of(sheet))
    )


def _position(payment: Payment) -> str:
    """Return block and rank as a local name; the number of the row where one is missing."""
    if payment.rank is None or not payment.block:
        return f"row-{payment.pointer.rpartition('/')[2]}"
    return f"{ascii_slug(payment.block) or hashed(payment.block)}-{payment.rank}"


def _flow_slugs(sheet: Sheet) -> Iterator[tuple[Payment, str]]:
    """Yield each payment with a local name that is unique in its sheet."""
    seen: Counter[str] = Counter()
    for payment in sheet.payments:
        base = f"{slug_of(sheet)}-{_position(payment)}"
        seen[base] += 1
        yield payment, base if seen[base] == 1 else f"{base}-{seen[base]}"


def payment_blocks(
    sheet: Sheet,
    programme: str,
    registry: OrganisationRegistry,
    report: ImportReport,
    counts: PaymentCounts,
) -> Iterator[Block]:
    """Yield one flow a payment that states an amount, and the sheet's unnamed payee if needed.

    Args:
        sheet: The sheet.
        programme: Slug of the enduring programme.
        registry: Has observed all payees.
        report: Takes the findings.
        counts: Is added to.
    """
    unnamed = False
    rows: list[_Row] = []
    for payment, slug in _flow_slugs(sheet):
        if payment.amount.yen == 0:
            counts.without_amount += 1
            continue
        organisation = registry.resolve(payment.payee, payment.corporate_number, programme)
        flags = _flags(sheet, payment)
        if "unit-slip" in flags:
            reason = "ten times the year's budget or more: flagged as a unit slip, not repaired"
            report.add(sheet.file, sheet.line, f"{payment.pointer}/支出額", Severity.NOTICE, reason)
        rows.append(_Row(payment, slug, organisation, flags))
        counts.flows += 1
        if organisation is None:
            unnamed = True
            counts.unnamed += 1
    if unnamed:
        yield _payee_block(sheet)
    _flag_excess(sheet, programme, rows)
    additive = _transfer_total(programme, rows) if counts.summed else None
    for row in rows:
        total = additive if row.to_amed else None
        if total is not None:
            counts.transfers.setdefault(total, []).append(row.slug)
        yield _flow_block(sheet, programme, row, total)


def _transfer_total(
    programme: str,
    rows: list[_Row],
) -> TotalKey | None:
    """Return the total in which the sheet's transfers to AMED may be summed, if any."""
    reviewed = reviewed_programmes().get(programme)
    transfers = [row for row in rows if row.to_amed]
    if reviewed is None or not is_transferable(reviewed) or not transfers:
        return None
    years = {row.payment.fiscal_year for row in transfers}
    blocks = {row.payment.block for row in transfers}
    if len(blocks) > 1 or "" in blocks or len(years) > 1 or min(years) < _FIRST_AMED_YEAR:
        return None
    if any(row.flags & _WITHHELD for row in transfers):
        return None
    return TotalKey(years.pop(), Stage.EXECUTED, "transfer", "amed")


def _flow_block(sheet: Sheet, programme: str, row: _Row, total: TotalKey | None) -> Block:
    payment, organisation, flags = row.payment, row.organisation, row.flags
    block = Block(term("flow", row.slug), "FundingFlow")
    shown = organisation.label if organisation is not None else "個人または名称不明の支出先"
    place = f"{payment.block}{'' if payment.rank is None else payment.rank}"
    label = " ".join(filter(None, (f"{era_name(payment.fiscal_year)}支出", place, shown)))
    block.add("rdfs:label", text(label, "ja"))
    amount = "mrd:nonAdditiveAmountJPY" if total is None else "mrd:amountJPY"
    block.add(amount, integer(payment.amount.yen))
    block.add("mrd:amountAsPrinted", text(payment.amount.printed))
    block.add("mrd:fiscalYear", term("fy", str(payment.fiscal_year)))
    block.add("mrd:budgetStage", term("mrds", "stage-executed"))
    block.add("mrd:level", term("mrds", "level-transfer" if row.to_amed else "level-payment"))
    block.add("mrd:flowKind", term("mrds", f"flow-kind-{flow_kind(sheet, 'payment')}"))
    block.add("mrd:blockLabel", text(payment.block) if payment.block else None)
    block.add("mrd:rank", None if payment.rank is None else integer(payment.rank))
    block.add(
        "mrd:payee",
        term("payee", slug_of(sheet)) if organisation is None else term("org-", organisation.slug),
    )
    if row.to_amed:
        # The sheets state no edge between blocks. AMED's money comes from the ministries alone,
        # so the payer of this one flow follows from who publishes the sheet.
        block.add("mrd:payer", term("org-", sheet.ministry.slug))
        flags = flags | {"payer-inferred"}
    block.add("mrd:forProgramme", term("prg", programme))
    block.add("mrd:statedIn", term("sheet", slug_of(sheet)))
    block.add("mrd:sourceLocator", text(locator(sheet, payment.pointer)))
    if total is not None:
        block.add("mrd:additiveIn", term("total", total_slug(total)))
    for flag in sorted(flags):
        block.add("mrd:hasFlag", term("mrds", f"flag-{flag}"))
    return block
