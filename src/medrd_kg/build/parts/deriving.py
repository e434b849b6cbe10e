"""What follows from a content in parts, put together.

A rule has at most one premise outside of the vocabulary, so what follows from each statement is
told by `Patterns`, part by part. Two kinds of rules have two: transitive properties, and browse
classes, whose members are of a kind and have a value. These are run here over all statements that
can be such premises.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from pyoxigraph import NamedNode

from medrd_kg.build.parts.concluding import TYPE, conclusions, load_premises, rule_store
from medrd_kg.build.rules import Rule, RuleOutcome
from medrd_kg.build.sorted_lines import Block, merged
from medrd_kg.vocabulary import graph_iri

__all__ = ["joined", "joining_properties", "outcome", "with_conclusions"]

_PREMISES: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT DISTINCT ?property WHERE {
  { ?restriction owl:onProperty ?property ; owl:hasValue ?value }
  UNION { ?property a owl:TransitiveProperty }
  UNION { ?property a owl:SymmetricProperty }
}
"""


_INFERRED: Final = f"<{graph_iri('inferred')}> .\n".encode()
_PLACE: Final = len("\t000000\n")
_END: Final = ord(".")
_LAST: Final = b"~" + b"\t000000\n"
"""Comes after all conclusions, and is none."""
_GRAPH: Final = ord("<")


def with_conclusions(
    stated: Iterable[Block],
    found: Iterable[Iterable[Block]],
    counts: dict[int, int],
    rounds: set[int],
) -> Iterator[Block]:
    """Merge what is stated with what was concluded and is not stated anyway.

    Args:
        stated: Sorted lines of N-Quads.
        found: Sorted conclusions, each as `conclusions` returns them; lists are taken over.
        counts: Receives how many triples each rule found first, by the rule's number.
        rounds: Receives the rounds in which something was found.

    Yields:
        Lines of N-Quads, sorted; conclusions are of the graph of their own.
    """
    triple, place = b"", b""  # the last conclusion: lines that state it would come next
    for block in chain(merged([stated, *found]), [[_LAST]]):
        lines: Block = []
        for line in block:
            is_stated = line[-2] == _END
            if not is_stated and line[:-_PLACE] == triple:
                continue
            if triple and not (line.startswith(triple) and line[len(triple)] == _GRAPH):
                lines.append(triple + _INFERRED)
                number, round_number = int(place[3:]), int(place[:3])
                counts[number] = counts.get(number, 0) + 1
                rounds.add(round_number)
            if is_stated:
                lines.append(line)
                triple = b""
            else:
                triple, place = line[:-_PLACE], line[-_PLACE + 1 : -1]
        yield lines


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
    triples: Callable[[], Iterable[bytes]],
    properties: set[bytes],
    premises: bytes,
    rules: Sequence[Rule],
) -> list[bytes]:
    """Return what follows from statements of several parts together.

    Args:
        triples: Gives all triples that are stated or that the parts yielded, with whatever
            follows; of what is stated, only types and the `joining_properties` need be there.
        properties: Those properties.
        premises: The vocabulary with all that follows from it, as lines.
        rules: The rules.

    Returns:
        Conclusions as `conclusions` returns them.
    """
    chosen = {line for line in triples() if line.split(b" ", 2)[1] in properties}
    subjects = {line[: line.index(b" ")] for line in chosen}
    for line in triples():
        subject, property_, _ = line.split(b" ", 2)
        if property_ == TYPE and subject in subjects:
            chosen.add(line)
    store = rule_store(premises)
    load_premises(
        store, b"".join(line[: _end_of_triple(line)] + b"<urn:any> .\n" for line in chosen)
    )
    found = conclusions(store, rules)
    store.close()
    return found


def _end_of_triple(line: bytes) -> int:
    """Return where the triple of a statement or of a conclusion ends, with the blank behind it."""
    return line.rindex(b"<") if line[-2] == _END else len(line) - _PLACE


def outcome(rules: Sequence[Rule], counts: Mapping[int, int], rounds: Iterable[int]) -> RuleOutcome:
    """Return what the rules concluded, as one run over the whole would tell it."""
    triples = {rule.name: counts.get(number, 0) for number, rule in enumerate(rules)}
    return RuleOutcome(triples, max(rounds, default=0) + 1)
