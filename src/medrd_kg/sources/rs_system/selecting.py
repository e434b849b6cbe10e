"""Which sheets of the RS system an import takes, by the same rules as the review sheets."""

from medrd_kg.sources.known_programmes import KnownProgramme
from medrd_kg.sources.review_sheets.records import Payment, Sheet
from medrd_kg.sources.review_sheets.selection import Selection, decide
from medrd_kg.sources.rs_system.chaining import Link
from medrd_kg.sources.rs_system.records import RsSheet

__all__ = ["as_review_sheet", "reason_to_take"]

_WHOLE_GOVERNMENT = "all-sheets"


def reason_to_take(
    sheet: RsSheet, link: Link, programme: KnownProgramme | None, selection: Selection
) -> str | None:
    """Return the local name of the reason for which a sheet is taken, or None.

    A sheet that continues a programme of the graph is taken for the programme's own reason.

    Args:
        sheet: The sheet.
        link: Its programme.
        programme: That programme, where the graph has it.
        selection: Medical R&D only, or every sheet.
    """
    decision = decide(as_review_sheet(sheet), selection)
    if decision.taken:
        return decision.reason
    reasons = programme.reasons - {_WHOLE_GOVERNMENT} if programme is not None else set()
    return min(reasons) if reasons and link.rule != "first" else None


def as_review_sheet(sheet: RsSheet) -> Sheet:
    """Return what selection and linker look at: ministry, name, payees and texts."""
    payments = tuple(
        Payment(
            sheet.year - 1, block.label, rank, row.name, row.number, row.figure.amount, row.file
        )
        for block in sheet.blocks.values()
        for rank, row in enumerate(block.payees, 1)
    )
    return Sheet(
        file="",
        line=0,
        publication_year=sheet.year,
        ministry=sheet.ministry,
        number=f"rs-{sheet.identifier}",
        programme_id=None,
        name=sheet.name,
        start_year=sheet.start_year,
        end_year=sheet.end_year,
        bureau=sheet.bureau,
        accounts=(),
        methods=(),
        policies=(),
        purpose=sheet.overview[0],
        outline=sheet.overview[1],
        budget=(),
        payments=payments,
        outcomes=(),
        predecessors=(),
    )
