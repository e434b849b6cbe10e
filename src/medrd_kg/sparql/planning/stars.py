"""Aggregates over a star: patterns of one subject, and of what they lead to.

A star is what a table of sums is asked of: ``?f :payer ?m ; :forProgramme ?g ; :amount ?a . ?g
:project ?p``. Its root ``?f`` and the inner node ``?g`` occur nowhere else, the measure ``?a``
only in aggregates; ``?m`` and ``?p`` are its dimensions. Then its rows may be replaced by groups of
equal dimensions that carry how many rows they are and their sum.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.sparql.planning.aggregates import VOLATILE, Aggregate, aggregates_in
from medrd_kg.sparql.planning.syntax import (
    Element,
    Exists,
    Filter,
    Group,
    Query,
    Select,
    Triple,
    Union,
    Values,
)
from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["Branch", "Signature", "Star", "stars"]

_MEASURED: Final = frozenset({"sum", "avg"})
_EXTREMES: Final = frozenset({"min", "max"})


@dataclass(frozen=True, slots=True, order=True)
class Branch:
    """One pattern of a star.

    Attributes:
        predicate: Its predicate in angle brackets.
        branches: The patterns of its value, where that is an inner node; a dimension has none.
    """

    predicate: str
    branches: tuple["Branch", ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Which table answers a star.

    Attributes:
        branches: The patterns of its root but the measure, sorted, each as often as it is there.
        measure: Predicate of what is summed; None when rows are only counted.
    """

    branches: tuple[Branch, ...]
    measure: str | None


@dataclass(frozen=True, slots=True)
class Star:
    """A star that a table may stand for.

    Attributes:
        signature: Of the table.
        run: The stretch of the group in which its patterns are.
        triples: Its patterns.
        root: Variable of its root.
        measure: Variable of the measure, if any.
        dimensions: Its dimensions, in the order of the signature's branches without branches.
        needed: Variables of dimensions that occur elsewhere as well.
        aggregates: All aggregate calls of the SELECT.
        joins: Whether something else is joined with it, so that a row may count several times.
        grouping: Places around GROUP BY where it asks for the very groups of the table, so that
            nothing is left to be grouped; else None.
    """

    signature: Signature
    run: tuple[Element, ...]
    triples: tuple[Triple, ...]
    root: str
    measure: str | None
    dimensions: tuple[Triple, ...]
    needed: frozenset[str]
    aggregates: tuple[Aggregate, ...]
    joins: bool
    grouping: tuple[int, int] | None

    @property
    def start(self) -> int:
        """Offset of the run's first character."""
        first = self.run[0]
        return first.subject.start if isinstance(first, Triple) else first.start


def stars(query: Query) -> Iterator[Star]:
    """Yield at most one star of every SELECT that groups."""
    if not query.has_dataset and query.form == "select":
        yield from _in_select(query.select, query.text)


def _in_select(select: Select, text: str) -> Iterator[Star]:
    if select.aggregates and not select.star:
        tokens = [
            token._replace(start=token.start + select.start)
            for token in tokenize(text[select.start : select.end])
        ]
        words = [token.text.lower() for token in tokens if token.kind is TokenKind.WORD]
        # A SELECT within has aggregates and variables of its own.
        if VOLATILE.isdisjoint(words) and words.count("select") == 1:
            found = _Search(select, tokens).star()
            if found is not None:
                yield found
                return
    yield from _in_group(select.group, text)


def _in_group(group: Group, text: str) -> Iterator[Star]:
    """Look into what the group joins; a named graph has other triples than the table."""
    for element in group.elements:
        match element:
            case Union(branches=branches):
                for branch in branches:
                    yield from _in_group(branch, text)
            case Select():
                yield from _in_select(element, text)
            case _:
                pass


class _NoStar(Exception):
    """The patterns are no star for a table."""


