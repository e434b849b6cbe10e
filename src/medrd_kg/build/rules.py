"""Inference by rule: SPARQL CONSTRUCT queries in files, run until they say nothing new.

The rules carry the reasoner's conclusions over to the money, which is too large for it, and stand
in for it where there is no Java. What they conclude is data of its own graph; which rules there
are is content (``ontology/rules/*.rq``), not code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad

from medrd_kg.problems import Problem
from medrd_kg.store.base import QueryFault, QueryForm, Store

__all__ = ["Rule", "RuleOutcome", "apply_rules", "read_rules"]

_MAX_ROUNDS: Final = 50
"""Rounds after which rules that still conclude something new are held to be endless; a chain of
n statements of a transitive property needs about log2(n) rounds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: Stem of its file.
        text: A SPARQL CONSTRUCT query over the default graph.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What the rules concluded.

    Attributes:
        triples: Triples that no other graph states, by the name of the rule that found them.
        rounds: How often all rules ran; the last round finds nothing.
    """

    triples: dict[str, int]
    rounds: int


def read_rules(folder: Path) -> list[Rule]:
    """Read the rules of a folder in the order of their names; a missing folder has none."""
    return [
        Rule(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.rq"))
    ]


def apply_rules(
    store: Store,
    rules: Sequence[Rule],
    *,
    graph: str | None,
    tell: Callable[[int, Rule, Sequence[Quad]], None] = lambda *_: None,
) -> RuleOutcome:
    """Run the rules to their fixpoint.

    Args:
        store: Holds the premises in its default graph and receives the conclusions.
        rules: Run in this order, round after round.
        graph: IRI of the named graph of the conclusions; None for the default graph of a store
            where that is an ordinary one.
        tell: Given the number of the round, the rule, and what it concluded.

    Raises:
        Problem: ``invalid-data``: a rule is malformed, no CONSTRUCT, or never comes to an end.
    """
    found = {rule.name: 0 for rule in rules}
    known_at_last_run: dict[str, int] = {}  # by rule: conclusions of all rules when it began
    target = DefaultGraph() if graph is None else NamedNode(graph)
    for round_number in range(1, _MAX_ROUNDS + 1):
        before = sum(found.values())
        for rule in rules:
            known = sum(found.values())
            if known_at_last_run.get(rule.name) == known:
                continue  # it would see what it has seen
            known_at_last_run[rule.name] = known
            new = _conclusions(store, rule, target)
            store.insert(new)
            found[rule.name] += len(new)
            tell(round_number, rule, new)
        if sum(found.values()) == before:
            return RuleOutcome(found, round_number)
    raise Problem("invalid-data", f"the rules come to no end after {_MAX_ROUNDS} rounds")


def _conclusions(store: Store, rule: Rule, target: NamedNode | DefaultGraph) -> list[Quad]:
    """Return what the rule concludes and the default graph does not hold."""
    try:
        result = store.query(rule.text)
    except QueryFault as fault:
        place = f"line {fault.line}, column {fault.column}: " if fault.line else ""
        raise Problem("invalid-data", f"rule {rule.name}: {place}{fault}") from fault
    if result.form != QueryForm.GRAPH:
        raise Problem("invalid-data", f"rule {rule.name} is no CONSTRUCT query")
    return [
        Quad(triple.subject, triple.predicate, triple.object, target)
        for triple in result.triples()
        if not store.holds(triple)
    ]
