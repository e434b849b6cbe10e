"""What must be known of a query before an engine may evaluate it.

The engine repeats rows for a triple that stands in several FROM graphs, and its recursive parser
ends the process on a query nested some thousand deep. Both are decided here, on the tokens, before
it sees the text.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["MAX_CHAIN", "MAX_NESTING", "DatasetClause", "Outline", "is_plain", "outline"]

MAX_NESTING: Final = 100
"""Deepest nesting of brackets; nested collections cost the engine's parser cubic time (0.8 s at
100), and some thousand levels overflow its stack."""

MAX_CHAIN: Final = 2000
"""Most operators, separators and keywords; measured: 5000 in one chain pass, 10,000 overflow."""

_REMEMBERED_LENGTH: Final = 16_384
"""Longest query, in characters, whose outline is kept for its next use."""

_FORMS: Final = ("select", "construct", "describe", "ask")
_OPENING: Final = frozenset("{([")
_CLOSING: Final = frozenset("})]")
_CHAINED: Final = frozenset(".;&|!=<>+-*/^")


@dataclass(frozen=True, slots=True)
class DatasetClause:
    """One ``FROM`` or ``FROM NAMED`` of a query.

    Attributes:
        named: Whether the graph is a named one.
        source: The graph's name as written (IRI or prefixed name).
        start: Offset of the keyword.
        end: Offset after the name.
    """

    named: bool
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The decisive features of a query.

    Attributes:
        form: select, construct, describe or ask; None when the text is no query.
        prologue: The text before the form: BASE and PREFIX declarations.
        clauses: The dataset clauses in order.
        nesting: Deepest nesting of brackets.
        chain: Number of operators, separators and keywords outside inline data.
        star: Offset of the ``*`` that projects all variables of the outermost SELECT, or None.
        variables: Names of the variables in the order of their first appearance.
    """

    form: str | None
    prologue: str
    clauses: tuple[DatasetClause, ...]
    nesting: int
    chain: int
    star: int | None
    variables: tuple[str, ...]

    def with_projection(self, text: str, names: Collection[str]) -> str:
        """Return ``text`` with its ``*`` spelt out in the order in which variables appear.

        Args:
            text: The query that was read.
            names: The variables that ``*`` stands for.
        """
        ordered = [name for name in self.variables if name in names]
        if self.star is None or not ordered:
            return text
        spelt = " ".join(f"?{name}" for name in ordered)
        return f"{text[: self.star]} {spelt} {text[self.star + 1 :]}"

    def without_clauses(self, text: str) -> str:
        """Return ``text`` with its dataset clauses blanked; every other character stays put."""
        for clause in self.clauses:
            blank = "".join(c if c in "\r\n" else " " for c in text[clause.start : clause.end])
            text = text[: clause.start] + blank + text[clause.end :]
        return text


def is_plain(text: str) -> bool:
    """Tell whether the engine may evaluate a query as it stands, without a look at its tokens.

    A safe guess in a microsecond: a short text cannot have too many tokens, and without a star,
    the letters of FROM, escapes of letters and many brackets there is nothing that an outline
    would find.
    """
    return (
        len(text) <= MAX_CHAIN
        and "*" not in text
        and "\\" not in text
        and "from" not in text.casefold()
        and sum(map(text.count, _OPENING)) <= MAX_NESTING
    )


def outline(text: str) -> Outline:
    """Read the outline of a query off its tokens, in linear time.

    Raises:
        QueryFault: A string has no end.
    """
    return _remembered(text) if len(text) <= _REMEMBERED_LENGTH else _read(text)


def _read(text: str) -> Outline:
    tokens = list(tokenize(text))
    start = next((i for i, token in enumerate(tokens) if token.is_word(*_FORMS)), None)
    nesting, chain = _size(tokens)
    return Outline(
        form=None if start is None else tokens[start].text.lower(),
        prologue=text if start is None else text[: tokens[start].start],
        clauses=() if start is None else tuple(_clauses(tokens[start:])),
        nesting=nesting,
        chain=chain,
        star=None if start is None else _star(tokens[start:]),
        variables=tuple(
            dict.fromkeys(token.text[1:] for token in tokens if token.kind is TokenKind.VARIABLE)
        ),
    )


_remembered = lru_cache(maxsize=512)(_read)


def _clauses(tokens: Sequence[Token]) -> list[DatasetClause]:
    """Find the dataset clauses: FROM stands outside of all brackets and nowhere else."""
    found: list[DatasetClause] = []
    depth = 0
    for i, token in enumerate(tokens):
        if token.text in _OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
        elif depth == 0 and token.is_word("from"):
            named = i + 1 < len(tokens) and tokens[i + 1].is_word("named")
            at = i + 2 if named else i + 1
            if at < len(tokens) and tokens[at].kind in (TokenKind.IRI, TokenKind.PREFIXED_NAME):
                name = tokens[at]
                found.append(DatasetClause(named, name.text, token.start, name.end))
    return found


def _star(tokens: Sequence[Token]) -> int | None:
    """Find the ``*`` after SELECT, SELECT DISTINCT or SELECT REDUCED."""
    if not tokens[0].is_word("select"):
        return None
    after = tokens[2:3] if tokens[1:2] and tokens[1].is_word("distinct", "reduced") else tokens[1:2]
    return after[0].start if after and after[0].text == "*" else None


def _size(tokens: Sequence[Token]) -> tuple[int, int]:
    """Return the deepest nesting and the number of chained elements."""
    depth = deepest = chain = 0
    data_depth: int | None = None  # depth outside the inline data that is being read
    after_values = False
    for token in tokens:
        if token.text in _OPENING:
            if after_values and token.text == "{":
                data_depth, after_values = depth, False
            depth += 1
            deepest = max(deepest, depth)
        elif token.text in _CLOSING:
            depth -= 1
            if data_depth is not None and depth <= data_depth:
                data_depth = None
        elif data_depth is None:
            chain += token.kind is TokenKind.WORD or token.text in _CHAINED
            after_values = after_values or token.is_word("values")
    return deepest, chain
