"""What review sheets of publication year 2023 state, as far as the table of facts has it.

They restate earlier years and replace the education ministry's single sheet by programme sheets
(trap 1 and 3), so that without them the newest word on FY2020-2022 would be missing. A row about
a sheet that is itself imported is left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from medrd_kg.sources.facts_rows import FactRow, row_amount, row_locator, source_term
from medrd_kg.sources.review_sheets.amounts import exceeds
from medrd_kg.sources.review_sheets.figures import STAGE_NAMES
from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.known import known_by_number
from medrd_kg.sources.review_sheets.ledger import Statement
from medrd_kg.sources.review_sheets.ministries import Ministry, ministries
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.payments import is_transferable
from medrd_kg.sources.review_sheets.perimeters import TotalKey, total_slug
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import ReviewedProgramme, find_reviewed
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.years import era_name

__all__ = ["handles_sheet_row", "sheet_statements", "transfer_blocks", "transfer_payees"]

_STAGES: Final[Mapping[str, Stage]] = MappingProxyType(
    {
        "review_sheet_initial_budget": Stage.INITIAL,
        "review_sheet_supplementary_budget": Stage.SUPPLEMENTARY,
        "review_sheet_carried_in": Stage.CARRIED_IN,
        "review_sheet_carried_out": Stage.CARRIED_OUT,
        "review_sheet_reserve_or_transfer": Stage.RESERVE,
        "review_sheet_budget_total": Stage.TOTAL,
        "review_sheet_executed": Stage.EXECUTED,
        "review_sheet_requested": Stage.REQUEST,
    }
)
_SPENDABLE: Final = frozenset({Stage.TOTAL, Stage.EXECUTED})
_TRANSFER: Final = "disbursed_to"
_COMMISSION: Final = "commissioned_research_to (lead organisations)"
_SHEET = re.compile(r"(?:(?P<year>\d{4})年度公開 )?(?P<number>\d{4}-[^\s-]+-\S+?)(?:（| |$)")
_BLOCK = re.compile(r"支出先ブロック(?P<block>[A-Z]+)")
_NUMBER = re.compile(r"\s*\(法人番号(?P<number>\d{13})\)$")
_MOONSHOT_PROGRAMME: Final = "moonshot-health-medical-cabinet-office"


def handles_sheet_row(row: FactRow) -> bool:
    """Return whether the row is a cell of a review sheet."""
    return row.predicate in _STAGES or row.predicate in {_TRANSFER, _COMMISSION}


def _sheet(row: FactRow, ministry: Ministry) -> tuple[int, str]:
    """Return publication year and local name of the sheet that the source title names.

    Raises:
        ValueError: The title names none.
    """
    found = _SHEET.search(row.title)
    if found is None:
        raise ValueError(f"row {row.line}: the source names no sheet")
    year = int(found["year"] or found["number"][:4])
    return year, sheet_slug(year, ministry.slug, found["number"])


def _programme(ministry: str, name: str) -> tuple[Ministry, ReviewedProgramme]:
    known = ministries()[match_key(ministry)]
    reviewed = find_reviewed(known.slug, name)
    if reviewed is None:
        raise LookupError(name)
    return known, reviewed


def sheet_statements(
    rows: Iterable[FactRow], sheets: frozenset[str], report: ImportReport
) -> Iterator[Statement]:
    """Yield the budget figures of later sheets.

    Args:
        rows: Rows of the table.
        sheets: Local names of imported sheets; their rows are left out.
        report: Takes rows whose programme is on no list.
    """
    for row in rows:
        stage = _STAGES.get(row.predicate)
        if stage is None or row.fiscal_year is None:
            continue
        try:
            ministry, reviewed = _programme(row.subject, row.object)
        except LookupError:
            reason = "the programme is on no reviewed list; the row is left out"
            report.add("facts.csv", row.line, "object", Severity.ROW_SKIPPED, reason)
            continue
        published, slug = _sheet(row, ministry)
        if slug in sheets:
            continue
        amount = row_amount(row)
        name = f"{row.object} {era_name(row.fiscal_year)}{STAGE_NAMES[stage]}"
        yield Statement(
            slug=f"facts-{slug}-fy{row.fiscal_year}-{stage}",
            graph="facts",
            programme=reviewed.slug,
            line=reviewed.line,
            fiscal_year=row.fiscal_year,
            stage=stage,
            publication_year=published,
            amount=amount,
            stated_in=source_term(row),
            locator=row_locator(row),
            ministry=ministry.slug,
            label=f"{name}（{published}年公表）",
            kind=reviewed.kind or "budget",
        )


def _spendable(rows: Iterable[FactRow]) -> dict[tuple[str, int], int]:
    """Return the larger of 執行額 and 計 by sheet and fiscal year."""
    limits: dict[tuple[str, int], int] = {}
    for row in rows:
        if row.fiscal_year is None or _STAGES.get(row.predicate) not in _SPENDABLE:
            continue
        _, slug = _sheet(row, ministries()[match_key(row.subject)])
        key = slug, row.fiscal_year
        limits[key] = max(limits.get(key, 0), row_amount(row).yen)
    return limits


def transfer_blocks(
    rows: Sequence[FactRow], sheets: frozenset[str], transfers: dict[TotalKey, list[str]]
) -> Iterator[Block]:
    """Yield what programmes paid to AMED, and AMED's fund to lead organisations.

    Args:
        rows: Rows of the table.
        sheets: Local names of imported sheets; their rows are left out.
        transfers: Local names of summed transfers by total; is added to.
    """
    limits = _spendable(rows)
    received: Counter[tuple[str, int]] = Counter()
    blocks_by_programme: dict[tuple[str, int], set[str]] = {}
    chosen: list[tuple[FactRow, Ministry, ReviewedProgramme, str, str]] = []
    for row in rows:
        if row.predicate != _TRANSFER or row.fiscal_year is None:
            continue
        ministry, reviewed = _programme(*row.subject.split(" : ", 1))
        _, slug = _sheet(row, ministry)
        found = _BLOCK.search(row.title)
        block = found["block"] if found else ""
        if slug not in sheets:
            chosen.append((row, ministry, reviewed, slug, block))
            place = blocks_by_programme.setdefault((reviewed.slug, row.fiscal_year), set())
            place.add(block)
            received[slug, row.fiscal_year] += row_amount(row).yen
    for row, ministry, reviewed, slug, label in chosen:
        year = row.fiscal_year or 0
        one_block = len(blocks_by_programme[reviewed.slug, year]) == 1
        key = TotalKey(year, Stage.EXECUTED, "transfer", "amed")
        # What the sheet says of the whole programme in the year bounds what it gave the agency.
        limit = limits.get((slug, year), 0)
        excess = limit > 0 and exceeds(received[slug, year], limit)
        additive = one_block and is_transferable(reviewed) and not excess
        flow = f"facts-{slug}-to-amed-{row.line}"
        if additive:
            transfers.setdefault(key, []).append(flow)
        block = _flow(
            row,
            flow,
            payee="org-:amed",
            reviewed=reviewed,
            label=label,
            total=key if additive else None,
        )
        block.add("mrd:level", term("mrds", "level-transfer"))
        block.add("mrd:payer", term("org-", ministry.slug))
        block.add("mrd:hasFlag", term("mrds", "flag-payer-inferred"))
        if excess:
            block.add("mrd:hasFlag", term("mrds", "flag-executed-exceeds-total"))
        if reviewed.perimeter == "adjustment-fund":
            block.add("mrd:drawnFrom", term("fund", "adjustment-fund"))
            block.add("mrd:hasFlag", term("mrds", "flag-counted-at-ministries"))
        yield block
    yield from _commissions(rows, sheets)


def transfer_payees(rows: Iterable[FactRow]) -> Iterator[tuple[str, str, str]]:
    """Yield name, 法人番号 and programme of the lead organisations that the rows name."""
    for row in rows:
        number = _NUMBER.search(row.object)
        if row.predicate == _COMMISSION and number is not None:
            yield _NUMBER.sub("", row.object), number["number"], _MOONSHOT_PROGRAMME


def _commissions(rows: Iterable[FactRow], sheets: frozenset[str]) -> Iterator[Block]:
    ministry, reviewed = _programme(
        "内閣府", "健康・医療分野におけるムーンショット型研究開発等事業"
    )
    for row in rows:
        number = _NUMBER.search(row.object)
        if row.predicate != _COMMISSION or number is None:
            continue
        _, slug = _sheet(row, ministry)
        if slug in sheets:
            continue
        known = known_by_number(number["number"])
        payee = term("org-", known.slug if known else f"c{number['number']}")
        found = _BLOCK.search(row.title)
        flow = f"facts-{slug}-to-{payee.partition(':')[2]}-{row.line}"
        block = _flow(
            row,
            flow,
            payee=payee,
            reviewed=reviewed,
            label=found["block"] if found else "",
            total=None,
        )
        block.add("mrd:level", term("mrds", "level-payment"))
        block.add("mrd:payer", term("org-", "amed"))
        block.add("mrd:hasFlag", term("mrds", "flag-payer-inferred"))
        yield block


def _flow(
    row: FactRow,
    slug: str,
    *,
    payee: str,
    reviewed: ReviewedProgramme,
    label: str,
    total: TotalKey | None,
) -> Block:
    amount = row_amount(row)
    year = row.fiscal_year or 0
    block = Block(term("flow", slug), "FundingFlow")
    name = _NUMBER.sub("", row.object)
    block.add("rdfs:label", text(f"{era_name(year)}支出 {reviewed.names[-1]} から {name}", "ja"))
    block.add("mrd:nonAdditiveAmountJPY" if total is None else "mrd:amountJPY", integer(amount.yen))
    block.add("mrd:amountAsPrinted", text(amount.printed))
    block.add("mrd:fiscalYear", term("fy", str(year)))
    block.add("mrd:budgetStage", term("mrds", "stage-executed"))
    block.add("mrd:flowKind", term("mrds", "flow-kind-payment"))
    if label:
        block.add("mrd:blockLabel", text(label))
    block.add("mrd:payee", payee)
    block.add("mrd:forProgramme", term("prg", reviewed.slug))
    block.add("mrd:statedIn", source_term(row))
    block.add("mrd:sourceLocator", text(row_locator(row)))
    if total is not None:
        block.add("mrd:additiveIn", term("total", total_slug(total)))
    return block
