"""Advice on malformed queries: what most often lies behind a fault, and how to mend it."""

import re
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import TokenKind, position, tokenize
from medrd_kg.vocabulary import PREFIXES

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


def malformed(text: str, fault: QueryFault) -> Problem:
    """Return the problem that tells a caller what is wrong with a query, where, and what to do."""
    extra = {
        name: value
        for name, value in (("line", fault.line), ("column", fault.column))
        if value is not None
    }
    return Problem("malformed-query", str(fault), _hint(text, fault), extra=extra)


def _hint(text: str, fault: QueryFault) -> str:
    if not text.strip():
        return "send a query, for example: SELECT * WHERE { ?s ?p ?o } LIMIT 10"
    undeclared = _UNDECLARED.search(str(fault))
    if undeclared is not None:
        namespace = PREFIXES.get(undeclared["prefix"])
        if namespace is not None:
            return f"put this line first: PREFIX {undeclared['prefix']}: <{namespace}>"
        return "declare it by PREFIX; /api/v1/prefixes lists those of this service"
    return _strange_character(text) or "see https://www.w3.org/TR/sparql11-query/#grammar"


def _strange_character(text: str) -> str | None:
    """Point at the first character that looks like SPARQL and is not.

    Some of them count as letters, so that they hide inside words.
    """
    try:
        for token in tokenize(text):
            if token.kind in _FREE_TEXT:
                continue
            for offset, character in enumerate(token.text, start=token.start):
                if character in _WIDE:
                    line, column = position(text, offset)
                    return (
                        f"line {line}, column {column} holds {_WIDE[character]}:"
                        " type its ASCII form"
                    )
    except QueryFault:
        return "close every string with the quotation mark that opened it"
    return None
