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
from medrd_kg.sparql.editing.data_blocks import Condensed, condense, shared_label
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.screening import QUERY_FORMS, screen
from medrd_kg.store.base import QueryFault
from medrd_kg.store.faults import refuse_excess, syntax_fault
from medrd_kg.store.lexing import Token, TokenKind, position, tokenize
from medrd_kg.store.outline import MAX_NESTING, outline

__all__ = [
    "NO_BLANK_NODES",
    "Operation",
    "advised",
    "closing",
    "offset_of",
    "read_request",
    "resolved",
]

_DECLARATIONS: Final = {"base": 2, "version": 2, "prefix": 3}
"""Words of the prologue, each with the number of tokens of its declaration."""

_KEYWORDS: Final = frozenset(
    {"insert", "delete", "with", "load", "clear", "drop", "create", "copy", "move", "add"}
)

_STOP: Final = "DROP GRAPH <urn:medrd-kg:nothing> ; "
"""Put before an operation on an empty store, it fails when all is read and nothing carried out."""

_LONGEST_EXPLAINED: Final = 100_000
"""Longest request, in characters, whose faults are explained from its tokens."""

NO_BLANK_NODES: Final = "what is deleted has no blank nodes: put a variable, bound in WHERE"
_GRAMMAR: Final = "see https://www.w3.org/TR/sparql11-update/#grammar"
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
        _refuse_excess(request, pieces)
        operations = tuple(_operations(request, pieces, base_iri))
    except QueryFault as fault:
        raise explained(request, fault) from fault
    _refuse_shared_label(request)
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


def _refuse_excess(request: Condensed, pieces: Sequence[Sequence[Token]]) -> None:
    """Refuse what would end the process that parses it.

    Templates may be long, since they are plain lists; patterns may not.

    Raises:
        QueryFault: A block, a template or a pattern is nested too far, or a pattern too long.
    """
    deepest = max((block.nesting for block in request.blocks), default=0)
    for tokens in pieces:
        start = _pattern(tokens)
        if start is None:
            continue
        pattern = outline(request.text[tokens[start].start : tokens[-1].end])
        refuse_excess(pattern)
        before = outline(request.text[tokens[0].start : tokens[start].start])
        deepest = max(deepest, before.nesting)
    if deepest > MAX_NESTING:
        raise QueryFault(f"brackets are nested {deepest} deep; at most {MAX_NESTING} pass")


def _pattern(tokens: Sequence[Token]) -> int | None:
    """Return the index of the token after which the WHERE of an operation stands.

    Without a WHERE outside of all braces it is the first token: all that is there is checked.
    """
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == "{") - (token.text == "}")
        if depth == 0 and token.is_word("where"):
            return index
    return 0 if tokens else None


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
        _check(request, prologue, tokens, start, base_iri)
        if start:
            end = tokens[min(start, len(tokens)) - 1].end
            prologue += request.text[tokens[0].start : end] + "\n"
        if start < len(tokens):
            if not tokens[start].is_word(*_KEYWORDS):
                raise _cannot_stand(request, tokens[start])
            yield Operation(request, prologue, tuple(tokens[start:]), base_iri)
        elif number < len(pieces):
            # Only the last semicolon may stand without an operation after it.
            raise _cannot_stand(request, _semicolon(request, tokens, number))


def _semicolon(request: Condensed, tokens: Sequence[Token], number: int) -> Token:
    """Return the semicolon that ends a piece of the request without an operation."""
    ends = [token for token in tokenize(request.text) if token.text == ";"]
    if tokens:
        return next(token for token in ends if token.start >= tokens[-1].end)
    return ends[number - 1]


