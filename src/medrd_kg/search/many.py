"""Things of a word that tens of thousands of texts hold, without weighing each text.

Nobody reads beyond the first of them, but all are counted, kind by kind. What fixes the place of a
text, whatever the query, lies in a few arrays: its thing, its weight, and the kinds of the thing.
Names that begin with the word are found in their order; all others that hold it differ in role and
weight alone, so that only those of the page are put in order.
"""

import sqlite3
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import Final

import orjson

from medrd_kg.search.contents import Role
from medrd_kg.search.grams import match_part
from medrd_kg.search.matching import Found
from medrd_kg.search.ranking import Match, in_step, name_of

__all__ = ["MANY", "Many", "Places"]

MANY: Final = 2_000
"""Texts that hold a word from which on they are not weighed one by one."""

_ARE_MANY: Final = """
SELECT count(*) > :many FROM (SELECT 1 FROM gram WHERE gram MATCH :match LIMIT :many + 1)
"""
_TEXTS: Final = "SELECT json_group_array(rowid) FROM gram WHERE gram MATCH :match"
_NAMES: Final = f"""
SELECT json_group_array(id) FROM name
WHERE role <= {Role.HIDDEN:d} AND folded >= :first AND folded <= :last
"""  # noqa: S608 - the text is made of constants
_COLUMN: Final = "SELECT json_group_array({0}) FROM (SELECT {0} FROM name ORDER BY id)"
_KINDS: Final = "SELECT json_group_array(kinds) FROM (SELECT kinds FROM subject ORDER BY id)"
_LAST: Final = "\U0010ffff"
"""What no text holds: a name with it behind a word comes after all names that begin with that."""


class Places:
    """What fixes the places of texts.

    Attributes:
        subjects: The thing of each text, by the number of the text.
        weights: The weight of each text, by its number.
        kinds: Kinds of each thing as bits, by its number.
        roles: The least number of a text of each role, and one more than the last number.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read them."""
        self.subjects = array("I", [0, *_list(connection, _COLUMN.format("subject"))])
        self.weights = array("Q", [0, *_list(connection, _COLUMN.format("weight"))])
        self.kinds = array("Q", [0, *_list(connection, _KINDS)])
        counted = dict(connection.execute("SELECT role, count(*) FROM name GROUP BY role"))
        self.roles = [1]
        for role in Role:
            self.roles.append(self.roles[-1] + counted.get(int(role), 0))


class Many:
    """Things of which a text holds one word, and further ones."""

    def __init__(self, places: Places, connection: sqlite3.Connection, word: str) -> None:
        """Find them.

        Args:
            places: Places of the texts.
            connection: The index.
            word: A folded word, which begins with no Latin letter and no digit.
        """
        self._places = places
        self._words = (word,)
        texts = _list(connection, _TEXTS, match=match_part(word))
        exact = _list(connection, _NAMES, first=word, last=word)
        begun = _list(connection, _NAMES, first=word, last=word + _LAST)
        self._subjects = set(map(places.subjects.__getitem__, texts))
        self._added: dict[int, Found] = {}
        self._has_name = bool(exact)
        known = set(begun)
        rest = [each for each in texts if each not in known] if known else texts
        names, descriptions = self._parted(rest, Role.DEFINITION)
        definitions, others = self._parted(descriptions, Role.TEXT)
        equal = set(exact)
        self._steps = [
            *self._named(Match.EXACT_LABEL, sorted(exact)),
            *self._named(Match.LABEL_PREFIX, sorted(known - equal)),
            *self._named(Match.IN_LABEL, names),
            (Match.IN_DEFINITION, definitions),
            (Match.IN_TEXT, others),
        ]

    @staticmethod
    def are_many(connection: sqlite3.Connection, word: str) -> bool:
        """Tell whether so many texts hold a folded word that they are not weighed one by one."""
        asked = {"match": match_part(word), "many": MANY}
        (are_many,) = connection.execute(_ARE_MANY, asked).fetchone()
        return bool(are_many)

    def add(self, further: Iterable[Found]) -> None:
        """Take further texts; of each thing the best one counts."""
        for each in further:
            known = self._added.get(each.subject)
            if known is None or each.key < known.key:
                self._added[each.subject] = each
            self._subjects.add(each.subject)

    def has_name(self) -> bool:
        """Tell whether the query is a name of a thing."""
        return self._has_name

    def kinds(self) -> Mapping[int, int]:
        """Return how many things there are of each combination of kinds, as bits."""
        return Counter(map(self._places.kinds.__getitem__, self._subjects))

    def page(self, mask: int, first: int, limit: int) -> list[Found]:
        """Return some of the things of any of some kinds, the best first."""
        return list(islice(self._in_order(mask), first, first + limit))

    def _in_order(self, mask: int) -> Iterator[Found]:
        """Yield the things, each once, with their best texts."""
        seen: set[int] = set()
        added = sorted(self._added.values(), key=_key)
        for each in merge(self._weighed(), added, key=_key):
            if each.subject not in seen:
                seen.add(each.subject)
                if each.kinds & mask:
                    yield each

    def _weighed(self) -> Iterator[Found]:
        """Yield the texts that hold the word in their order."""
        places = self._places
        for match, texts in self._steps:
            for weight in sorted(map(places.weights.__getitem__, texts)):
                subject = places.subjects[name_of(weight)]
                yield Found(subject, places.kinds[subject], in_step(weight, match), self._words)

    def _named(self, match: Match, names: list[int]) -> Iterator[tuple[Match, list[int]]]:
        """Yield labels and other names, each with its step: that of labels, and the next."""
        labels, others = self._parted(names, Role.ALTERNATIVE)
        yield match, labels
        yield Match(match + 1), others

    def _parted(self, texts: list[int], role: Role) -> tuple[list[int], list[int]]:
        """Part texts in the order of their numbers, which is that of roles, before a role."""
        at = bisect_left(texts, self._places.roles[role])
        return texts[:at], texts[at:]


def _key(each: Found) -> int:
    return each.key


def _list(connection: sqlite3.Connection, text: str, **parameters: object) -> list[int]:
    """Return a column of numbers, which one text carries faster than rows do."""
    (found,) = connection.execute(text, parameters).fetchone()
    numbers: list[int] = orjson.loads(found)
    return numbers
