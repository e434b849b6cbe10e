"""Around an edit: the checks whose outcome it can change, and all that these checks read."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import NamedNode, Triple

from medrd_kg.sparql.shape_reads.automaton import Automaton, Edge
from medrd_kg.sparql.shape_reads.shapes import TargetedShape
from medrd_kg.sparql.shape_reads.views import Match, Term, View

__all__ = ["Check", "Checks", "affected", "may_be_affected", "statements_read"]

_TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_SUBCLASS: Final = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")

_STATES: Final = 10
"""States in which a node is found whose classes change, on average and at least."""

_Place = tuple[Term, int]
"""A node at a state of the automaton."""

Check = tuple[Term, TargetedShape]
"""A focus node and a shape that is about it."""


class Checks:
    """What shapes read, arranged for looking up."""

    def __init__(self, automaton: Automaton, shapes: Sequence[TargetedShape]) -> None:
        """Arrange the edges of the automaton by where they start, end, and what they read."""
        self.inside = automaton.reachable()
        """For each state, the states that its nodes are in as well."""
        self.outside: dict[int, set[int]] = defaultdict(set)
        """For each state, the states whose nodes are in it as well."""
        for state, others in enumerate(self.inside):
            for other in others:
                self.outside[other].add(state)
        self.leaving: dict[int, list[Edge]] = defaultdict(list)
        self.entering: dict[int, list[Edge]] = defaultdict(list)
        self.reading: dict[NamedNode | None, list[Edge]] = defaultdict(list)
        for edge in automaton.edges:
            self.leaving[edge.source].append(edge)
            self.entering[edge.target].append(edge)
            self.reading[edge.predicate].append(edge)
        self.asking: dict[NamedNode, list[int]] = defaultdict(list)
        """The states where it is asked whether a node is an instance of a class."""
        for state, classes in automaton.classes.items():
            for asked in classes:
                self.asking[asked].append(state)
        self.typed = frozenset(automaton.classes)
        """The states where that is asked of any class."""
        self.followed = frozenset(
            state
            for state, others in enumerate(self.inside)
            if any(other in self.typed or self.leaving.get(other) for other in others)
        )
        """The states where anything is read."""
        self.shapes: dict[int, list[TargetedShape]] = defaultdict(list)
        """The shapes with targets, by state of their focus nodes."""
        self.named: dict[str, list[TargetedShape]] = defaultdict(list)
        """The shapes with targets under whose check a finding is reported with this name."""
        self.about: dict[NamedNode, list[TargetedShape]] = defaultdict(list)
        """The shapes that are about a class, or about the subjects or objects of a property."""
        for shape in shapes:
            self.shapes[shape.state].append(shape)
            for name in shape.names:
                self.named[name].append(shape)
            for term in shape.classes | shape.subjects_of | shape.objects_of:
                self.about[term].append(shape)


def affected(
    checks: Checks,
    match: Match,
    *,
    removed: Collection[Triple],
    added: Collection[Triple],
    limit: int,
) -> set[Check] | None:
    """Return the checks whose outcome an edit can have changed.

    Args:
        checks: What shapes read.
        match: Finds statements of the data after the edit.
        removed: Statements that are gone.
        added: Statements that are new.
        limit: How many places of checks to look at before giving up.

    Returns:
        The checks, or None when an edit of a much cited node or a class concerns too many.
    """
    now = View(match)
    before = View(match, more=removed, without=added)
    either = View(match, more=removed)
    places = set(_read_directly(checks, [*removed, *added]))
    retyped = _retyped(either, [*removed, *added], limit // _STATES)
    if retyped is None:
        return None
    for node in retyped:
        for each in now.classes(node) ^ before.classes(node):
            places.update((node, state) for state in checks.asking.get(each, ()))
            places.update((node, shape.state) for shape in checks.about.get(each, ()))
    found: set[Check] = set()
    for number, (node, state) in enumerate(_backwards(checks, either, places)):
        if number > limit:
            return None
        found.update((node, shape) for shape in checks.shapes.get(state, ()))
    return {(node, shape) for node, shape in found if _is_target(now, node, shape)}


def may_be_affected(
    checks: Checks,
    match: Match,
    check: Check,
    *,
    removed: Collection[Triple],
    added: Collection[Triple],
) -> bool:
    """Whether a check reads anything that an edit changed.

    This looks from the check to the edit, which is the way to go when a few checks are in question
    and the edit concerns very many.
    """
    read = statements_read(checks, View(match, more=removed), [check])
    return not (read.isdisjoint(removed) and read.isdisjoint(added))


def statements_read(checks: Checks, data: View, wanted: Iterable[Check]) -> set[Triple]:
    """Return all statements that some checks read."""
    found: set[Triple] = set()
    places: set[_Place] = set()
    for node, shape in wanted:
        places.add((node, shape.state))
        found |= _target(data, node, shape)
    done: set[_Place] = set()
    typed: set[Term] = set()
    while places:
        node, entered = places.pop()
        for state in checks.inside[entered]:
            if (node, state) in done:
                continue
            done.add((node, state))
            if state in checks.typed and node not in typed:
                typed.add(node)
                found |= data.typing(node)
            for edge in checks.leaving.get(state, ()):
                read = list((data.to if edge.inverse else data.about)(node, edge.predicate))
                found.update(read)
                if edge.target in checks.followed:
                    places.update(
                        (each.subject if edge.inverse else each.object, edge.target)
                        for each in read
                    )
    return found


def _read_directly(checks: Checks, changed: Iterable[Triple]) -> Iterator[_Place]:
    """Yield the places where a changed statement itself is read."""
    for triple in changed:
        for edge in (*checks.reading.get(triple.predicate, ()), *checks.reading.get(None, ())):
            yield (triple.object if edge.inverse else triple.subject), edge.source
        for shape in checks.about.get(triple.predicate, ()):
            yield triple.subject, shape.state
            yield triple.object, shape.state


def _retyped(either: View, changed: Iterable[Triple], limit: int) -> set[Term] | None:
    """Return the nodes whose classes may have changed, or None when they are too many."""
    nodes: set[Term] = set()
    for triple in changed:
        if triple.predicate == _TYPE:
            nodes.add(triple.subject)
        elif triple.predicate == _SUBCLASS:
            for node in either.instances(triple.subject):
                nodes.add(node)
                if len(nodes) > limit:
                    return None
    return nodes


def _backwards(checks: Checks, data: View, places: set[_Place]) -> Iterator[_Place]:
    """Yield the places from which a check can come to these places, each once."""
    found: set[_Place] = set()
    waiting = places
    while waiting:
        node, entered = waiting.pop()
        for state in checks.outside[entered]:
            if (node, state) in found:
                continue
            found.add((node, state))
            yield node, state
            for edge in checks.entering.get(state, ()):
                if edge.inverse:
                    ends: Iterator[Term] = (
                        each.object for each in data.about(node, edge.predicate)
                    )
                else:
                    ends = (each.subject for each in data.to(node, edge.predicate))
                waiting.update((end, edge.source) for end in ends)


def _is_target(data: View, node: Term, shape: TargetedShape) -> bool:
    return (
        node in shape.nodes
        or any(True for each in shape.subjects_of for _ in data.about(node, each))
        or any(True for each in shape.objects_of for _ in data.to(node, each))
        or bool(shape.classes and not shape.classes.isdisjoint(data.classes(node)))
    )


def _target(data: View, node: Term, shape: TargetedShape) -> set[Triple]:
    """Return statements that make a node a target of a shape."""
    for predicate in shape.subjects_of:
        for triple in data.about(node, predicate):
            return {triple}
    for predicate in shape.objects_of:
        for triple in data.to(node, predicate):
            return {triple}
    return data.typing(node) if shape.classes else set()
