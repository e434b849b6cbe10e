"""Bulk loading into the embedded engine: fast, and not atomic.

For stores that are thrown away when a load fails.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import NamedNode, Quad

from medrd_kg.store.engine import MERGE, HeldEngine, in_merge
from medrd_kg.store.loading import (
    MayName,
    Rename,
    copy_to_default,
    load_blocks,
    load_files,
    load_lines,
    load_triples,
)

__all__ = ["BulkLoader"]

_BATCH: Final = 100_000
"""Quads that the bulk loader gets at once: it buffers what it gets, about 1 kB a quad."""


class BulkLoader(HeldEngine):
    """An engine with the ways of filling it, each for another form of statements."""

    def bulk_load(self, path: Path, *, graph: str | None = None) -> None:
        """Load an RDF file (format by suffix) into ``graph``, or as quads when None.

        Faster than `insert`, and not atomic: for stores that are thrown away when it fails.

        Raises:
            ValueError: The suffix names no RDF format, or a quad stands in the default graph.
            SyntaxError: The file does not parse.
        """
        rdf_format = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
        if rdf_format is None:
            raise ValueError(f"{path} has no suffix of an RDF format")
        # The names of blank nodes are local to their file: two files may use the same.
        quads = ox.parse(path=str(path), format=rdf_format, rename_blank_nodes=True)
        self.bulk_insert(self._placed(quads, graph))

    def bulk_insert(self, quads: Iterable[Quad]) -> None:
        """Add many quads, faster than `insert` and not atomic.

        Raises:
            ValueError: A quad of the default graph, which is the merge of the others.
            PermissionError: The store was opened read-only.
        """
        writer, with_merge = self._writer, self.union_default_graph
        checked = map(self._writable, quads)
        while batch := list(islice(checked, _BATCH)):
            writer.bulk_extend(batch)
            if with_merge:
                writer.bulk_extend(map(in_merge, batch))
            if self.merge_apart is not None:
                self.merge_apart.insert(batch)
        self._merged.forget()

    def bulk_load_files(
        self,
        files: Iterable[tuple[Path, str | None]],
        *,
        rename: Rename,
        may_name: MayName = lambda _: True,
    ) -> None:
        """Load Turtle files, each into its graph; the fastest way into a store in memory.

        Args:
            files: Paths with the IRIs of their graphs, None for N-Quads, which name them; blank
                nodes of two files stay two.
            rename: Gives all quads with blank nodes their final names.
            may_name: Tells which graphs the N-Quads may name.

        Raises:
            SyntaxError: A file does not parse, or states a graph that it must not; its
                ``filename`` says which.
            PermissionError: The store was opened read-only.
        """
        load_files(self._writer, files, rename, may_name)
        if self.union_default_graph:
            copy_to_default(self._writer)
        self._forget()

    def bulk_load_lines(self, nquads: bytes) -> None:
        """Add the statements of N-Quads lines without blank nodes.

        Args:
            nquads: Lines that a serialiser wrote, each with an IRI as graph name.

        Raises:
            SyntaxError: The lines do not parse.
            PermissionError: The store was opened read-only.
        """
        load_lines(self._writer, nquads, merge=self.union_default_graph)
        if self.merge_apart is not None:
            self.merge_apart.load_lines(nquads)
        self._merged.forget()

    def bulk_load_blocks(self, blocks: Iterable[bytes]) -> None:
        """Add the statements of many such lines in one go; fastest into a store on disk.

        The engine buffers a million statements for each processor, a kilobyte each.

        Args:
            blocks: Whole lines; see `bulk_load_lines`.

        Raises:
            SyntaxError: The lines do not parse.
            PermissionError: The store was opened read-only.
        """
        load_blocks(self._writer, blocks, merge=self.union_default_graph)
        self._forget()

    def bulk_load_triples(self, nquads: bytes) -> None:
        """Add the triples of N-Quads lines without blank nodes to an ordinary default graph.

        Args:
            nquads: Lines that a serialiser wrote, each with an IRI as graph name.

        Raises:
            SyntaxError: The lines do not parse.
            ValueError: The default graph is the merge of the others.
        """
        if self.union_default_graph:
            raise ValueError("the default graph is the merge of the named graphs")
        load_triples(self._writer, nquads)
        self._forget()

    def _writable(self, quad: Quad) -> Quad:
        if self.union_default_graph and quad.graph_name == MERGE:
            raise ValueError(
                "the default graph is the merge of the named graphs: write to a named graph"
            )
        return quad

    def _placed(self, quads: Iterable[Quad], graph: str | None) -> Iterator[Quad]:
        if graph is None:
            yield from quads
            return
        name = NamedNode(graph)
        for quad in quads:
            if quad.graph_name != MERGE:
                raise ValueError(f"the file names graphs itself: it cannot be loaded into {graph}")
            yield Quad(quad.subject, quad.predicate, quad.object, name)
