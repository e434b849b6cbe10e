"""Filters within a group on what only the patterns around that group bind.

By the specification (SPARQL 1.1 Query, section 18.2.2) a group is evaluated by itself, so that such
a filter finds nothing there. The engine hands bindings inwards in some of its plans and not in
others: its answer then depends on how the patterns around are written. Such a query is left as it
is, for any other text of it might be answered otherwise.
"""

from medrd_kg.sparql.planning.scope import certain, possible_of
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
    Query,
    Select,
    Union,
)
from medrd_kg.store.lexing import TokenKind, tokenize

__all__ = ["has_strays", "names_in"]

_NOTHING: frozenset[str] = frozenset()


def has_strays(query: Query) -> bool:
    """Whether a filter or BIND of a group names what that group may not bind, but others do."""
    return _around(query.select.group, _NOTHING, query.text)


def names_in(text: str) -> frozenset[str]:
    """Return the variables that a part of a query names.

    >>> sorted(names_in("FILTER NOT EXISTS { ?a :p ?b }"))
    ['a', 'b']
    """
    return frozenset(token.text[1:] for token in tokenize(text) if token.kind is TokenKind.VARIABLE)


def _around(group: Group, seen: frozenset[str], text: str) -> bool:
    """Look at the groups within a group.

    Args:
        group: The group.
        seen: What the patterns around it may bind.
        text: The query.
    """
    return any(
        _within(
            element,
            seen | possible_of(other for other in group.elements if other is not element),
            text,
        )
        for element in group.elements
    )


def _within(element: Element, seen: frozenset[str], text: str) -> bool:
    match element:
        case Union(branches=branches):
            return any(_is_strayed(branch, seen, text) for branch in branches)
        case Graph(group=group) | Minus(group=group):
            return _is_strayed(group, seen, text)
        case Optional(group=group) | Lateral(group=group):
            return _around(group, seen, text)  # their own filters may see what is around
        case Select(group=group):
            return _is_strayed(group, seen & possible_of([element]), text)
        case _:
            return False


def _is_strayed(group: Group, seen: frozenset[str], text: str) -> bool:
    """Look at the filters of a group, and at the groups within it."""
    from_outside = seen - certain(group)
    return any(
        not from_outside.isdisjoint(_read(each, text)) for each in group.elements
    ) or _around(group, seen, text)


def _read(element: Element, text: str) -> frozenset[str]:
    """Return the variables whose values an element asks for without binding them."""
    match element:
        case Filter() | Exists():
            return names_in(text[element.start : element.end])
        case Bind(expression=expression):
            return names_in(text[expression.start : expression.end])
        case _:
            return _NOTHING
