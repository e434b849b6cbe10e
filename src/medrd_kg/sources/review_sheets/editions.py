"""Blocks of the sheet as a document and of the programme as it was in that year."""

from collections.abc import Iterator, Mapping
from typing import Final

from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text
from medrd_kg.sources.review_sheets.units import responsible_units

__all__ = ["FLOW_KINDS", "edition_blocks", "flow_kind", "locator", "slug_of", "source_slug"]

FLOW_KINDS: Final[Mapping[str, str]] = {
    "直接実施": "direct",
    "委託・請負": "commission",
    "補助": "subsidy",
    "交付": "grant",
    "負担": "burden",
    "貸付": "loan",
    "その他": "other",
}
"""実施方法 of the sheets, with the flow kind that it means."""


def slug_of(sheet: Sheet) -> str:
    """Return the local name that the sheet, its edition and its figures share."""
    return sheet_slug(sheet.publication_year, sheet.ministry.slug, sheet.number)


def source_slug(sheet: Sheet) -> str:
    """Return the local name of the data source of a publication year."""
    return f"review-sheets-{sheet.publication_year}"


def locator(sheet: Sheet, pointer: str) -> str:
    """Return file, line and JSON pointer of a cell, as one string."""
    return f"{sheet.file}:{sheet.line}#{pointer}"


def flow_kind(sheet: Sheet, default: str) -> str:
    """Return the flow kind that the sheet states: its method, where it names exactly one."""
    if len(sheet.methods) == 1:
        return FLOW_KINDS.get(sheet.methods[0], default)
    return default


def edition_blocks(sheet: Sheet, programme: str, *, under_parent: bool) -> Iterator[Block]:
    """Yield the sheet as a document and the edition that it describes.

    Args:
        sheet: The sheet.
        programme: Slug of the enduring programme.
        under_parent: Whether its empty budget means that the parent sheet reports the money.
    """
    slug = slug_of(sheet)
    document = Block(term("sheet", slug), "ReviewSheet")
    issue = f"{sheet.publication_year}年公表、{sheet.ministry.name}"
    title = f"行政事業レビューシート {sheet.number}（{issue}）"
    document.add("rdfs:label", text(title, "ja"))
    document.add("mrd:publicationYear", integer(sheet.publication_year))
    document.add("mrd:sheetNumber", text(sheet.number))
    document.add("mrd:preparedBy", term("org-", sheet.ministry.slug))
    document.add("mrd:partOf", term("source", source_slug(sheet)))
    document.add("mrd:sourceLocator", text(f"{sheet.file}:{sheet.line}"))
    yield document

    edition = Block(term("edition", slug), "ProgrammeEdition")
    edition.add("rdfs:label", text(f"{sheet.name}（{sheet.publication_year}年公表）", "ja"))
    edition.add("mrd:printedName", text(sheet.name))
    edition.add("mrd:publicationYear", integer(sheet.publication_year))
    edition.add("mrd:sheetNumber", text(sheet.number))
    if sheet.programme_id:
        edition.add("mrd:programmeId", text(sheet.programme_id))
    edition.add("mrd:editionOf", term("prg", programme))
    edition.add("mrd:describedBy", term("sheet", slug))
    edition.add("mrd:statedIn", term("sheet", slug))
    for unit, _ in responsible_units(sheet.ministry, sheet.bureau):
        edition.add("mrd:responsibleUnit", term("org-", unit))
    if sheet.start_year is not None:
        edition.add("mrd:startYear", integer(sheet.start_year))
    if sheet.end_year is not None:
        edition.add("mrd:endYear", integer(sheet.end_year))
    if under_parent:
        edition.add("mrd:hasFlag", term("mrds", "flag-reported-under-parent"))
    yield edition
