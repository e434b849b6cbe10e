"""Names that readers shorten in the Japanese way, such as 厚労省 for 厚生労働省.

A contraction keeps the first character, some of the others in their order, and the beginning of
the word that says what kind of body it is (省, 大学, 研究所). No table of contractions is kept:
a name is recognised by how it is made, and told as a guess below whatever bears the words
themselves. What the rule takes for such words is data: ``contents.yaml``.
"""

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from medrd_kg.search.contents import contents
from medrd_kg.search.folding import fold
from medrd_kg.search.matching import Found
from medrd_kg.search.ranking import SORT_KEY, Match, in_step
from medrd_kg.sources.review_sheets.names import expand_forms, legal_form

__all__ = ["Shortening", "ends_of", "find_contractions", "shortening"]

_SHORTEST: Final = 2
_LONGEST: Final = 8
"""A contraction has two to eight characters; longer ones share enough pieces with the name."""

_STRETCH_OF_ONE: Final = 3
_STRETCH_OF_MORE: Final = 6
"""How many characters of a name one character of a contraction may stand for: three when it
stands alone before the last word (理研, 東大), six on average otherwise (農研機構)."""

_MOST_CANDIDATES: Final = 2_000

_JAPANESE: Final = re.compile(
    f"[\u3400-\u9fff][\u3041-\u30ff\u3400-\u9fff]{{{_SHORTEST - 1},{_LONGEST - 1}}}"
)
"""A kanji, and kanji or kana after it."""

_CANDIDATES: Final = """
SELECT name.id, name.folded FROM shortened CROSS JOIN name ON name.id = shortened.name
WHERE shortened.ends = ? AND name.kinds & ?
ORDER BY shortened.name LIMIT ?
"""

_FOUND: Final = f"""
SELECT name.subject, name.kinds, {SORT_KEY} FROM name WHERE name.id = :name
"""  # noqa: S608 - the text is made of constants


@dataclass(frozen=True, slots=True)
class Shortening:
    """What contractions are made of, all folded.

    Attributes:
        last_words: Words that say what kind of body a name names.
        first_words: Words that shrink to their first character before the rest of a name, or are
            left out.
    """

    last_words: tuple[str, ...]
    first_words: tuple[str, ...]

    def keys(self, name: str) -> set[str]:
        """Return the two characters that any contraction of a name begins with, or its ends.

        Args:
            name: The folded name.
        """
        found = set()
        for start in self._starts(name):
            for last in self.last_words:
                if start.endswith(last) and len(start) > len(last):
                    found.add(start[0] + last[0])
        for first in self.first_words:
            rest = name.removeprefix(first)
            if rest != name and rest:
                found.add(first[0] + rest[0])
        return found

    def keys_asked(self, query: str) -> set[str]:
        """Return the keys under which the names that a query may shorten are kept."""
        ends = {query[0] + last[0] for last, _ in self._cut(query)}
        return ends | {query[:2]}

    def shortens(self, query: str, name: str) -> bool:
        """Whether a folded query is a contraction of a folded name.

        >>> rule = Shortening(("省", "研究所", "大学"), ("国立",))
        >>> rule.shortens("厚労省", "厚生労働省")
        True
        >>> rule.shortens("国がん", "国立がん研究センター")
        True
        >>> rule.shortens("東大", "東京医科歯科大学"), rule.shortens("労働省", "厚生労働省")
        (False, False)
        """
        if query in name:
            return False
        if any(
            query[0] == first[0] and name.startswith(first + query[1:])
            for first in self.first_words
        ):
            return True
        return any(
            self._keeps(query[: len(query) - kept], start.removesuffix(last))
            for last, kept in self._cut(query)
            for start in self._starts(name)
            if start.endswith(last)
        )

    def _starts(self, name: str) -> Iterator[str]:
        """Yield a name, and the same without a first word that may be left out."""
        yield name
        for first in self.first_words:
            rest = name.removeprefix(first)
            if rest != name:
                yield rest

    def _cut(self, query: str) -> Iterator[tuple[str, int]]:
        """Yield each last word whose beginning a query ends with, and how much of it."""
        for last in self.last_words:
            for kept in range(min(len(last), len(query) - 1), 0, -1):
                if query.endswith(last[:kept]):
                    yield last, kept
                    break

    @staticmethod
    def _keeps(head: str, name: str) -> bool:
        """Whether the characters of a head stand in a name in order, the first one first."""
        most = (_STRETCH_OF_ONE if len(head) == 1 else _STRETCH_OF_MORE) * len(head)
        if not name.startswith(head[:1]) or not len(head) < len(name) <= most:
            return False
        at = 0
        for character in head:
            at = name.find(character, at) + 1
            if at == 0:
                return False
        return True


@cache
def shortening() -> Shortening:
    """Return what ``contents.yaml`` says that contractions are made of."""
    made_of = contents()
    return Shortening(
        tuple(sorted(map(fold, made_of.last_words), key=lambda word: (-len(word), word))),
        tuple(map(fold, made_of.first_words)),
    )


def ends_of(name: str, folded: str) -> set[str]:
    """Return the keys under which the index keeps a name; none for one with a legal form.

    Args:
        name: The name as the graph has it.
        folded: The same, folded.
    """
    form, _ = legal_form(expand_forms(name))
    return set() if form else shortening().keys(folded)


def find_contractions(
    connection: sqlite3.Connection, whole: str, *, kinds: int, language: str = ""
) -> list[Found]:
    """Return the things with a name that a folded query shortens.

    Args:
        connection: The index.
        whole: The folded query.
        kinds: Kinds of things to return, as bits.
        language: Only Japanese names are shortened: none are found in another language.
    """
    if language not in {"", "ja"} or not _JAPANESE.fullmatch(whole):
        return []
    rule = shortening()
    names: dict[int, str] = {}
    for ends in sorted(rule.keys_asked(whole)):
        names |= dict(connection.execute(_CANDIDATES, (ends, kinds, _MOST_CANDIDATES)).fetchall())
    return [
        Found(subject, of, in_step(key, Match.CONTRACTION), (whole,))
        for number, name in names.items()
        if rule.shortens(whole, name)
        for subject, of, key in connection.execute(
            _FOUND, {"name": number, "whole": whole, "latin": False, "words": ""}
        )
    ]
