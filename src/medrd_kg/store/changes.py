"""What an edit changes, kept while it is being carried out.

Statements come and go in the engine at once, so that each step of an edit sees those before it;
what is kept here is the difference against the beginning. No step costs more than the statements
that it touches, whatever the size of the store.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from medrd_kg.store.delta import Delta, extend, in_merge, is_stated
from medrd_kg.store.results import EmbeddedResult

__all__ = ["Changes", "graph_term"]

_DEFAULT: Final = DefaultGraph()

_Graph = NamedNode | BlankNode | DefaultGraph


def graph_term(graph: str | None) -> NamedNode | DefaultGraph:
    """Return the engine's name of a graph; None is the default graph."""
    return _DEFAULT if graph is None else NamedNode(graph)


class Changes:
    """An edit under way.

    Statements given to it must be such as the engine itself returned: it keeps numbers and dates
    by value, and two spellings of one statement must not be taken for two.
    """

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
        self._added: set[Quad] = set()
        self._removed: set[Quad] = set()
        self._existed: dict[_Graph, bool] = {}

    def exists(self, graph: str | None) -> bool:
        """Whether a graph exists; it may be empty. The default graph always does."""
        return graph is None or self._engine.contains_named_graph(NamedNode(graph))

    def holds_any(self, graph: str | None) -> bool:
        """Whether a graph holds any statement."""
        return next(self.statements(graph), None) is not None

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
        place: list[_Graph] = [NamedNode(graph)]
        return EmbeddedResult(self._engine.query(text, base_iri=base_iri, default_graph=place))

    def add(self, quads: Iterable[Quad]) -> None:
        """Add those statements that the data do not hold; their graphs come into being."""
        new = {quad for quad in quads if quad not in self._engine}
        if not new:
            return
        self._note({quad.graph_name for quad in new})
        extend(self._engine, list(new), merge=self.has_merge)
        if self._removed:
            back = new & self._removed
            self._removed -= back
            new -= back
        # Updating an empty set would copy the new one, which may be large.
        self._added = (self._added | new) if self._added else new
        self._forget()

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove those statements that the data hold; their graphs stay, empty if need be."""
        gone = {quad for quad in quads if quad in self._engine}
        for quad in gone:
            self._engine.remove(quad)
        self._leave_merge(gone)
        self._record_removal(gone)

    def create(self, graph: str) -> None:
        """Let a graph exist."""
        self._note([NamedNode(graph)])
        self._engine.add_graph(NamedNode(graph))

    def clear(self, graphs: Sequence[str | None]) -> None:
        """Remove all statements of some graphs; the graphs stay."""
        places = [graph_term(graph) for graph in graphs]
        gone = {quad for graph in graphs for quad in self.statements(graph)}
        for place in places:
            self._engine.clear_graph(place)
        if self.has_merge and set(self._engine.named_graphs()).issubset(places):
            self._engine.clear_graph(_DEFAULT)
        else:
            self._leave_merge(gone)
        self._record_removal(gone)

    def drop(self, graphs: Sequence[str]) -> None:
        """Remove some graphs and all that they hold."""
        self.clear(graphs)
        self._note([NamedNode(graph) for graph in graphs])
        for graph in graphs:
            self._engine.remove_graph(NamedNode(graph))

    def delta(self) -> Delta:
        """Return the difference against the beginning."""
        exists = {name: self._engine.contains_named_graph(name) for name in self._existed}
        return Delta.of(
            removed=self._removed,
            added=self._added,
            created=[_iri(name) for name, now in exists.items() if now and not self._existed[name]],
            dropped=[_iri(name) for name, now in exists.items() if self._existed[name] and not now],
        )

    def _note(self, graphs: Iterable[_Graph]) -> None:
        """Remember, before the first change of each, whether some graphs exist."""
        for name in graphs:
            if name not in self._existed and name != _DEFAULT:
                self._existed[name] = self._engine.contains_named_graph(name)

    def _leave_merge(self, gone: Iterable[Quad]) -> None:
        if self.has_merge:
            for quad in gone:
                if not is_stated(self._engine, quad):
                    self._engine.remove(in_merge(quad))

    def _record_removal(self, gone: set[Quad]) -> None:
        if not gone:
            return
        if self._added:
            back = gone & self._added
            self._added -= back
            gone = gone - back
        self._removed = (self._removed | gone) if self._removed else gone
        self._forget()


def _iri(name: _Graph) -> str:
    if not isinstance(name, NamedNode):
        raise TypeError(f"{name} is no IRI")
    return name.value
