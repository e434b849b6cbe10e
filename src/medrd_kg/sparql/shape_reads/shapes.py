"""Shapes graph to automaton: the targets of shapes, their constraints and their paths."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode

from medrd_kg.sparql.shape_reads.automaton import (
    Alternative,
    Automaton,
    Inverse,
    Path,
    Repeat,
    Sequence,
    Step,
)
from medrd_kg.sparql.shape_reads.constraints import read_constraint
from medrd_kg.sparql.shape_reads.views import Term

__all__ = ["TargetedShape", "read_shapes"]

_SH: Final = "http://www.w3.org/ns/shacl#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_TYPE: Final = NamedNode(f"{_RDF}type")
_FIRST: Final = NamedNode(f"{_RDF}first")
_REST: Final = NamedNode(f"{_RDF}rest")
_CLASSES: Final = (NamedNode(f"{_RDFS}Class"), NamedNode("http://www.w3.org/2002/07/owl#Class"))

_Node = NamedNode | BlankNode


def _sh(*names: str) -> frozenset[NamedNode]:
    return frozenset(NamedNode(f"{_SH}{name}") for name in names)


_PATH: Final = NamedNode(f"{_SH}path")
_PROPERTY: Final = NamedNode(f"{_SH}property")
_SPARQL: Final = NamedNode(f"{_SH}sparql")
_SELECT: Final = NamedNode(f"{_SH}select")
_PREFIXES: Final = NamedNode(f"{_SH}prefixes")
_CLASS: Final = NamedNode(f"{_SH}class")
_CLOSED: Final = NamedNode(f"{_SH}closed")

_OF_SHAPES: Final = _sh("node", "not", "qualifiedValueShape")
"""Their object is a shape that the value must, or must not, conform to."""

_OF_LISTS: Final = _sh("and", "or", "xone")
"""Their object is a list of such shapes."""

_OF_PAIRS: Final = _sh("equals", "disjoint", "lessThan", "lessThanOrEquals")
"""Their object is a property of the focus node."""

_OF_NEIGHBOURS: Final = _OF_SHAPES | _OF_LISTS | {_PROPERTY, _CLASS, _CLOSED}
"""They look at what is around the value."""

_OF_VALUES: Final = _sh(
    "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive",
    "maxInclusive", "minLength", "maxLength", "pattern", "flags", "languageIn", "uniqueLang", "in",
    "hasValue", "qualifiedMinCount", "qualifiedMaxCount", "ignoredProperties",
)  # fmt: skip
"""They look at the value itself and at nothing around it."""

_SILENT: Final = _sh("path", "name", "description", "message", "severity", "order", "group",
                     "deactivated", "defaultValue")  # fmt: skip
"""They say nothing of the data."""

_TARGETS: Final = _sh("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")

_REPEATS: Final = {
    "zeroOrMorePath": (True, True),
    "oneOrMorePath": (False, True),
    "zeroOrOnePath": (True, False),
}
"""Whether a path may be left out, and whether it may be walked again."""

_KNOWN: Final = _OF_NEIGHBOURS | _OF_PAIRS | _OF_VALUES | _SILENT | _TARGETS | {_SPARQL}


@dataclass(frozen=True, slots=True)
class TargetedShape:
    """A shape that names the nodes that it is about.

    Attributes:
        state: State of its focus nodes in the automaton.
        names: The shape and its property shapes, under which findings are reported; in N-Triples
            syntax.
        classes: It is about their instances,
        nodes: about these nodes,
        subjects_of: about the subjects of these properties,
        objects_of: and about their objects.
    """

    state: int
    names: frozenset[str]
    classes: frozenset[NamedNode]
    nodes: frozenset[Term]
    subjects_of: frozenset[NamedNode]
    objects_of: frozenset[NamedNode]


def read_shapes(ntriples: str) -> tuple[Automaton, tuple[TargetedShape, ...]]:
    """Derive from a shapes graph what its shapes read.

    Raises:
        ValueError: A shape has something whose reach is not known here (custom components and
            targets, constraints that SPARQL evaluates far from the node), so that edits cannot be
            checked around the nodes that they touch.
    """
    return _Reader(ntriples).read()


class _Reader:
    def __init__(self, ntriples: str) -> None:
        self._graph = ox.Store()
        self._graph.load(ntriples.encode(), format=ox.RdfFormat.N_TRIPLES)
        self._automaton = Automaton()
        self._entries: dict[_Node, int] = {}

    def read(self) -> tuple[Automaton, tuple[TargetedShape, ...]]:
        foreign = [*self._subjects(_TYPE, NamedNode(f"{_SH}ConstraintComponent"))]
        foreign += [_node(each.subject) for each in self._pattern(None, NamedNode(f"{_SH}target"))]
        if foreign:
            raise ValueError(f"{foreign[0]}: custom components and targets are not known here")
        found = sorted({str(each): each for each in self._with_targets()}.items())
        return self._automaton, tuple(self._targeted(shape) for _, shape in found)

    def _with_targets(self) -> Iterator[_Node]:
        for predicate in _TARGETS:
            for quad in self._pattern(None, predicate):
                yield _node(quad.subject)
        for shape in self._subjects(_TYPE, NamedNode(f"{_SH}NodeShape")):
            if self._is_class(shape):
                yield shape

    def _is_class(self, shape: _Node) -> bool:
        return any(ox.Quad(shape, _TYPE, each) in self._graph for each in _CLASSES)

    def _targeted(self, shape: _Node) -> TargetedShape:
        classes, nodes, subjects_of, objects_of = (
            frozenset(self._objects(shape, NamedNode(f"{_SH}{name}")))
            for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
        )
        named = _one_named(shape)
        if self._is_class(shape):
            classes |= {named}
        # Findings are told apart by the names of their shapes.
        properties = map(_one_named, self._objects(shape, _PROPERTY))
        return TargetedShape(
            state=self._entry(shape),
            names=frozenset(map(str, (named, *properties))),
            classes=_named(classes),
            nodes=nodes,
            subjects_of=_named(subjects_of),
            objects_of=_named(objects_of),
        )

    def _entry(self, shape: _Node) -> int:
        """Return the state of the nodes that the shape is checked on; shapes may be recursive."""
        if shape not in self._entries:
            entry = self._entries[shape] = self._automaton.state()
            self._read_shape(shape, entry)
        return self._entries[shape]

    def _read_shape(self, shape: _Node, focus: int) -> None:
        paths = [*self._objects(shape, _PATH)]
        values = self._automaton.follow(self._path(_node(paths[0])), focus) if paths else focus
        for quad in self._pattern(shape, None):
            predicate, value = quad.predicate, quad.object
            if predicate in _OF_PAIRS:
                self._automaton.read(focus, _one_named(value))
            elif predicate == _SPARQL:
                self._read_constraint(_node(value), focus, is_property=bool(paths))
            elif predicate == _PROPERTY and paths:
                # Its findings would be about the values, which may be no one's target.
                raise ValueError(f"{shape}: sh:property of a property shape is not known here")
            elif predicate in _OF_NEIGHBOURS:
                self._read_values(predicate, value, values)
            elif predicate.value.startswith(_SH) and predicate not in _KNOWN:
                raise ValueError(f"{shape}: {predicate} is not known here")

    def _read_values(self, predicate: NamedNode, value: Term, values: int) -> None:
        if predicate == _CLASS:
            self._automaton.classes[values].add(_one_named(value))
        elif predicate == _CLOSED:
            self._automaton.read(values, None)
        elif predicate in _OF_LISTS:
            for member in self._list(_node(value)):
                self._automaton.jump(values, self._entry(member))
        else:
            self._automaton.jump(values, self._entry(_node(value)))

    def _read_constraint(self, constraint: _Node, focus: int, *, is_property: bool) -> None:
        texts = [_text(each) for each in self._objects(constraint, _SELECT)]
        if is_property or len(texts) != 1:
            raise ValueError(f"{constraint}: only sh:select of a node shape is known here")
        try:
            read_constraint(texts[0], self._prefixes(constraint), self._automaton, focus)
        except ValueError as error:
            raise ValueError(f"{constraint}: {error}") from error

    def _prefixes(self, constraint: _Node) -> dict[str, str]:
        found = {}
        for holder in self._objects(constraint, _PREFIXES):
            for each in self._objects(_node(holder), NamedNode(f"{_SH}declare")):
                (name,) = self._objects(_node(each), NamedNode(f"{_SH}prefix"))
                (namespace,) = self._objects(_node(each), NamedNode(f"{_SH}namespace"))
                found[_text(name)] = _text(namespace)
        return found

    def _path(self, node: _Node) -> Path:
        if isinstance(node, NamedNode):
            return Step(node)
        ((kind, value),) = (
            (each.predicate.value.removeprefix(_SH).removeprefix(_RDF), _node(each.object))
            for each in self._pattern(node, None)
            if each.predicate != _REST
        )
        if kind == "first":
            return Sequence(tuple(map(self._path, self._list(node))))
        if kind == "alternativePath":
            return Alternative(tuple(map(self._path, self._list(value))))
        if kind == "inversePath":
            return Inverse(self._path(value))
        if kind in _REPEATS:
            optional, unbounded = _REPEATS[kind]
            return Repeat(self._path(value), optional=optional, unbounded=unbounded)
        raise ValueError(f"{kind} is no path that is known here")

    def _list(self, node: _Node) -> Iterator[_Node]:
        while members := [*self._objects(node, _FIRST)]:
            yield _node(members[0])
            (rest,) = self._objects(node, _REST)
            node = _node(rest)

    def _pattern(self, subject: _Node | None, predicate: NamedNode | None) -> list[ox.Quad]:
        return list(self._graph.quads_for_pattern(subject, predicate, None, None))

    def _objects(self, subject: _Node, predicate: NamedNode) -> Iterator[Term]:
        return (each.object for each in self._pattern(subject, predicate))

    def _subjects(self, predicate: NamedNode, value: _Node) -> Iterator[_Node]:
        found = self._graph.quads_for_pattern(None, predicate, value, None)
        return (_node(each.subject) for each in found)


def _node(term: object) -> _Node:
    if not isinstance(term, (NamedNode, BlankNode)):
        raise ValueError(f"{term} stands where a node should")  # noqa: TRY004 - a fault of the data
    return term


def _one_named(term: object) -> NamedNode:
    if not isinstance(term, NamedNode):
        raise ValueError(f"{term} stands where an IRI should")  # noqa: TRY004 - a fault of the data
    return term


def _named(terms: frozenset[Term]) -> frozenset[NamedNode]:
    return frozenset(map(_one_named, terms))


def _text(term: object) -> str:
    if not isinstance(term, Literal):
        raise ValueError(f"{term} stands where a text should")  # noqa: TRY004 - a fault of the data
    return term.value
