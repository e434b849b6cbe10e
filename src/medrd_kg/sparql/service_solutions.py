"""Solutions of other endpoints, written into the query that asked for them.

Solutions become VALUES. Blank nodes cannot stand there: a helper column holds a label for each,
and ``BNODE(label)`` in a sub-SELECT makes the node, which in the embedded engine is one node for
all uses of a label. Labels begin with a random word, new for each call, so that they meet neither
the stored blank nodes nor those of another call: an endpoint's blank nodes are its own.
"""

import secrets
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Protocol

import pyoxigraph as ox
from pyoxigraph import BlankNode, QueryResultsFormat, Triple

from medrd_kg.federation.documents import Document
from medrd_kg.problems import Problem
from medrd_kg.sparql.service_patterns import read_patterns
from medrd_kg.store.base import QueryForm, Term
from medrd_kg.store.lexing import Token, TokenKind, tokenize
from medrd_kg.store.outline import outline
from medrd_kg.store.results import EmbeddedResult

__all__ = ["MAX_ROWS", "inline_results"]

MAX_ROWS: Final = 100_000
"""Most solutions of all calls of a request together; the engine reads them in about 0.3 s."""

_Column = Sequence[Term | None]
_Edit = tuple[int, int, str]
"""Offset, offset after, and what replaces the text between."""


