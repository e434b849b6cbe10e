"""Finds the things whose texts hold the words of a query: exactly, or through another name."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice, product
from typing import Final, NamedTuple

from medrd_kg.search.contents import Role
from medrd_kg.search.folding import is_latin
from medrd_kg.search.grams import match_all
from medrd_kg.search.ranking import SORT_KEY, Match, in_step, match_of

__all__ = ["Found", "find", "find_by_synonym", "variants"]

_FIND: Final = f"""
SELECT name.subject, name.kinds, {SORT_KEY}
FROM gram CROSS JOIN name ON name.id = gram.rowid
WHERE gram MATCH :match AND name.role <= :last_role
    AND (:language = '' OR name.language IN (:language, ''))
"""  # noqa: S608 - the text is made of constants

_SYNONYMS: Final = f"""
SELECT other.folded FROM name
JOIN subject ON subject.id = name.subject
JOIN name AS other ON other.subject = name.subject
WHERE name.folded = :whole AND name.role <= {Role.HIDDEN:d} AND subject.kinds & :kinds
    AND other.role <= {Role.ALTERNATIVE:d} AND instr(other.folded, :whole) = 0
GROUP BY other.folded ORDER BY min(other.id)
LIMIT :most
"""  # noqa: S608 - the text is made of constants

_LATIN: Final = re.compile(r"[a-z0-9]")
_MOST_SYNONYMS: Final = 8
_MOST_VARIANTS: Final = 16
_SHORTEST_SYNONYM: Final = 2
_SHORTEST_LATIN_SYNONYM: Final = 3


class Found(NamedTuple):
    """A thing that answers a query.

    Attributes:
        subject: Its number in the index.
        kinds: Its kinds as bits.
        key: Sort key of the text that answers best.
        words: The folded words that stand in that text.
    """

    subject: int
    kinds: int
    key: int
    words: tuple[str, ...]


def find(
    connection: sqlite3.Connection,
    words: Sequence[str],
    whole: str,
    *,
    language: str = "",
    last_role: Role = Role.TEXT,
) -> list[Found]:
    """Return every thing with a text that holds all of some folded words, once a text.

    Args:
        connection: The index.
        words: At least one, none empty.
        whole: The words as one folded text, which ranks better than the words apart.
        language: Only texts of this language, or of none; empty for all.
        last_role: The least telling role of the texts to look at.
    """
    rows = connection.execute(
        _FIND,
        {
            "match": match_all(words),
            "whole": whole,
            "latin": any(_LATIN.match(word) for word in words),
            "words": " ".join(words),
            "language": language,
            "last_role": int(last_role),
        },
    )
    said = tuple(words)
    return [Found(subject, kinds, key, said) for subject, kinds, key in rows]


def variants(
    connection: sqlite3.Connection, words: Sequence[str], whole: str, kinds: int
) -> list[tuple[str, ...]]:
    """Return the words of a query with other names in their place.

    Args:
        connection: The index.
        words: The folded words.
        whole: The query, folded, which may be a name itself.
        kinds: Kinds of things, as bits, whose names are words for the same thing.
    """
    choices = [[word, *_synonyms(connection, word, kinds)] for word in words]
    changed = islice(product(*choices), 1, _MOST_VARIANTS + 1)  # the first is the query itself
    found = [(each,) for each in _synonyms(connection, whole, kinds)] if len(words) > 1 else []
    return [*found, *changed]


def find_by_synonym(
    connection: sqlite3.Connection, variants: Iterable[tuple[str, ...]], *, language: str = ""
) -> list[Found]:
    """Return the things with a name that holds any variant of a query.

    Latin words must begin words there: as parts of other words they are no synonyms.
    """
    return [
        Found(each.subject, each.kinds, in_step(each.key, Match.SYNONYM), each.words)
        for words in variants
        for each in find(
            connection, words, "".join(words), language=language, last_role=Role.HIDDEN
        )
        if match_of(each.key) is not Match.WITHIN_WORD
    ]


def _synonyms(connection: sqlite3.Connection, folded: str, kinds: int) -> list[str]:
    """Return further folded names of the things that a folded text is a name of.

    Names that hold the text are left out, because it finds what they find.
    """
    parameters = {"whole": folded, "kinds": kinds, "most": _MOST_SYNONYMS}
    return [
        name
        for (name,) in connection.execute(_SYNONYMS, parameters)
        if len(name) >= (_SHORTEST_LATIN_SYNONYM if is_latin(name) else _SHORTEST_SYNONYM)
    ]
