"""The automaton of what shapes read: states are places in a check, edges are statements."""

from collections import defaultdict
from dataclasses import dataclass

from pyoxigraph import NamedNode

__all__ = ["Alternative", "Automaton", "Edge", "Inverse", "Path", "Repeat", "Sequence", "Step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One statement with this predicate, from its subject to its object."""

    predicate: NamedNode


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path walked from its end to its start."""

    part: "Path"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Paths walked one after the other."""

    parts: "tuple[Path, ...]"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Any one of several paths."""

    parts: "tuple[Path, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A path walked repeatedly.

    Attributes:
        part: The path.
        optional: Whether it may be walked no time at all.
        unbounded: Whether it may be walked more than once.
    """

    part: "Path"
    optional: bool
    unbounded: bool


Path = Step | Inverse | Sequence | Alternative | Repeat


@dataclass(frozen=True, slots=True)
class Edge:
    """Statements that a check reads at a place.

    Attributes:
        source: State of the node where it stands.
        predicate: Predicate of the statements; None: all statements about the node.
        inverse: Whether the node is the object of the statements.
        target: State of the nodes at the other end.
    """

    source: int
    predicate: NamedNode | None
    inverse: bool
    target: int


class Automaton:
    """States, and what is read there; a state stands for the nodes in one place of a check."""

    def __init__(self) -> None:
        """Start without states."""
        self._states = 0
        self.edges: list[Edge] = []
        self.classes: dict[int, set[NamedNode]] = defaultdict(set)
        """Of which classes it is asked whether the node is an instance, by state."""
        self._jumps: dict[int, set[int]] = defaultdict(set)

    def state(self) -> int:
        """Add a state."""
        self._states += 1
        return self._states - 1

    def jump(self, source: int, target: int) -> None:
        """Let the nodes of one state be in another as well."""
        self._jumps[source].add(target)

    def read(self, source: int, predicate: NamedNode | None, *, inverse: bool = False) -> int:
        """Read statements at a state; return the state of their other ends."""
        target = self.state()
        self.edges.append(Edge(source, predicate, inverse, target))
        return target

    def follow(self, path: Path, source: int, *, inverse: bool = False) -> int:
        """Read what lies on a path; return the state of the nodes at its end."""
        match path:
            case Step(predicate):
                return self.read(source, predicate, inverse=inverse)
            case Inverse(part):
                return self.follow(part, source, inverse=not inverse)
            case Sequence(parts):
                for part in reversed(parts) if inverse else parts:
                    source = self.follow(part, source, inverse=inverse)
                return source
            case Alternative(parts):
                end = self.state()
                for part in parts:
                    self.jump(self.follow(part, source, inverse=inverse), end)
                return end
            case Repeat(part, optional, unbounded):
                start, end = self.state(), self.state()
                self.jump(source, start)
                last = self.follow(part, start, inverse=inverse)
                self.jump(last, end)
                if unbounded:
                    self.jump(last, start)
                if optional:
                    self.jump(start, end)
                return end

    def reachable(self) -> list[frozenset[int]]:
        """Return for each state those that its nodes are in as well, itself included."""
        return [self._closure(each) for each in range(self._states)]

    def _closure(self, state: int) -> frozenset[int]:
        found, waiting = {state}, [state]
        while waiting:
            fresh = self._jumps.get(waiting.pop(), set()) - found
            found |= fresh
            waiting.extend(fresh)
        return frozenset(found)
