"""Search: every thing whose names or texts hold the words of a query, the best first."""

import base64
import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.search.approximate import find_approximately
from medrd_kg.search.contents import Role
from medrd_kg.search.contractions import find_contractions
from medrd_kg.search.folding import fold, fold_with_places, is_latin, query_terms
from medrd_kg.search.gathered import Few, Gathered
from medrd_kg.search.many import Many
from medrd_kg.search.matching import Found, find, find_by_synonym, variants
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.ranking import Match, match_of, name_of

__all__ = ["MAX_LIMIT", "MAX_QUERY", "MAX_WORDS", "Hit", "SearchResult", "marked", "search"]

MAX_LIMIT: Final = 100
"""Most hits a page."""

MAX_QUERY: Final = 200
"""Most characters of a query."""

MAX_WORDS: Final = 32
"""Most words of a query."""

FEW: Final = 3
"""With fewer hits than these, names with slips are looked for."""

SECONDS: Final = 2.0
"""Time for one search."""

_LANGUAGES: Final = ("ja", "en")


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found.

    Attributes:
        iri: Its IRI.
        kinds: Names of its kinds, the most telling first.
        label: Its label by language.
        match: How its best text matches.
        role: What that text is to it.
        language: Language of that text; empty for numbers and codes.
        text: That text.
        ranges: Where the words stand in it: start and end (exclusive) in characters; none in a name
            that the query shortens.
    """

    iri: str
    kinds: tuple[str, ...]
    label: Mapping[str, str]
    match: Match
    role: Role
    language: str
    text: str
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits.

    Attributes:
        hits: The things, the best first.
        total: How many there are on all pages.
        facets: How many there are of each kind, whatever kinds were asked for.
        cursor: Gives the next page; None on the last.
        synonyms: The folded words that were looked for in place of the query's own.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, int]
    cursor: str | None
    synonyms: tuple[tuple[str, ...], ...]


def search(
    index: SearchIndex,
    q: str,
    *,
    kinds: Sequence[str] = (),
    lang: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
    with_synonyms: bool = True,
    seconds: float = SECONDS,
) -> SearchResult:
    """Find things by their names, definitions and texts.

    A thing is found when one of its texts holds every word of the query, whatever the spelling
    (see `medrd_kg.search.folding`); further, when a name of it holds another name of what the
    query names; when the query is no name itself but a contraction of one (厚労省); and, when there
    are only a few hits and no such name, when a name holds the query with slips.

    Args:
        index: Where to look.
        q: Words between white space; only their letters and digits count.
        kinds: Only things of any of these kinds; all for none.
        lang: Only texts of this language, ``ja`` or ``en``, and numbers.
        limit: Most hits of the page.
        cursor: The page, as the page before it gave it.
        with_synonyms: Whether to look for other names of what the query names, or shortens.
        seconds: Time that it may take.

    Raises:
        Problem: ``invalid-parameter``: a value is out of range, or the cursor belongs to another
            search. ``query-timeout``: it took too long.
    """
    words = checked_words(q)
    mask, language = index.mask(kinds), checked_language(lang)
    if not 1 <= limit <= MAX_LIMIT:
        raise Problem("invalid-parameter", f"the limit is not within 1 and {MAX_LIMIT}: {limit}")
    asked = _digest(index.version, words, mask, language, with_synonyms)
    first = 0 if cursor is None else _first(cursor, asked)
    others: Sequence[tuple[str, ...]] = ()
    found: Gathered = Few()
    if words:
        with index.reading(seconds) as connection:
            whole = fold(q)
            found = _holding(index, connection, words, whole, language)
            if with_synonyms:
                others = variants(connection, words, whole, index.synonyms_mask)
                found.add(find_by_synonym(connection, others, language=language))
            shortened: list[Found] = []
            if with_synonyms and not found.has_name():
                shortened = find_contractions(
                    connection, whole, kinds=index.mask(()), language=language
                )
                found.add(shortened)
            if not shortened and _count(found.kinds(), mask) < FEW:
                found.add(
                    find_approximately(
                        connection, whole, last_name=index.last_name, language=language
                    )
                )
    counts = found.kinds()
    total = _count(counts, mask)
    page = found.page(mask, first, limit)
    with index.reading(seconds) as connection:
        hits = tuple(_hit(index, connection, each) for each in page)
    more = first + limit < total
    return SearchResult(
        hits,
        total,
        _facets(index, counts),
        _cursor(first + limit, asked) if more else None,
        tuple(others),
    )


_SHOWN: Final = """
SELECT subject.iri, subject.label_ja, subject.label_en, name.role, name.language, name.value
FROM name JOIN subject ON subject.id = name.subject WHERE name.id = ?
"""


def checked_words(q: str) -> list[str]:
    """Return the folded words of a query.

    Raises:
        Problem: ``invalid-parameter``: it is too long.
    """
    if len(q) > MAX_QUERY:
        raise Problem(
            "invalid-parameter",
            f"the query has {len(q)} characters",
            f"search for at most {MAX_QUERY}",
        )
    words = query_terms(q)
    if len(words) > MAX_WORDS:
        raise Problem(
            "invalid-parameter",
            f"the query has {len(words)} words",
            f"search for at most {MAX_WORDS}",
        )
    return words


def checked_language(lang: str | None) -> str:
    """Return a language as statements take it; empty for all.

    Raises:
        Problem: ``invalid-parameter``: there are no texts in that language.
    """
    if lang is not None and lang not in _LANGUAGES:
        raise Problem(
            "invalid-parameter",
            f"there are no texts in the language {lang[:20]!r}",
            "use ja or en",
            {"known": list(_LANGUAGES)},
        )
    return lang or ""


def labels(ja: str | None, en: str | None) -> dict[str, str]:
    """Return the labels that there are, by language."""
    given = zip(_LANGUAGES, (ja, en), strict=True)
    return {language: label for language, label in given if label is not None}


def marked(text: str, words: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Return where folded words stand in a text, ranges that touch or overlap as one."""
    folded = fold_with_places(text)
    ranges: list[tuple[int, int]] = []
    for start, end in sorted({place for word in words for place in folded.occurrences(word)}):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
        else:
            ranges.append((start, end))
    return tuple(ranges)


