"""The embedded engine: files or memory, the merge in its unnamed graph, and what follows it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad

from medrd_kg.store.datasets import MergedDatasets
from medrd_kg.store.merge_apart import MergeApart

__all__ = ["MERGE", "HeldEngine", "in_merge"]

MERGE: Final = DefaultGraph()
"""The graph that holds the merge of the named graphs."""


class HeldEngine:
    """An engine that is held open, with what was made from its data.

    Attributes:
        union_default_graph: Whether the default graph is the merge of the named graphs.
        read_only: Whether it refuses changes.
        merge_apart: The merge once more, as long as it follows all changes.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        read_only: bool = False,
        union_default_graph: bool = True,
        holds_merge: bool | None = None,
        merge_apart: bool = False,
    ) -> None:
        """Open the store in ``path``, created when absent, or one in memory.

        Args:
            path: The engine's directory; None keeps everything in memory.
            read_only: Open an existing directory without a writer's lock.
            union_default_graph: Keep the merge of the named graphs in the unnamed one.
            holds_merge: Whether the unnamed graph of the files is such a merge; by default, what
                ``union_default_graph`` says. A plain view of such files has no default graph.
            merge_apart: Keep the merge once more for quicker answers. It follows bulk loads and
                `apply`, and is given up when the data change in another way.

        Raises:
            ValueError: A store in memory cannot be read-only, and a plain view of a stored merge
                cannot be written.
            FileNotFoundError: A read-only store does not exist.
            OSError: The directory is locked by a writer or damaged.
        """
        self.union_default_graph = union_default_graph
        self.read_only = read_only
        self._hides_merge = bool(holds_merge) and not union_default_graph
        if self._hides_merge and not read_only:
            raise ValueError("a plain view of a stored merge is read-only")
        self._store: ox.Store | None
        if path is None:
            if read_only:
                raise ValueError("a store in memory cannot be opened read-only")
            self._store = ox.Store()
        elif read_only:
            if not path.is_dir():
                raise FileNotFoundError(f"there is no store in {path}")
            self._store = ox.Store.read_only(str(path))
        else:
            path.mkdir(parents=True, exist_ok=True)
            self._store = ox.Store(str(path))
        self._merged = MergedDatasets(self._store)
        self.merge_apart = MergeApart() if merge_apart and union_default_graph else None

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Yield the quads of one named graph, or of all named graphs."""
        if graph is not None:
            yield from self._engine.quads_for_pattern(None, None, None, NamedNode(graph))
        else:
            for name in list(self.graphs()):
                yield from self.quads(name)

    def default_quads(self) -> Iterator[Quad]:
        """Yield the quads of the unnamed graph where it is an ordinary one."""
        if not self.union_default_graph and not self._hides_merge:
            yield from self._engine.quads_for_pattern(None, None, None, MERGE)

    def graphs(self) -> Iterator[str]:
        """Yield the IRIs of the named graphs."""
        for name in self._engine.named_graphs():
            if isinstance(name, NamedNode):
                yield name.value

    def held(self) -> int:
        """Count the statements of all graphs, the merge among them; linear in their number."""
        return len(self._engine)

    def backup(self, folder: Path) -> None:
        """Copy the files of a store on disk, durably and at one moment; large ones are shared.

        Raises:
            OSError: The folder exists, lies on another disk, or cannot be written.
        """
        self._writer.flush()
        self._writer.backup(str(folder))

    def optimise(self) -> None:
        """Flush and compact the files, after which readers open them fast."""
        self._engine.flush()
        self._engine.optimize()

    def close(self) -> None:
        """Release files and memory; later calls are errors."""
        self._forget()
        self._store = None
        self._merged = MergedDatasets(ox.Store())

    def _forget(self) -> None:
        """Give up what was made from data that are no more."""
        self._merged.forget()
        self.merge_apart = None

    @property
    def _engine(self) -> ox.Store:
        if self._store is None:
            raise RuntimeError("the store is closed")
        return self._store

    @property
    def _writer(self) -> ox.Store:
        if self.read_only:
            raise PermissionError("the store was opened read-only")
        return self._engine


def in_merge(quad: Quad) -> Quad:
    """Return the statement of the merge that a quad of a named graph makes."""
    return Quad(quad.subject, quad.predicate, quad.object, MERGE)
