"""What follows from a content in parts, put together.

A rule has at most one premise outside of the vocabulary, so what follows from each statement is
told by `Patterns`, part by part. Two kinds of rules have two: transitive properties, and browse
classes, whose members are of a kind and have a value. These are run here over all statements that
can be such premises.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from typing import Final

from pyoxigraph import NamedNode

from medrd_kg.build.parts.concluding import TYPE, conclusions, load_premises, rule_store
from medrd_kg.build.rules import Rule, RuleOutcome

__all__ = ["joined", "joining_properties", "new_conclusions", "outcome"]

_PREMISES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT DISTINCT ?property WHERE {
  { ?restriction owl:onProperty ?property ; owl:hasValue ?value }
  UNION { ?property a owl:TransitiveProperty }
  UNION { ?property a owl:SymmetricProperty }
}
"""


def new_conclusions(
    stated: Iterable[bytes],
    found: Sequence[Iterable[bytes]],
    counts: dict[int, int],
    rounds: set[int],
) -> Iterator[bytes]:
    """Merge conclusions and leave out what is stated anyway.

    Args:
        stated: Sorted lines of N-Quads.
        found: Sorted conclusions, each as `conclusions` returns them.
        counts: Receives how many triples each rule found first, by the rule's number.
        rounds: Receives the rounds in which something was found.

    Yields:
        Triples as N-Triples without their end, sorted and each once.
    """
    known = iter(stated)
    line = next(known, b"")
    for triple, same in groupby(merge(*found), key=lambda each: each[: each.rindex(b"\t")]):
        while line and line < triple:
            line = next(known, b"")
        place = next(iter(same))[len(triple) + 1 :]
        if line.startswith(triple) and line.index(b"<", len(triple)) == len(triple):
            continue
        counts[int(place[3:])] = counts.get(int(place[3:]), 0) + 1
        rounds.add(int(place[:3]))
        yield triple


def joining_properties(premises: bytes) -> set[bytes]:
    """Return the properties whose statements are premises together with others.

    Args:
        premises: The vocabulary with all that follows from it, as lines.
    """
    store = rule_store(premises)
    found = {
        str(row["property"]).encode()
        for row in store.query(_PREMISES).rows()
        if isinstance(row["property"], NamedNode)
    }
    store.close()
    return found


def joined(
    triples: Iterable[bytes], properties: set[bytes], premises: bytes, rules: Sequence[Rule]
) -> list[bytes]:
    """Return what follows from statements of several parts together.

    Args:
        triples: All triples that are stated or that the parts yielded, without their end; sorted.
            Only types and those with the `joining_properties` count.
        properties: Those properties.
        premises: The vocabulary with all that follows from it, as lines.
        rules: The rules.

    Returns:
        Conclusions as `conclusions` returns them.
    """
    store = rule_store(premises)
    load_premises(store, b"".join(each + b"<urn:any> .\n" for each in _chosen(triples, properties)))
    found = conclusions(store, rules)
    store.close()
    return found


def _chosen(triples: Iterable[bytes], properties: set[bytes]) -> Iterator[bytes]:
    """Yield the triples with some properties, and the types of their subjects."""
    for _, same in groupby(triples, key=lambda triple: triple[: triple.index(b" ")]):
        types, chosen = [], []
        for triple in same:
            predicate = triple.split(b" ", 2)[1]
            if predicate in properties:
                chosen.append(triple)
            elif predicate == TYPE:
                types.append(triple)
        if chosen:
            yield from types
            yield from chosen


def outcome(rules: Sequence[Rule], counts: Mapping[int, int], rounds: Iterable[int]) -> RuleOutcome:
    """Return what the rules concluded, as one run over the whole would tell it."""
    triples = {rule.name: counts.get(number, 0) for number, rule in enumerate(rules)}
    return RuleOutcome(triples, max(rounds, default=0) + 1)
