"""Completion of what somebody types: the best few names, within a millisecond or two."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.search.contents import Role
from medrd_kg.search.contractions import find_contractions
from medrd_kg.search.folding import fold
from medrd_kg.search.grams import match_part
from medrd_kg.search.leading import KEPT, MANY
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.ranking import name_of
from medrd_kg.search.searching import MAX_QUERY, checked_language, labels, marked

__all__ = ["Completion", "complete"]

SECONDS: Final = 0.5
"""Time for one completion."""

_SHOWN: Final = f"""
    name.id, name.subject, subject.iri, subject.kinds, subject.label_ja, subject.label_en,
    name.language, name.value, name.folded, subject.popularity
FROM {{source}} CROSS JOIN subject ON subject.id = name.subject
WHERE name.role <= {Role.HIDDEN:d} AND name.role <= {Role.IDENTIFIER:d} AND subject.kinds & :kinds
    AND (:language = '' OR name.language IN (:language, ''))
"""

# The first condition is that of the index over folded names, which is used only where it stands.
_EXACT: Final = f"SELECT {_SHOWN.format(source='name')} AND name.folded = :typed LIMIT {KEPT}"

_BEGINNING: Final = (
    f"SELECT {_SHOWN.format(source='name')}"
    f" AND name.folded > :typed AND name.folded < :after LIMIT {MANY}"
)

_LEADING: Final = (
    "SELECT {} AND leading.prefix = :typed AND leading.kind = :kind".format(
        _SHOWN.format(source="leading CROSS JOIN name ON name.id = leading.name")
    )
    + " ORDER BY leading.position"
)

_IS_LEADING: Final = "SELECT 1 FROM leading WHERE prefix = :typed AND kind = :kind LIMIT 1"

_MATCHED: Final = """
(SELECT rowid FROM gram WHERE gram MATCH :match LIMIT 512) AS matched
CROSS JOIN name ON name.id = matched.rowid
"""

_INSIDE: Final = f"SELECT {_SHOWN.format(source=_MATCHED)} LIMIT {KEPT * 2}"

_SHORTENED: Final = f"SELECT {_SHOWN.format(source='name')} AND name.id = :name"

_Row = tuple[int, int, str, int, str | None, str | None, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Completion:
    """A thing that somebody may mean.

    Attributes:
        iri: Its IRI.
        kinds: Names of its kinds, the most telling first.
        label: Its label by language.
        language: Language of the name that completes; empty for numbers and codes.
        text: That name.
        ranges: Where that which was typed stands in it, in characters.
    """

    iri: str
    kinds: tuple[str, ...]
    label: Mapping[str, str]
    language: str
    text: str
    ranges: tuple[tuple[int, int], ...]


def complete(
    index: SearchIndex,
    typed: str,
    *,
    kinds: Sequence[str] = (),
    lang: str | None = None,
    limit: int = 10,
) -> list[Completion]:
    """Return the things whose names begin with what was typed, or else hold it.

    Names that are just that come first, then those that begin with it, then those that hold it,
    then those that it shortens; among these the things that the graph refers to most. Each thing
    comes once.

    Args:
        index: Where to look.
        typed: The beginning of a name, in any spelling.
        kinds: Only things of any of these kinds; all for none.
        lang: Only names in this language, ``ja`` or ``en``, and numbers.
        limit: Most completions, up to `KEPT`.

    Raises:
        Problem: ``invalid-parameter``: a value is out of range. ``query-timeout``.
    """
    mask, language = index.mask(kinds), checked_language(lang)
    if not 1 <= limit <= KEPT:
        raise Problem("invalid-parameter", f"the limit is not within 1 and {KEPT}: {limit}")
    if len(typed) > MAX_QUERY:
        raise Problem("invalid-parameter", f"{len(typed)} characters are too many to complete")
    folded = fold(typed)
    if not folded:
        return []
    parameters: dict[str, str | int] = {
        "typed": folded,
        "after": folded + "\U0010ffff",
        "match": match_part(folded),
        "kinds": mask,
        "language": language,
        "kind": index.position(kinds[0]) if len(kinds) == 1 else -1,
    }
    chosen: dict[int, _Row] = {}
    with index.reading(SECONDS) as connection:
        for rows in _better_first(connection, parameters, language):
            for row in rows:
                chosen.setdefault(row[1], row)
            if len(chosen) >= limit:
                break
    return [_completion(index, row, folded) for row in list(chosen.values())[:limit]]


def _better_first(
    connection: sqlite3.Connection, parameters: Mapping[str, str | int], language: str
) -> Iterator[Iterable[_Row]]:
    """Yield names that complete, one way after another."""
    yield sorted(connection.execute(_EXACT, parameters), key=_order)
    if connection.execute(_IS_LEADING, parameters).fetchone() is not None:
        yield connection.execute(_LEADING, parameters)
    # Few names begin so, or the best ones kept are not of these kinds or of this language.
    yield sorted(connection.execute(_BEGINNING, parameters), key=_order)
    yield connection.execute(_INSIDE, parameters)
    shortened = find_contractions(
        connection, str(parameters["typed"]), kinds=int(parameters["kinds"]), language=language
    )
    for each in sorted(shortened, key=lambda found: found.key):
        yield connection.execute(_SHORTENED, {**parameters, "name": name_of(each.key)})


def _order(row: _Row) -> tuple[int, int, int]:
    """Return by what completions are sorted; see `medrd_kg.search.leading.completion_order`."""
    return -row[9], len(row[8]), row[0]


def _completion(index: SearchIndex, row: _Row, folded: str) -> Completion:
    _, _, iri, mask, label_ja, label_en, language, value, _, _ = row
    return Completion(
        iri,
        index.names_of(mask),
        labels(label_ja, label_en),
        language,
        value,
        marked(value, [folded]),
    )
