"""Aggregates over a star: patterns of one subject, grouped by what they say of it.

A star is what a table of sums is asked of: ``?g :ministry ?m ; :year 2022 ; :amount ?a``. Here it
is found, with all that must hold so that its rows may be replaced by groups that carry their
number and their sum: subject and measure occur nowhere but in the star and within aggregates.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from medrd_kg.sparql.planning.syntax import (
    AGGREGATES,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Query,
    Select,
    Triple,
    Union,
    Values,
)
from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["Aggregate", "Signature", "Star", "stars"]

_MEASURED: Final = frozenset({"sum", "avg"})
_KEPT: Final = frozenset({"min", "max"})
_VOLATILE: Final = frozenset({"rand", "uuid", "struuid", "bnode"})


@dataclass(frozen=True, slots=True)
class Signature:
    """Which table answers a star.

    Attributes:
        dimensions: Predicates in angle brackets, sorted, each as often as the star has it.
        measure: Predicate of what is summed; None when rows are only counted.
    """

    dimensions: tuple[str, ...]
    measure: str | None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate call, and the function and variable in it.

    Attributes:
        start: Offset of its name.
        end: Offset after its bracket.
        function: Its name in lower case.
        variable: The variable, None for ``*``.
        distinct: Whether DISTINCT is written.
    """

    start: int
    end: int
    function: str
    variable: str | None
    distinct: bool


@dataclass(frozen=True, slots=True)
class Star:
    """A star that a table may stand for.

    Attributes:
        signature: Of the table.
        run: The stretch of the group in which its patterns are.
        triples: Its patterns.
        subject: Its subject's variable.
        measure: Variable of the measure, if any.
        dimensions: For each dimension of the signature the pattern that asks for it.
        needed: Variables of dimensions that occur elsewhere as well.
        aggregates: All aggregate calls of the SELECT.
        joins: Whether something else is joined with it, so that a row may count several times.
    """

    signature: Signature
    run: tuple[Element, ...]
    triples: tuple[Triple, ...]
    subject: str
    measure: str | None
    dimensions: tuple[Triple, ...]
    needed: frozenset[str]
    aggregates: tuple[Aggregate, ...]
    joins: bool

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
        for star in _candidates(select, text):
            yield star
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
            case Graph():
                pass
            case _:
                pass


def _candidates(select: Select, text: str) -> Iterator[Star]:
    run = _first_run(select.group.elements)
    triples = [each for each in run if isinstance(each, Triple)]
    tokens = [
        token._replace(start=token.start + select.start)
        for token in tokenize(text[select.start : select.end])
    ]
    words = [token.text.lower() for token in tokens if token.kind is TokenKind.WORD]
    if not _VOLATILE.isdisjoint(words) or words.count("select") > 1:
        return  # a SELECT within has aggregates and variables of its own
    aggregates = _aggregates(tokens)
    if aggregates is None or (
        # Of no rows AVG is 0, while a quotient has no value.
        not select.group_by and any(each.function == "avg" for each in aggregates)
    ):
        return
    others = [each for each in select.group.elements if not isinstance(each, Filter)]
    # The longest star first: it leaves the least to be joined.
    subjects = Counter(each.subject.variable for each in triples)
    for subject, _ in subjects.most_common():
        if subject is not None:
            own = [each for each in triples if each.subject.variable == subject]
            star = _star(subject, own, run, tokens, aggregates)
            if star is not None:
                yield replace(star, joins=len(others) > len(own) or select.values is not None)


def _star(
    subject: str,
    triples: Sequence[Triple],
    run: Sequence[Element],
    tokens: Sequence[Token],
    aggregates: Sequence[Aggregate],
) -> Star | None:
    objects = [each.object.variable for each in triples if each.object.variable is not None]
    if any(each.predicate.key is None for each in triples) or any(
        each.object.is_constant and each.object.key is None for each in triples
    ):
        return None
    if len(set(objects)) < len(objects) or subject in objects or len(triples) < 2:  # noqa: PLR2004
        return None
    measure = _measure(objects, aggregates)
    if not all(_is_carried(each, subject, measure, objects) for each in aggregates):
        return None
    inside = [(each.start, each.end) for each in aggregates]
    starts = {each.subject.start for each in triples} | {each.object.start for each in triples}
    elsewhere = {
        token.text[1:]
        for token in tokens
        if token.kind is TokenKind.VARIABLE and token.start not in starts
    }
    outside = {
        token.text[1:]
        for token in tokens
        if token.kind is TokenKind.VARIABLE
        and token.start not in starts
        and not any(start < token.start < end for start, end in inside)
    }
    if subject in outside or measure in outside:
        return None
    dimensions = sorted(
        (each for each in triples if measure is None or each.object.variable != measure),
        key=lambda each: (str(each.predicate.key), each.object.start),
    )
    of_measure = [each for each in triples if measure and each.object.variable == measure]
    signature = Signature(
        tuple(str(each.predicate.key) for each in dimensions),
        of_measure[0].predicate.key if of_measure else None,
    )
    return Star(
        signature,
        tuple(run),
        tuple(triples),
        subject,
        measure,
        tuple(dimensions),
        frozenset(objects) & elsewhere - {measure},
        tuple(aggregates),
        joins=True,
    )


def _measure(objects: Sequence[str], aggregates: Sequence[Aggregate]) -> str | None:
    """Return the value that is summed; several cannot be carried by one table."""
    summed = {each.variable for each in aggregates if each.function in _MEASURED} & set(objects)
    return next(iter(summed)) if len(summed) == 1 else None


def _is_carried(
    aggregate: Aggregate, subject: str, measure: str | None, objects: Sequence[str]
) -> bool:
    """Whether the aggregate has the same value over groups with number, sum and extremes."""
    function, variable = aggregate.function, aggregate.variable
    if aggregate.distinct:
        return function in {"count", "min", "max"} and variable not in {subject, measure, None}
    if function == "count":
        return variable is None or variable in {subject, *objects}
    if function in _MEASURED:
        return measure is not None and variable == measure
    return function in _KEPT and variable != subject


def _aggregates(tokens: Sequence[Token]) -> list[Aggregate] | None:
    """Return the aggregate calls; None when one of them is not of a single variable."""
    found: list[Aggregate] = []
    for i, token in enumerate(tokens):
        if not token.is_word(*AGGREGATES):
            continue
        inner = tokens[i + 1 : i + 5]
        distinct = len(inner) > 1 and inner[1].is_word("distinct")
        inner = [*inner[:1], *inner[2:]] if distinct else inner[:3]
        match inner:
            case [opening, of, closing] if opening.text + closing.text == "()":
                variable = of.text[1:] if of.kind is TokenKind.VARIABLE else None
                if variable is None and of.text != "*":
                    return None
                function = token.text.lower()
                found.append(Aggregate(token.start, closing.end, function, variable, distinct))
            case _:
                return None
    return found


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
