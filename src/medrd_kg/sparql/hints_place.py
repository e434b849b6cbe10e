"""A place in a query, with what stands around it, and the words that a slip is nearest to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, process

from medrd_kg.store.lexing import Token, TokenKind, position

__all__ = ["PAIRS", "TERMS", "Place", "nearest_word", "place_of"]

TERMS: Final = frozenset(
    {
        TokenKind.IRI,
        TokenKind.PREFIXED_NAME,
        TokenKind.VARIABLE,
        TokenKind.BLANK_NODE,
        TokenKind.STRING,
        TokenKind.NUMBER,
        TokenKind.LANGUAGE,
    }
)
"""Tokens with which a term may end."""

PAIRS: Final = {"{": "}", "(": ")", "[": "]"}
"""Brackets, each with what closes it."""

_WORD_CUTOFF: Final = 70.0


@dataclass(frozen=True, slots=True)
class Place:
    """A token in the middle of a query.

    Attributes:
        text: The query.
        tokens: Its tokens.
        index: Which of them; their number stands for the end of the query.
        open: Indices of the brackets that are open there, the innermost last.
    """

    text: str
    tokens: Sequence[Token]
    index: int
    open: tuple[int, ...]

    def at(self, offset: int = 0) -> Token:
        """Return the token ``offset`` tokens further on; an empty one beyond the ends."""
        index = self.index + offset
        if 0 <= index < len(self.tokens):
            return self.tokens[index]
        return Token(TokenKind.OTHER, "", len(self.text))

    def where(self, index: int) -> str:
        """Say where the token of an index stands."""
        line, column = position(self.text, self.tokens[index].start)
        return f"line {line}, column {column}"

    @property
    def bracket(self) -> Token | None:
        """The innermost bracket that is open."""
        return self.tokens[self.open[-1]] if self.open else None

    @property
    def before_bracket(self) -> Token:
        """The token before the innermost open bracket."""
        return self.at(self.open[-1] - 1 - self.index) if self.open else self.at(-self.index - 1)


def place_of(text: str, tokens: Sequence[Token], line: int, column: int) -> Place:
    """Find the token that stands at a place, or the first one behind it.

    Args:
        text: The query.
        tokens: Its tokens.
        line: One-based.
        column: One-based.
    """
    begin = 0
    for _ in range(line - 1):
        begin = text.index("\n", begin) + 1
    offset = begin + column - 1
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.start >= offset:
            return Place(text, tokens, index, tuple(opened))
        if token.text in PAIRS:
            opened.append(index)
        elif token.text in PAIRS.values() and opened:
            opened.pop()
    return Place(text, tokens, len(tokens), tuple(opened))


def nearest_word(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that ``word`` is most likely a slip of.

    >>> nearest_word("OPTINAL", KEYWORDS)
    'OPTIONAL'
    """
    found = process.extractOne(
        word.upper(), known, scorer=fuzz.ratio, processor=str.upper, score_cutoff=_WORD_CUTOFF
    )
    return None if found is None else found[0]
