"""Edits of small graphs, and what the gate and validation of everything say of them."""

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from medrd_kg.build.validation import Finding
from medrd_kg.sparql.gate import Gate
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

EDITS: Final = ox.NamedNode("https://w3id.org/medrd-kg/graph/edits/test")
OTHER: Final = ox.NamedNode("https://w3id.org/medrd-kg/graph/edits/other")


def quad(triple: ox.Triple, graph: ox.NamedNode = EDITS) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def as_kept(quads: Iterable[ox.Quad]) -> set[ox.Triple]:
    """Return triples in the spelling of the engine, which keeps numbers by value."""
    engine = ox.Store()
    engine.extend(quads)
    return {each.triple for each in engine}


def edited(before: Iterable[ox.Triple], after: Iterable[ox.Triple]) -> tuple[EmbeddedStore, Delta]:
    """Return a store that has been edited, and the edit."""
    old, new = set(before), set(after)
    store = EmbeddedStore()
    store.insert(quad(each) for each in old)
    delta = Delta.of(
        removed=[quad(each) for each in old - new], added=[quad(each) for each in new - old]
    )
    store.apply(delta)
    return store, delta


def told(findings: Iterable[Finding]) -> list[tuple[str, ...]]:
    """Return findings with all that they say."""
    return sorted(
        (each.focus_node, each.source_shape, each.component, str(each.path), str(each.value))
        for each in findings
    )


def found(gate: Gate, store: EmbeddedStore, delta: Delta) -> list[tuple[str, ...]]:
    report = gate.check(store, delta)
    return [] if report is None else told(report.findings)


FAULTY: Final = ox.NamedNode("https://w3id.org/medrd-kg/id/budget-statement/faulty")


def faulty() -> set[ox.Triple]:
    return {
        ox.Triple(FAULTY, rdf("type"), mrd("BudgetStatement")),
        ox.Triple(mrd("BudgetStatement"), rdfs("subClassOf"), mrd("MoneyFigure")),
        ox.Triple(FAULTY, mrd("amountJPY"), ox.Literal(5)),
    }


def mrd(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"https://w3id.org/medrd-kg/core#{name}")


def rdf(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://www.w3.org/1999/02/22-rdf-syntax-ns#{name}")


def rdfs(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"http://www.w3.org/2000/01/rdf-schema#{name}")
