"""Fixtures of the tests of stored queries: what they ask, and the same data without SPARQL."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from medrd_kg.build.release import OpenRelease
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRD, PREFIXES, graph_iri

Node = NamedNode | BlankNode


@pytest.fixture(scope="session")
def store(release: OpenRelease) -> Store:
    """The store of the shipped release, which every stored query is asked of."""
    return release.store


def curie(iri: str) -> str:
    """Shorten an IRI by the longest prefix that fits; leave others as they are."""
    fitting = [(len(base), prefix) for prefix, base in PREFIXES.items() if iri.startswith(base)]
    if not fitting:
        return iri
    length, prefix = max(fitting)
    return f"{prefix}:{iri[length:]}"


@dataclass
class Facts:
    """The stated triples of the policy and its concepts, indexed for plain Python.

    Attributes:
        forward: Values by (subject, property), shortened IRIs and plain texts.
        backward: Subjects by (property, value).
    """

    forward: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    backward: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, quads: Iterable[Quad]) -> "Facts":
        """Index quads."""
        facts = cls()
        for quad in quads:
            if isinstance(quad.object, Literal):
                value = quad.object.value
            elif isinstance(quad.object, NamedNode):
                value = curie(quad.object.value)
            else:
                continue
            subject = curie(str(quad.subject.value)) if isinstance(quad.subject, Node) else ""
            facts.forward[subject, curie(quad.predicate.value)].add(value)
            facts.backward[curie(quad.predicate.value), value].add(subject)
        return facts

    def values(self, subject: str, name: str) -> set[str]:
        """Return the values of ``mrd:name``, or of a name with a prefix of its own."""
        return self.forward.get((subject, _full(name)), set())

    def subjects(self, name: str, value: str) -> set[str]:
        """Return what has the value."""
        return self.backward.get((_full(name), value), set())

    def members(self, class_name: str) -> set[str]:
        """Return the stated members of a class of the core."""
        return self.subjects("rdf:type", f"mrd:{class_name}")

    def with_broader(self, concept: str) -> set[str]:
        """Return a concept and all that is broader, however far up."""
        found, ahead = {concept}, [concept]
        while ahead:
            new = self.values(ahead.pop(), "skos:broader") - found
            found |= new
            ahead += new
        return found


def _full(name: str) -> str:
    return name if ":" in name else f"mrd:{name}"


@pytest.fixture(scope="session")
def facts(store: Store) -> Facts:
    """What the policy and the concept schemes state, without inferred triples."""
    graphs = ("policy-fy2022", "ontology")
    found = Facts.of(quad for graph in graphs for quad in store.quads(graph_iri(graph)))
    assert found.members("PriorityTopic"), f"no topics; {MRD} has moved?"
    return found
