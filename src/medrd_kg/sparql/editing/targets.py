"""Which graphs an edit may change."""

from collections.abc import Callable

from pyoxigraph import NamedNode

from medrd_kg.problems import Problem
from medrd_kg.store.changes import Changes, Statements

__all__ = ["Targets", "Writable"]

Writable = Callable[[str | None], bool]
"""Tells whether a graph may change; None is the default graph."""


class Targets:
    """Refuses edits of graphs that must not change.

    SILENT does not help: it lets an operation fail, and what is not permitted is no failure.
    """

    def __init__(self, changes: Changes, writable: Writable) -> None:
        """Guard the graphs of an edit.

        Args:
            changes: The edit.
            writable: What may change; a default graph that is the merge of others never may.
        """
        self._changes = changes
        self._writable = writable

    def permits(self, graph: str | None) -> bool:
        """Whether a graph may change."""
        if graph is None and self._changes.has_merge:
            return False
        return self._writable(graph)

    def require(self, graph: str | None) -> None:
        """Refuse to change a graph.

        Raises:
            Problem: ``read-only-graph``.
        """
        if not self.permits(graph):
            raise _refusal(graph, is_merge=graph is None and self._changes.has_merge)

    def require_all(self, statements: Statements) -> None:
        """Refuse to change the graphs of some statements.

        Raises:
            Problem: ``read-only-graph``.
        """
        for name in statements.graphs:
            self.require(name.value if isinstance(name, NamedNode) else None)


def _refusal(graph: str | None, *, is_merge: bool) -> Problem:
    if is_merge:
        return Problem(
            "read-only-graph",
            "the default graph is the merge of the named graphs and cannot be written",
            "name a graph: GRAPH <…> { … } in data and templates, WITH <…> before DELETE or"
            " INSERT, INTO GRAPH <…> after LOAD, ?graph=… in an address",
            extra={"graph": None},
        )
    name = "the default graph" if graph is None else f"the graph <{graph}>"
    return Problem(
        "read-only-graph",
        f"{name} cannot be written",
        "write to a graph of your own: it comes into being with its first statement, and queries"
        " see all graphs together",
        extra={"graph": graph},
    )
