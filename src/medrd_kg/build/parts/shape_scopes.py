"""Which shapes can be checked part by part, and what the others need of the whole.

A *near* shape asks only for what is said of its focus nodes and of the nodes that these point to,
and can be checked in any part that holds both. A *far* shape follows properties backwards, again
and again, or in a query of its own; it is checked over the whole content, of which only the
statements with properties and classes that it mentions can matter.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from medrd_kg.build.shapes_graph import ShapesGraph, ntriples_of_files

__all__ = ["FarShape", "ShapeScopes"]

_SH: Final = "http://www.w3.org/ns/shacl#"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TARGETS: Final = frozenset(
    f"{_SH}{name}"
    for name in ("target", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
_FAR: Final = frozenset(
    f"{_SH}{name}"
    for name in (
        "inversePath",
        "oneOrMorePath",
        "zeroOrMorePath",
        "targetObjectsOf",
        "target",
        "closed",
    )
)
_OF_VALUES: Final = frozenset(
    f"{_SH}{name}"
    for name in ("class", "node", "property", "qualifiedValueShape", "not", "and", "or", "xone")
)
"""Constraints that look at what is said of a value, and not at the value alone."""

_HEADER: Final = frozenset(
    f"{_SH}{name}" for name in ("message", "severity", "deactivated", "name", "description")
)

_VARIABLE_PREDICATE: Final = re.compile(r"[?$]\w+\s+[?$](\w+)\s+[?$]\w+\s*[.;}]")
_IRI_OR_NAME: Final = re.compile(r"<([^<>\s]*)>|\b([A-Za-z][\w-]*):([A-Za-z][\w-]*)")

_Shapes = Mapping[str, list[ox.Quad]]
"""Statements of a shapes graph by subject in N-Triples syntax."""


@dataclass(frozen=True, slots=True)
class FarShape:
    """A shape that is checked over the whole content.

    Attributes:
        name: The shape in N-Triples syntax.
        shapes: It alone, compiled.
        mentioned: IRIs in N-Triples syntax that it mentions; statements matter that have one of
            these as their predicate, or say that something is of such a class.
    """

    name: str
    shapes: ShapesGraph
    mentioned: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class ShapeScopes:
    """The shapes of a folder by scope.

    Attributes:
        near: All shapes that can be checked in parts, compiled.
        far: The others.
    """

    near: ShapesGraph
    far: tuple[FarShape, ...]

    @classmethod
    def load(cls, folder: Path) -> "ShapeScopes":
        """Divide the shapes of a folder.

        Raises:
            FileNotFoundError: The folder holds no Turtle file, so that everything would conform.
            Problem: ``invalid-data``: a file does not parse.
        """
        files = sorted(folder.glob("*.ttl"))
        if not files:
            raise FileNotFoundError(f"no shapes in {folder}")
        return cls.of_ntriples(ntriples_of_files(files))

    @classmethod
    def of_ntriples(cls, text: str) -> "ShapeScopes":
        """Divide shapes that are given as N-Triples."""
        shapes: dict[str, list[ox.Quad]] = defaultdict(list)
        for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES):
            shapes[str(quad.subject)].append(quad)
        near: set[ox.Triple] = set()
        far = []
        for root in sorted(_roots(shapes)):
            for piece in _pieces(shapes[root]):
                some = {**shapes, root: piece}
                own = _closure(some, root)
                statements = {quad.triple for name in own for quad in some[name]}
                if _is_near(some, root, own):
                    near |= statements
                else:
                    mentioned = frozenset(_mentioned(some, own))
                    far.append(FarShape(root, _compiled(statements), mentioned))
        return cls(_compiled(near), tuple(far))


def _roots(shapes: _Shapes) -> Iterator[str]:
    for name, statements in shapes.items():
        if any(each.predicate.value in _TARGETS for each in statements):
            yield name


def _pieces(statements: list[ox.Quad]) -> Iterator[list[ox.Quad]]:
    """Take a shape apart: a node conforms to it when it conforms to each piece."""
    properties = [each for each in statements if each.predicate.value == f"{_SH}property"]
    others = [each for each in statements if each.predicate.value != f"{_SH}property"]
    header = [
        each
        for each in others
        if not each.predicate.value.startswith(_SH)
        or each.predicate.value in _TARGETS
        or each.predicate.value in _HEADER
    ]
    if len(header) < len(others):
        yield others
    for each in properties:
        yield [*header, each]


def _closure(shapes: _Shapes, root: str) -> set[str]:
    """Return all subjects that a shape is made of."""
    found, waiting = {root}, [root]
    while waiting:
        for quad in shapes[waiting.pop()]:
            target = str(quad.object)
            if target in shapes and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def _is_near(shapes: _Shapes, root: str, own: Iterable[str]) -> bool:
    said = [quad for name in own for quad in shapes[name]]
    if any(quad.predicate.value in _FAR for quad in said):
        return False
    queries = [_text(quad) for quad in said if quad.predicate.value == f"{_SH}select"]
    if queries and not all(map(_asks_any_property, queries)):
        return False
    return _reach(shapes, root, frozenset()) <= 1


def _asks_any_property(query: str) -> bool:
    """Whether a query may need statements of a property that it does not name.

    Such a query must be content with what is said of its focus node and of what that points to.
    """
    return any(
        re.search(rf"[?$]{name}\s+IN\s*\(", query, re.IGNORECASE) is None
        for name in _VARIABLE_PREDICATE.findall(query)
    )


def _reach(shapes: _Shapes, name: str, seen: frozenset[str]) -> int:
    """Return how many steps away nodes are of which a shape asks what is said."""
    if name in seen or name not in shapes:
        return 0
    steps, of_values = 0, 0
    for quad in shapes[name]:
        predicate = quad.predicate.value
        if predicate == f"{_SH}path":
            steps = _steps(shapes, str(quad.object))
        elif predicate in _OF_VALUES:
            of_values = max(
                of_values,
                *(
                    _reach(shapes, member, seen | {name})
                    for member in _members(shapes, str(quad.object))
                ),
            )
    looks = any(quad.predicate.value in _OF_VALUES for quad in shapes[name])
    # To walk a path of n steps is to ask what is said of nodes n - 1 steps away.
    return steps + of_values if looks else max(steps - 1, 0)


def _steps(shapes: _Shapes, path: str) -> int:
    if path not in shapes:
        return 1
    alternatives = [
        str(quad.object) for quad in shapes[path] if quad.predicate.value == f"{_SH}alternativePath"
    ]
    if alternatives:
        return max(_steps(shapes, member) for member in _members(shapes, alternatives[0]))
    return sum(_steps(shapes, member) for member in _members(shapes, path))


def _members(shapes: _Shapes, node: str) -> list[str]:
    """Return the members of a list, or the node itself when it is none."""
    found = []
    here = node
    while here in shapes:
        said = {quad.predicate.value: str(quad.object) for quad in shapes[here]}
        if f"{_RDF}first" not in said:
            break
        found.append(said[f"{_RDF}first"])
        here = said[f"{_RDF}rest"]
    return found or [node]


def _mentioned(shapes: _Shapes, own: Iterable[str]) -> Iterator[bytes]:
    prefixes: dict[str, str] = {}
    for statements in shapes.values():
        said = {quad.predicate.value: _text(quad) for quad in statements}
        if f"{_SH}prefix" in said:
            prefixes[said[f"{_SH}prefix"]] = said[f"{_SH}namespace"]
    for name in own:
        for quad in shapes[name]:
            if isinstance(quad.object, ox.NamedNode):
                yield str(quad.object).encode()
            elif quad.predicate.value == f"{_SH}select":
                for iri, prefix, local in _IRI_OR_NAME.findall(_text(quad)):
                    yield f"<{iri or prefixes.get(prefix, '') + local}>".encode()


def _text(quad: ox.Quad) -> str:
    term = quad.object
    return term.value if isinstance(term, ox.Literal | ox.NamedNode) else ""


def _compiled(statements: Iterable[ox.Triple]) -> ShapesGraph:
    written = ox.serialize(statements, format=ox.RdfFormat.N_TRIPLES)
    if written is None:
        raise AssertionError("the engine returned no bytes")
    return ShapesGraph.of_ntriples("".join(sorted(written.decode().splitlines(keepends=True))))
