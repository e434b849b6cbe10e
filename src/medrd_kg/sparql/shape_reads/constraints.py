"""SPARQL constraint to automaton: what its pattern reads, starting at ``$this``.

Each triple pattern is walked from an end whose variable is bound already. The nodes at a state are
at least those that the variable can be bound to, so that at least all statements that can match
are read; more do no harm.
"""

from collections.abc import Mapping
from typing import Any, Final

from pyoxigraph import NamedNode
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import translateGroupGraphPattern
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node, URIRef, Variable

from medrd_kg.sparql.shape_reads.automaton import (
    Alternative,
    Automaton,
    Inverse,
    Path,
    Repeat,
    Sequence,
    Step,
)

__all__ = ["read_constraint"]

_THIS: Final = Variable("this")
_WRAPPERS: Final = frozenset(
    {"Project", "Distinct", "Reduced", "OrderBy", "AggregateJoin", "Group", "Extend", "Filter"}
)
"""Parts with one part inside, which reads all there is to read, expressions apart."""

_PAIRS: Final = frozenset({"Join", "LeftJoin", "Union"})
"""Parts with two parts inside; SHACL forbids MINUS."""

_Places = Mapping[Variable, int]
"""States of the variables that are bound."""


def read_constraint(
    select: str, prefixes: Mapping[str, str], automaton: Automaton, focus: int
) -> None:
    """Add to the automaton what a query reads.

    Args:
        select: The query, with ``$this`` for the focus node.
        prefixes: Namespaces by prefix.
        automaton: What is added to.
        focus: State of the focus nodes.

    Raises:
        ValueError: The query does not parse, or reads what no path from ``$this`` leads to.
    """
    header = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
    try:
        algebra = prepareQuery(header + select).algebra
    except Exception as error:
        raise ValueError(f"the query does not parse: {error}") from error
    _Pattern(automaton).read(algebra.p, {_THIS: focus})


class _Pattern:
    def __init__(self, automaton: Automaton) -> None:
        self._automaton = automaton

    def read(self, part: CompValue, bound: _Places) -> _Places:
        """Read a part of the query; return the variables that are surely bound after it."""
        if part.name == "BGP":
            return self._read_triples(part.triples, bound)
        if part.name in _WRAPPERS:
            inner = self.read(part.p, bound)
            self._read_expressions(part, inner)
            return inner
        if part.name in _PAIRS:
            return self._read_pair(part, bound)
        if part.name == "ToMultiSet" and getattr(part.p, "name", "") == "Project":
            return self._read_selection(part.p, bound)
        raise ValueError(f"the reach of {part.name} is not known here")

    def _read_pair(self, part: CompValue, bound: _Places) -> _Places:
        """Read a part with two parts inside; only a join surely binds what the second binds."""
        first = self.read(part.p1, bound)
        if part.name == "Union":
            self.read(part.p2, bound)
            return bound
        second = self.read(part.p2, first)
        self._read_expressions(part, second)
        return second if part.name == "Join" else first

    def _read_selection(self, project: CompValue, bound: _Places) -> _Places:
        """Read a query within the query: of the variables outside, it knows ``$this`` alone."""
        if _THIS not in project.PV:
            raise ValueError("a query within the query does not select $this")
        inner = self.read(project, {_THIS: bound[_THIS]})
        return {**{name: inner[name] for name in project.PV if name in inner}, **bound}

    def _read_triples(self, triples: list[tuple[Node, Any, Node]], bound: _Places) -> _Places:
        places = dict(bound)
        waiting = list(triples)
        while waiting:
            # Forwards first: a node has few statements, and may be the object of very many.
            forwards = [each for each in waiting if each[0] in places]
            inverse = [
                each for each in waiting if each[2] in places and not isinstance(each[1], Variable)
            ]
            if not forwards and not inverse:
                raise ValueError(f"no path leads from $this to {waiting[0]}")
            triple = (forwards or inverse)[0]
            waiting.remove(triple)
            start, end = (triple[0], triple[2]) if forwards else (triple[2], triple[0])
            reached = self._read_triple(triple[1], places[_variable(start)], inverse=not forwards)
            if isinstance(end, Variable):
                places.setdefault(end, reached)
        return places

    def _read_triple(self, predicate: object, start: int, *, inverse: bool) -> int:
        if isinstance(predicate, Variable):
            return self._automaton.read(start, None)
        return self._automaton.follow(_path(predicate), start, inverse=inverse)

    def _read_expressions(self, part: CompValue, bound: _Places) -> None:
        """Read the patterns of EXISTS in the expressions of a part."""
        for key, value in part.items():
            if key not in {"p", "p1", "p2"}:
                self._read_expression(value, bound)

    def _read_expression(self, value: object, bound: _Places) -> None:
        if isinstance(value, (list, tuple)):
            for each in value:
                self._read_expression(each, bound)
        elif isinstance(value, CompValue):
            if value.name in {"Builtin_EXISTS", "Builtin_NOTEXISTS"}:
                self.read(translateGroupGraphPattern(value.graph), bound)
            else:
                self._read_expressions(value, bound)


def _variable(term: Node) -> Variable:
    if not isinstance(term, Variable):
        raise TypeError("only variables have places")
    return term


def _path(path: object) -> Path:
    match path:
        case URIRef():
            return Step(NamedNode(str(path)))
        case InvPath():
            return Inverse(_path(path.arg))
        case SequencePath():
            return Sequence(tuple(map(_path, path.args)))
        case AlternativePath():
            return Alternative(tuple(map(_path, path.args)))
        case MulPath():
            return Repeat(_path(path.path), optional=path.zero, unbounded=path.more)
        case _:
            raise ValueError(f"the reach of {path} is not known here")
