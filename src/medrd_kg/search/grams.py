"""Texts as bigrams for FTS5, and queries over them that find exactly the texts with a part.

FTS5's own trigrams cannot find words of one or two characters. Here each character but the last
begins a bigram, and the last stands alone, so that a phrase of bigrams is a part of the text, and
the beginning of a bigram is a single character. Queries are built from folded text, which holds
nothing but letters and digits: none of FTS5's syntax can come from a caller.
"""

from collections.abc import Iterable

__all__ = ["grams", "match_all", "match_any", "match_part"]


def grams(folded: str) -> str:
    """Return a folded text as tokens between spaces.

    >>> grams("がん研究")
    'がん ん研 研究 究'
    """
    return " ".join([folded[at : at + 2] for at in range(len(folded))])


def match_part(term: str) -> str:
    """Return the FTS5 query for the texts that hold a folded term.

    >>> match_part("がん研"), match_part("癌")
    ('"がん ん研"', '"癌" *')
    """
    if not term.isalnum() and not all(_is_token(each) for each in term):
        raise ValueError("a term holds folded text alone")
    if len(term) == 1:
        return f'"{term}" *'
    return f'"{" ".join(term[at : at + 2] for at in range(len(term) - 1))}"'


def match_all(terms: Iterable[str]) -> str:
    """Return the FTS5 query for the texts that hold every one of some folded terms."""
    return " AND ".join(map(match_part, terms))


def match_any(terms: Iterable[str]) -> str:
    """Return the FTS5 query for the texts that hold any of some folded terms."""
    return " OR ".join(map(match_part, terms))


def _is_token(character: str) -> bool:
    """Whether FTS5's ``ascii`` tokenizer takes a character for a part of a token."""
    return ord(character) >= 0x80 or character.isalnum()  # noqa: PLR2004 - end of ASCII
