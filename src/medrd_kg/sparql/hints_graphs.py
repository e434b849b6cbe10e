"""Graphs that a query looked into in vain: unknown ones, and those that the dataset hides."""

from collections.abc import Iterable, Iterator
from typing import Final

from rapidfuzz import fuzz

from medrd_kg.sparql.hints_asking import Asking
from medrd_kg.sparql.hints_found import Hint
from medrd_kg.sparql.hints_patterns import Part, Pattern, QueryParts
from medrd_kg.store.base import Dataset
from medrd_kg.store.lexing import TokenKind

__all__ = ["graphs_with", "hidden_graphs", "unknown_graphs"]

_MOST_GRAPHS: Final = 50


def unknown_graphs(asking: Asking, parts: QueryParts) -> Iterator[Hint]:
    """Tell of graphs in FROM, GRAPH and parameters that the store does not hold."""
    clauses = [
        Part(each.source, each.end - len(each.source), TokenKind.IRI) for each in asking.clauses
    ]
    written = [*clauses, *parts.graphs]
    iris = asking.resolved(written)
    places = {iris[part.text]: part for part in reversed(written) if part.text in iris}
    named = [*asking.dataset.default_graphs, *asking.dataset.named_graphs, *places]
    for iri in dict.fromkeys(named):
        if iri in asking.graphs:
            continue
        nearest = sorted(asking.graphs, key=lambda graph: _unlike(graph, iri))
        yield asking.hint(
            "unknown-graph",
            places.get(iri),
            ja=f"グラフ <{iri}> はありません",
            en=f"there is no graph <{iri}>",
            suggestions=_shown(nearest[:_MOST_GRAPHS]),
        )


def _unlike(graph: str, iri: str) -> float:
    return -fuzz.ratio(graph, iri)


def _shown(graphs: Iterable[str]) -> list[str]:
    return [f"<{graph}>" for graph in graphs]


def hidden_graphs(asking: Asking, parts: QueryParts) -> Iterator[Hint]:
    """Tell of patterns that look into a graph that the dataset leaves empty."""
    described = asking.dataset
    outside = next((each for each in parts.patterns if each.graph is None), None)
    inside = next((each.graph for each in parts.patterns if each.graph is not None), None)
    if inside and described.default_graphs and not described.named_graphs:
        yield asking.hint(
            "dataset",
            inside,
            ja="GRAPH が見るのは FROM NAMED のグラフだけです",
            en="GRAPH sees the graphs of FROM NAMED (named-graph-uri) alone: name some",
        )
    if outside is None or described.default_graphs or not asking.graphs:
        return
    if described.named_graphs:
        yield asking.hint(
            "dataset",
            outside.subject,
            ja="FROM NAMED のグラフは GRAPH の中でだけ見えます",
            en="graphs of FROM NAMED are seen within GRAPH ?g { … } alone",
        )
    elif not asking.store.union_default_graph and asking.holds("?s ?p ?o") is False:
        yield asking.hint(
            "default-graph",
            outside.subject,
            ja="既定グラフは空です: GRAPH ?g { … } か FROM を使ってください",
            en="the default graph is empty here: use GRAPH ?g { … } or FROM",
            suggestions=_shown(asking.graphs[:_MOST_GRAPHS]),
        )


def graphs_with(asking: Asking, pattern: Pattern) -> list[str]:
    """Return the graphs of the store that match a pattern which the query's dataset does not."""
    whole = asking.dataset.is_empty and pattern.graph is None
    if whole and asking.store.union_default_graph:
        return []
    bare = Pattern(pattern.subject, pattern.verb, pattern.object, None, pattern.required).spelt()
    return _shown(
        graph
        for graph in asking.graphs[:_MOST_GRAPHS]
        if asking.holds(f"GRAPH <{graph}> {{ {bare} }}", Dataset())
    )
