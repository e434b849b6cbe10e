"""What items name, in plain memory: what gaps are told by.

A policy has a few hundred topics and scope items, whatever else the graph holds, and a total is of
its programmes. What they name is read once, item by item, and compared here; the same in SQL would
join the same table to itself, which takes the engine longer to plan than to do.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from medrd_kg.linkage.facets import CONCEPT_FACETS
from medrd_kg.linkage.items import Evidence
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import Row, Session

__all__ = [
    "Naming",
    "Nearest",
    "cited_by",
    "concepts_named",
    "first_to_name",
    "namings_of",
    "nearest",
    "statements_of",
    "topics_of",
]

Naming = Row
"""A row of ``sql/naming.sql``: facet, concept, steps up to it from what the item names (0: the item
names it itself), and basis."""

Nearest = tuple[int, int, int]
"""Steps between two items, number of the other, and of the concept that both fall under."""

_POLICY: Final = ("topic", "scope-item")


def statements_of(session: Session, selection: Selection | None = None) -> set[int]:
    """Return the topics and scope items of a selection; of the whole policy without one."""
    said = session.said_of("naming_items", _POLICY)
    chosen = selection or Selection()
    year = chosen.fiscal_year
    found: set[int] = set()
    if chosen.scope != "standing":
        found |= {item for item, of_year in said["topic"] if year is None or of_year == year}
    if chosen.scope != "fiscal-year":
        found |= {item for item, _ in said["scope-item"]}
    return found


def topics_of(session: Session, fiscal_year: int) -> set[int]:
    """Return the topics of a year."""
    return statements_of(session, Selection(scope="fiscal-year", fiscal_year=fiscal_year))


def namings_of(
    session: Session, items: Iterable[int], facets: Collection[str], basis: str
) -> dict[int, list[Naming]]:
    """Return what items name of some facets, and all that lies above it.

    Args:
        session: A session of the tables.
        items: Numbers of the items.
        facets: The facets.
        basis: One of `selection.BASES`; what is no concept always counts.
    """
    return {
        item: [
            each
            for each in said
            if each[0] in facets
            and (basis in ("all", each[3]) or each[0] not in CONCEPT_FACETS)
        ]
        for item, said in session.said_of("naming", items).items()
    }  # fmt: skip


def concepts_named(namings: Iterable[Naming], facet: str) -> set[int]:
    """Return the members of a facet that an item falls under."""
    return {concept for own, concept, _, _ in namings if own == facet}


def first_to_name(
    namings: Mapping[int, Iterable[Naming]],
) -> dict[tuple[str, int], tuple[int, int]]:
    """Return by facet and concept which item comes nearest to naming it, after the steps to it."""
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for item, own in namings.items():
        for facet, concept, steps, _ in own:
            place = steps, item
            if place < found.get((facet, concept), (steps, item + 1)):
                found[facet, concept] = place
    return found


def nearest(
    own: Iterable[Naming], others: Mapping[tuple[str, int], tuple[int, int]]
) -> Nearest | None:
    """Return what comes nearest to an item; None where they share no branch of a scheme.

    Args:
        own: What the item names.
        others: Those that it may be, as `first_to_name` gives them.
    """
    return min(
        (
            (steps + others[facet, concept][0], others[facet, concept][1], concept)
            for facet, concept, steps, _ in own
            if (facet, concept) in others
        ),
        default=None,
    )


def cited_by(session: Session, items: Iterable[int]) -> tuple[Evidence, ...]:
    """Return where items are stated: units in the document's order first."""
    said = session.said_of("listed_evidence", items)
    cited = {row for rows in said.values() for row in rows}
    return tuple(Evidence(*row[:3]) for row in sorted(cited, key=_place))


def _place(row: Row) -> tuple[bool, bool, int, str, str]:
    """Return what orders rows of ``sql/listed_evidence.sql``, as that orders them."""
    iri, _, unit, place = row
    return unit is None, place is None, place or 0, unit or "", iri
