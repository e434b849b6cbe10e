"""Gaps: what the policy could say and does not, what comes nearest, and what was read.

That something is absent means only that no item of the selection names it or something narrower;
it does not mean that nothing is done. Every answer says which units were read.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, product

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
from medrd_kg.linkage.naming import (
    Naming,
    cited_by,
    concepts_named,
    namings_of,
    statements_of,
)
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import FactTables, Session

__all__ = [
    "Combinations",
    "MissingCombination",
    "NearestConcept",
    "UnusedConcept",
    "concepts_without_items",
    "missing_combinations",
    "silent_items",
]


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
    selection.check()
    require("rows", rows, WHOLE_AXES)
    require("columns", columns, WHOLE_AXES)
    check_page(offset, limit)
    with tables.session() as session:
        one_row = None if row is None else number_of(session, iri_of(rows, row))
        one_column = None if column is None else number_of(session, iri_of(columns, column))
        standing = {
            item: (concepts_named(own, rows), concepts_named(own, columns))
            for item, own in _named(session, selection, {rows, columns}).items()
        }
        present = {pair for own in standing.values() for pair in product(*own)}
        members = session.said_of("axis", [rows, columns])
        missing = sorted(
            (down, across)
            for (across,) in members[rows]
            for (down,) in members[columns]
            if (across, down) not in present
            and one_row in (None, across)
            and one_column in (None, down)
        )
        page = missing[offset : offset + limit]
        found = _nearest(session, _held(session, rows, columns, selection.basis), page)
        things = things_of(
            session, {*chain.from_iterable(page), *(concept for _, concept, _ in found.values())}
        )
        read = {
            things[number].iri: cited_by(
                session, (item for item, (_, downs) in standing.items() if number in downs)
            )
            for number in sorted({down for down, _ in page})
        }
        near = {pair: _shown(things, *best) for pair, best in found.items()}
    gaps = tuple(
        MissingCombination(things[across], things[down], near.get((down, across)))
        for down, across in page
    )
    return Combinations(Page(gaps, len(missing), offset), read)


def _shown(things: Mapping[int, Thing], steps: int, concept: int, items: int) -> NearestConcept:
    return NearestConcept(things[concept], steps, items)


def _held(session: Session, rows: str, columns: str, basis: str) -> dict[int, Counter[int]]:
    """Return how many items of each column name each concept of the rows, of any year."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for own in namings_of(session, statements_of(session), {rows, columns}, "all").values():
        direct = {
            concept
            for facet, concept, steps, own_basis in own
            if facet == rows and not steps and basis in ("all", own_basis)
        }
        for down in concepts_named(own, columns):
            found[down].update(direct)
    return found


def _nearest(
    session: Session, held: Mapping[int, Counter[int]], pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Return what comes nearest to pairs of a column and a row: steps, concept, items."""
    concepts = {across for _, across in pairs}.union(*(held.get(down, ()) for down, _ in pairs))
    above: dict[int, dict[int, int]] = {
        concept: dict(rows) for concept, rows in session.said_of("above", concepts).items()
    }
    found = {}
    for down, across in pairs:
        up = above[across]
        steps = (
            (up[broad] + depth, near, items)
            for near, items in held.get(down, {}).items()
            for broad, depth in above[near].items()
            if broad in up
        )
        best = min(steps, default=None)
        if best is not None:
            found[down, across] = best
    return found


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
    selection.check()
    require("facet", facet, CONCEPT_FACETS)
    check_page(offset, limit)
    with tables.session() as session:
        members = {member for (member,) in session.said_of("axis", [facet])[facet]}
        for own in _named(session, selection, {facet}).values():
            members -= concepts_named(own, facet)
        named_in = session.said_of("concept_units", sorted(members))
        missing = [each for each, units in named_in.items() if units]
        page = missing[offset : offset + limit]
        things = things_of(session, page)
    gaps = tuple(
        UnusedConcept(things[each], tuple(Evidence(*unit) for unit in named_in[each]))
        for each in page
    )
    return Page(gaps, len(missing), offset)


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
    selection.check()
    require("facet", facet, WHOLE_AXES)
    check_page(offset, limit)
    with tables.session() as session:
        named = _named(session, selection, {facet})
        silent = sorted(item for item, own in named.items() if not own)
        items = described(session, silent[offset : offset + limit])
    return Page(tuple(items.values()), len(silent), offset)


def _named(session: Session, selection: Selection, facets: Set[str]) -> dict[int, list[Naming]]:
    """Return what the items of a selection name of some facets."""
    return namings_of(session, statements_of(session, selection), facets, selection.basis)
