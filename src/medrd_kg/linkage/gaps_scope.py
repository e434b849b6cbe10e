"""Gaps of standing scope: what no topic of a year takes up, and the topic that comes nearest."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from medrd_kg.linkage.facets import iri_of
from medrd_kg.linkage.items import (
    PAGE,
    Evidence,
    Item,
    Page,
    Thing,
    check_page,
    described,
    number_of,
    things_of,
)
from medrd_kg.linkage.naming import (
    Naming,
    Nearest,
    cited_by,
    concepts_named,
    first_to_name,
    namings_of,
    nearest,
    statements_of,
)
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import FactTables, Session

__all__ = [
    "TAKEN_UP",
    "NearestTopic",
    "UntakenScope",
    "UntakenScopes",
    "scope_without_topic",
]

TAKEN_UP: Final = ("disease-area", "modality", "purpose", "phase", "technology", "resource")
"""Facets over which a topic takes up standing scope."""


@dataclass(frozen=True, slots=True)
class NearestTopic:
    """The topic that comes nearest to a scope item.

    Attributes:
        item: The topic.
        concept: The concept that both fall under.
        steps: Steps up from the scope item's concept and down to the topic's.
    """

    item: Item
    concept: Thing
    steps: int


@dataclass(frozen=True, slots=True)
class UntakenScope:
    """A scope item that no topic of the year takes up in its project.

    Attributes:
        item: The scope item.
        project: The project.
        nearest: The topic of the project that comes nearest; None where none shares a branch.
    """

    item: Item
    project: Thing
    nearest: NearestTopic | None


@dataclass(frozen=True, slots=True)
class UntakenScopes:
    """A page of scope items without a topic.

    Attributes:
        gaps: They, by project.
        read: The units of the year's topics that were read, by IRI of the project.
    """

    gaps: Page[UntakenScope]
    read: Mapping[str, tuple[Evidence, ...]]


def scope_without_topic(
    tables: FactTables,
    fiscal_year: int,
    *,
    project: str | None = None,
    basis: str = "all",
    offset: int = 0,
    limit: int = PAGE,
) -> UntakenScopes:
    """Return the standing scope that no topic of a year takes up in the same project.

    A topic takes up a scope item when it names one of its disease areas, modalities, purposes,
    phases, technologies or resources, or something narrower.

    Args:
        tables: The fact tables.
        fiscal_year: Western year.
        project: Slug or IRI of one project; None for all.
        basis: One of `selection.BASES`.
        offset: Scope items to pass over.
        limit: Scope items to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range; ``not-found``: there is
            no such project.
    """
    selection = Selection(scope="fiscal-year", fiscal_year=fiscal_year, basis=basis)
    selection.check()
    check_page(offset, limit)
    with tables.session() as session:
        where = None if project is None else number_of(session, iri_of("project", project))
        topics = _of_projects(session, selection)
        scopes = _of_projects(session, Selection(scope="standing", basis=basis))
        untaken: dict[tuple[int, int], Nearest | None] = {}
        for place in sorted(scopes):
            if where in (None, place):
                taken_up = first_to_name(topics.get(place, {}))
                for item, own in sorted(scopes[place].items()):
                    if not any(each[:2] in taken_up for each in own if each[2] == 0):
                        untaken[place, item] = nearest(own, taken_up)
        page = list(untaken.items())[offset : offset + limit]
        near = [best for _, best in page if best is not None]
        things = things_of(
            session, {*(place for (place, _), _ in page), *(concept for *_, concept in near)}
        )
        items = described(
            session, {*(item for (_, item), _ in page), *(topic for _, topic, _ in near)}
        )
        read = {
            things[place].iri: cited_by(session, topics.get(place, {}))
            for place in sorted({place for (place, _), _ in page})
        }
    gaps = tuple(
        UntakenScope(
            items[item],
            things[place],
            None if best is None else NearestTopic(items[best[1]], things[best[2]], best[0]),
        )
        for (place, item), best in page
    )
    return UntakenScopes(Page(gaps, len(untaken), offset), read)


def _of_projects(session: Session, selection: Selection) -> dict[int, dict[int, list[Naming]]]:
    """Return the items of a selection by project, with what can be taken up of each."""
    items = statements_of(session, selection)
    named = namings_of(session, items, TAKEN_UP, selection.basis)
    found: dict[int, dict[int, list[Naming]]] = defaultdict(dict)
    for item, own in namings_of(session, items, {"project"}, "all").items():
        for place in concepts_named(own, "project"):
            found[place][item] = named[item]
    return found
