"""Topics and the programmes that serve them, each pair with its reasons.

There are three kinds of reasons: both fall under a concept (or a project) that one of them at least
names, as in `linkages`; a source links the two by a property; a unit of a document names both. Each
weighs log2(N / n) bits: N topics, scope items and programmes, n of them under the concept or named
by the unit, two joined by the link; concepts that are broader or narrower on one side count
half. The strength of a pair is the sum over its reasons. Weights are those of the whole graph,
whatever part of it is asked for.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

from medrd_kg.linkage.facets import iri_of, require
from medrd_kg.linkage.items import (
    PAGE,
    Evidence,
    Item,
    Page,
    Thing,
    check_page,
    described,
    item_of_kind,
)
from medrd_kg.linkage.paths_links import Link, links_of
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.problems import Problem

__all__ = [
    "REASONS",
    "Reason",
    "TopicProgramme",
    "TopicProgrammeQuestion",
    "iri_of_end",
    "topic_programmes",
]

REASONS: Final = ("shared-concept", "stated-link", "named-together")
"""Why a programme serves a topic."""


@dataclass(frozen=True, slots=True)
class TopicProgrammeQuestion:
    """Which pairs are wanted.

    Attributes:
        topic: Slug, IRI or prefixed name of a topic; None for any.
        programme: The same of a programme.
        fiscal_year: Western year of topics and programmes; None for every year.
        reason: Only reasons of one of `REASONS`.
        basis: One of `selection.BASES`: which reasons count.
    """

    topic: str | None = None
    programme: str | None = None
    fiscal_year: int | None = None
    reason: str | None = None
    basis: str = "all"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason why a programme serves a topic.

    Attributes:
        kind: One of `REASONS`.
        facet: Facet of the shared concept; None for other reasons.
        concept: The concept or project; None for other reasons.
        how: ``same``, ``broader`` or ``narrower``, seen from the topic; None for other reasons.
        bits: How much it tells.
        named_by: n, how many items the weight counts.
        basis: ``computed`` where our linker must be trusted for it, else ``stated``.
        axioms: IRIs of the axioms that tell how it was computed, or that we read it into the text.
        evidence: Where what it rests on is stated.
    """

    kind: str
    facet: str | None
    concept: Thing | None
    how: str | None
    bits: float
    named_by: int
    basis: str
    axioms: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TopicProgramme:
    """A topic and a programme that serves it.

    Attributes:
        topic: The topic.
        programme: The programme.
        strength: Sum of the weights of the reasons, in bits.
        reasons: The reasons: stated links, then concepts, the most telling first, then units that
            name both.
    """

    topic: Item
    programme: Item
    strength: float
    reasons: tuple[Reason, ...]


_KEPT: Final[WeakKeyDictionary[FactTables, dict[int, Item]]] = WeakKeyDictionary()
_LOCK: Final = threading.Lock()

_Naming = tuple[list[str], list[Evidence]]
"""Axioms and citations of the links by which an item names something."""


def topic_programmes(
    tables: FactTables,
    question: TopicProgrammeQuestion,
    *,
    offset: int = 0,
    limit: int = 20,
) -> Page[TopicProgramme]:
    """Return topics and the programmes that serve them, the strongest first.

    Args:
        tables: The fact tables.
        question: Which pairs are wanted.
        offset: Pairs to pass over.
        limit: Pairs to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range; ``not-found``: there is
            no such topic or programme; ``query-timeout`` or ``query-memory``: the answer is too
            costly.
    """
    ends = {
        "topic": iri_of_end("topic", question.topic),
        "programme": iri_of_end("programme", question.programme),
    }
    parameters: dict[str, object] = {
        **ends,
        "fiscal_year": question.fiscal_year,
        "reason": None if question.reason is None else require("reason", question.reason, REASONS),
        "basis": require("basis", question.basis, BASES),
        **check_page(offset, limit, PAGE),
    }
    with tables.session() as session:
        items = _items(tables, session)
        # Most programmes have no link, which needs no statement to tell.
        may_have = {None, *(each.iri for each in items.values())}.issuperset(ends.values())
        rows = session.rows(statement("topic_programmes"), parameters) if may_have else []
        if not rows:
            for kind, iri in ends.items():
                _check(session, kind, iri)
        total = rows[0][3] if rows else _count(session, parameters, offset) if may_have else 0
        namings = _namings(session, {number for row in rows for number in row[:2]})
        links = links_of(tables, session, (row[14] for row in rows if row[14] is not None))
    pairs: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in rows:
        pairs.setdefault((row[0], row[1]), []).append(row)
    return Page(
        tuple(
            TopicProgramme(
                items[topic],
                items[programme],
                reasons[0][2],
                tuple(_reason(row, namings, links) for row in reasons),
            )
            for (topic, programme), reasons in pairs.items()
        ),
        total,
        offset,
    )


def _items(tables: FactTables, session: Session) -> dict[int, Item]:
    """Return all linked topics and programmes; they are read once and kept with the tables."""
    with _LOCK:
        if tables not in _KEPT:
            numbers = [number for (number,) in session.rows(statement("topic_items"))]
            _KEPT[tables] = described(session, numbers)
        return _KEPT[tables]


def iri_of_end(kind: str, value: str | None) -> str | None:
    """Return the IRI of a topic or programme; None where none is named."""
    return None if value is None else iri_of(kind, value)


def _check(session: Session, kind: str, iri: str | None) -> None:
    """Make sure that a topic or programme exists.

    Raises:
        Problem: ``not-found``: it does not.
    """
    if iri is not None and item_of_kind(session, kind, iri) is None:
        raise Problem("not-found", f"there is no {kind} {iri}", extra={"parameter": kind})


def _count(session: Session, parameters: dict[str, object], offset: int) -> int:
    """Return how many pairs there are, where the page itself holds none."""
    if not offset:
        return 0
    first = session.rows(statement("topic_programmes"), parameters | {"offset": 0, "limit": 1})
    return int(first[0][3]) if first else 0


def _namings(session: Session, items: Iterable[int]) -> dict[tuple[int, int], _Naming]:
    """Return by which links items name the concepts that they share with others."""
    found: dict[tuple[int, int], _Naming] = {}
    for item, rows in session.said_of("topic_namings", items).items():
        for concept, axiom, *cited in rows:
            axioms, evidence = found.setdefault((item, concept), ([], []))
            if axiom is not None:
                axioms.append(axiom)
            if cited[0] is not None:
                evidence.append(Evidence(*cited))
    return found


def _reason(
    row: tuple[Any, ...],
    namings: Mapping[tuple[int, int], _Naming],
    links: Mapping[int, Link],
) -> Reason:
    """Return the reason of a row of ``sql/topic_programmes.sql``."""
    topic, programme, _, _, kind, facet, concept, iri, ja, en, how, bits, named_by, basis = row[:14]
    if kind == "stated-link":
        link = links[row[14]]
        rests = [([] if link.axiom is None else [link.axiom], list(link.evidence))]
    elif kind == "named-together":
        rests = [([], [Evidence(row[15], "unit", row[16])])]
    else:
        rests = [namings.get((item, concept), ([], [])) for item in (topic, programme)]
    return Reason(
        kind,
        facet,
        None if iri is None else Thing(iri, ja, en),
        how,
        bits,
        named_by,
        basis,
        tuple(dict.fromkeys(each for axioms, _ in rests for each in axioms)),
        tuple(dict.fromkeys(each for _, evidence in rests for each in evidence)),
    )
