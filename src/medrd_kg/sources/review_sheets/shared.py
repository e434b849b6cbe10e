"""The organisations of an import: whoever is paid, publishes, or is pointed at."""

from collections.abc import Iterator, Mapping, Set

from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.organisations import OrganisationRegistry
from medrd_kg.sources.review_sheets.programmes import (
    known_organisation_block,
    organisation_block,
)
from medrd_kg.sources.review_sheets.turtle import Block, term, text
from medrd_kg.sources.review_sheets.units import unit_block

__all__ = ["organisation_blocks"]


def organisation_blocks(
    registry: OrganisationRegistry,
    ministries: Set[Ministry],
    mentioned: Set[str],
    units: Mapping[str, tuple[str, Ministry]],
) -> Iterator[Block]:
    """Yield the organisations that anything points at, and the bureaus.

    Args:
        registry: Settled.
        ministries: Who publishes a sheet.
        mentioned: Local names of the organisations that some block speaks of or points at.
        units: Label and ministry of the bureaus, by local name.
    """
    paid = set()
    for entry in registry.organisations():
        paid.add(entry.slug)
        yield organisation_block(entry)
    known = known_organisations()
    needed = {ministry.slug for ministry in ministries} | mentioned
    needed |= {known[slug].parent for slug in paid & known.keys()}
    for slug in sorted((needed & known.keys()) - paid):
        yield known_organisation_block(slug)
    for ministry in sorted(ministries, key=lambda each: each.slug):
        if not ministry.listed:
            yield _minted_block(ministry, described=ministry.slug in paid)
    for slug, (label, ministry) in sorted(units.items()):
        block = unit_block(slug, label, ministry)
        if block is not None:
            yield block


def _minted_block(ministry: Ministry, *, described: bool) -> Block:
    """Return the block of a publisher on no list; one that is paid too has its label already."""
    block = Block(term("org-", ministry.slug), "Ministry")
    return block if described else block.add("rdfs:label", text(ministry.name, "ja"))
