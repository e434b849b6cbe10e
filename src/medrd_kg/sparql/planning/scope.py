"""Which variables a group may bind, and which it certainly binds in every solution."""

from collections.abc import Iterable
from functools import reduce

from medrd_kg.sparql.planning.syntax import (
    Bind,
    Element,
    Exists,
    Filter,
    Graph,
    Group,
    Lateral,
    Minus,
    Optional,
    Select,
    Triple,
    Union,
    Values,
)

__all__ = ["certain", "certain_of", "possible", "possible_of"]


def possible(group: Group) -> frozenset[str]:
    """Return the variables that a solution of the group may bind."""
    return possible_of(group.elements)


def certain(group: Group) -> frozenset[str]:
    """Return the variables that every solution of the group binds."""
    return certain_of(group.elements)


def possible_of(elements: Iterable[Element]) -> frozenset[str]:
    """Return the variables that the elements together may bind."""
    return frozenset().union(*map(_possible, elements))


def certain_of(elements: Iterable[Element]) -> frozenset[str]:
    """Return the variables that the elements together always bind."""
    return frozenset().union(*map(_certain, elements))


def _possible(element: Element) -> frozenset[str]:  # noqa: PLR0911 - one case an element
    match element:
        case Triple():
            return frozenset(element.variables)
        case Optional(group=group) | Lateral(group=group):
            return possible(group)
        case Union(branches=branches):
            return frozenset().union(*map(possible, branches))
        case Graph(name=name, group=group):
            named = frozenset() if name.variable is None else frozenset({name.variable})
            return possible(group) | named
        case Bind(variable=variable):
            return frozenset({variable})
        case Values(variables=variables):
            return frozenset(variables)
        case Select():
            return _projected(element, possible(element.group))
        case Filter() | Exists() | Minus():
            return frozenset()


def _certain(element: Element) -> frozenset[str]:  # noqa: PLR0911 - one case an element
    match element:
        case Triple():
            return frozenset(element.variables)
        case Lateral(group=group) | Graph(group=group):
            return certain(group)
        case Union(branches=branches):
            return reduce(frozenset.intersection, map(certain, branches))
        case Bind(variable=variable, is_constant=True):
            return frozenset({variable})
        case Values(bound=bound):
            return bound
        case Select():
            return _certainly_projected(element)
        case Filter() | Exists() | Minus() | Optional() | Bind():
            return frozenset()


def _projected(select: Select, inner: frozenset[str]) -> frozenset[str]:
    if select.star:
        return inner
    return frozenset(column.variable for column in select.columns)


def _certainly_projected(select: Select) -> frozenset[str]:
    inner = certain(select.group)
    if select.values is not None:
        inner |= select.values.bound
    if select.star:
        return inner
    plain = frozenset(each.variable for each in select.columns if each.expression is None)
    if not select.aggregates:
        return plain & inner
    # Of a grouped SELECT only keys have values, and an alias may stand for an error.
    return plain & inner & frozenset(filter(None, (key.plain for key, _ in select.group_by)))
