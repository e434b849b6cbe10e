"""Compare the embedded store with rdflib on the shipped policy: loading and stored queries.

Every figure is a ratio of one run: the peers take turns, so that a machine whose speed drifts
slows both. Times are CPU seconds of this process.

usage: python benchmarks/run.py [--repeats N]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from rdflib import Graph
from rich.console import Console
from rich.table import Table

from medrd_kg.content import content_root, queries_dir
from medrd_kg.sources.content import content_files
from medrd_kg.sparql.stored import load_stored_queries
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

QUERIES = (
    "budget-process-steps",
    "stated-in-unit",
    "topics-of-project",
)


def _cpu_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _policy_files() -> list[Path]:
    wanted = {graph_iri("ontology"), graph_iri("policy-fy2022")}
    return [each.path for each in content_files(content_root()) if each.graph in wanted]


def _paired(ours: Callable[[], object], peer: Callable[[], object], repeats: int) -> list[float]:
    """Return [our median, the peer's median, median of the ratios peer/ours]."""
    pairs = [(_cpu_seconds(ours), _cpu_seconds(peer)) for _ in range(repeats)]
    ratios = [theirs / max(own, 1e-6) for own, theirs in pairs]
    return [
        statistics.median(own for own, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        statistics.median(ratios),
    ]


def main() -> None:
    """Run the comparison and print one row a task."""
    parser = argparse.ArgumentParser(description="compare the embedded store with rdflib")
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    files = _policy_files()

    def load_ours() -> EmbeddedStore:
        store = EmbeddedStore()
        for path in files:
            store.bulk_load(path, graph=graph_iri("all"))
        return store

    def load_peer() -> Graph:
        graph = Graph()
        for path in files:
            graph.parse(path)
        return graph

    rows = {"load ontology and policy": _paired(load_ours, load_peer, 1)}
    store, graph = load_ours(), load_peer()
    stored = load_stored_queries(queries_dir())
    for name in QUERIES:
        text = stored[name].bind({})
        ours = len(list(store.query(text).rows()))
        theirs = len(list(graph.query(text)))
        if ours != theirs:
            raise SystemExit(f"{name}: {ours} rows here, {theirs} from rdflib")
        rows[f"{name} ({ours} rows)"] = _paired(
            lambda text=text: list(store.query(text).rows()),
            lambda text=text: list(graph.query(text)),
            repeats,
        )
    table = Table("task", "medrd-kg, CPU ms", "rdflib, CPU ms", "rdflib / medrd-kg")
    for task, (own, theirs, ratio) in rows.items():
        table.add_row(task, f"{own * 1000:.1f}", f"{theirs * 1000:.1f}", f"{ratio:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
