"""Rough sizes, by which the planner chooses among texts with equal answers.

Nothing here decides whether a rewrite is right. The guesses for what is not known are those of a
graph of some hundred thousand nodes; `Extents` replaces those for constants.
"""

from collections.abc import Iterable
from math import prod
from typing import Final

from medrd_kg.sparql.planning.plans import Extents
from medrd_kg.sparql.planning.syntax import (
    Element,
    Graph,
    Group,
    Select,
    Triple,
    Union,
    Values,
)

__all__ = ["RDF_TYPE", "components", "rows_of", "selectivity"]

RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

_ONE_NODE: Final = 10
"""Values of one property of one node."""

_ONE_VALUE: Final = 1_000
"""Subjects that share one value of a property."""

_ONE_CLASS: Final = 10_000
"""Members of one class."""

_ALL: Final = 1_000_000


def selectivity(triple: Triple, bound: Iterable[str], extents: Extents | None) -> int:
    """Return about how many matches a pattern has.

    Args:
        triple: The pattern.
        bound: Variables whose values are given.
        extents: What is known of the graph.
    """
    names = frozenset(bound)
    subject = triple.subject.is_constant or triple.subject.variable in names
    value = triple.object.is_constant or triple.object.variable in names
    if subject:
        return 1 if value else _ONE_NODE
    if not value:
        return _ALL
    predicate, key = triple.predicate.key, triple.object.key
    if extents is not None and predicate is not None and key is not None:
        known = extents.of(predicate, key)
        if known is not None:
            return known
    return _ONE_CLASS if predicate == RDF_TYPE else _ONE_VALUE


def rows_of(group: Group, extents: Extents | None) -> int:
    """Return about how many rows a group has before its filters."""
    sizes: list[int] = []
    values = _given(group.elements)
    used = {name for each in group.triples() for name in each.variables}
    sizes += (
        min(selectivity(each, values, extents) for each in part)
        for part in components(group.triples())
    )
    for element in group.elements:
        match element:
            case Values() if used.isdisjoint(element.variables):
                sizes.append(element.rows)
            case Union(branches=branches):
                sizes.append(sum(rows_of(branch, extents) for branch in branches))
            case Graph(group=inner):
                sizes.append(rows_of(inner, extents))
            case Select(group=inner):
                sizes.append(rows_of(inner, extents))
            case _:
                pass
    return prod(sizes)


def _given(elements: Iterable[Element]) -> frozenset[str]:
    return frozenset().union(*(each.bound for each in elements if isinstance(each, Values)))


def components(
    triples: Iterable[Triple], apart: frozenset[str] = frozenset()
) -> list[list[Triple]]:
    """Part patterns into those that hang together by variables other than ``apart``."""
    parts: list[tuple[set[str], list[Triple]]] = []
    for triple in triples:
        names = set(triple.variables) - apart
        members = [triple]
        kept: list[tuple[set[str], list[Triple]]] = []
        for each in parts:
            if names.isdisjoint(each[0]):
                kept.append(each)
            else:
                names |= each[0]
                members = each[1] + members
        parts = [*kept, (names, members)]
    return [members for _, members in parts]
