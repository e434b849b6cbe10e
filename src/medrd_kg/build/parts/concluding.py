"""Rules run over lines of N-Quads, and what they conclude as lines."""

from collections.abc import Sequence
from typing import Final

from pyoxigraph import Quad

from medrd_kg.build.canonical import canonical_lines, has_blank_node, parsed_lines
from medrd_kg.build.rules import Rule, apply_rules
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["TYPE", "conclusions", "load_premises", "rule_store"]

TYPE: Final = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def rule_store(nquads: bytes) -> EmbeddedStore:
    """Return a store in memory whose default graph holds the triples of some lines."""
    store = EmbeddedStore(union_default_graph=False)
    load_premises(store, nquads)
    return store


def load_premises(store: EmbeddedStore, nquads: bytes) -> None:
    """Add the triples of lines to the default graph; blank nodes keep their names."""
    if b"_:" not in nquads:
        store.bulk_load_triples(nquads)
        return
    lines = nquads.splitlines(keepends=True)
    store.bulk_load_triples(b"".join(line for line in lines if not has_blank_node(line)))
    anonymous = parsed_lines(line for line in lines if has_blank_node(line))
    store.insert(Quad(each.subject, each.predicate, each.object) for each in anonymous)


def conclusions(store: EmbeddedStore, rules: Sequence[Rule]) -> list[bytes]:
    """Run rules over a store and return what is new, each triple as N-Triples without its end.

    A triple is followed by a tab and the place of its finding: round and rule, three digits each.
    """
    found: list[bytes] = []

    def tell(round_number: int, rule: Rule, new: Sequence[Quad]) -> None:
        place = f"\t{round_number:03}{rules.index(rule):03}\n".encode()
        lines = canonical_lines(Quad(each.subject, each.predicate, each.object) for each in new)
        found.extend(line.removesuffix(b".\n") + place for line in lines)

    apply_rules(store, rules, graph=None, tell=tell)
    return sorted(found)