def _check(
    request: Condensed, prologue: str, tokens: Sequence[Token], start: int, base_iri: str
) -> None:
    """Let the engine read one operation without its data and without carrying it out.

    Args:
        request: The request.
        prologue: What was declared before.
        tokens: Declarations and operation.
        start: Index of the first token after the declarations.
        base_iri: Base of relative IRIs.

    Raises:
        QueryFault: It is malformed.
    """
    if not tokens:
        return
    first, end = tokens[0].start, tokens[-1].end
    keyword = tokens[start].start if start < len(tokens) else end
    stop = _STOP if start < len(tokens) else ""
    probe = f"{prologue}{request.text[first:keyword]}{stop}{request.text[keyword:end]}"
    try:
        ox.Store().update(probe, base_iri=base_iri)
    except SyntaxError as error:
        if start < len(tokens) and tokens[start].is_word(*QUERY_FORMS):
            raise _is_query(request, tokens[start]) from None
        anonymous = _blank_node_to_delete(tokens)
        if anonymous is not None:
            raise _told(request, anonymous, NO_BLANK_NODES) from None
        fault = syntax_fault(probe, error, base_iri=base_iri, is_update=True)
        # From the place in what the engine read to the place in the request.
        offset = offset_of(probe, fault) - len(prologue)
        if offset > keyword - first:
            offset = max(offset - len(stop), keyword - first)
        raise _moved(fault, request.text, first + max(offset, 0)) from None
    except RuntimeError:  # the stop has failed, as it must: everything could be read
        return


def offset_of(text: str, fault: QueryFault) -> int:
    """Return the offset of a fault's place in the text that was read; its end when unknown."""
    if fault.line is None or fault.column is None:
        return len(text)
    start = 0
    for _ in range(fault.line - 1):
        start = text.find("\n", start) + 1
    return start + fault.column - 1


def _moved(fault: QueryFault, text: str, offset: int) -> QueryFault:
    line, column = position(text, offset)
    return QueryFault(str(fault), line=line, column=column)


def _is_query(request: Condensed, token: Token) -> QueryFault:
    message = f"{token.text.upper()} begins a query, and updates are carried out here"
    return _told(request, token, message)


def _cannot_stand(request: Condensed, token: Token) -> QueryFault:
    return _told(request, token, f"{token.text!r} cannot stand here")


def _told(request: Condensed, token: Token, message: str) -> QueryFault:
    line, column = position(request.text, token.start)
    return QueryFault(message, line=line, column=column)


def _blank_node_to_delete(tokens: Sequence[Token]) -> Token | None:
    """Return the first token that brings a blank node into what an operation deletes."""
    depth, deletes = 0, False
    for index, token in enumerate(tokens):
        if depth == 0 and token.text == "{":
            shorthand = index > 0 and tokens[index - 1].is_word("where")
            deletes = index > shorthand and tokens[index - 1 - shorthand].is_word("delete")
        depth += (token.text == "{") - (token.text == "}")
        if deletes and depth and (token.kind is TokenKind.BLANK_NODE or token.text in {"[", "("}):
            return token
    return None


def _refuse_shared_label(request: Condensed) -> None:
    shared = shared_label(request.original, request.blocks)
    if shared is not None:
        line, column = position(request.original, shared[1])
        raise Problem(
            "malformed-query",
            f"the blank node {shared[0]} stands in two blocks of data",
            "send both blocks as one, or use two labels",
            extra={"line": line, "column": column},
        )


def explained(request: Condensed, fault: QueryFault) -> Problem:
    """Return the problem for a fault whose place is that in the condensed request."""
    if fault.line is not None and fault.column is not None:
        offset = request.offset(offset_of(request.text, fault))
        fault = _moved(fault, request.original, offset)
    return advised(request, fault)


def advised(request: Condensed, fault: QueryFault) -> Problem:
    """Return the problem for a fault whose place is that in the request itself."""
    if len(request.original) <= _LONGEST_EXPLAINED:
        return malformed(request.original, fault)
    extra = {"line": fault.line, "column": fault.column} if fault.line is not None else {}
    return Problem("malformed-query", str(fault), _GRAMMAR, extra=extra)
