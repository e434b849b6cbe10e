"""What an edit changes, kept while it is being carried out.

Statements come and go in the engine at once, so that each step of an edit sees those before it;
what is kept here is the difference against the beginning. No step costs more than the statements
that it touches, whatever the size of the store.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Self

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad

from medrd_kg.store.delta import Delta, GraphName, extend, join_merge, leave_merge
from medrd_kg.store.results import EmbeddedResult

__all__ = ["Changes", "Statements", "graph_term"]

_DEFAULT: Final = DefaultGraph()


def graph_term(graph: str | None) -> NamedNode | DefaultGraph:
    """Return the engine's name of a graph; None is the default graph."""
    return _DEFAULT if graph is None else NamedNode(graph)


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements as the engine returns them, each once.

    The engine keeps numbers and dates by value: two spellings of one statement must not be taken
    for two.

    Attributes:
        quads: The statements.
        graphs: The graphs in which they are.
    """

    quads: Sequence[Quad]
    graphs: Sequence[GraphName]

    @classmethod
    def of(cls, store: ox.Store) -> Self:
        """Return all that a store holds."""
        graphs: list[GraphName] = [*store.named_graphs()]
        if next(store.quads_for_pattern(None, None, None, _DEFAULT), None) is not None:
            graphs.append(_DEFAULT)
        return cls(list(store), graphs)


class Changes:
    """An edit under way."""

    def __init__(self, engine: ox.Store, *, merge: bool, forget: Callable[[], None]) -> None:
        """Begin an edit.

        Args:
            engine: Holds the data and receives every change at once.
            merge: Whether the unnamed graph holds the merge of the named ones, kept right here.
            forget: Called after every change: whatever was derived from the data is stale.
        """
        self.has_merge = merge
        self._engine = engine
        self._forget = forget
        self._steps: list[tuple[bool, list[Quad]]] = []  # whether added, and what
        self._existed: dict[GraphName, bool] = {}

    def exists(self, graph: str | None) -> bool:
        """Whether a graph exists; it may be empty. The default graph always does."""
        return graph is None or self._engine.contains_named_graph(NamedNode(graph))

    def holds_any(self, graph: str | None) -> bool:
        """Whether a graph holds any statement."""
        return self._holds_any(graph_term(graph))

    def _holds_any(self, graph: GraphName) -> bool:
        return next(self._engine.quads_for_pattern(None, None, None, graph), None) is not None

    def graphs(self) -> list[str]:
        """Return the IRIs of the named graphs."""
        return [name.value for name in self._engine.named_graphs() if isinstance(name, NamedNode)]

    def statements(self, graph: str | None) -> Iterator[Quad]:
        """Yield the statements of a graph."""
        return self._engine.quads_for_pattern(None, None, None, graph_term(graph))

    def holds(self, quad: Quad) -> bool:
        """Whether the data hold a statement."""
        return quad in self._engine

    def query_within(self, graph: str, text: str, base_iri: str) -> EmbeddedResult:
        """Evaluate a SELECT with one named graph in place of the default graph.

        Raises:
            SyntaxError: The query does not parse.
            ValueError: The engine cannot evaluate it.
            RuntimeError: The engine cannot evaluate it.
        """
        place: list[GraphName] = [NamedNode(graph)]
        return EmbeddedResult(self._engine.query(text, base_iri=base_iri, default_graph=place))

    def add(self, statements: Statements) -> None:
        """Add those statements that the data do not hold; their graphs come into being."""
        new = [quad for quad in statements.quads if quad not in self._engine]
        if new:
            self._note(statements.graphs)
            empty = [graph for graph in statements.graphs if not self._holds_any(graph)]
            extend(self._engine, new, merge=self.has_merge, new_graphs=empty)
            self._added(new, empty)

    def fill(self, graph: str | None, load: Callable[[ox.Store], None]) -> None:
        """Let the engine load statements by itself into a graph that holds none.

        Args:
            graph: The graph, which comes into being.
            load: Loads them into a store, all or none, and into no other graph.

        Raises:
            Exception: What ``load`` raises; the graph is as it was then.
        """
        place = graph_term(graph)
        self._note([place])
        load(self._engine)
        self._added(list(self.statements(graph)), [place])

    def copy(self, source: str | None, destination: str | None) -> int:
        """Add what one graph holds to another one; return how many statements that holds."""
        place = graph_term(destination)
        quads = [Quad(q.subject, q.predicate, q.object, place) for q in self.statements(source)]
        self.add(Statements(quads, [place]))
        return len(quads)

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove those statements that the data hold; their graphs stay, empty if need be.

        Args:
            quads: Each once.
        """
        gone = [quad for quad in quads if quad in self._engine]
        for quad in gone:
            self._engine.remove(quad)
        self._removed(gone)

    def create(self, graph: str) -> None:
        """Let a graph exist."""
        self._note([NamedNode(graph)])
        self._engine.add_graph(NamedNode(graph))
        self._forget()

    def clear(self, graphs: Sequence[str | None]) -> None:
        """Remove all statements of some graphs; the graphs stay."""
        gone = [quad for graph in graphs for quad in self.statements(graph)]
        for graph in graphs:
            self._engine.clear_graph(graph_term(graph))
        self._removed(gone)

    def drop(self, graphs: Sequence[str]) -> None:
        """Remove some graphs and all that they hold."""
        self.clear(graphs)
        self._note([NamedNode(graph) for graph in graphs])
        for graph in graphs:
            self._engine.remove_graph(NamedNode(graph))
        self._forget()

    def delta(self) -> Delta:
        """Return the difference against the beginning."""
        added, removed = self._net()
        exists = {name: self._engine.contains_named_graph(name) for name in self._existed}
        return Delta.of(
            removed=removed,
            added=added,
            created=[_iri(name) for name, now in exists.items() if now and not self._existed[name]],
            dropped=[_iri(name) for name, now in exists.items() if self._existed[name] and not now],
        )

    def _added(self, new: list[Quad], new_graphs: Sequence[GraphName]) -> None:
        if self.has_merge:
            join_merge(self._engine, new_graphs)
        if new:
            self._steps.append((True, new))
            self._forget()

    def _removed(self, gone: list[Quad]) -> None:
        if not gone:
            return
        if self.has_merge:
            leave_merge(self._engine, gone)
        self._steps.append((False, gone))
        self._forget()

    def _net(self) -> tuple[Iterable[Quad], Iterable[Quad]]:
        """Return what was added and what was removed in sum.

        Each step had an effect for each of its statements, so that steps of one kind have none in
        common. They stay lists then: in their own order statements are written far faster.
        """
        kinds = {added for added, _ in self._steps}
        if len(kinds) <= 1:  # additions only, or removals only
            every = chain.from_iterable(quads for _, quads in self._steps)
            return (every, ()) if True in kinds else ((), every)
        new: set[Quad] = set()
        gone: set[Quad] = set()
        for added, quads in self._steps:
            here, there = (new, gone) if added else (gone, new)
            step = set(quads)
            here |= step - there
            there -= step
        return new, gone

    def _note(self, graphs: Iterable[GraphName]) -> None:
        """Remember, before the first change of each, whether some graphs exist."""
        for name in graphs:
            if name not in self._existed and name != _DEFAULT:
                self._existed[name] = self._engine.contains_named_graph(name)


def _iri(name: GraphName) -> str:
    if not isinstance(name, NamedNode):
        raise TypeError(f"{name} is no IRI")
    return name.value
