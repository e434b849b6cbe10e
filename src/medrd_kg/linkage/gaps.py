"""Gaps: what the policy could say and does not, what comes nearest, and what was read.

That something is absent means only that no item of the selection names it or something narrower;
it does not mean that nothing is done. Every answer says which units were read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from medrd_kg.linkage.coverage import WHOLE_AXES
from medrd_kg.linkage.facets import CONCEPT_FACETS, iri_of, require
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
from medrd_kg.linkage.selection import BASES, Selection
from medrd_kg.linkage.tables import FactTables, Session, statement

__all__ = [
    "TAKEN_UP",
    "Combinations",
    "MissingCombination",
    "NearestConcept",
    "NearestTopic",
    "UntakenScope",
    "UntakenScopes",
    "UnusedConcept",
    "concepts_without_items",
    "missing_combinations",
    "scope_without_topic",
    "silent_items",
]

TAKEN_UP: Final = ("disease-area", "modality", "purpose", "phase", "technology", "resource")
"""Facets over which a topic takes up standing scope."""


@dataclass(frozen=True, slots=True)
class NearestConcept:
    """The nearest concept that items of a column do name.

    Attributes:
        concept: The concept.
        steps: Steps up and down the scheme between it and the missing one; 0 where items outside
            the selection (of another year, or of the standing scope) name the very concept.
        items: How many topics and scope items of the column name it, of any year.
    """

    concept: Thing
    steps: int
    items: int


@dataclass(frozen=True, slots=True)
class MissingCombination:
    """A pair that no item stands in.

    Attributes:
        row: The concept that is missing.
        column: Where it is missing.
        nearest: What comes nearest; None where the column names nothing of the scheme's branch.
    """

    row: Thing
    column: Thing
    nearest: NearestConcept | None


@dataclass(frozen=True, slots=True)
class Combinations:
    """A page of missing combinations.

    Attributes:
        gaps: The pairs, by column and row.
        read: The units that were read, by IRI of the column: those that state its items.
    """

    gaps: Page[MissingCombination]
    read: Mapping[str, tuple[Evidence, ...]]


@dataclass(frozen=True, slots=True)
class UnusedConcept:
    """A concept that the policy names but no item of the selection falls under.

    Attributes:
        concept: The concept.
        named_in: The units that name it.
    """

    concept: Thing
    named_in: tuple[Evidence, ...]


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


def missing_combinations(
    tables: FactTables,
    rows: str,
    columns: str = "project",
    *,
    selection: Selection,
    row: str | None = None,
    column: str | None = None,
    offset: int = 0,
    limit: int = PAGE,
) -> Combinations:
    """Return the pairs of two facets that no item stands in.

    Args:
        tables: The fact tables.
        rows: Facet of what is missing: one with a scheme, or ``project``.
        columns: Facet of where it is missing.
        selection: The items that are looked at.
        row: Slug or IRI of one row; None for all.
        column: Slug or IRI of one column; None for all.
        offset: Pairs to pass over.
        limit: Pairs to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range; ``not-found``: there is
            no such row or column.
    """
    parameters = selection.parameters() | {
        "rows": require("rows", rows, WHOLE_AXES),
        "columns": require("columns", columns, WHOLE_AXES),
        "facets": sorted({rows, columns}),
        **check_page(offset, limit),
    }
    with tables.session() as session:
        parameters["row"] = None if row is None else number_of(session, iri_of(rows, row))
        parameters["column"] = (
            None if column is None else number_of(session, iri_of(columns, column))
        )
        found = session.rows(statement("gaps_combinations"), parameters)
        total = _total(session, "gaps_combinations", parameters, found)
        things = things_of(session, {n for each in found for n in (*each[:2], each[3])})
        read = _read(session, parameters, things, {each[1] for each in found})
    gaps = tuple(
        MissingCombination(
            things[row_number],
            things[column_number],
            None if near is None else NearestConcept(things[near], steps, items),
        )
        for row_number, column_number, _, near, steps, items in found
    )
    return Combinations(Page(gaps, total, offset), read)


def concepts_without_items(
    tables: FactTables,
    facet: str = "disease-area",
    *,
    selection: Selection,
    offset: int = 0,
    limit: int = PAGE,
) -> Page[UnusedConcept]:
    """Return the concepts that the policy names but no item of the selection falls under.

    Args:
        tables: The fact tables.
        facet: A facet with a scheme.
        selection: The items that are looked at, those outside the projects included.
        offset: Concepts to pass over.
        limit: Concepts to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range.
    """
    parameters = selection.parameters() | {
        "facet": require("facet", facet, CONCEPT_FACETS),
        "facets": [facet],
        **check_page(offset, limit),
    }
    with tables.session() as session:
        found = session.rows(statement("gaps_concepts"), parameters)
        total = _total(session, "gaps_concepts", parameters, found, place=1)
        things = things_of(session, {each[0] for each in found})
    units: dict[int, list[Evidence]] = {}
    for concept, _, *cited in found:
        units.setdefault(concept, []).append(Evidence(*cited))
    gaps = tuple(UnusedConcept(things[each], tuple(cited)) for each, cited in units.items())
    return Page(gaps, total, offset)


def silent_items(
    tables: FactTables,
    facet: str,
    *,
    selection: Selection,
    offset: int = 0,
    limit: int = PAGE,
) -> Page[Item]:
    """Return the items of the selection that name nothing of a facet.

    Args:
        tables: The fact tables.
        facet: The facet, such as ``purpose``, or ``project`` for what is in no project.
        selection: The items that are looked at.
        offset: Items to pass over.
        limit: Items to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range.
    """
    require("facet", facet, WHOLE_AXES)
    parameters = selection.parameters() | {"facets": [facet], **check_page(offset, limit)}
    with tables.session() as session:
        found = session.rows(statement("gaps_silent"), parameters)
        total = _total(session, "gaps_silent", parameters, found, place=1)
        items = described(session, (each[0] for each in found))
    return Page(tuple(items[number] for number, _ in found), total, offset)


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
    parameters: dict[str, object] = {
        "fiscal_year": fiscal_year,
        "basis": require("basis", basis, BASES),
        "facets": TAKEN_UP,
        **check_page(offset, limit),
    }
    with tables.session() as session:
        parameters["project"] = (
            None if project is None else number_of(session, iri_of("project", project))
        )
        found = session.rows(statement("gaps_scope"), parameters)
        total = _total(session, "gaps_scope", parameters, found)
        things = things_of(session, {n for each in found for n in (each[1], each[4])})
        items = described(
            session, {n for each in found for n in (each[0], each[3]) if n is not None}
        )
        read = _read(
            session,
            selection.parameters() | {"columns": "project", "facets": ["project"]},
            things,
            {each[1] for each in found},
        )
    gaps = tuple(
        UntakenScope(
            items[item],
            things[where],
            None if topic is None else NearestTopic(items[topic], things[concept], steps),
        )
        for item, where, _, topic, concept, steps in found
    )
    return UntakenScopes(Page(gaps, total, offset), read)


def _total(
    session: Session,
    name: str,
    parameters: Mapping[str, object],
    found: list[tuple[Any, ...]],
    *,
    place: int = 2,
) -> int:
    """Return the length of the whole list, also where a page lies beyond its end.

    Args:
        session: A session of the tables.
        name: The statement that found the page.
        parameters: Its parameters.
        found: The page.
        place: The column that holds the length.
    """
    if not found and parameters["offset"]:
        found = session.rows(statement(name), {**parameters, "offset": 0, "limit": 1})
    return int(found[0][place]) if found else 0


def _read(
    session: Session,
    parameters: Mapping[str, object],
    things: Mapping[int, Thing],
    columns: set[int],
) -> dict[str, tuple[Evidence, ...]]:
    """Return the units that state the items of each column, by the column's IRI."""
    read: dict[str, list[Evidence]] = {things[number].iri: [] for number in sorted(columns)}
    rows = session.rows(statement("gaps_read"), {**parameters, "found": sorted(columns)})
    for number, iri, kind, unit, _ in rows:
        read[things[number].iri].append(Evidence(iri, kind, unit))
    return {iri: tuple(cited) for iri, cited in read.items()}
