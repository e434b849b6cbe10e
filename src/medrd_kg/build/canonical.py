"""One form for equal content: canonical blank nodes, sorted N-Quads, and hashes over them.

Blank nodes get their names from RDF Dataset Canonicalization (RDFC-1.0, W3C Recommendation), so
that neither the order of statements nor the parser's numbering shows.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Quad

__all__ = ["canonical_lines", "canonical_quads", "digest", "has_blank_node", "parsed_lines"]

_BLANK: Final = re.compile(rb"_:|\S+ \S+ _:")

_ALGORITHM: Final = ox.CanonicalizationAlgorithm.RDFC_1_0


def canonical_quads(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Yield the quads with canonical names of their blank nodes, in no fixed order.

    Only quads with blank nodes take part in the canonicalisation: the names depend on no others.

    Args:
        quads: One dataset; a blank node is the same wherever its name occurs.
    """
    anonymous = ox.Dataset()
    for quad in quads:
        if _has_blank_node(quad):
            anonymous.add(quad)
        else:
            yield quad
    anonymous.canonicalize(_ALGORITHM)
    yield from anonymous


def has_blank_node(line: bytes) -> bool:
    r"""Whether a line of N-Quads has a blank node as subject or object.

    >>> has_blank_node(b'_:c14n0 <urn:p> "_:" <urn:g> .\n')
    True
    >>> has_blank_node(b'<urn:s> <urn:p> " _:" <urn:g> .\n')
    False
    """
    return _BLANK.match(line) is not None


def _has_blank_node(quad: Quad) -> bool:
    return (
        isinstance(quad.object, BlankNode)
        or isinstance(quad.subject, BlankNode)
        or isinstance(quad.graph_name, BlankNode)
    )


def canonical_lines(quads: Iterable[Quad]) -> list[bytes]:
    """Return the quads as sorted lines of N-Quads, each once and ending in a line feed.

    The quads' blank nodes should be canonical already.
    """
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    if written is None:
        raise AssertionError("the engine returned no bytes")
    return sorted(set(written.splitlines(keepends=True)))


def parsed_lines(lines: Iterable[bytes]) -> Iterator[Quad]:
    """Yield the quads of canonical lines; blank nodes keep their names."""
    yield from ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)


def digest(lines: Iterable[bytes], *parts: str) -> str:
    r"""Return the SHA-256 over ``parts`` and then ``lines``, in hexadecimal.

    >>> digest([b"<urn:s> <urn:p> <urn:o> .\n"]) == digest([b"<urn:s> <urn:p> <urn:o> .\n"], "2")
    False
    """
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode() + b"\n")
    for line in lines:
        total.update(line)
    return total.hexdigest()
