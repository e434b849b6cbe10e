"""CLEAR, DROP, CREATE, COPY, MOVE and ADD (SPARQL 1.1 Update, section 3.2)."""

from collections.abc import Sequence

from pyoxigraph import Quad

from medrd_kg.problems import Problem
from medrd_kg.sparql.editing.requests import Operation, resolved
from medrd_kg.sparql.editing.targets import Targets
from medrd_kg.store.changes import Changes, graph_term
from medrd_kg.store.lexing import Token

__all__ = ["carry_over", "clear_or_drop", "create", "missing_graph"]


def clear_or_drop(operation: Operation, changes: Changes, targets: Targets) -> None:
    """Carry out CLEAR or DROP.

    With ALL and NAMED, graphs that must not change stand in the way only if they would change:
    the request is refused as a whole then. The merge of the named graphs changes with them.

    Raises:
        Problem: ``not-found`` or ``read-only-graph``.
    """
    drops = operation.word == "drop"
    rest = operation.tokens[1 + operation.is_silent :]
    if rest[0].is_word("all", "named"):
        graphs: list[str | None] = [*changes.graphs()]
        if rest[0].is_word("all") and not changes.has_merge:
            graphs.append(None)
        for graph in graphs:
            # An empty graph stays the same when it is cleared, not when it is dropped.
            if (drops and graph is not None) or changes.holds_any(graph):
                targets.require(graph)
    else:
        graph = None if rest[0].is_word("default") else resolved(operation, [rest[1].text])[0]
        targets.require(graph)
        if not changes.exists(graph):
            if operation.is_silent:
                return
            raise missing_graph(graph, f"{operation.word.upper()} SILENT")
        graphs = [graph]
    if drops:
        changes.drop([graph for graph in graphs if graph is not None])
        if None in graphs:
            changes.clear([None])
    else:
        changes.clear(graphs)


def create(operation: Operation, changes: Changes, targets: Targets) -> None:
    """Carry out CREATE.

    Raises:
        Problem: ``graph-exists`` or ``read-only-graph``.
    """
    (graph,) = resolved(operation, [operation.tokens[-1].text])
    targets.require(graph)
    if not changes.exists(graph):
        changes.create(graph)
    elif not operation.is_silent:
        raise Problem(
            "graph-exists",
            f"the graph <{graph}> exists already",
            "leave CREATE out, or write CREATE SILENT where it does not matter",
            extra={"graph": graph},
        )


def carry_over(operation: Operation, changes: Changes, targets: Targets) -> None:
    """Carry out COPY, MOVE or ADD.

    A source that does not exist is a failure, as the standard allows: a slip in its name would
    empty the destination of COPY otherwise. With SILENT nothing happens then.

    Raises:
        Problem: ``not-found`` or ``read-only-graph``.
    """
    source, destination = _ends(operation, operation.tokens[1 + operation.is_silent :])
    if source == destination:
        return
    word = operation.word
    targets.require(destination)
    if word == "move":
        targets.require(source)
    if not changes.exists(source):
        if operation.is_silent:
            return
        raise missing_graph(source, f"{word.upper()} SILENT")
    if word != "add":
        place = graph_term(source)
        stale = [
            quad
            for quad in changes.statements(destination)
            if not changes.holds(Quad(quad.subject, quad.predicate, quad.object, place))
        ]
        changes.remove(stale)
    brought = changes.copy(source, destination)
    if word != "add" and destination is not None and not brought:
        changes.drop([destination])  # the copy of an empty graph is none
    if word == "move":
        if source is None:
            changes.clear([None])
        else:
            changes.drop([source])


def _ends(operation: Operation, rest: Sequence[Token]) -> list[str | None]:
    """Return source and destination; None is the default graph."""
    names = [token for token in rest if not token.is_word("graph", "to")]
    iris = iter(resolved(operation, [each.text for each in names if not each.is_word("default")]))
    return [None if name.is_word("default") else next(iris) for name in names]


def missing_graph(graph: str | None, silent: str | None = None) -> Problem:
    """Return the problem that a graph does not exist.

    Args:
        graph: Its IRI.
        silent: The spelling that takes no offence, if there is one.
    """
    mended = f", or write {silent} where it does not matter" if silent else ""
    return Problem(
        "not-found",
        f"there is no graph <{graph}>",
        f"SELECT DISTINCT ?g {{ GRAPH ?g {{}} }} lists the graphs{mended}",
        extra={"graph": graph},
    )
