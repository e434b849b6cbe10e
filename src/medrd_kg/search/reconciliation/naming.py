"""How near the name in a cell is to the names of things, as a score from 0 to 100."""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from medrd_kg.search.contents import Role
from medrd_kg.search.contractions import find_contractions
from medrd_kg.search.folding import fold
from medrd_kg.search.grams import match_any
from medrd_kg.sources.review_sheets.names import expand_forms, legal_form

__all__ = ["Named", "things_named"]

SAME_LABEL: Final = 100.0
SAME_NAME: Final = 98.0
SAME_BUT_FORM: Final = 95.0
"""The same but for a legal form that one of the two lacks."""
SAME_HIDDEN: Final = 85.0
"""The same as a spelling that is not shown as a name."""
OTHER_FORM: Final = 70.0
"""The same proper name with another legal form: often another organisation."""
CONTRACTION: Final = 75.0
"""A contraction of the name (厚労省): likely, but never certain."""
BEGUN: Final = 80.0
"""The name but for its last letters (東京大): likelier than a contraction of another."""
SIMILAR: Final = 0.84
"""What the likeness of letters, from 0 to 100, counts: always less than the same name."""

_LEAST: Final = 55.0
_NEARLY_WHOLE: Final = 85.0
"""Likeness of letters from which on the beginning of a name counts as `BEGUN`."""
_TWICE = re.compile(r"(?P<name>.+?)\s*[(（](?P<other>[^()（）]+)[)）]\s*")
"""A name with another one in parentheses after it."""
_MOST_CANDIDATES: Final = 3000

_SAME: Final = """
SELECT name.subject, name.role, subject.label_ja, subject.iri
FROM name CROSS JOIN subject ON subject.id = name.subject
WHERE name.role <= 3 AND name.folded = ? AND subject.kinds & ?
LIMIT 200
"""

_NEAR: Final = """
SELECT name.id, name.folded FROM gram CROSS JOIN name ON name.id = gram.rowid
WHERE gram MATCH ? AND gram.rowid <= ? AND name.kinds & ?
LIMIT ?
"""

_BEARER: Final = "SELECT subject FROM name WHERE id = ?"


@dataclass(frozen=True, slots=True)
class Named:
    """A thing with a name like the one asked for.

    Attributes:
        subject: Its number in the index.
        score: How near the name is, from 0 to 100.
        is_same: Whether it is the same name, the legal form apart.
    """

    subject: int
    score: float
    is_same: bool


def things_named(
    connection: sqlite3.Connection, name: str, *, kinds: int, last_name: int, limit: int
) -> list[Named]:
    """Return the things with the name, or else with one that is like it, the nearest first.

    Args:
        connection: The index.
        name: The name in the cell, or the IRI of a thing.
        kinds: Kinds of things, as bits.
        last_name: The greatest number of a text that is a name.
        limit: Most things.
    """
    folded = fold(name)
    best: dict[int, Named] = {}
    for each in _with_iri(connection, name, kinds):
        best[each.subject] = each
    if folded:
        for each in _same(connection, name, folded, kinds):
            _keep(best, each)
        for each in _named_twice(connection, name, kinds):
            _keep(best, each)
        if not any(each.is_same for each in best.values()):
            for each in _similar(connection, folded, kinds, last_name, limit):
                _keep(best, each)
            for shortened in find_contractions(connection, folded, kinds=kinds):
                _keep(best, Named(shortened.subject, CONTRACTION, is_same=False))
    return sorted(best.values(), key=lambda each: (-each.score, each.subject))


def _keep(best: dict[int, Named], each: Named) -> None:
    known = best.get(each.subject)
    if known is None or each.score > known.score:
        best[each.subject] = each


def _with_iri(connection: sqlite3.Connection, name: str, kinds: int) -> Iterator[Named]:
    """Yield the thing whose IRI was given in place of a name."""
    for (subject,) in connection.execute(
        "SELECT id FROM subject WHERE iri = ? AND kinds & ?", (name, kinds)
    ):
        yield Named(subject, SAME_LABEL, is_same=True)


def _same(connection: sqlite3.Connection, name: str, folded: str, kinds: int) -> Iterator[Named]:
    """Yield the things with this name, and those that differ in nothing but the legal form."""
    form, proper = legal_form(expand_forms(name.strip()))
    forms = dict.fromkeys([folded, fold(form + proper), fold(proper)])
    for at, spelling in enumerate(forms):
        if not spelling:
            continue
        for subject, role, label, _ in connection.execute(_SAME, (spelling, kinds)):
            score = _score(Role(role), spelling, label or "", form if at else "")
            yield Named(subject, score, is_same=score >= SAME_HIDDEN)


def _named_twice(connection: sqlite3.Connection, cell: str, kinds: int) -> Iterator[Named]:
    """Yield the things that both names in a cell name: 理化学研究所（RIKEN）.

    The second may be a contraction of the first; it alone would not be certain.
    """
    found = _TWICE.fullmatch(cell)
    if found is None:
        return
    first, second = found["name"], found["other"]
    others = {each.subject for each in _same(connection, second, fold(second), kinds)}
    others |= {each.subject for each in find_contractions(connection, fold(second), kinds=kinds)}
    for each in _same(connection, first, fold(first), kinds):
        if each.is_same and each.subject in others:
            yield Named(each.subject, SAME_BUT_FORM, is_same=True)


def _score(role: Role, spelling: str, label: str, form: str) -> float:
    """Return the score of a thing that bears a spelling of the name.

    Args:
        role: What the spelling is to it.
        spelling: The spelling, folded.
        label: Its Japanese label.
        form: The legal form in the name asked for, if the spelling lacks it.
    """
    own_form, own_proper = legal_form(expand_forms(label))
    if role is Role.HIDDEN and own_form and fold(own_proper.strip()) == spelling:
        return OTHER_FORM if form not in {"", own_form} else SAME_BUT_FORM
    if role is Role.HIDDEN and fold(expand_forms(label)) == spelling:
        return SAME_NAME
    if form:
        return SAME_BUT_FORM if role <= Role.IDENTIFIER else OTHER_FORM
    if role is Role.LABEL:
        return SAME_LABEL
    return SAME_HIDDEN if role is Role.HIDDEN else SAME_NAME


def _similar(
    connection: sqlite3.Connection, folded: str, kinds: int, last_name: int, limit: int
) -> Iterator[Named]:
    """Yield the things with names that share a piece with this one and are like it."""
    rows = connection.execute(
        _NEAR, (match_any(dict.fromkeys(_pieces(folded))), last_name, kinds, _MOST_CANDIDATES)
    )
    near: dict[int, str] = dict(rows.fetchall())
    for _, likeness, number in process.extract(
        folded, near, scorer=fuzz.ratio, score_cutoff=_LEAST, limit=limit * 3
    ):
        (subject,) = connection.execute(_BEARER, (number,)).fetchone()
        is_begun = likeness >= _NEARLY_WHOLE and near[number].startswith(folded)
        score = max(round(likeness * SIMILAR, 1), BEGUN if is_begun else 0.0)
        yield Named(subject, score, is_same=False)


def _pieces(folded: str) -> Iterator[str]:
    """Yield pieces of a name, of which a name like it has at least one."""
    parts = min(4, max(1, len(folded) // 2))
    for at in range(parts):
        yield folded[len(folded) * at // parts : len(folded) * (at + 1) // parts]
