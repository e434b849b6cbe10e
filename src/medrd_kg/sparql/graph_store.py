"""Requests of the SPARQL 1.1 Graph Store HTTP Protocol: which graph is meant.

Section 4 of the Protocol: a graph is named by the address itself, or by ``?graph=IRI`` or
``?default``. The module knows no web framework.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes
from uuid import uuid4

from pyoxigraph import NamedNode

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import Parameters, absolute_iris, read_parameters, single

__all__ = ["METHODS", "GraphTarget", "read_target"]

METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")
"""What a graph can be asked to do."""

_KNOWN: Final = ("default", "graph")
_ENCODED: Final = re.compile(rb"(?:%[89A-Fa-f][0-9A-Fa-f])+")


@dataclass(frozen=True, slots=True)
class GraphTarget:
    """The graph that a request is about.

    Attributes:
        graph: Its IRI; None for the default graph.
        is_new: Whether the name was made for this request, which creates the graph.
    """

    graph: str | None
    is_new: bool = False

    @property
    def pattern(self) -> str:
        """A SPARQL group that matches every triple of the graph as ``?s ?p ?o``."""
        triples = "{ ?s ?p ?o }"
        return triples if self.graph is None else f"{{ GRAPH <{self.graph}> {triples} }}"


def read_target(
    method: str, query_string: bytes, below: bytes | None, *, store: str, new_graphs: str
) -> GraphTarget:
    """Read which graph a request is about.

    Args:
        method: Of the request.
        query_string: What follows the question mark in the address, as it was sent.
        below: What follows the address of the graph store and a slash, as it was sent; None when
            nothing does. It names the graph directly.
        store: Address of the graph store.
        new_graphs: Namespace of the graphs that a POST to the store itself creates.

    Raises:
        Problem: ``malformed-request``, ``unknown-parameter`` or ``invalid-parameter``.
    """
    # In a form a plus sign would be a space, which no IRI has: here it can only be itself.
    given = read_parameters(query_string.replace(b"+", b"%2B"), "the address")
    _refuse_unknown(given)
    default, graph = (single(given, name, "graph") for name in _KNOWN)
    if below:
        if given:
            raise Problem(
                "malformed-request",
                "the address names a graph by its path, and another one by a parameter",
                "name the graph in one of the two ways",
            )
        return GraphTarget(_checked(f"{store}/{_readable(below)}", "the address"))
    if default is not None:
        if graph is not None or default:
            raise Problem(
                "malformed-request",
                "default stands alone, without a value and without graph",
                "use ?default or ?graph=IRI",
            )
        return GraphTarget(None)
    if graph is not None:
        (name,) = absolute_iris(given, "graph")
        return GraphTarget(_checked(name, "graph"))
    if method == "POST":
        return GraphTarget(f"{new_graphs}{uuid4()}", is_new=True)
    raise Problem(
        "malformed-request",
        "the request names no graph",
        "add ?default or ?graph=IRI to the address; a POST without them creates a graph",
    )


def _refuse_unknown(given: Parameters) -> None:
    for name, _ in given:
        if name not in _KNOWN:
            raise Problem(
                "unknown-parameter",
                f"{name!r} is no parameter of the graph store",
                "it takes graph=IRI or default",
                extra={"parameter": name, "known": list(_KNOWN)},
            )


def _readable(path: bytes) -> str:
    """Turn the path of an address into that of an IRI (RFC 3987, section 3.2).

    Percent-encoded characters beyond ASCII become themselves, as they stand in RDF; what is
    encoded of ASCII is kept, because it may be told apart from the plain character.
    """
    return _ENCODED.sub(_decoded, path).decode("utf-8", errors="replace")


def _decoded(match: re.Match[bytes]) -> bytes:
    found = unquote_to_bytes(match[0])
    try:
        found.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    return found


def _checked(iri: str, what: str) -> str:
    try:
        return NamedNode(iri).value
    except ValueError as error:
        raise Problem(
            "invalid-parameter",
            f"{what} names the graph <{iri}>, which is no IRI: {error}",
            "percent-encode what an IRI must not hold",
            extra={"parameter": "graph"},
        ) from error
