"""Faults of update requests: their places in the text as it was sent, and how to mend them."""

from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.data_blocks import Condensed
from medrd_kg.sparql.hints import malformed
from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import Token, position

__all__ = ["NO_BLANK_NODES", "advised", "cannot_stand", "explained", "moved", "offset_of", "told"]

NO_BLANK_NODES: Final = "what is deleted has no blank nodes: put a variable, bound in WHERE"
_GRAMMAR: Final = "see https://www.w3.org/TR/sparql11-update/#grammar"
_LONGEST_EXPLAINED: Final = 100_000
"""Longest request, in characters, whose faults are explained from its tokens."""


def offset_of(text: str, fault: QueryFault) -> int:
    """Return the offset of a fault's place in the text that was read; its end when unknown."""
    if fault.line is None or fault.column is None:
        return len(text)
    start = 0
    for _ in range(fault.line - 1):
        start = text.find("\n", start) + 1
    return start + fault.column - 1


def moved(fault: QueryFault, text: str, offset: int) -> QueryFault:
    """Return a fault with its place at ``offset`` of ``text``."""
    line, column = position(text, offset)
    return QueryFault(str(fault), line=line, column=column)


def cannot_stand(request: Condensed, token: Token) -> QueryFault:
    """Return the fault of a token that is out of place."""
    return told(request, token, f"{token.text!r} cannot stand here")


def told(request: Condensed, token: Token, message: str) -> QueryFault:
    """Return a fault at a token of the condensed request."""
    line, column = position(request.text, token.start)
    return QueryFault(message, line=line, column=column)


def explained(request: Condensed, fault: QueryFault) -> Problem:
    """Return the problem for a fault whose place is that in the condensed request."""
    if fault.line is not None and fault.column is not None:
        offset = request.offset(offset_of(request.text, fault))
        fault = moved(fault, request.original, offset)
    return advised(request, fault)


def advised(request: Condensed, fault: QueryFault) -> Problem:
    """Return the problem for a fault whose place is that in the request itself."""
    if len(request.original) <= _LONGEST_EXPLAINED:
        return malformed(request.original, fault)
    extra = {"line": fault.line, "column": fault.column} if fault.line is not None else {}
    return Problem("malformed-query", str(fault), _GRAMMAR, extra=extra)