class _Search:
    """The search for a star in one SELECT."""

    def __init__(self, select: Select, tokens: Sequence[Token]) -> None:
        self._select = select
        self._run = _first_run(select.group.elements)
        self._triples = [each for each in self._run if isinstance(each, Triple)]
        self._variables = [token for token in tokens if token.kind is TokenKind.VARIABLE]
        self._aggregates = list(aggregates_in(tokens))
        self._values = Counter(each.object.variable for each in self._triples)
        in_patterns = {term.start for each in self._triples for term in (each.subject, each.object)}
        self._mentioned = {
            token.text[1:] for token in self._variables if token.start not in in_patterns
        }

    def star(self) -> Star | None:
        """Return the star whose root has most patterns, if any is fit."""
        summed = {each.variable for each in self._aggregates if each.function in _MEASURED}
        if len(summed) > 1 or not all(each.is_plain for each in self._aggregates):
            return None
        measure = next(iter(summed), None)
        roots = Counter(
            each.subject.variable
            for each in self._triples
            if measure is None or self._is_measured(each.subject.variable, measure)
        )
        for root, _ in roots.most_common():
            if root is not None and root not in self._values:
                try:
                    return self._star(root, measure)
                except _NoStar:
                    continue
        return None

    def _is_measured(self, root: str | None, measure: str) -> bool:
        return any(
            each.subject.variable == root and each.object.variable == measure
            for each in self._triples
        )

    def _star(self, root: str, measure: str | None) -> Star:
        members: list[Triple] = []
        planted = self._branches(root, measure, members)
        dimensions = [leaf for _, leaves in planted for leaf in leaves]
        names = [each.object.variable for each in dimensions if each.object.variable is not None]
        measured = [each for each in members if measure and each.object.variable == measure]
        if len(set(names)) < len(names) or len(members) <= 1:  # one is an index
            raise _NoStar
        own = {term.start for each in members for term in (each.subject, each.object)}
        outside = {
            token.text[1:]
            for token in self._variables
            if token.start not in own
            and not any(each.start < token.start < each.end for each in self._aggregates)
        }
        if root in outside or measure in outside:
            raise _NoStar
        elsewhere = {token.text[1:] for token in self._variables if token.start not in own}
        is_flat = measure is None and len(dimensions) == len(members)
        for each in self._aggregates:
            if not self._is_carried(each, root, measure, names, is_flat=is_flat):
                raise _NoStar
        others = [each for each in self._select.group.elements if not isinstance(each, Filter)]
        joins = len(others) > len(members) or self._select.values is not None
        needed = frozenset(names) & elsewhere
        return Star(
            Signature(
                tuple(branch for branch, _ in planted),
                measured[0].predicate.key if measured else None,
            ),
            tuple(self._run),
            tuple(members),
            root,
            measure,
            tuple(dimensions),
            needed,
            tuple(self._aggregates),
            joins=joins,
            grouping=None if joins else self._superfluous_grouping(root, measure, needed),
        )

    def _superfluous_grouping(
        self, root: str, measure: str | None, needed: frozenset[str]
    ) -> tuple[int, int] | None:
        keys = self._select.group_by
        # What is taken of dimensions remains an aggregate, and needs its groups.
        all_carried = all(
            each.variable == root
            if each.distinct
            else each.function == "count" or each.variable == measure
            for each in self._aggregates
        )
        if not keys or self._select.having or not all_carried:
            return None
        if {key.plain for key, _ in keys} != needed:
            return None
        return self._select.group.end, keys[-1][0].end

    def _branches(
        self, node: str, measure: str | None, members: list[Triple]
    ) -> list[tuple[Branch, list[Triple]]]:
        """Return the branches of a node in their order, each with its dimensions."""
        planted: list[tuple[Branch, list[Triple]]] = []
        for each in self._triples:
            if each.subject.variable != node:
                continue
            key, value = each.predicate.key, each.object
            if key is None or (value.is_constant and value.key is None):
                raise _NoStar
            members.append(each)
            if value.variable is not None and value.variable == measure:
                if self._values[measure] > 1:
                    raise _NoStar
            elif value.variable is not None and self._is_inner(value.variable):
                inner = self._branches(value.variable, None, members)
                branch = Branch(key, tuple(below for below, _ in inner))
                planted.append((branch, [leaf for _, leaves in inner for leaf in leaves]))
            else:
                planted.append((Branch(key), [each]))
        return sorted(planted, key=lambda each: each[0])

    def _is_inner(self, name: str) -> bool:
        """Whether nothing names it but one pattern that leads to it and its own patterns."""
        return (
            self._values[name] == 1
            and name not in self._mentioned
            and any(each.subject.variable == name for each in self._triples)
        )

    def _is_carried(
        self,
        aggregate: Aggregate,
        root: str,
        measure: str | None,
        names: Sequence[str],
        *,
        is_flat: bool,
    ) -> bool:
        """Whether the aggregate has the same value over groups with number, sum and extremes."""
        function, variable = aggregate.function, aggregate.variable
        if aggregate.distinct and variable == root:
            # Within one group of all dimensions a root comes once; groups must not be merged.
            keys = {key.plain for key, _ in self._select.group_by}
            return function == "count" and is_flat and bool(keys) and keys.issuperset(names)
        if aggregate.distinct:
            return function in {"count", *_EXTREMES} and variable not in {measure, None}
        if function == "count":
            return variable is None or variable in {root, measure, *names}
        if function in _MEASURED:
            # Of no rows AVG is 0, while a quotient has no value.
            return variable == measure and (function == "sum" or bool(self._select.group_by))
        return function in _EXTREMES and variable != root


def _first_run(elements: Sequence[Element]) -> list[Element]:
    """Return the stretch of patterns and filters with which a group begins."""
    run: list[Element] = []
    for element in elements:
        if not isinstance(element, Triple | Filter | Exists | Values):
            break
        run.append(element)
    while run and not isinstance(run[-1], Triple):
        run.pop()
    while run and not isinstance(run[0], Triple):
        run.pop(0)
    return run
