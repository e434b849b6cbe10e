"""The net effect of one edit, as explicit statements that any copy of the data can repeat.

An edit is evaluated once; what it changed travels as bytes to the journal and to every other
process. Blank nodes keep their labels on the way, so that all copies name the same node alike.
"""

import struct
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, Self

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat

__all__ = [
    "Delta",
    "GraphName",
    "apply_delta",
    "extend",
    "join_merge",
    "leave_merge",
    "read_lines",
    "sorted_lines",
]

GraphName = NamedNode | BlankNode | DefaultGraph
"""What the engine calls a graph."""

_MAGIC: Final = b"\xd1KG1"
"""First bytes of an encoded delta; the digit is the version of the layout."""

_HEADER: Final = struct.Struct(">4s?")
_LENGTH: Final = struct.Struct(">Q")
_PARTS: Final = 4

_COMPRESSED_FROM: Final = 4096
"""Bytes from which an encoded delta is compressed; below, the gain is less than the work."""

_BATCH: Final = 100_000
"""Quads that the bulk loader gets at once: it buffers what it gets, about 1 kB a quad."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What one accepted request changed.

    The lines are sorted N-Quads, each with a line feed at its end; those of the default graph
    name no graph. Statements that were added and removed within the request do not occur.

    Attributes:
        removed: Statements that were there and are gone.
        added: Statements that were not there and are.
        created: IRIs of the graphs that exist now and did not, sorted; a graph may be empty.
        dropped: IRIs of the graphs that existed and do not, sorted.
    """

    removed: bytes = b""
    added: bytes = b""
    created: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        removed: Iterable[Quad] = (),
        added: Iterable[Quad] = (),
        created: Iterable[str] = (),
        dropped: Iterable[str] = (),
    ) -> Self:
        """Write statements down in canonical order."""
        return cls(
            sorted_lines(removed),
            sorted_lines(added),
            tuple(sorted(created)),
            tuple(sorted(dropped)),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not (self.removed or self.added or self.created or self.dropped)

    @property
    def size(self) -> int:
        """Number of statements removed and added."""
        # A literal holds no raw line feed in N-Quads as the engine writes them.
        return self.removed.count(b"\n") + self.added.count(b"\n")

    def removed_quads(self) -> Iterator[Quad]:
        """Yield the statements that are gone."""
        return read_lines(self.removed)

    def added_quads(self) -> Iterator[Quad]:
        """Yield the statements that are new."""
        return read_lines(self.added)

    def encode(self) -> bytes:
        """Return the delta as bytes that `decode` reads, compressed where that pays."""
        parts = (
            self.removed,
            self.added,
            "\n".join(self.created).encode(),
            "\n".join(self.dropped).encode(),
        )
        body = b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))
        compressed = len(body) >= _COMPRESSED_FROM
        return _HEADER.pack(_MAGIC, compressed) + (zlib.compress(body, 1) if compressed else body)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote.

        Raises:
            ValueError: The bytes are no delta, damaged, or of another version.
        """
        if len(data) < _HEADER.size or not data.startswith(_MAGIC):
            raise ValueError("these bytes are no delta of this version")
        _, compressed = _HEADER.unpack_from(data)
        try:
            body = zlib.decompress(data[_HEADER.size :]) if compressed else data[_HEADER.size :]
        except zlib.error as error:
            raise ValueError(f"the delta is damaged: {error}") from error
        removed, added, created, dropped = _parts(body)
        return cls(removed, added, _names(created), _names(dropped))


def _parts(body: bytes) -> list[bytes]:
    parts, offset = [], 0
    for _ in range(_PARTS):
        start = offset + _LENGTH.size
        if start > len(body):
            raise ValueError("the delta is cut short")
        offset = start + _LENGTH.unpack_from(body, offset)[0]
        parts.append(body[start:offset])
    if offset != len(body):
        raise ValueError("the delta has another length than it says")
    return parts


def _names(part: bytes) -> tuple[str, ...]:
    return tuple(part.decode().split("\n")) if part else ()


def sorted_lines(quads: Iterable[Quad]) -> bytes:
    """Return statements as sorted lines of N-Quads, blank nodes under their own labels."""
    lines = ox.serialize(quads, format=RdfFormat.N_QUADS)
    if lines is None:  # pragma: no cover - without an output the engine returns bytes
        raise TypeError("the engine returns what it wrote")
    if lines.count(b"\n") <= 1:
        return lines
    ordered = lines.split(b"\n")[:-1]
    del lines
    ordered.sort()
    ordered.append(b"")
    return b"\n".join(ordered)


def read_lines(lines: bytes) -> Iterator[Quad]:
    """Yield the statements of N-Quads that this module wrote; labels of blank nodes stay."""
    return iter(ox.parse(lines, format=RdfFormat.N_QUADS, lenient=True))


def apply_delta(engine: ox.Store, delta: Delta, *, merge: bool) -> None:
    """Repeat an edit in a store; doing so again changes nothing.

    Args:
        engine: The store in the state in which the edit was evaluated, or in the one after it.
        delta: What the edit changed.
        merge: Whether the unnamed graph holds the merge of the named graphs, kept right here.
    """
    statements = delta.removed_quads()
    while batch := list(islice(statements, _BATCH)):
        for quad in batch:
            engine.remove(quad)
        if merge:
            leave_merge(engine, batch)
    for name in delta.dropped:
        engine.remove_graph(NamedNode(name))
    for name in delta.created:
        engine.add_graph(NamedNode(name))
    new_graphs = [NamedNode(name) for name in delta.created]
    statements = delta.added_quads()
    while batch := list(islice(statements, _BATCH)):
        extend(engine, batch, merge=merge, new_graphs=new_graphs)
    if merge:
        join_merge(engine, new_graphs)


def extend(
    engine: ox.Store, quads: list[Quad], *, merge: bool, new_graphs: Collection[GraphName]
) -> None:
    """Add statements, and their triples to the merge but for those of some graphs.

    Args:
        engine: Receives them.
        quads: The statements.
        merge: Whether the unnamed graph holds the merge of the named graphs.
        new_graphs: Graphs that `join_merge` brings into the merge as a whole.
    """
    # The bulk loader writes whole files, which only pays for many statements.
    add = engine.bulk_extend if len(quads) >= _BATCH else engine.extend
    add(quads)
    if merge:
        add(_in_merge(quad) for quad in quads if quad.graph_name not in new_graphs)


def join_merge(engine: ox.Store, graphs: Iterable[GraphName]) -> None:
    """Add all that some graphs hold to the merge; the engine does that by itself, and faster."""
    for graph in graphs:
        engine.update(f"ADD {graph} TO DEFAULT")


def leave_merge(engine: ox.Store, gone: Iterable[Quad]) -> None:
    """Remove from the merge the triples that no named graph holds any more.

    Args:
        engine: The store, which does not hold ``gone`` any more.
        gone: Statements of named graphs.
    """
    for quad in gone:
        statement = _in_merge(quad)
        holders = engine.quads_for_pattern(quad.subject, quad.predicate, quad.object)
        if all(holder == statement for holder in holders):
            engine.remove(statement)


def _in_merge(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object)
