"""Bridges: the concepts that connect most things of a kind."""

from dataclasses import dataclass

from medrd_kg.linkage.facets import require_facet
from medrd_kg.linkage.items import PAGE, Page, Thing, check_page, things_of
from medrd_kg.linkage.linkages import VIA, LinkageQuestion
from medrd_kg.linkage.tables import FactTables, statement
from medrd_kg.problems import Problem

__all__ = ["Bridge", "BridgeQuestion", "bridges"]


@dataclass(frozen=True, slots=True)
class BridgeQuestion:
    """What is to be connected, over what.

    Attributes:
        kind: Kind of the things that are connected, one of `facets.FACETS`.
        via: Facets of the concepts that connect them.
        scope: One of `selection.SCOPES`.
        fiscal_year: Western year of topics and programmes; None for every year.
        basis: One of `selection.BASES`.
        min_connected: Least number of things connected.
        hierarchy: Whether items that name something narrower count too.
    """

    kind: str = "project"
    via: tuple[str, ...] = VIA
    scope: str = "all"
    fiscal_year: int | None = None
    basis: str = "all"
    min_connected: int = 2
    hierarchy: bool = False


@dataclass(frozen=True, slots=True)
class Bridge:
    """A concept that connects things.

    Attributes:
        facet: Its facet.
        concept: The concept.
        connected: What it connects, in the order of IRIs.
        bits: Its information content, as for `linkages.SharedConcept`.
        named_by: How many items fall under it.
    """

    facet: str
    concept: Thing
    connected: tuple[Thing, ...]
    bits: float
    named_by: int


def bridges(
    tables: FactTables, question: BridgeQuestion, *, offset: int = 0, limit: int = PAGE
) -> Page[Bridge]:
    """Return the concepts that connect things of a kind, those that connect most first.

    Args:
        tables: The fact tables.
        question: What is to be connected.
        offset: Concepts to pass over.
        limit: Concepts to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range.
    """
    if question.min_connected < 1:
        raise Problem("invalid-parameter", "min_connected cannot be below 1", "1 or more")
    parameters = LinkageQuestion(
        question.kind,
        question.kind,
        question.via,
        scope=question.scope,
        fiscal_year=question.fiscal_year,
        basis=question.basis,
        hierarchy=question.hierarchy,
    ).parameters() | {
        "kind": require_facet("of", question.kind),
        "min_connected": question.min_connected,
    }
    page = check_page(offset, limit)
    with tables.session() as session:
        rows = session.rows(statement("bridges"), parameters | page)
        first = rows or (
            session.rows(statement("bridges"), parameters | {"offset": 0, "limit": 1})
            if offset
            else []
        )
        things = things_of(session, {row[1] for row in rows} | {n for row in rows for n in row[3]})
    entries = tuple(
        Bridge(
            facet,
            things[concept],
            tuple(things[number] for number in connected),
            round(bits, 6),
            named_by,
        )
        for facet, concept, _, connected, _, bits, named_by in rows
    )
    return Page(entries, first[0][4] if first else 0, offset)
