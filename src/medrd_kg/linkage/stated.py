"""Links that the policy states in words: what feeds into what, who steers what."""

from dataclasses import dataclass
from typing import Final

from medrd_kg.linkage.facets import require, require_facet
from medrd_kg.linkage.items import PAGE, Evidence, Page, Thing, check_page
from medrd_kg.linkage.tables import FactTables, Session, statement

__all__ = ["RELATIONS", "StatedLink", "stated_links"]

RELATIONS: Final = ("feeds-into", "steered-by", "linked-to")
"""``mrd:feedsInto``, ``mrd:steeredBy``, and the two ends of an ``mrd:Linkage``."""


@dataclass(frozen=True, slots=True)
class StatedLink:
    """A link in the policy's own words.

    Attributes:
        relation: One of `RELATIONS`.
        subject: Where it starts.
        target: Where it leads.
        linkage: IRI of the linkage that describes it; None where there is none.
        inferred: Whether we read it into the text, which only implies it.
        evidence: The units that state it: those of its linkage; else of linkages between the same
            two things; else those that state both; else those of its subject.
    """

    relation: str
    subject: Thing
    target: Thing
    linkage: str | None
    inferred: bool
    evidence: tuple[Evidence, ...]


def stated_links(
    tables: FactTables,
    *,
    relation: str | None = None,
    left: str | None = None,
    right: str | None = None,
    thing: str | None = None,
    offset: int = 0,
    limit: int = PAGE,
) -> Page[StatedLink]:
    """Return the links that the policy states.

    Args:
        tables: The fact tables.
        relation: One of `RELATIONS`; None for all.
        left: Kind of the subject, one of `facets.FACETS`; None for any.
        right: Kind of the target; None for any.
        thing: IRI that one end must have; None for any.
        offset: Links to pass over.
        limit: Links to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range.
    """
    parameters: dict[str, object] = {
        "relation": None if relation is None else require("relation", relation, RELATIONS),
        "left": None if left is None else require_facet("left", left),
        "right": None if right is None else require_facet("right", right),
        "thing": thing,
        **check_page(offset, limit),
    }
    with tables.session() as session:
        return _page(session, parameters, offset)


def _page(session: Session, parameters: dict[str, object], offset: int) -> Page[StatedLink]:
    """Return a page of links; every row has one unit of one link."""
    links: dict[int, StatedLink] = {}
    total = 0
    for row in session.rows(statement("stated_links"), parameters):
        number, relation, *ends, linkage, inferred, total = row[:11]
        cited = () if row[11] is None else (Evidence(*row[11:]),)
        known = links.get(number)
        links[number] = StatedLink(
            relation,
            Thing(*ends[:3]),
            Thing(*ends[3:]),
            linkage,
            inferred,
            (*(known.evidence if known else ()), *cited),
        )
    return Page(tuple(links.values()), total, offset)
