"""Aggregate calls in the tokens of a SELECT, and which of them count equal rows twice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.sparql.planning.syntax import AGGREGATES, Query, Select
from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["VOLATILE", "Aggregate", "aggregates_in", "ignores_repetition"]

VOLATILE: Final = frozenset({"rand", "uuid", "struuid", "bnode"})
"""Functions that need not give the same value twice."""

_EXTREMES: Final = frozenset({"min", "max"})
_SUMS: Final = frozenset({"count", "sum", "avg"})


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate call.

    Attributes:
        start: Offset of its name.
        end: Offset after its bracket.
        function: Its name in lower case.
        distinct: Whether DISTINCT is written.
        variable: Its variable; None for ``*`` and for expressions.
        is_plain: Whether it is of one variable or ``*``, and not of an expression.
    """

    start: int
    end: int
    function: str
    distinct: bool
    variable: str | None
    is_plain: bool


def aggregates_in(tokens: Sequence[Token]) -> Iterator[Aggregate]:
    """Yield the aggregate calls among the tokens; the end of those of expressions is unknown."""
    for i, token in enumerate(tokens):
        if not token.is_word(*AGGREGATES):
            continue
        function = token.text.lower()
        inner = list(tokens[i + 1 : i + 5])
        distinct = len(inner) > 1 and inner[1].is_word("distinct")
        if distinct:
            del inner[1]
        match inner[:3]:
            case [opening, of, closing] if opening.text + closing.text == "()":
                variable = of.text[1:] if of.kind is TokenKind.VARIABLE else None
                plain = variable is not None or of.text == "*"
                yield Aggregate(token.start, closing.end, function, distinct, variable, plain)
            case _:
                yield Aggregate(token.start, token.end, function, distinct, None, False)


def ignores_repetition(select: Select, query: Query) -> bool:
    """Whether the answer is the same however often equal rows of the pattern come.

    True of ASK, of SELECT DISTINCT, and where each aggregate is DISTINCT, MIN or MAX.
    """
    if select is query.select and query.form != "select":
        return query.form == "ask"
    if select.star:
        return False
    expressions = [each.expression for each in select.columns if each.expression is not None]
    expressions += [*select.having, *select.order_by, *(key for key, _ in select.group_by)]
    if any(not each.calls.isdisjoint(VOLATILE) for each in expressions):
        return False
    calls = [
        call
        for each in expressions
        for call in aggregates_in(list(tokenize(query.text[each.start : each.end])))
    ]
    if not calls and not select.group_by:
        return select.distinct
    return all(
        call.function in _EXTREMES
        # Of *, DISTINCT tells apart what differs in variables that nothing else names.
        or (call.distinct and call.function in _SUMS and call.variable is not None)
        for call in calls
    )