class _Call(Protocol):
    """What must be known of a call, see `medrd_kg.sparql.service_calls.ServiceCall`."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def endpoint(self) -> str: ...
    @property
    def silent(self) -> bool: ...
    @property
    def variables(self) -> tuple[str, ...]: ...


def inline_results(
    text: str,
    calls: Sequence[_Call],
    results: Sequence[Document | None],
    *,
    base_iri: str | None = None,
    max_rows: int = MAX_ROWS,
) -> str:
    """Replace each call by its solutions as inline data.

    Lines keep their numbers.

    Args:
        text: The query or update in which ``calls`` were found.
        calls: The calls.
        results: The answer to each; None for one that failed and is silent.
        base_iri: Base of the relative IRIs in ``text``.
        max_rows: Most solutions of all calls together.

    Raises:
        Problem: ``remote-failure`` when an answer cannot be read or is too large, unless its call
            is silent.
    """
    edits, room = _graph_edits(text, calls), max_rows
    for call, result in zip(calls, results, strict=True):
        columns, count = _columns(call, result, room)
        room -= count
        # Blanks keep the data apart from their neighbours, and line breaks the lines in place.
        lines = "\n" * text.count("\n", call.start, call.end)
        edits.append((call.start, call.end, f" {_inline(call.variables, columns, count)} {lines}"))
    return _with_columns_spelt(text, calls, _edited(text, edits), base_iri)


def _edited(text: str, edits: Sequence[_Edit]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, replacement in sorted(edits):
        parts += (text[done:start], replacement)
        done = end
    return "".join((*parts, text[done:]))


def _columns(
    call: _Call, result: Document | None, room: int
) -> tuple[list[list[Term | None]], int]:
    """Return the terms of each variable, and the number of solutions."""
    nothing: list[list[Term | None]] = [[None] for _ in call.variables]
    if result is None:
        return nothing, 1
    try:
        return _read(call, result, room)
    except Problem:
        if call.silent:
            return nothing, 1
        raise


def _read(call: _Call, result: Document, room: int) -> tuple[list[list[Term | None]], int]:
    is_json = result.media_type.endswith("json")
    columns: list[list[Term | None]] = [[] for _ in call.variables]
    count = 0
    try:
        answer = ox.parse_query_results(
            result.content, QueryResultsFormat.JSON if is_json else QueryResultsFormat.XML
        )
        if not isinstance(answer, ox.QuerySolutions):
            raise _failure(call, "it answered true or false where solutions were asked for")
        # Variables that the endpoint adds of itself are not part of the pattern.
        names = {variable.value: i for i, variable in enumerate(answer.variables)}
        places = [names.get(name) for name in call.variables]
        for solution in answer:
            count += 1
            if count > room:
                raise _failure(call, "its solutions are more than a request may take in")
            for place, column in zip(places, columns, strict=True):
                column.append(None if place is None else solution[place])
    except (SyntaxError, ValueError) as error:
        raise _failure(call, f"its answer cannot be read as {result.media_type}") from error
    return columns, count


def _failure(call: _Call, reason: str) -> Problem:
    return Problem(
        "remote-failure",
        f"<{call.endpoint}> gave no usable answer: {reason}",
        "narrow its pattern, or go on without it by SERVICE SILENT",
        extra={"endpoint": call.endpoint},
    )


def _inline(variables: Sequence[str], columns: Sequence[_Column], count: int) -> str:
    """Write solutions as a pattern that can stand where SERVICE stood."""
    table = _Table(f"s{secrets.token_hex(8)}")
    for name, column in zip(variables, columns, strict=True):
        table.add(name, column)
    data = table.values(count)
    if not table.assignments:
        return data
    projected = " ".join(f"?{name}" for name in variables)
    return f"{{ SELECT {projected} {{ {data} {' '.join(table.assignments)} }} }}"


class _Table:
    """Inline data, with the assignments that make blank nodes of them."""

    def __init__(self, word: str) -> None:
        """Begin the names of helper columns and the labels of blank nodes with ``word``."""
        self._word = word
        self._names: list[str] = []
        self._columns: list[list[str]] = []
        self.assignments: list[str] = []

    def add(self, name: str, terms: _Column) -> None:
        """Let the variable ``name`` have ``terms``."""
        if any(map(_holds_blank_node, terms)):
            self.assignments.append(f"BIND({self._expression(terms)} AS ?{name})")
        else:
            self._column(name, list(map(_spelt, terms)))

    def values(self, count: int) -> str:
        """Return the data of ``count`` solutions."""
        names = " ".join(f"?{name}" for name in self._names)
        rows = map(" ".join, zip(*self._columns, strict=True)) if names else [""] * count
        return f"VALUES ({names}) {{ {' '.join(f'({row})' for row in rows)} }}"

    def _expression(self, terms: _Column) -> str:
        """Return an expression that has the value of ``terms``, and an error where it is None."""
        ways = []
        labels = [
            f'"{self._word}{term.value}"' if isinstance(term, BlankNode) else "UNDEF"
            for term in terms
        ]
        if any(label != "UNDEF" for label in labels):
            ways.append(f"BNODE({self._helper(labels)})")
        triples = [t if isinstance(t, Triple) and _holds_blank_node(t) else None for t in terms]
        if any(triples):
            parts = zip(*((t or (None,) * 3) for t in triples), strict=True)
            ways.append(f"TRIPLE({', '.join(map(self._expression, parts))})")
        ground = ["UNDEF" if _holds_blank_node(term) else _spelt(term) for term in terms]
        if any(term != "UNDEF" for term in ground):
            ways.append(self._helper(ground))
        return f"COALESCE({', '.join(ways)})"

    def _helper(self, cells: list[str]) -> str:
        name = f"{self._word}_{len(self._names)}"
        self._column(name, cells)
        return f"?{name}"

    def _column(self, name: str, cells: list[str]) -> None:
        self._names.append(name)
        self._columns.append(cells)


def _holds_blank_node(term: Term | None) -> bool:
    if isinstance(term, Triple):
        return any(map(_holds_blank_node, term))
    return isinstance(term, BlankNode)


def _spelt(term: Term | None) -> str:
    """Write a term without blank nodes; `str` escapes as N-Triples do, which SPARQL reads."""
    if term is None:
        return "UNDEF"
    return f"<<( {term} )>>" if isinstance(term, Triple) else str(term)


def _graph_edits(text: str, calls: Sequence[_Call]) -> list[_Edit]:
    """Have every GRAPH around a call name its graphs by a pattern.

    Without a triple pattern inside, the engine neither binds the variable of GRAPH nor asks
    whether the graph exists. ``GRAPH g { P }`` is ``GRAPH g { GRAPH g {} P }`` by definition.
    """
    tokens = list(tokenize(text))
    starts = {call.start for call in calls}
    patterns = [each for each in read_patterns(tokens)[0] if tokens[each.word].start in starts]
    groups = {group.opening: group for pattern in patterns for group in pattern.graphs}
    edits: list[_Edit] = []
    for group in groups.values():
        name, inside = tokens[group.opening - 1], tokens[group.opening + 1 : group.closing]
        if _assigns(inside, name):
            continue  # the same variable cannot be assigned after a pattern that has it
        is_select = inside[0].is_word("select")
        opened, closed = tokens[group.opening].end, tokens[group.closing].start
        edits.append((opened, opened, f" GRAPH {name.text} {{}} {'{' if is_select else ''}"))
        edits.append((closed, closed, "}" if is_select else ""))
    return edits


def _assigns(tokens: Sequence[Token], name: Token) -> bool:
    return name.kind is TokenKind.VARIABLE and any(
        word.is_word("as") and token.text[1:] == name.text[1:] for word, token in pairwise(tokens)
    )


def _with_columns_spelt(
    text: str, calls: Sequence[_Call], inlined: str, base_iri: str | None
) -> str:
    """Spell ``SELECT *`` out in the order in which the caller's text has the variables.

    The variables are asked of the text without solutions, which is short.
    """
    found = outline(text)
    if found.star is None or found.form != QueryForm.SELECT:
        return inlined
    empty = [
        (call.start, call.end, f" {_inline(call.variables, _none(call), 0)} ") for call in calls
    ]
    bare = _edited(text, [*_graph_edits(text, calls), *empty])
    names = EmbeddedResult(ox.Store().query(bare, base_iri=base_iri)).variables
    return found.with_projection(inlined, names)


def _none(call: _Call) -> list[_Column]:
    return [[] for _ in call.variables]
