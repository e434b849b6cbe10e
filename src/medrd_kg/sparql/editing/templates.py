"""Templates of DELETE and INSERT, filled from solutions.

The engine reads a template once, with an IRI of its own in place of each variable; what it made
of it, abbreviations and reified triples included, is the list of statements to fill in.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from medrd_kg.sparql.editing.requests import Operation
from medrd_kg.store.base import Term
from medrd_kg.store.lexing import TokenKind

__all__ = ["Template", "new_blank_node", "read_template", "variables_of"]

_DEFAULT: Final = DefaultGraph()

_FIRST_DIGITS: Final = "abcdef"
"""A label in hexadecimal that begins with a letter is an XML name, as RDF/XML wants it."""

_Cell = int
"""Index into a row: solution, new blank nodes, constants, triple terms, in this order."""


@dataclass(frozen=True, slots=True)
class Template:
    """Statements to be filled in.

    Attributes:
        width: Number of terms of a solution.
        blank_nodes: How many new blank nodes each solution makes.
        constants: The terms that are the same in all statements.
        terms: Triple terms with variables or blank nodes, innermost first.
        quads: The statements, four cells each.
    """

    width: int
    blank_nodes: int
    constants: tuple[Any, ...]
    terms: tuple[tuple[_Cell, _Cell, _Cell], ...]
    quads: tuple[tuple[_Cell, _Cell, _Cell, _Cell], ...]

    def fill(self, solutions: Iterable[Sequence[Term | None]]) -> Iterator[Quad]:
        """Yield the statements of some solutions.

        A statement with an unbound variable, or with a term where RDF allows none of its kind, is
        left out (SPARQL 1.1 Update, section 3.1.3).

        Args:
            solutions: For each, the values of the variables that the template was read for.
        """
        for solution in solutions:
            row: list[Any] = [*solution]
            row += [new_blank_node() for _ in range(self.blank_nodes)]
            row += self.constants
            for s, p, o in self.terms:
                row.append(_triple(row[s], row[p], row[o]))
            for s, p, o, g in self.quads:
                # The engine would take no name for the default graph; a graph's name is an IRI.
                if row[g] is None or isinstance(row[g], BlankNode):
                    continue
                try:
                    yield Quad(row[s], row[p], row[o], row[g])
                except TypeError:
                    continue


def new_blank_node() -> BlankNode:
    """Return a blank node whose label, of 127 random bits, nothing else has."""
    return BlankNode(secrets.choice(_FIRST_DIGITS) + secrets.token_hex(16)[1:])


def variables_of(operation: Operation, first: int, last: int) -> list[str]:
    """Return the names of the variables between two tokens of an operation."""
    tokens = operation.tokens[first : last + 1]
    return [token.text[1:] for token in tokens if token.kind is TokenKind.VARIABLE]


def read_template(
    operation: Operation, first: int, last: int, variables: Sequence[str], default: str | None
) -> Template:
    """Read the template between two braces of an operation.

    Args:
        operation: The operation, of correct syntax.
        first: Index of the opening brace among its tokens.
        last: Index of the closing brace.
        variables: Names of the variables in the order in which solutions give them.
        default: The graph of statements outside of GRAPH (WITH); None is the default graph.
    """
    stem = f"urn:uuid:{secrets.token_hex(16)}:"
    text = operation.request.text
    pieces, end = [], operation.tokens[first].start
    for token in operation.tokens[first : last + 1]:
        if token.kind is TokenKind.VARIABLE:
            pieces += [text[end : token.start], f" <{stem}{variables.index(token.text[1:])}> "]
            end = token.end
    pieces.append(text[end : operation.tokens[last].end])
    store = ox.Store()
    store.update(f"{operation.prologue}INSERT DATA {''.join(pieces)}", base_iri=operation.base_iri)
    return _Reader(stem, len(variables), default).read(store)


class _Reader:
    """Turns statements with stand-ins for variables into a template."""

    def __init__(self, stem: str, width: int, default: str | None) -> None:
        self._stem = stem
        self._width = width
        self._default = _DEFAULT if default is None else NamedNode(default)
        self._blank_nodes: dict[BlankNode, int] = {}
        self._constants: dict[object, int] = {}
        self._terms: dict[Triple, int] = {}
        self._inner: list[tuple[object, ...]] = []

    def read(self, quads: Iterable[Quad]) -> Template:
        """Read all statements."""
        drafts = [self._draft(quad) for quad in quads]
        return Template(
            width=self._width,
            blank_nodes=len(self._blank_nodes),
            constants=tuple(self._constants),
            terms=tuple((c[0], c[1], c[2]) for c in map(self._cells, self._inner)),
            quads=tuple((c[0], c[1], c[2], c[3]) for c in map(self._cells, drafts)),
        )

    def _draft(self, quad: Quad) -> tuple[object, ...]:
        graph = self._default if quad.graph_name == _DEFAULT else quad.graph_name
        draft = (quad.subject, quad.predicate, quad.object, graph)
        for term in draft:
            self._register(term)
        return draft

    def _register(self, term: object) -> None:
        if isinstance(term, BlankNode):
            self._blank_nodes.setdefault(term, len(self._blank_nodes))
        elif isinstance(term, Triple) and self._varies(term):
            if term not in self._terms:
                parts = (term.subject, term.predicate, term.object)
                for part in parts:
                    self._register(part)
                self._terms[term] = len(self._terms)
                self._inner.append(parts)
        elif not self._is_variable(term):
            self._constants.setdefault(term, len(self._constants))

    def _is_variable(self, term: object) -> bool:
        return isinstance(term, NamedNode) and term.value.startswith(self._stem)

    def _varies(self, term: object) -> bool:
        if isinstance(term, Triple):
            return any(map(self._varies, (term.subject, term.predicate, term.object)))
        return isinstance(term, BlankNode) or self._is_variable(term)

    def _cells(self, draft: Iterable[object]) -> list[_Cell]:
        """Return the indices of terms in a row; call it when all terms are known."""
        return [self._cell(term) for term in draft]

    def _cell(self, term: object) -> _Cell:
        if isinstance(term, NamedNode) and self._is_variable(term):
            return int(term.value.removeprefix(self._stem))
        if isinstance(term, BlankNode):
            return self._width + self._blank_nodes[term]
        constants = self._width + len(self._blank_nodes)
        if isinstance(term, Triple) and term in self._terms:
            return constants + len(self._constants) + self._terms[term]
        return constants + self._constants[term]


def _triple(subject: Any, predicate: Any, obj: Any) -> Triple | None:  # noqa: ANN401 - any term
    try:
        return Triple(subject, predicate, obj)
    except TypeError:
        return None
