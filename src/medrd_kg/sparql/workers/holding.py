"""What a process of the pool holds: the data at one state, and what goes with them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyoxigraph import Quad, RdfFormat, serialize

from medrd_kg.problems import Problem
from medrd_kg.sparql.hints_prefixes import shipped_prefixes
from medrd_kg.sparql.hints_terms import term_index
from medrd_kg.sparql.planning import RollupIndex, compute
from medrd_kg.sparql.planning.extents import StoreExtents
from medrd_kg.sparql.workers.source import DataSource, load, open_copy, open_snapshot
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

if TYPE_CHECKING:
    from medrd_kg.sparql.gate import Gate

__all__ = ["SEQUENCE_BYTES", "Holding"]

SEQUENCE_BYTES: Final = 8
"""Bytes before a delta that hold its sequence number, the highest first."""

_BATCH: Final = 10_000
_EDITS: Final = graph_iri("edits/")
_OURS: Final = graph_iri("")


@dataclass
class Holding:
    """The data of one process.

    Attributes:
        store: The data.
        source: Where they came from.
        gate: Checks edits against the shapes, where there are any.
        sequence: Number of the last edit that they hold.
        extents: Known sizes of the data.
        rollups: Tables of sums of the data.
        tables: How many of them were taken over.
    """

    store: EmbeddedStore
    source: DataSource
    gate: "Gate | None" = None
    sequence: int = 0
    extents: StoreExtents = field(init=False)
    rollups: RollupIndex = field(init=False)
    tables: int = 0

    def __post_init__(self) -> None:
        """Know nothing of the data yet."""
        self._forget()

    def _forget(self) -> None:
        """Drop what was true of other data."""
        self.extents = StoreExtents(self.store)
        self.rollups = RollupIndex()
        self.tables = 0

    def adopt(self, table: bytes) -> None:
        """Take over a table of sums that another process has computed from the same data."""
        self.rollups.adopt(table)
        self.tables += 1

    def roll_up(self, text: str) -> list[bytes]:
        """Compute the tables that a query would need and that are not there."""
        return [compute(self.store, each).encode() for each in self.rollups.wanted(text)]

    @classmethod
    def load(cls, source: DataSource) -> "Holding":
        """Read the data and the shapes of a source.

        Raises:
            OSError: A file cannot be read.
            SyntaxError: The data do not parse.
        """
        gate = None if source.shapes is None else _gate(source.shapes)
        store = load(source)
        if source.dump is not None:  # read once here instead of once in each child
            shipped_prefixes()
            term_index(store).preload()
        return cls(store, source, gate)

    def follow(self, payload: bytes) -> None:
        """Take over an edit from the payload of a frame of kind DELTA."""
        self.store.apply(Delta.decode(payload[SEQUENCE_BYTES:]))
        self.sequence = int.from_bytes(payload[:SEQUENCE_BYTES], "big")
        self._forget()

    def open_snapshot(self, path: Path, sequence: int) -> None:
        """Hold the data of the engine's files in a folder.

        Args:
            path: The folder, which nobody writes.
            sequence: Number of the last edit in them.
        """
        self._change(open_snapshot(self.source, path), sequence)

    def open_copy(self, path: Path, sequence: int, folder: Path) -> None:
        """Hold a copy of the engine's files that can be edited; see `open_snapshot`."""
        self._change(open_copy(self.source, path, folder), sequence)

    def _change(self, store: EmbeddedStore, sequence: int) -> None:
        before, self.store = self.store, store
        before.close()
        self.sequence = sequence
        self._forget()

    def fault_of(self, delta: Delta, language: str) -> Problem | None:
        """Return what the shapes find wrong with an edit that the data hold already.

        Args:
            delta: The edit.
            language: What the caller reads: ``ja`` or ``en``.
        """
        if self.gate is None or delta.is_empty:
            return None
        from medrd_kg.sparql.gate import refusal  # noqa: PLC0415 - see `_gate`

        report = self.gate.check(self.store, delta)
        return None if report is None else refusal(report, language)

    @property
    def may_edit(self) -> Callable[[str | None], bool]:
        """Tells whether a graph may be edited; None is the default graph.

        Edits have names of their own below ``graph/edits/``; a user may create others outside of
        this project's names. Sources, ontology and inferred statements change by a build alone.
        """
        protected = self.source.protected
        is_plain = not self.store.union_default_graph

        def may_edit(graph: str | None) -> bool:
            if graph is None:
                return protected is None and is_plain
            if protected is None or graph.startswith(_EDITS):
                return True
            return graph not in protected and not graph.startswith(_OURS)

        return may_edit

    def editable_lines(self) -> Iterator[bytes]:
        """Yield the statements of the graphs that may be edited, as N-Quads in pieces."""
        quads = self._editable_quads()
        while batch := list(islice(quads, _BATCH)):
            yield serialize(batch, format=RdfFormat.N_QUADS) or b""

    def _editable_quads(self) -> Iterator[Quad]:
        may_edit = self.may_edit
        for graph in list(self.store.graphs()):
            if may_edit(graph):
                yield from self.store.quads(graph)
        if may_edit(None):
            yield from self.store.default_quads()


def _gate(shapes: Path) -> "Gate":
    """Read the shapes; what does so is slow to import, and not every source has any."""
    from medrd_kg.sparql.gate import Gate  # noqa: PLC0415

    return Gate(shapes)
