"""Candidates for cells: things by name and properties, scored, and matched where it is certain."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from medrd_kg.problems import Problem
from medrd_kg.search.contents import Role
from medrd_kg.search.folding import fold
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.naming import SAME_BUT_FORM, SAME_HIDDEN, things_named
from medrd_kg.search.reconciliation.requests import Condition, Value, Wanted
from medrd_kg.vocabulary import MRD, full_iri

__all__ = ["Candidate", "property_number", "reconcile"]

SECONDS: Final = 10.0
"""Time for a batch."""

_UNMET: Final = 0.4
"""Share of the score that conditions decide over."""

_MOST_BY_PROPERTY: Final = 1000

_THING: Final = """
SELECT iri, kinds, popularity, coalesce({own}, {other}, iri),
    (SELECT value FROM name WHERE name.subject = subject.id AND role = {definition}
        ORDER BY language = :language DESC, id LIMIT 1)
FROM subject WHERE id = :subject
"""
_LABELS: Final = {"ja": ("label_ja", "label_en"), "en": ("label_en", "label_ja")}
_THING_IN: Final = {
    language: _THING.format(own=own, other=other, definition=int(Role.DEFINITION))
    for language, (own, other) in _LABELS.items()
}

_HAS: Final = """
SELECT 1 FROM fact WHERE subject = :subject AND property = :property AND (
    value = :value OR (NOT :is_thing AND (
        (object IS NULL AND folded = :folded AND :folded <> '')
        OR EXISTS (SELECT 1 FROM name WHERE name.subject = fact.object
            AND name.role <= 3 AND name.folded = :folded))))
LIMIT 1
"""

_WITH: Final = """
SELECT subject FROM fact WHERE property = :property AND object IN (
    SELECT id FROM subject WHERE iri = :value
    UNION SELECT name.subject FROM name
    WHERE NOT :is_thing AND name.role <= 3 AND name.folded = :folded)
UNION SELECT subject FROM fact
WHERE property = :property AND folded = :folded AND NOT :is_thing AND :folded <> ''
UNION SELECT subject FROM fact
WHERE property = :property AND folded = :folded AND value = :value
ORDER BY subject LIMIT :most
"""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing that a cell may mean.

    Attributes:
        iri: Its IRI.
        name: Its label in the language of the answer, or in the other.
        description: Its definition, if it has one.
        kinds: Names of its kinds, the most telling first.
        score: How well it fits, from 0 to 100.
        match: Whether it is the one meant: the same name, of one thing alone, and all conditions
            are met.
        name_score: How near its name is, from 0 to 100.
        conditions_met: Share of the conditions that it meets; 1 without any.
        popularity: How many statements of the graph point to it, as a power of two.
    """

    iri: str
    name: str
    description: str | None
    kinds: tuple[str, ...]
    score: float
    match: bool
    name_score: float
    conditions_met: float
    popularity: int


@dataclass(frozen=True, slots=True)
class _Scored:
    subject: int
    name_score: float
    met: float
    is_same: bool

    @property
    def score(self) -> float:
        return round(self.name_score * (1 - _UNMET * (1 - self.met)), 1)


def reconcile(
    index: SearchIndex, batch: Mapping[Key, Wanted], *, seconds: float = SECONDS
) -> dict[Key, list[Candidate]]:
    """Return the candidates of every query of a batch, the best first.

    Args:
        index: Where to look.
        batch: The queries.
        seconds: Time that all may take together.

    Raises:
        Problem: ``invalid-parameter``: a type or a property does not exist. ``query-timeout``.
    """
    # Tables repeat their cells: the same question is answered once.
    known: dict[Wanted, list[Candidate]] = {}
    with index.reading(seconds) as connection:
        for wanted in batch.values():
            if wanted not in known:
                known[wanted] = _candidates(index, connection, wanted)
    return {key: known[wanted] for key, wanted in batch.items()}


