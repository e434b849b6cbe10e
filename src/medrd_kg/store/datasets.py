"""Explicit datasets, evaluated exactly.

SPARQL makes the default graph of a query the RDF merge of its FROM graphs: a set. The engine
instead walks the graphs one after the other and repeats a triple that stands in two of them. So
two or more default graphs are merged into a temporary store first.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, NamedNode, Quad

from medrd_kg.store.base import Dataset, Term
from medrd_kg.store.outline import Outline
from medrd_kg.store.results import EmbeddedResult

__all__ = ["MergedDatasets", "described_dataset"]

_KEPT: Final = 2
"""Merged datasets kept for the next query; each may be as large as the store."""


def described_dataset(found: Outline, base_iri: str | None) -> Dataset:
    """Return the dataset that FROM and FROM NAMED in a query describe.

    The engine itself resolves prefixes, bases and escapes: it is asked for the names under the
    query's own prologue.

    Raises:
        SyntaxError: A name does not resolve; the query as a whole does not parse either.
    """
    if not found.clauses:
        return Dataset()
    names = " ".join(f"({clause.source} AS ?g{i})" for i, clause in enumerate(found.clauses))
    answer = ox.Store().query(f"{found.prologue}\nSELECT {names} {{}}", base_iri=base_iri)
    row = next(EmbeddedResult(answer).rows())
    pairs = [(clause, row[f"g{i}"]) for i, clause in enumerate(found.clauses)]
    return Dataset(
        default_graphs=_names(term for clause, term in pairs if not clause.named),
        named_graphs=_names(term for clause, term in pairs if clause.named),
    )


def _names(terms: Iterable[Term]) -> tuple[str, ...]:
    return tuple(term.value for term in terms if isinstance(term, NamedNode))


class MergedDatasets:
    """Temporary stores, each the merge of some graphs of another store."""

    def __init__(self, source: ox.Store) -> None:
        """Merge graphs of ``source``."""
        self._source = source
        self._kept: OrderedDict[tuple[frozenset[str], frozenset[str]], ox.Store] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, dataset: Dataset) -> ox.Store:
        """Return a store whose dataset is exactly ``dataset``.

        One caller merges while others wait: merging twice costs more than waiting.
        """
        key = (frozenset(dataset.default_graphs), frozenset(dataset.named_graphs))
        with self._lock:
            store = self._kept.get(key)
            if store is None:
                store = self._merge(*key)
                self._kept[key] = store
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return store

    def forget(self) -> None:
        """Drop every merged store: the source has changed."""
        with self._lock:
            self._kept.clear()

    def _merge(self, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> ox.Store:
        merged = ox.Store()
        for name in default_graphs:
            merged.bulk_extend(
                Quad(quad.subject, quad.predicate, quad.object, DefaultGraph())
                for quad in self._graph(name)
            )
        for name in named_graphs:
            if self._source.contains_named_graph(NamedNode(name)):
                merged.add_graph(NamedNode(name))
                merged.bulk_extend(self._graph(name))
        return merged

    def _graph(self, name: str) -> Iterator[Quad]:
        return self._source.quads_for_pattern(None, None, None, NamedNode(name))
