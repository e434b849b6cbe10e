"""Links that the policy states in words: what feeds into what, who steers what."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Final

from medrd_kg.linkage.facets import require, require_facet
from medrd_kg.linkage.items import PAGE, Evidence, Page, Thing, check_page
from medrd_kg.linkage.tables import FactTables, Row, statement
from medrd_kg.problems import Problem

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
        Problem: ``invalid-parameter``: a value is unknown or out of range; ``not-found``: nothing
            is known of ``thing``.
    """
    relations = RELATIONS if relation is None else (require("relation", relation, RELATIONS),)
    for name, kind in (("left", left), ("right", right)):
        if kind is not None:
            require_facet(name, kind)
    check_page(offset, limit)
    with tables.session() as session:
        said = session.said_of("stated_links", relations)
    rows = sorted((row for rows in said.values() for row in rows), key=itemgetter(0))
    found = [
        StatedLink(of, Thing(*ends[:3]), Thing(*ends[3:]), linkage, inferred, _units(cited))
        for (_, kinds, target_kinds, of, *ends, linkage, inferred), cited in groupby(rows, _LINK)
        if (left is None or left in kinds)
        and (right is None or right in target_kinds)
        and (thing is None or thing in (ends[0], ends[3]))
    ]
    if thing is not None and not found:
        _check_known(tables, thing)
    return Page(tuple(found[offset : offset + limit]), len(found), offset)


_LINK: Final = itemgetter(slice(12))


def _check_known(tables: FactTables, iri: str) -> None:
    """Make sure that there is such a thing.

    Raises:
        Problem: ``not-found``: there is not.
    """
    with tables.session() as session:
        if not session.rows(statement("known"), {"iri": iri}):
            raise Problem("not-found", f"nothing is known of {iri}", extra={"parameter": "thing"})


def _units(rows: Iterable[Row]) -> tuple[Evidence, ...]:
    return tuple(Evidence(*row[12:]) for row in rows if row[12] is not None)
