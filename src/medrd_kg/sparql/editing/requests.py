"""An update request, checked as a whole and cut into its operations.

The engine judges the syntax, without carrying anything out. Where operations begin and end is
decided on the tokens of the standard; what only the engine's lenient reading allows is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from pyoxigraph import NamedNode

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.data_blocks import Condensed, condense
from medrd_kg.sparql.editing.request_faults import cannot_stand, explained
from medrd_kg.sparql.editing.syntax import (
    check_form,
    check_operation,
    refuse_shared_label,
    refuse_size,
)
from medrd_kg.sparql.screening import screen
from medrd_kg.store.base import QueryFault
from medrd_kg.store.lexing import Token, tokenize

__all__ = ["Operation", "closing", "read_request", "resolved"]

_DECLARATIONS: Final = {"base": 2, "version": 2, "prefix": 3}
"""Words of the prologue, each with the number of tokens of its declaration."""

_SPACED: Final = "write a space on both sides of every < and >, and after every keyword"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a request.

    Attributes:
        request: The request.
        prologue: The declarations that hold for the operation.
        tokens: Its tokens, of the condensed request, without the prologue.
        base_iri: Base of its relative IRIs, unless the prologue says otherwise.
    """

    request: Condensed
    prologue: str
    tokens: tuple[Token, ...]
    base_iri: str

    @property
    def word(self) -> str:
        """Its first keyword, in lower case."""
        return self.tokens[0].text.lower()

    @property
    def is_silent(self) -> bool:
        """Whether SILENT follows the keyword: the operation may fail without harm."""
        return len(self.tokens) > 1 and self.tokens[1].is_word("silent")

    def text(self, first: int, last: int) -> str:
        """Return the text from one token to another one, both included."""
        return self.request.text[self.tokens[first].start : self.tokens[last].end]


def read_request(text: str, base_iri: str) -> tuple[Operation, ...]:
    """Check a request and cut it into operations, in order.

    Args:
        text: The update.
        base_iri: Base of its relative IRIs.

    Raises:
        Problem: ``malformed-query`` with line and column, or ``service-not-allowed``.
    """
    request = condense(text)
    try:
        tokens = list(tokenize(request.text))
        refuse_service(request.text)
        pieces = list(_pieces(tokens))
        refuse_size(request, pieces)
        operations = tuple(_operations(request, pieces, base_iri))
    except QueryFault as fault:
        raise explained(request, fault) from fault
    refuse_shared_label(request)
    return operations


def refuse_service(text: str) -> None:
    """Refuse an update that asks another server.

    Raises:
        Problem: ``service-not-allowed``.
        QueryFault: A string has no end.
    """
    if screen(text).uses_service:
        raise Problem(
            "service-not-allowed",
            "the update calls another endpoint by SERVICE",
            "ask the other endpoint first and send what it answers as VALUES or INSERT DATA. If"
            f" the update has no SERVICE, {_SPACED}",
        )


def closing(tokens: Sequence[Token], opening: int) -> int:
    """Return the index of the brace that closes the one at ``opening``."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].text == "{") - (tokens[index].text == "}")
        if depth == 0:
            return index
    raise IndexError(opening)


def resolved(operation: Operation, names: Sequence[str]) -> list[str]:
    """Return the IRIs that names (IRIs or prefixed names) stand for in an operation.

    The engine itself resolves prefixes, bases and escapes.
    """
    if not names:
        return []
    asked = " ".join(f"({name} AS ?n{index})" for index, name in enumerate(names))
    answer = ox.Store().query(
        f"{operation.prologue}\nSELECT {asked} {{}}", base_iri=operation.base_iri
    )
    if not isinstance(answer, ox.QuerySolutions):
        raise TypeError("a SELECT yields solutions")
    return [term.value for term in next(answer) if isinstance(term, NamedNode)]


def _pieces(tokens: Sequence[Token]) -> Iterator[tuple[Token, ...]]:
    """Cut tokens at the semicolons that stand outside of all braces."""
    depth = start = 0
    for index, token in enumerate(tokens):
        if token.text == "{":
            depth += 1
        elif token.text == "}":
            depth -= 1
        elif token.text == ";" and depth == 0:
            yield tuple(tokens[start:index])
            start = index + 1
    yield tuple(tokens[start:])


def _operations(
    request: Condensed, pieces: Sequence[Sequence[Token]], base_iri: str
) -> Iterator[Operation]:
    """Yield the operations, each as soon as the engine has read it.

    Raises:
        QueryFault: An operation is malformed; the place is that in the condensed request.
    """
    prologue = ""
    for number, tokens in enumerate(pieces, 1):
        start = 0
        while start < len(tokens) and tokens[start].text.lower() in _DECLARATIONS:
            start += _DECLARATIONS[tokens[start].text.lower()]
        check_operation(request, prologue, tokens, start, base_iri)
        if start:
            end = tokens[min(start, len(tokens)) - 1].end
            prologue += request.text[tokens[0].start : end] + "\n"
        if start < len(tokens):
            check_form(request, tokens[start:])
            yield Operation(request, prologue, tuple(tokens[start:]), base_iri)
        elif number < len(pieces):
            # Only the last semicolon may stand without an operation after it.
            raise cannot_stand(request, _semicolon(request, tokens, number))


def _semicolon(request: Condensed, tokens: Sequence[Token], number: int) -> Token:
    """Return the semicolon that ends a piece of the request without an operation."""
    ends = [token for token in tokenize(request.text) if token.text == ";"]
    if tokens:
        return next(token for token in ends if token.start >= tokens[-1].end)
    return ends[number - 1]
