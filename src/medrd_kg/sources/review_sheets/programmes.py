"""Blocks of enduring programmes, organisations and data sources."""

from collections.abc import Iterator
from typing import Final

from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.names import clean
from medrd_kg.sources.review_sheets.organisations import Organisation
from medrd_kg.sources.review_sheets.selection import ReviewedProgramme
from medrd_kg.sources.review_sheets.turtle import Block, integer, term, text

__all__ = [
    "PROGRAMMES_DESCRIBED_ELSEWHERE",
    "known_organisation_block",
    "organisation_block",
    "programme_block",
    "source_block",
]

PROGRAMMES_DESCRIBED_ELSEWHERE: Final = frozenset({"translational-research-program"})
"""Programmes that the policy names; their labels stand with the policy."""

_MOONSHOT: Final = "moonshot"


def programme_block(
    slug: str,
    ministry: str,
    names: tuple[str, ...],
    reviewed: ReviewedProgramme | None,
    reason: str,
) -> Block:
    """Return the block of a programme.

    Args:
        slug: Local name.
        ministry: Slug of the ministry that administers it.
        names: Printed names, newest first; the newest is the label.
        reviewed: Its row of the reviewed list.
        reason: Local name of the selection concept, or empty.
    """
    block = Block(term("prg", slug), "Programme")
    if slug not in PROGRAMMES_DESCRIBED_ELSEWHERE:
        block.add("rdfs:label", text(clean(names[0]), "ja"))
        for name in sorted({clean(name) for name in names[1:]} - {clean(names[0])}):
            block.add("skos:altLabel", text(name, "ja"))
    block.add("mrd:administeredBy", term("org-", ministry))
    if reason:
        block.add("mrd:selectedBecause", term("mrds", f"selection-{reason}"))
    if reviewed is None:
        return block
    if reviewed.part_of:
        block.add("mrd:subProgrammeOf", term("prg", reviewed.part_of))
    if reviewed.project:
        block.add("mrd:inProject", term("prj", reviewed.project))
    if reviewed.succeeds:
        block.add("mrd:succeeds", term("prg", reviewed.succeeds))
    if reviewed.reason == _MOONSHOT:
        block.add("mrd:partOf", term("moonshot", "health-medical"))
    if reviewed.perimeter == "adjustment-fund":
        block.add("mrd:drawnFrom", term("fund", "adjustment-fund"))
    return block


def organisation_block(entry: Organisation) -> Block:
    """Return the block of a payee; a reviewed organisation keeps its class and official name."""
    known = known_organisations().get(entry.slug)
    if known is not None:
        block = known_organisation_block(entry.slug)
        spellings = {*entry.spellings, *known.other_names} - {known.name}
        shown = entry.alternatives
        for name in sorted(spellings & {*shown, entry.label}):
            if not (known.described_elsewhere and name in known.other_names):
                block.add("skos:altLabel", text(name, "ja"))
        return block
    block = Block(term("org-", entry.slug), "Organization")
    block.add("rdfs:label", text(entry.label, "ja"))
    for name in entry.alternatives:
        block.add("skos:altLabel", text(name, "ja"))
    if entry.number is not None:
        block.add("mrd:corporateNumber", text(entry.number))
    return block


def known_organisation_block(slug: str) -> Block:
    """Return the block of an organisation of the reviewed list.

    Where another source of the graph describes it, class and label are left to that source.

    Raises:
        KeyError: The organisation is not on the list.
    """
    known = known_organisations()[slug]
    block = Block(term("org-", slug))
    if not known.described_elsewhere:
        block.add("a", f"mrd:{known.kind}")
        block.add("rdfs:label", text(known.name, "ja"))
    if known.number is not None:
        block.add("mrd:corporateNumber", text(known.number))
    if known.parent:
        block.add("org:subOrganizationOf", term("org-", known.parent))
    return block


def ministry_blocks(ministries: set[Ministry]) -> Iterator[Block]:
    """Yield the blocks of the ministries that publish sheets."""
    for ministry in sorted(ministries, key=lambda each: each.slug):
        yield known_organisation_block(ministry.slug)


def source_block(year: int) -> Block:
    """Return the block of the data file of one publication year."""
    block = Block(term("source", f"review-sheets-{year}"), "DataSource")
    block.add("rdfs:label", text(f"行政事業レビューシート（{year}年公表、JUDGIT LOD）", "ja"))
    block.add("mrd:publicationYear", integer(year))
    block.add("dcterms:source", text("https://github.com/judgit/data"))
    return block.add("dcterms:license", "<https://creativecommons.org/licenses/by/4.0/>")
