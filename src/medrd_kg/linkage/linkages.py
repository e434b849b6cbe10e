"""Linkages: pairs of things, of any two kinds, whose items share concepts.

A thing's items are the topics and scope items (and, where programmes, ministries or organisations
are linked, the programmes) that name it or belong to it. Two things share a concept when items of
both fall under it and items of one at least name it: ``same`` when both name it, ``broader`` when
only the first does and the second names something narrower, ``narrower`` the other way round.

A shared concept weighs its information content: log2(N / n) bits, N items being looked at, n of
them falling under the concept. The strength of a pair is the sum over its shared concepts, those
that are not the same at half. What every item names thus links nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from medrd_kg.linkage.facets import CONCEPT_FACETS, iri_of, require_facet
from medrd_kg.linkage.items import (
    PAGE,
    Item,
    Page,
    Thing,
    check_page,
    described,
    number_of,
    things_of,
)
from medrd_kg.linkage.linkages_classes import are_many, class_rows
from medrd_kg.linkage.selection import Selection
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.problems import Problem

__all__ = [
    "VIA",
    "LinkageItem",
    "LinkageQuestion",
    "Linkages",
    "LinkedPair",
    "SharedConcept",
    "linkage_items",
    "linkages",
    "selection_of",
]

VIA: Final = tuple(facet for facet in CONCEPT_FACETS if facet != "status")
"""Facets that links run over unless others are named: how a matter is taken up links nothing."""

_WITH_PROGRAMMES: Final = frozenset({"programme", "ministry", "organization"})
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class LinkageQuestion:
    """What is to be linked, over what.

    Attributes:
        left: Kind of the one side, one of `facets.FACETS`.
        right: Kind of the other.
        via: Facets over which links run; the kinds of the sides themselves are left out.
        scope: One of `selection.SCOPES`.
        fiscal_year: Western year of topics and programmes; None for every year.
        basis: One of `selection.BASES`.
        min_shared: Least number of shared concepts.
        hierarchy: Whether broader and narrower concepts link too, not only the same.
        thing: Slug or IRI of a thing of ``left`` that every pair must contain; None for any.
    """

    left: str
    right: str
    via: tuple[str, ...] = VIA
    scope: str = "all"
    fiscal_year: int | None = None
    basis: str = "all"
    min_shared: int = 1
    hierarchy: bool = True
    thing: str | None = None

    def parameters(self) -> dict[str, object]:
        """Return the parameters of the statements.

        Raises:
            Problem: ``invalid-parameter``: a value is unknown or out of range, or no facet is left
                to link over.
        """
        sides = (require_facet("of", self.left), require_facet("of", self.right))
        selection, via = selection_of(self)
        if self.min_shared < 1:
            raise Problem("invalid-parameter", "min_shared cannot be below 1", "1 or more")
        return selection.parameters() | {
            "left": sides[0],
            "right": sides[1],
            "via": via,
            "facets": sorted({*sides, *via}),
            "min_shared": self.min_shared,
            "hierarchy": self.hierarchy,
            "thing": None,
        }


@dataclass(frozen=True, slots=True)
class SharedConcept:
    """A concept that links a pair.

    Attributes:
        facet: Its facet.
        concept: The concept, project, ministry or whatever the facet has.
        how: ``same``, ``broader`` or ``narrower``, seen from the pair's first thing.
        bits: Its information content.
        named_by: How many of all items looked at fall under it.
        left_count: How many items of the first thing do.
        right_count: How many items of the second thing do.
        left_items: IRIs of the first of these, at most as many as were to be shown.
        right_items: The same of the second thing.
    """

    facet: str
    concept: Thing
    how: str
    bits: float
    named_by: int
    left_count: int
    right_count: int
    left_items: tuple[str, ...]
    right_items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LinkedPair:
    """Two things that share concepts.

    Attributes:
        left: The one thing; of two of the same kind, the one whose IRI comes first.
        right: The other.
        strength: Sum of the weights of what they share, in bits.
        same: How many concepts both name.
        shared: What they share, the most telling first.
    """

    left: Thing
    right: Thing
    strength: float
    same: int
    shared: tuple[SharedConcept, ...]


@dataclass(frozen=True, slots=True)
class Linkages:
    """A page of linked pairs.

    Attributes:
        question: What was asked.
        pairs: The pairs, strongest first.
        items: The items that the pairs name, by IRI, with their evidence.
    """

    question: LinkageQuestion
    pairs: Page[LinkedPair]
    items: Mapping[str, Item]


@dataclass(frozen=True, slots=True)
class LinkageItem:
    """An item behind a pair, with one shared concept that it falls under.

    Attributes:
        side: ``left`` or ``right``.
        item: The item.
        facet: Facet of the concept.
        concept: The concept.
        direct: Whether the item names the concept itself.
    """

    side: str
    item: Item
    facet: str
    concept: Thing
    direct: bool


def selection_of(question: LinkageQuestion) -> tuple[Selection, tuple[str, ...]]:
    """Return the items that a question looks at, and the facets that links run over.

    Raises:
        Problem: ``invalid-parameter``: no facet is left to link over.
    """
    sides = (question.left, question.right)
    via = tuple(facet for facet in question.via if require_facet("via", facet) not in sides)
    if not via:
        raise Problem(
            "invalid-parameter",
            "nothing is left to link over: via names the kinds that are linked",
            f"name another facet, such as {next(each for each in VIA if each not in sides)}",
        )
    selection = Selection(
        scope=question.scope,
        fiscal_year=question.fiscal_year,
        basis=question.basis,
        programmes=not _WITH_PROGRAMMES.isdisjoint((*sides, *via)),
    )
    return selection, via


def linkages(
    tables: FactTables,
    question: LinkageQuestion,
    *,
    shown: int = 5,
    offset: int = 0,
    limit: int = 20,
) -> Linkages:
    """Return the pairs that share concepts.

    Two concepts of one facet of which one lies above the other are no pair: all that falls under
    the narrower falls under the broader.

    Args:
        tables: The fact tables.
        question: What is to be linked.
        shown: Items to show on each side of each shared concept, at most 20.
        offset: Pairs to pass over.
        limit: Pairs to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range; ``not-found``: there
            is no such thing; ``query-timeout`` or ``query-memory``: the answer is too costly.
    """
    page = check_page(offset, limit)
    if not 0 <= shown <= _SHOWN:
        raise Problem("invalid-parameter", f"shown cannot be {shown}", f"0 to {_SHOWN}")
    parameters = question.parameters() | page | {"shown": shown, "only": None}
    with tables.session() as session:
        if question.thing is not None:
            parameters["thing"] = number_of(session, iri_of(question.left, question.thing))
        if question.thing is None and are_many(session, parameters):
            rows, total = class_rows(session, parameters)
        else:
            rows = session.rows(statement("linkages"), parameters)
            total = rows[0][5] if rows else _count(session, parameters, offset)
        things = things_of(session, {row[place] for row in rows for place in (0, 1, 7)})
        items = described(session, {item for row in rows for item in (*row[13], *row[14])})
    pairs: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in rows:
        pairs.setdefault((row[0], row[1]), []).append(row)
    entries = tuple(
        LinkedPair(
            things[one],
            things[two],
            round(shared[0][4], 6),
            shared[0][3],
            tuple(_shared(row, things, items) for row in shared),
        )
        for (one, two), shared in pairs.items()
    )
    return Linkages(
        question, Page(entries, total, offset), {item.iri: item for item in items.values()}
    )


def linkage_items(
    tables: FactTables,
    question: LinkageQuestion,
    left: str,
    right: str,
    *,
    offset: int = 0,
    limit: int = PAGE,
) -> Page[LinkageItem]:
    """Return the items behind one pair, a line for each shared concept that an item falls under.

    Args:
        tables: The fact tables.
        question: What is linked, as for `linkages`.
        left: Slug or IRI of the one thing.
        right: Slug or IRI of the other.
        offset: Lines to pass over.
        limit: Lines to show, at most `items.PAGE`.

    Raises:
        Problem: As for `linkages`; ``not-found``: there is no such thing.
    """
    parameters = question.parameters() | check_page(offset, limit)
    ends = {"one": iri_of(question.left, left), "two": iri_of(question.right, right)}
    parameters |= ends
    with tables.session() as session:
        for iri in ends.values():
            number_of(session, iri)
        rows = session.rows(statement("linkage_items"), parameters)
        first = rows or (
            session.rows(statement("linkage_items"), parameters | {"offset": 0, "limit": 1})
            if offset
            else []
        )
        items = described(session, {row[1] for row in rows})
    entries = tuple(
        LinkageItem(
            "left" if side == "one" else "right", items[item], facet, Thing(iri, ja, en), direct
        )
        for side, item, facet, iri, ja, en, direct, _ in rows
    )
    return Page(entries, first[0][7] if first else 0, offset)


def _count(session: Session, parameters: dict[str, object], offset: int) -> int:
    """Return how many pairs there are, where the page itself holds none."""
    if not offset:
        return 0
    first = session.rows(statement("linkages"), parameters | {"offset": 0, "limit": 1})
    return int(first[0][5]) if first else 0


def _shared(
    row: tuple[Any, ...], things: Mapping[int, Thing], items: Mapping[int, Item]
) -> SharedConcept:
    """Return the shared concept of a row of ``sql/linkages.sql``."""
    facet, concept, how, bits, named_by, left_count, right_count, left, right = row[6:]
    return SharedConcept(
        facet,
        things[concept],
        how,
        round(bits, 6),
        named_by,
        left_count,
        right_count,
        tuple(items[item].iri for item in left),
        tuple(items[item].iri for item in right),
    )
