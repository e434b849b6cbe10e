"""Joins of parts that meet in a variable: each part is computed by itself.

Of ``?a p C ; q ?x . ?b p D ; q ?x`` the engine looks up, for each ``?a``, every ``?b`` with the
same ``?x`` and then throws away those that are not of ``D``. It does not take sub-SELECTs apart,
so that naming each part as one makes it compute both and join them by hash. A basic graph pattern
is the join of any parts of it, and a sub-SELECT of all its variables is the part itself: the same
rows as often as before.

Where the answer is the same however often equal rows come, a part is reduced to the distinct
values of what the rest of the query names: ``?a`` and ``?b`` above vanish before the join.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.sparql.planning.aggregates import ignores_repetition
from medrd_kg.sparql.planning.plans import Edit, Extents
from medrd_kg.sparql.planning.sizes import RDF_TYPE, components, selectivity
from medrd_kg.sparql.planning.syntax import (
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
from medrd_kg.sparql.planning.tokens import semicolon_follows
from medrd_kg.store.lexing import TokenKind, tokenize

__all__ = ["link_edits"]

_SMALL: Final = 500
"""A part of so many subjects is computed in half a millisecond, whatever the other is."""

_LARGEST_RATIO: Final = 30
"""How many times larger the second part may be: beyond, looking up is cheaper than computing it."""

_LARGEST_RATIO_REDUCED: Final = 200
"""The same where the parts are reduced before they are joined."""

_Part = Sequence[Triple]


@dataclass(frozen=True, slots=True)
class _Context:
    """What holds for all parts of a SELECT.

    Attributes:
        query: The query.
        extents: What is known of the graph.
        reduces: Whether equal rows may be merged.
    """

    query: Query
    extents: Extents | None
    reduces: bool


def link_edits(query: Query, extents: Extents | None) -> Iterator[Edit]:
    """Yield an edit for every run of patterns that falls into parts worth computing alone.

    Args:
        query: The query.
        extents: What is known of the graph; it tells whether the parts are small.
    """
    yield from _in_select(query.select, query, extents)


def _in_select(select: Select, query: Query, extents: Extents | None) -> Iterator[Edit]:
    context = _Context(query, extents, ignores_repetition(select, query))
    yield from _in_group(select.group, context)


def _in_group(group: Group, context: _Context) -> Iterator[Edit]:
    for run in _runs(group.elements):
        yield from _in_run(run, context)
    for element in group.elements:
        match element:
            case Union(branches=branches):
                for branch in branches:
                    yield from _in_group(branch, context)
            case Graph(name=name) if name.variable is None:
                yield from _in_group(element.group, context)
            case Select():
                yield from _in_select(element, context.query, context.extents)
            case _:
                pass


def _runs(elements: Sequence[Element]) -> Iterator[list[Element]]:
    """Yield stretches that are joined with each other and with nothing else in between."""
    run: list[Element] = []
    for element in elements:
        if isinstance(element, Triple | Values | Filter | Exists):
            run.append(element)
        else:
            yield run
            run = []
    yield run


def _in_run(run: Sequence[Element], context: _Context) -> Iterator[Edit]:
    while run and not isinstance(run[-1], Triple):
        run = run[:-1]
    while run and not isinstance(run[0], Triple):
        run = run[1:]
    triples = [each for each in run if isinstance(each, Triple)]
    parts: list[_Part] = [*components(triples, _links(triples))]
    if len(parts) <= 1 or semicolon_follows(context.query.text, run[-1].end):
        return
    owned = [each for each in run if isinstance(each, Values) and _belongs_to_one(each, parts)]
    given = frozenset().union(*(each.bound for each in owned))
    reduced = _reduced(parts, context) if context.reduces else {}
    eligible = [
        part
        for part in parts
        if _is_contained(part) and (id(part) in reduced or _is_anchored(part, given))
    ]
    of_nodes = [part for part in parts if any(each.subject.is_constant for each in part)]
    small = [part for part in parts if part not in eligible and _is_anchored(part, given)]
    partners = [*eligible, *of_nodes, *small]
    worth = [part for part in eligible if _is_worth(part, partners, given, context)]
    # The engine begins with a plain pattern rather than with a sub-SELECT that stands alone.
    chosen = [part for part in worth if _met(part, [*worth, *of_nodes], given)]
    if chosen:
        yield _edit(run, chosen, owned, reduced, context.query.text)


def _belongs_to_one(values: Values, parts: Sequence[_Part]) -> bool:
    """Whether a single part has its variables: only there may its rows move."""
    names = set(values.variables)
    meeting = [part for part in parts if not names.isdisjoint(_names(part))]
    return len(meeting) == 1


def _names(part: _Part) -> dict[str, None]:
    return dict.fromkeys(name for each in part for name in each.variables)


def _reduced(parts: Sequence[_Part], context: _Context) -> dict[int, list[str]]:
    """Return, for each part with variables that nothing else names, the other ones of it."""
    text = context.query.text
    places: dict[str, set[int]] = {}
    for token in tokenize(text):
        if token.kind is TokenKind.VARIABLE:
            places.setdefault(token.text[1:], set()).add(token.start)
    found: dict[int, list[str]] = {}
    for part in parts:
        own = {term.start for each in part for term in (each.subject, each.predicate, each.object)}
        names = _names(part)
        needed = [name for name in names if not places[name] <= own]
        if len(needed) < len(names):
            found[id(part)] = needed
    return found


def _is_contained(part: _Part) -> bool:
    """Whether it may be computed alone: several patterns, none of which reaches everywhere.

    A path that matches a node with itself depends on what is bound, and a variable predicate on
    all that its node has.
    """
    return len(part) > 1 and not any(
        each.predicate.may_be_empty or each.predicate.variable is not None for each in part
    )


def _is_anchored(part: _Part, given: frozenset[str]) -> bool:
    """Whether it has a constant other than its class."""
    return any(
        each.subject.variable is not None
        and each.subject.variable not in given
        and (each.object.is_constant or each.object.variable in given)
        and not each.predicate.is_path
        and each.predicate.variable is None
        and each.predicate.key != RDF_TYPE
        for each in part
    )


def _is_worth(
    part: _Part, others: Sequence[_Part], given: frozenset[str], context: _Context
) -> bool:
    """Whether it meets other parts, and none so small that it is cheaper looked up from there."""
    met = _met(part, others, given)
    ratio = _LARGEST_RATIO_REDUCED if context.reduces else _LARGEST_RATIO
    limit = min((_size(each, given, context.extents) for each in met), default=0) * ratio + _SMALL
    return bool(met) and _size(part, given, context.extents) <= limit


def _met(part: _Part, others: Sequence[_Part], given: frozenset[str]) -> list[_Part]:
    """Return the other parts that share a variable with it."""
    names = _names(part).keys() - given
    return [each for each in others if each is not part and not names.isdisjoint(_names(each))]


def _size(part: _Part, given: frozenset[str], extents: Extents | None) -> int:
    return min(selectivity(each, given, extents) for each in part)


def _links(triples: Sequence[Triple]) -> frozenset[str]:
    """Return the variables that are values of two subjects: there the parts meet."""
    subjects: dict[str, set[tuple[str | None, int]]] = {}
    for each in triples:
        if each.object.variable is not None:
            # Constants are told apart by their place: the same one twice does no harm.
            constant = each.subject.start if each.subject.is_constant else -1
            subject = each.subject.variable, constant
            subjects.setdefault(each.object.variable, set()).add(subject)
    return frozenset(name for name, found in subjects.items() if len(found) > 1)


def _edit(
    run: Sequence[Element],
    chosen: Sequence[_Part],
    owned: Sequence[Values],
    reduced: dict[int, list[str]],
    text: str,
) -> Edit:
    taken = {id(each) for part in chosen for each in part}
    pieces: list[tuple[int, str]] = []
    for part in chosen:
        names = _names(part)
        own = [each for each in owned if not names.keys().isdisjoint(each.variables)]
        inner = [text[each.start : each.end] for each in own]
        inner += [f"{each.spelt(text)} ." for each in part]
        for each in own:
            names.update(dict.fromkeys(each.variables))
            taken.add(id(each))
        needed = None if own else reduced.get(id(part))
        select = "SELECT" if needed is None else "SELECT DISTINCT"
        columns = " ".join(f"?{name}" for name in (names if needed is None else needed))
        begin = min(each.object.start for each in part)
        pieces.append((begin, f"{{ {select} {columns} {{ {' '.join(inner)} }} }}"))
    for element in run:
        if id(element) in taken:
            continue
        if isinstance(element, Triple):
            pieces.append((element.object.start, f"{element.spelt(text)} ."))
        else:
            pieces.append((element.start, text[element.start : element.end]))
    first = run[0]
    begin = first.subject.start if isinstance(first, Triple) else first.start
    smaller = any(id(part) in reduced for part in chosen)
    return Edit(
        begin,
        run[-1].end,
        " ".join(piece for _, piece in sorted(pieces, key=lambda each: each[0])).removesuffix(" ."),
        "link-by-parts",
        f"patterns that meet in a variable are computed in parts ({len(chosen)} sub-SELECTs) and"
        " joined; "
        + (
            "since equal rows do not change the answer, each keeps the distinct values of what"
            " the rest names"
            if smaller
            else "with all their variables they keep every row as often as it is"
        ),
    )
