"""The default backend: Oxigraph inside this process, on disk or in memory."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from medrd_kg.store.base import Dataset, QueryFault, StoreStatistics
from medrd_kg.store.changes import Changes
from medrd_kg.store.datasets import MergedDatasets, described_dataset
from medrd_kg.store.delta import Delta, apply_delta
from medrd_kg.store.faults import refuse_excess, syntax_fault
from medrd_kg.store.loading import (
    MayName,
    Rename,
    copy_to_default,
    load_blocks,
    load_files,
    load_lines,
    load_triples,
)
from medrd_kg.store.merge_apart import MergeApart
from medrd_kg.store.outline import Outline, is_plain, outline
from medrd_kg.store.projection import with_columns_in_order
from medrd_kg.store.results import EmbeddedResult
from medrd_kg.store.unknown_functions import evaluated

__all__ = ["EmbeddedStore"]

_Graph = NamedNode | BlankNode | DefaultGraph

_MERGE: Final = DefaultGraph()

_BATCH: Final = 100_000
"""Quads that the bulk loader gets at once: it buffers what it gets, about 1 kB a quad."""


class EmbeddedStore:
    """A `Store` on pyoxigraph.

    With ``union_default_graph`` the engine's unnamed graph holds the merge of the named graphs as
    stored triples. (The engine's own union switch repeats rows and overrides FROM.)

    A read-only store must be a directory that nobody writes: the engine does not follow a live
    writer.

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

    def query(
        self,
        text: str,
        *,
        dataset: Dataset | None = None,
        base_iri: str | None = None,
        plan_of: str | None = None,
    ) -> EmbeddedResult:
        """Evaluate a SPARQL 1.1 query; see `Store.query`.

        Args:
            text: The query.
            dataset: The dataset of the request.
            base_iri: Base of the relative IRIs.
            plan_of: The query as it was written, where ``text`` is a plan of it: the plan's own
                outline need not be read, however long its inline data are.
        """
        engine = self._engine
        if plan_of is None and is_plain(text):
            found = None
        else:
            found = outline(text if plan_of is None else plan_of)
            refuse_excess(found)
            if plan_of is not None and (found.clauses or found.star is not None):
                found = outline(text)  # the places of what is to be changed are the plan's own
        try:
            return self._evaluated(engine, text, found, dataset or Dataset(), base_iri)
        except SyntaxError as error:
            raise syntax_fault(text, error, base_iri=base_iri) from None
        # An IRI of the request's dataset or base; a function that the engine does not know.
        except (ValueError, RuntimeError) as error:
            raise QueryFault(str(error)) from error

    def _evaluated(
        self,
        engine: ox.Store,
        text: str,
        found: Outline | None,
        dataset: Dataset,
        base_iri: str | None,
    ) -> EmbeddedResult:
        """Let the engine evaluate a query over the dataset that it describes.

        Args:
            engine: The store that evaluates.
            text: The query.
            found: Its outline; None when there is nothing of note in it.
            dataset: The dataset of the request, which overrides FROM.
            base_iri: Base of the relative IRIs.
        """
        described = dataset
        if found is not None and dataset.is_empty:
            described = described_dataset(found, base_iri)
        defaults: list[_Graph] | None = [] if self._hides_merge else None
        named: list[NamedNode | BlankNode] | None = None
        if not described.is_empty:
            defaults = self._default_graphs(described)
            named = [NamedNode(name) for name in sorted(set(described.named_graphs))]
        if defaults is not None and len(defaults) > 1:
            if found is not None:
                text = with_columns_in_order(found.without_clauses(text), found, base_iri)
            merged = self._merged.get(described)
            return EmbeddedResult(evaluated(merged, text, base_iri=base_iri))
        if found is not None:
            text = with_columns_in_order(text, found, base_iri)
        if self.merge_apart is not None and described.is_empty and self.merge_apart.serves(text):
            engine = self.merge_apart.engine
        return EmbeddedResult(
            evaluated(engine, text, base_iri=base_iri, default_graph=defaults, named_graphs=named)
        )

    def _default_graphs(self, dataset: Dataset) -> list[_Graph]:
        """Return the graphs to merge; all named graphs together are the stored merge."""
        names = set(dataset.default_graphs)
        if self.union_default_graph and len(names) > 1 and names.issuperset(self.graphs()):
            return [_MERGE]
        return [NamedNode(name) for name in sorted(names)]

    def holds(self, triple: Triple) -> bool:
        """Whether the default graph holds the triple."""
        statement = Quad(triple.subject, triple.predicate, triple.object, _MERGE)
        return not self._hides_merge and statement in self._engine

    def triples(
        self,
        subject: NamedNode | BlankNode | Triple | None = None,
        predicate: NamedNode | None = None,
        value: NamedNode | BlankNode | Literal | Triple | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples of a pattern in the merge of all graphs, each once.

        Args:
            subject: Their subject; None for any.
            predicate: Their predicate; None for any.
            value: Their object; None for any.
        """
        graph = _MERGE if self.union_default_graph else None
        found = self._engine.quads_for_pattern(subject, predicate, value, graph)
        triples = (quad.triple for quad in found)
        # Without the merge, several graphs may hold the same triple.
        return triples if self.union_default_graph else iter(dict.fromkeys(triples))

    def graphs_stating(self, triple: Triple) -> Iterator[NamedNode | BlankNode | DefaultGraph]:
        """Yield the graphs that state a triple; the merge of the named graphs states nothing."""
        for quad in self._engine.quads_for_pattern(
            triple.subject, triple.predicate, triple.object, None
        ):
            if not (self.union_default_graph and quad.graph_name == _MERGE):
                yield quad.graph_name

    def insert(self, quads: Iterable[Quad]) -> None:
        """Add quads; a triple of a named graph also enters the merge. All or none are added.

        Raises:
            ValueError: A quad of the default graph, which is the merge of the others.
            PermissionError: The store was opened read-only.
        """
        given = [self._writable(quad) for quad in quads]
        merge = (_in_merge(quad) for quad in given) if self.union_default_graph else ()
        self._writer.extend(chain(given, merge))
        self._forget()

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads; a triple leaves the merge with its last named graph.

        Quads that the store does not hold are passed over. The engine offers no removal of
        several quads at once: after a crash within, removing the same quads again completes it.

        Raises:
            ValueError: A quad of the default graph, which is the merge of the others.
            PermissionError: The store was opened read-only.
        """
        store = self._writer
        for quad in [self._writable(quad) for quad in quads]:
            store.remove(quad)
            if self.union_default_graph and not self._is_stated(quad):
                store.remove(_in_merge(quad))
        self._forget()

    def apply(self, delta: Delta) -> None:
        """Repeat an edit that was evaluated in another copy of this state; see `Delta`.

        Applying the same delta again changes nothing. A failure within leaves a part of it.

        Raises:
            PermissionError: The store was opened read-only.
        """
        apply_delta(self._writer, delta, merge=self.union_default_graph)
        self._merged.forget()
        if self.merge_apart is not None:
            self.merge_apart.follow(delta, self._engine)

    def changes(self) -> Changes:
        """Begin an edit whose net effect is asked for; see `Changes`.

        Raises:
            PermissionError: The store was opened read-only.
        """
        self.merge_apart = None
        return Changes(self._writer, merge=self.union_default_graph, forget=self._merged.forget)

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
                writer.bulk_extend(map(_in_merge, batch))
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
            yield from self._engine.quads_for_pattern(None, None, None, _MERGE)

    def graphs(self) -> Iterator[str]:
        """Yield the IRIs of the named graphs."""
        for name in self._engine.named_graphs():
            if isinstance(name, NamedNode):
                yield name.value

    def statistics(self) -> StoreStatistics:
        """Count what the store holds; linear in its size, so never per request."""
        return StoreStatistics(
            triples=self._count("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
            graphs={
                name: self._count(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
                for name in sorted(self.graphs())
            },
        )

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

    def _writable(self, quad: Quad) -> Quad:
        if self.union_default_graph and quad.graph_name == _MERGE:
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
            if quad.graph_name != _MERGE:
                raise ValueError(f"the file names graphs itself: it cannot be loaded into {graph}")
            yield Quad(quad.subject, quad.predicate, quad.object, name)

    def _is_stated(self, quad: Quad) -> bool:
        """Whether a named graph holds the triple of ``quad``."""
        holders = self._engine.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return any(holder.graph_name != _MERGE for holder in holders)

    def _count(self, text: str) -> int:
        row = next(self.query(text).rows())
        count = row["n"]
        if not isinstance(count, ox.Literal):
            raise TypeError("COUNT yields a literal")
        return int(count.value)


def _in_merge(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, _MERGE)
