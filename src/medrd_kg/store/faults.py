"""Where a malformed query goes wrong, said exactly.

The engine reports how far any alternative of its grammar looked, which may lie up to a dozen
characters behind the fault. The fault proper is the first token that no query can have at its
place: the shortest prefix of the query that cannot be completed ends with it.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

import pyoxigraph as ox

from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import Token, TokenKind, position, tokenize
from medrd_kg.store.outline import MAX_CHAIN, MAX_NESTING, Outline

__all__ = ["refuse_excess", "syntax_fault"]

_PLACE: Final = re.compile(r"error at (\d+):(\d+): (?P<reason>.*)", re.DOTALL)
_RULE: Final = re.compile(r"(?:The [A-Z]+ |Duplicated |SELECT \* is )[^,\[]+\b")
"""Rules beyond the grammar that the engine states in words, among the tokens it expected."""

_PADDING: Final = "\n" * 64
"""Longer than any look-ahead of the engine's grammar (its longest keyword has 14 letters)."""
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")
_LONGEST_PROBED: Final = 100_000
"""Longest query, in characters, that is parsed again and again to find its fault."""

_Parse = Callable[[str], object]
"""Lets the engine read a text; it raises SyntaxError where that is impossible."""

_SHOWN: Final = 40
_DOUBLE: Final = frozenset({"!=", "<=", ">=", "&&", "||", "^^"})
"""Operators of two tokens, the first of which alone may be impossible."""


def syntax_fault(
    text: str, error: SyntaxError, *, base_iri: str | None, is_update: bool = False
) -> QueryFault:
    """Turn the engine's syntax error into a fault at the first impossible token.

    Args:
        text: The query as the engine saw it.
        error: What the engine raised.
        base_iri: The base under which it was parsed.
        is_update: Whether the text was parsed as an update.

    Returns:
        The fault, with one-based line and column where they are known.
    """
    if len(text) > _LONGEST_PROBED:
        return _engine_fault(error)
    store = ox.Store()
    parse = partial(store.update if is_update else store.query, base_iri=base_iri)
    tokens = list(tokenize(text))
    rule = _RULE.search(str(error))
    culprit = _first_impossible(text, tokens, parse)
    if culprit is not None:
        line, column = position(text, tokens[culprit].start)
        reason = rule.group() if rule else _reason(tokens, culprit)
        return QueryFault(reason, line=line, column=column)
    line, column = position(text, len(text))
    whole = "update" if is_update else "query"
    reason = rule.group() if rule else f"the {whole} ends too early"
    return QueryFault(reason, line=line, column=column)


def _engine_fault(error: SyntaxError) -> QueryFault:
    """Give the place that the engine reports, up to a word behind the fault."""
    place = _PLACE.match(str(error))
    if place is None:
        return QueryFault(str(error))
    return QueryFault(
        "the query cannot be read near here", line=int(place[1]), column=int(place[2])
    )


def refuse_excess(found: Outline) -> None:
    """Refuse a query whose size would end the process that parses it.

    Raises:
        QueryFault: It is nested or chained too far.
    """
    if found.nesting > MAX_NESTING:
        raise QueryFault(f"brackets are nested {found.nesting} deep; at most {MAX_NESTING} pass")
    if found.chain > MAX_CHAIN:
        raise QueryFault(
            f"the query has {found.chain} operators, separators and keywords; at most "
            f"{MAX_CHAIN} pass: give long lists as VALUES"
        )


def _first_impossible(text: str, tokens: Sequence[Token], parse: _Parse) -> int | None:
    """Find the first token after which no completion can be a query, by bisection."""
    low, high = 0, len(tokens)  # the culprit's index lies in [low, high]; high means none
    while low < high:
        middle = (low + high) // 2
        if _completable(text[: _end(tokens, middle)], parse):
            low = middle + 1
        else:
            high = middle
    if low == len(tokens):
        return None
    return _opening(tokens, low) if tokens[low].text == ">" else low


def _end(tokens: Sequence[Token], index: int) -> int:
    """Return the end of a token; that of ``!=`` and its like is after their second character."""
    one, two = tokens[index], tokens[index + 1] if index + 1 < len(tokens) else None
    joined = two is not None and one.end == two.start and one.text + two.text in _DOUBLE
    return two.end if two is not None and joined else one.end


def _opening(tokens: Sequence[Token], closing: int) -> int:
    """Return the ``<`` of what was meant as an IRI; the engine rejects it at its ``>``."""
    openings = [i for i in range(closing) if tokens[i].text == "<"]
    return openings[-1] if openings else closing


def _completable(prefix: str, parse: _Parse) -> bool:
    """Whether the engine reads ``prefix`` to its end before it finds something wrong.

    A character that no query may contain follows the prefix and some empty lines: nothing is
    ever evaluated, and the line of the error tells whether the prefix was read whole.
    """
    probe = f"{prefix}{_PADDING}\x01"
    try:
        parse(probe)
    except SyntaxError as error:
        place = _PLACE.match(str(error))
        return place is not None and int(place[1]) > probe.count("\n")
    return True


def _reason(tokens: Sequence[Token], culprit: int) -> str:
    token = tokens[culprit]
    shown = token.text if len(token.text) <= _SHOWN else f"{token.text[:_SHOWN]}…"
    if token.kind is TokenKind.PREFIXED_NAME:
        prefix = token.text.partition(":")[0]
        if f"{prefix}:" not in _declared(tokens[:culprit]):
            return f"the prefix {prefix}: is not declared"
    if token.kind is TokenKind.IRI and not _ABSOLUTE.match(token.text):
        return f"{shown} is a relative IRI, and no BASE is declared"
    if token.text == "<":
        return "this is no IRI: an IRI has no spaces, quotes or brackets"
    return f"{shown!r} cannot stand here"


def _declared(tokens: Sequence[Token]) -> set[str]:
    return {name.text for keyword, name in pairwise(tokens) if keyword.is_word("prefix")}
