"""The default backend: Oxigraph inside this process, on disk or in memory."""

from collections.abc import Iterable, Iterator
from itertools import chain

import pyoxigraph as ox
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from medrd_kg.store.base import Dataset, QueryFault, StoreStatistics
from medrd_kg.store.bulk import BulkLoader
from medrd_kg.store.changes import Changes
from medrd_kg.store.datasets import described_dataset
from medrd_kg.store.delta import Delta, apply_delta
from medrd_kg.store.engine import MERGE, in_merge
from medrd_kg.store.faults import refuse_excess, syntax_fault
from medrd_kg.store.outline import Outline, is_plain, outline
from medrd_kg.store.projection import with_columns_in_order
from medrd_kg.store.results import EmbeddedResult
from medrd_kg.store.unknown_functions import evaluated

__all__ = ["EmbeddedStore"]

_Graph = NamedNode | BlankNode | DefaultGraph


class EmbeddedStore(BulkLoader):
    """A `Store` on pyoxigraph.

    With ``union_default_graph`` the engine's unnamed graph holds the merge of the named graphs as
    stored triples. (The engine's own union switch repeats rows and overrides FROM.)

    A read-only store must be a directory that nobody writes: the engine does not follow a live
    writer.

    Its attributes are those of `HeldEngine`; it is filled as `BulkLoader` tells.
    """

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
            return [MERGE]
        return [NamedNode(name) for name in sorted(names)]

    def holds(self, triple: Triple) -> bool:
        """Whether the default graph holds the triple."""
        statement = Quad(triple.subject, triple.predicate, triple.object, MERGE)
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
        graph = MERGE if self.union_default_graph else None
        found = self._engine.quads_for_pattern(subject, predicate, value, graph)
        triples = (quad.triple for quad in found)
        # Without the merge, several graphs may hold the same triple.
        return triples if self.union_default_graph else iter(dict.fromkeys(triples))

    def graphs_stating(self, triple: Triple) -> Iterator[NamedNode | BlankNode | DefaultGraph]:
        """Yield the graphs that state a triple; the merge of the named graphs states nothing."""
        for quad in self._engine.quads_for_pattern(
            triple.subject, triple.predicate, triple.object, None
        ):
            if not (self.union_default_graph and quad.graph_name == MERGE):
                yield quad.graph_name

    def insert(self, quads: Iterable[Quad]) -> None:
        """Add quads; a triple of a named graph also enters the merge. All or none are added.

        Raises:
            ValueError: A quad of the default graph, which is the merge of the others.
            PermissionError: The store was opened read-only.
        """
        given = [self._writable(quad) for quad in quads]
        merge = (in_merge(quad) for quad in given) if self.union_default_graph else ()
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
                store.remove(in_merge(quad))
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

    def statistics(self) -> StoreStatistics:
        """Count what the store holds; linear in its size, so never per request."""
        return StoreStatistics(
            triples=self._count("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
            graphs={
                name: self._count(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
                for name in sorted(self.graphs())
            },
        )

    def _is_stated(self, quad: Quad) -> bool:
        """Whether a named graph holds the triple of ``quad``."""
        holders = self._engine.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        return any(holder.graph_name != MERGE for holder in holders)

    def _count(self, text: str) -> int:
        row = next(self.query(text).rows())
        count = row["n"]
        if not isinstance(count, ox.Literal):
            raise TypeError("COUNT yields a literal")
        return int(count.value)