def property_number(connection: sqlite3.Connection, iri: str) -> int:
    """Return the number of a property.

    Args:
        connection: The index.
        iri: Its IRI, its prefixed name, or its name in the core ontology.

    Raises:
        Problem: ``invalid-parameter``: nothing is said by it.
    """
    row = connection.execute(
        "SELECT id FROM property WHERE iri IN (?, ?)", (full_iri(iri), f"{MRD}{iri}")
    ).fetchone()
    if row is None:
        raise Problem(
            "invalid-parameter",
            f"there is no property {iri[:200]!r}",
            "the suggest service lists the properties",
        )
    number: int = row[0]
    return number


def _candidates(
    index: SearchIndex, connection: sqlite3.Connection, wanted: Wanted
) -> list[Candidate]:
    kinds = index.mask(wanted.types)
    numbers = [property_number(connection, each.property) for each in wanted.conditions]
    conditions = list(zip(numbers, wanted.conditions, strict=True))
    if wanted.name is None:
        found: Iterable[tuple[int, float, bool]] = (
            (subject, 100.0, True) for subject in _by_property(connection, conditions, kinds)
        )
    else:
        named = things_named(
            connection,
            wanted.name,
            kinds=kinds,
            last_name=index.last_name,
            limit=wanted.limit,
        )
        found = ((each.subject, each.score, each.is_same) for each in named)
    scored = []
    for subject, score, is_same in found:
        met = [_meets(connection, subject, number, each) for number, each in conditions]
        if all(so or not each.required for so, (_, each) in zip(met, conditions, strict=True)):
            share = sum(met) / len(met) if met else 1.0
            scored.append(_Scored(subject, score, share, is_same))
    scored.sort(key=lambda each: (-each.score, each.subject))
    certain = _certain(scored, typed=bool(wanted.types))
    return [
        _shown(index, connection, each, wanted.language, match=each.subject == certain)
        for each in scored[: wanted.limit]
    ]


def _certain(scored: list[_Scored], *, typed: bool) -> int | None:
    """Return the number of the thing that must be meant, if one alone is likely.

    A spelling that is not shown as a name decides only among things of the types asked for.
    """
    least = SAME_HIDDEN if typed else SAME_BUT_FORM
    fitting = [each for each in scored if each.is_same and each.met == 1.0]
    if not fitting or fitting[0] is not scored[0] or fitting[0].name_score < least:
        return None
    rivals = [each for each in fitting[1:] if each.score == fitting[0].score]
    return None if rivals else fitting[0].subject


def _by_property(
    connection: sqlite3.Connection, conditions: list[tuple[int, Condition]], kinds: int
) -> list[int]:
    """Return the things that meet some condition, at most a thousand."""
    found: set[int] = set()
    for number, condition in conditions:
        for value in condition.values:
            if condition.quantifier != "none":
                rows = connection.execute(
                    _WITH, {**_asked(number, value), "most": _MOST_BY_PROPERTY}
                )
                found.update(subject for (subject,) in rows)
    return [
        subject
        for subject in sorted(found)[:_MOST_BY_PROPERTY]
        if connection.execute(
            "SELECT 1 FROM subject WHERE id = ? AND kinds & ?", (subject, kinds)
        ).fetchone()
    ]


def _meets(connection: sqlite3.Connection, subject: int, number: int, condition: Condition) -> bool:
    has = [
        connection.execute(_HAS, {**_asked(number, value), "subject": subject}).fetchone()
        is not None
        for value in condition.values
    ]
    match condition.quantifier:
        case "any":
            return any(has)
        case "all":
            return all(has)
        case "none":
            return not any(has)


def _asked(number: int, value: Value) -> dict[str, str | int]:
    return {
        "property": number,
        "value": value.text,
        "folded": fold(value.text),
        "is_thing": int(value.is_thing),
    }


def _shown(
    index: SearchIndex,
    connection: sqlite3.Connection,
    scored: _Scored,
    language: str,
    *,
    match: bool,
) -> Candidate:
    iri, kinds, popularity, name, description = connection.execute(
        _THING_IN[language], {"subject": scored.subject, "language": language}
    ).fetchone()
    return Candidate(
        iri,
        name,
        description,
        index.names_of(kinds),
        scored.score,
        match,
        scored.name_score,
        scored.met,
        popularity,
    )
