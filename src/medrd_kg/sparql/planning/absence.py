"""``FILTER [NOT] EXISTS`` over several patterns, in forms that the engine evaluates well.

The engine never orders the joins inside EXISTS: for every row it compares each match of one
pattern with each match of the other. Two forms give the same answer:

* ``MINUS { SELECT DISTINCT shared { … } }`` computes the inner pattern once. It equals NOT EXISTS
  where all shared variables are certainly bound on both sides and nothing else ties the inner
  pattern to the row: then both ask whether some inner solution has the row's values.
* Patterns joined by LATERAL are looked up one within the other from the row's values. A join of
  triple patterns is the same as their lateral join for what the row itself binds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from medrd_kg.sparql.planning.aggregates import VOLATILE
from medrd_kg.sparql.planning.plans import NO_FILTER, Edit, Extents
from medrd_kg.sparql.planning.scope import certain, certain_of, possible
from medrd_kg.sparql.planning.sizes import rows_of, selectivity
from medrd_kg.sparql.planning.syntax import (
    Bind,
    Exists,
    Filter,
    Graph,
    Group,
    Lateral,
    Query,
    Select,
    Triple,
    Union,
    Values,
)
from medrd_kg.sparql.planning.tokens import semicolon_follows
from medrd_kg.store.lexing import TokenKind, tokenize

__all__ = ["absence_edits"]

_ROW_COST: Final = 1_000
"""Inner matches that one row may cost when looked up; measured between some and 3,000."""

_REQUIRED: Final = (Triple, Union, Graph, Values, Select, Lateral, Bind)
"""Elements that bind what a row certainly has."""


@dataclass(frozen=True, slots=True)
class _Context:
    """Where a group stands.

    Attributes:
        query: The query.
        own_scope: Whether it is the whole pattern of a SELECT: a filter sees its rows, no more.
        stops_early: Whether a first row may be all that is asked for.
        looked_up: Whether it is evaluated anew for each row of others.
    """

    query: Query
    own_scope: bool
    stops_early: bool
    looked_up: bool = False


def absence_edits(query: Query, extents: Extents | None) -> Iterator[Edit]:
    """Yield the edits for every EXISTS of the query that has a better form.

    Args:
        query: The query.
        extents: What is known of the graph; it chooses between the forms.
    """
    yield from _in_select(query, query.select, extents)


def _in_select(query: Query, select: Select, extents: Extents | None) -> Iterator[Edit]:
    whole = select.aggregates or bool(select.order_by)
    stops_early = query.form == "ask" or (select.limited and not whole)
    yield from _in_group(select.group, _Context(query, True, stops_early), extents)


def _in_group(group: Group, context: _Context, extents: Extents | None) -> Iterator[Edit]:
    """Look at the filters of a group, and into what it joins.

    Not into OPTIONAL, MINUS and EXISTS, whose filters may see rows from outside, nor into a GRAPH
    with a variable, which a sub-SELECT would not share.
    """
    inner = replace(context, own_scope=False)
    for element in group.elements:
        match element:
            case Exists():
                yield from _edits_of(element, group, context, extents)
            case Union(branches=branches):
                for branch in branches:
                    yield from _in_group(branch, inner, extents)
            case Graph(name=name) if name.variable is None:
                yield from _in_group(element.group, inner, extents)
            case Lateral():
                yield from _in_group(element.group, replace(inner, looked_up=True), extents)
            case Select():
                yield from _in_select(context.query, element, extents)
            case _:
                pass


def _edits_of(
    exists: Exists, group: Group, context: _Context, extents: Extents | None
) -> Iterator[Edit]:
    if _is_one_lookup(exists.group):
        return
    shared = None if context.looked_up else _minus_variables(exists, group, context)
    lateral = _lateral(exists, group, context, extents)
    few = rows_of(group, extents) * _ROW_COST <= rows_of(exists.group, extents)
    if shared and not (lateral and few) and not context.stops_early:
        yield from _minus(exists, group, shared, context.query.text)
    elif lateral:
        yield lateral


def _is_one_lookup(group: Group) -> bool:
    """Whether an index answers it at once: nothing is faster."""
    parts = [each for each in group.elements if not isinstance(each, Filter)]
    return len(parts) == 1 and isinstance(parts[0], Triple) and not parts[0].predicate.is_path


def _minus(exists: Exists, group: Group, shared: str, text: str) -> Iterator[Edit]:
    place = _complete_at(exists, group)
    if semicolon_follows(text, place):
        return  # what would stand behind MINUS belongs before it
    minus = f"MINUS {{ SELECT DISTINCT {shared} {text[exists.group.start : exists.group.end]} }}"
    explanation = (
        f"NOT EXISTS as MINUS, computed once for all rows: {shared} certainly bound on both"
        " sides, and nothing else ties the inner pattern to the row"
    )
    rule = "absence-by-minus"
    if place == exists.end:
        yield Edit(exists.start, exists.end, minus, rule, explanation)
    else:
        yield Edit(exists.start, exists.end, NO_FILTER, rule, explanation)
        yield Edit(place, place, f" {minus} ")


def _complete_at(exists: Exists, group: Group) -> int:
    """Return where all that must match has been joined.

    A filter holds wherever it stands, MINUS for what stands before it; and a pattern behind it
    might be what a good order of joins begins with.
    """
    return max([exists.end, *(each.end for each in group.elements if isinstance(each, _REQUIRED))])


def _minus_variables(exists: Exists, group: Group, context: _Context) -> str | None:
    """Return the shared variables, spelt, when MINUS is certainly equal; else None."""
    inner, text = exists.group, context.query.text
    if not exists.negated or not _is_self_contained(inner):
        return None
    mentioned = possible(inner)
    shared = mentioned & possible(group)
    place = _complete_at(exists, group)
    before = certain_of(each for each in group.elements if each.end <= place)
    if not shared or not shared <= certain(inner) & before:
        return None
    if _of_around(mentioned - shared, inner, context):
        return None
    inside = text[inner.start : inner.end]
    ordered = sorted(shared, key=lambda name: (_first(inside, name), name))
    return " ".join(f"?{name}" for name in ordered)


def _of_around(names: frozenset[str], inner: Group, context: _Context) -> frozenset[str]:
    """Return the variables of an inner pattern alone that may have values of groups further out.

    The engine joins a nested group by handing it rows with all that is bound around it.
    """
    if context.own_scope:
        return frozenset()
    text = context.query.text
    outside = text[: inner.start] + text[inner.end :]
    return frozenset(name for name in names if f"?{name}" in outside or f"${name}" in outside)


def _renamed(text: str, names: frozenset[str], ending: str) -> str:
    """Return a pattern with names that nothing else bears, for some of its variables."""
    pieces, done = [], 0
    for token in tokenize(text):
        if token.kind is TokenKind.VARIABLE and token.text[1:] in names:
            pieces += [text[done : token.end], ending]
            done = token.end
    return "".join((*pieces, text[done:]))


def _unused_ending(text: str) -> str:
    """Return what no name of a variable in the query ends with."""
    ending = "_inner"
    while ending in text:
        ending += "_"
    return ending


def _first(text: str, name: str) -> int:
    found = re.search(rf"[?$]{re.escape(name)}(?!\w)", text)
    return found.start() if found else len(text)


def _is_self_contained(group: Group) -> bool:
    """Whether no expression or optional part of the group depends on what is bound outside."""
    bound = certain(group)
    for element in group.elements:
        match element:
            case Triple(predicate=path):
                fits = not path.may_be_empty
            case Values():
                fits = element.bound == frozenset(element.variables)
            case Filter(expression=expression):
                fits = (
                    not expression.has_pattern
                    and expression.variables <= bound
                    and expression.calls.isdisjoint(VOLATILE)
                )
            case Union(branches=branches):
                fits = all(map(_is_self_contained, branches))
            case Graph(name=name):
                fits = name.variable is None and _is_self_contained(element.group)
            case _:
                fits = False
        if not fits:
            return False
    return True


def _lateral(
    exists: Exists, group: Group, context: _Context, extents: Extents | None
) -> Edit | None:
    """Return the edit that makes the inner patterns look-ups, where there are several."""
    text = context.query.text
    around = possible(group)
    pattern = _looked_up(exists.group, around, text, extents)
    if pattern is None:
        return None
    # A look-up would see the values of what is bound around the group under the same name.
    own = _mentioned(exists.group) - around
    if elsewhere := _of_around(own, exists.group, context):
        pattern = _renamed(pattern, elsewhere, _unused_ending(text))
    return Edit(
        exists.group.start,
        exists.group.end,
        pattern,
        "existence-by-lookup",
        "the inner patterns are looked up one within the other from the row's values, instead"
        " of each being matched alone and compared",
    )


def _looked_up(
    inner: Group, around: frozenset[str], text: str, extents: Extents | None
) -> str | None:
    """Return a pattern within EXISTS as look-ups; None where that is not certainly equal or better.

    Args:
        inner: The pattern.
        around: What rows outside of it may bind.
        text: The query.
        extents: What is known of the graph.
    """
    triples = list(inner.triples())
    filters = [each for each in inner.elements if isinstance(each, Filter)]
    nested = [each for each in inner.elements if isinstance(each, Exists)]
    if (
        not triples
        or len(triples) + len(filters) + len(nested) < len(inner.elements)
        or any(each.predicate.may_be_empty for each in triples)
        or any(each.expression.has_pattern for each in filters)
    ):
        return None
    deeper = [_looked_up(each.group, around | possible(inner), text, extents) for each in nested]
    if len(triples) == 1 and not any(deeper):  # one pattern has nothing to be joined with
        return None
    bound = set(around)
    ordered: list[Triple] = []
    while triples:
        best = min(triples, key=lambda each: selectivity(each, bound, extents))
        triples.remove(best)
        ordered.append(best)
        bound.update(best.variables)
    spelt = [each.spelt(text) for each in ordered]
    parts = [spelt[0], *(f"LATERAL {{ {each} }}" for each in spelt[1:])]
    parts += [text[each.start : each.end] for each in filters]
    for each, pattern in zip(nested, deeper, strict=True):
        group = text[each.group.start : each.group.end] if pattern is None else pattern
        parts.append(f"FILTER {'NOT ' if each.negated else ''}EXISTS {group}")
    return f"{{ {' '.join(parts)} }}"


def _mentioned(group: Group) -> frozenset[str]:
    """Return the variables of a group's patterns and of those within its EXISTS."""
    nested = (_mentioned(each.group) for each in group.elements if isinstance(each, Exists))
    return possible(group).union(*nested)
