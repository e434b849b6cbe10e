"""Advice on malformed queries: what most often lies behind a fault, and how to mend it."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.hints_place import nearest_word, place_of
from medrd_kg.sparql.hints_prefixes import prefix_advice
from medrd_kg.sparql.hints_syntax import advice
from medrd_kg.sparql.hints_words import CASTS
from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import Token, TokenKind, position, tokenize

__all__ = ["malformed"]

_WIDE: Final = {
    "\u3000": "a full-width space",
    "\u00a0": "a no-break space",
    "\u200b": "a zero-width space",
    "\ufeff": "a byte order mark",
    "｛": "a full-width {",
    "｝": "a full-width }",
    "（": "a full-width (",
    "）": "a full-width )",
    "？": "a full-width ?",
    "；": "a full-width ;",
    "，": "a full-width comma",
    "、": "a Japanese comma",
    "。": "a Japanese full stop",
    "．": "a full-width full stop",
    "＜": "a full-width <",
    "＞": "a full-width >",
    "“": "a typographic quotation mark",
    "”": "a typographic quotation mark",
    "‘": "a typographic quotation mark",
    "’": "a typographic quotation mark",
}
"""Characters that input methods and word processors put where SPARQL wants ASCII."""

_FREE_TEXT: Final = frozenset({TokenKind.STRING, TokenKind.IRI})

_UNDECLARED: Final = re.compile(r"the prefix (?P<prefix>\S*): is not declared")
_CUSTOM: Final = re.compile(r"The custom function <(?P<iri>[^>]*)> is not supported")
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS: Final = frozenset({"int", "long", "short", "byte", "nonnegativeinteger"})
_GRAMMAR: Final = "see https://www.w3.org/TR/sparql11-query/#grammar"


def malformed(text: str, fault: QueryFault) -> Problem:
    """Return the problem that tells a caller what is wrong with a query, where, and what to do."""
    try:
        tokens = list(tokenize(text))
    except QueryFault:
        tokens = []
    custom = _CUSTOM.search(str(fault))
    if custom is not None:
        return _unknown_function(text, tokens, custom["iri"])
    extra = {
        name: value
        for name, value in (("line", fault.line), ("column", fault.column))
        if value is not None
    }
    return Problem("malformed-query", str(fault), _hint(text, tokens, fault), extra=extra)


def _hint(text: str, tokens: Sequence[Token], fault: QueryFault) -> str:
    if not text.strip():
        return "send a query, for example: SELECT * WHERE { ?s ?p ?o } LIMIT 10"
    if not tokens:
        return "close every string with the quotation mark that opened it"
    undeclared = _UNDECLARED.search(str(fault))
    if undeclared is not None:
        return prefix_advice(undeclared["prefix"], tokens)
    strange = _strange_character(text, tokens)
    if strange is not None:
        return strange
    if fault.line is None or fault.column is None:
        return _GRAMMAR
    return advice(place_of(text, tokens, fault.line, fault.column), str(fault)) or _GRAMMAR


def _unknown_function(text: str, tokens: Sequence[Token], iri: str) -> Problem:
    """Point at the call of a function that is named by an IRI and that nobody knows."""
    local = re.split(r"[#/]", iri)[-1]
    known = "integer" if local.lower() in _INTEGERS else nearest_word(local, CASTS)
    hint = "the functions of SPARQL 1.1 and the casts of XML Schema are known"
    if known is not None:
        hint = f"did you mean the cast <{_XSD}{known}>?"
    extra: dict[str, int] = {}
    for token, after in pairwise(tokens):
        names = token.kind in {TokenKind.IRI, TokenKind.PREFIXED_NAME}
        if names and after.text == "(" and token.text.rstrip(">").endswith(local):
            extra["line"], extra["column"] = position(text, token.start)
            break
    return Problem("malformed-query", f"there is no function <{iri}>", hint, extra=dict(extra))


def _strange_character(text: str, tokens: Sequence[Token]) -> str | None:
    """Point at the first character that looks like SPARQL and is not.

    Some of them count as letters, so that they hide inside words.
    """
    for token in tokens:
        if token.kind in _FREE_TEXT:
            continue
        for offset, character in enumerate(token.text, start=token.start):
            if character in _WIDE:
                line, column = position(text, offset)
                return f"line {line}, column {column} holds {_WIDE[character]}: type its ASCII form"
    return None