def _hit(index: SearchIndex, connection: sqlite3.Connection, found: Found) -> Hit:
    iri, label_ja, label_en, role, language, value = connection.execute(
        _SHOWN, (name_of(found.key),)
    ).fetchone()
    return Hit(
        iri,
        index.names_of(found.kinds),
        labels(label_ja, label_en),
        match_of(found.key),
        Role(role),
        language,
        value,
        marked(value, found.words),
    )


def _holding(
    index: SearchIndex,
    connection: sqlite3.Connection,
    words: Sequence[str],
    whole: str,
    language: str,
) -> Gathered:
    """Return the things with a text that holds every word."""
    is_one = len(words) == 1 and words[0] == whole and not is_latin(whole[0])
    if is_one and not language and Many.are_many(connection, whole):
        return Many(index.places, connection, whole)
    found = Few()
    found.add(find(connection, words, whole, language=language))
    return found


def _count(counts: Mapping[int, int], mask: int) -> int:
    """Return how many things are of any of some kinds."""
    return sum(count for kinds, count in counts.items() if kinds & mask)


def _facets(index: SearchIndex, masks: Mapping[int, int]) -> dict[str, int]:
    """Count the things of each kind, in the order of the kinds; without those that have none."""
    counts = (
        (name, sum(count for mask, count in masks.items() if mask >> at & 1))
        for at, name in enumerate(index.kinds)
    )
    return {name: count for name, count in counts if count}


def _digest(*asked: object) -> str:
    """Return a short checksum of what was asked, so that a cursor fits only its own search."""
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]


def _cursor(first: int, asked: str) -> str:
    return base64.urlsafe_b64encode(f"{first}.{asked}".encode()).decode().rstrip("=")


def _first(cursor: str, asked: str) -> int:
    """Return the place where a cursor's page begins.

    Raises:
        Problem: ``invalid-parameter``: it is not of this search.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        first, _, of = base64.urlsafe_b64decode(padded).decode("ascii").partition(".")
        place = int(first)
    except ValueError:  # binascii's own fault is one
        place, of = 0, ""
    if of != asked or cursor != _cursor(place, of):
        raise Problem(
            "invalid-parameter",
            "the cursor does not belong to this search",
            "begin without a cursor, and leave all else as it was on the next pages",
        )
    return place
