"""Who is named in what a user imports: organisations, or perhaps persons.

The rule is that of the payees of review sheets; see `sources.review_sheets.persons`.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from medrd_kg.content import ontology_dir
from medrd_kg.sources.review_sheets import corporate_number
from medrd_kg.sources.review_sheets.persons import may_be_named, may_be_named_with_number
from medrd_kg.vocabulary import MRD, PREFIXES

__all__ = ["PERSONS", "AgentNames"]

PERSONS: Final = frozenset(
    {
        "http://xmlns.com/foaf/0.1/Person",
        "https://schema.org/Person",
        "http://schema.org/Person",
        "http://www.w3.org/ns/prov#Person",
        "http://www.w3.org/2006/vcard/ns#Individual",
    }
)
"""Classes of persons; their members are not imported."""

_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
_SUBCLASS: Final = NamedNode(f"{PREFIXES['rdfs']}subClassOf")
_NUMBER: Final = NamedNode(str(MRD.corporateNumber))
_NAMES: Final = frozenset(
    map(
        NamedNode,
        (
            f"{PREFIXES['rdfs']}label",
            f"{PREFIXES['skos']}prefLabel",
            f"{PREFIXES['skos']}altLabel",
            f"{PREFIXES['skos']}hiddenLabel",
            f"{PREFIXES['foaf']}name",
            f"{PREFIXES['schema']}name",
            f"{PREFIXES['schema']}legalName",
            "http://schema.org/name",
            "http://schema.org/legalName",
            f"{PREFIXES['dcterms']}title",
        ),
    )
)
_AGENTS: Final = frozenset(
    {
        str(MRD.Agent),
        f"{PREFIXES['foaf']}Agent",
        f"{PREFIXES['foaf']}Organization",
        f"{PREFIXES['org']}Organization",
        f"{PREFIXES['prov']}Agent",
        f"{PREFIXES['prov']}Organization",
        f"{PREFIXES['schema']}Organization",
        "http://schema.org/Organization",
    }
)
_NO_PERSONS: Final = frozenset({str(MRD.UnidentifiedPayee), str(MRD.AgentGroup)})


class AgentNames:
    """Gathers agents and their names from statements.

    Attributes:
        agents: Agents in the order in which their classes were seen.
        persons: Members of classes of persons.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.agents: dict[NamedNode | BlankNode, None] = {}
        self.persons: set[NamedNode | BlankNode] = set()
        self._names: defaultdict[NamedNode | BlankNode, list[Triple]] = defaultdict(list)
        self._numbered: set[NamedNode | BlankNode] = set()

    def add_classes(self, triples: Iterable[Triple]) -> None:
        """Take up who is an agent or a person."""
        for triple in triples:
            if triple.predicate == _TYPE and not isinstance(triple.subject, Triple):
                if triple.object in _agent_classes():
                    self.agents[triple.subject] = None
                elif isinstance(triple.object, NamedNode) and triple.object.value in PERSONS:
                    self.persons.add(triple.subject)

    def add_names(self, triples: Iterable[Triple]) -> None:
        """Take up the names and corporate numbers of the agents that are known by now."""
        for triple in triples:
            subject, value = triple.subject, triple.object
            if isinstance(subject, Triple) or subject not in self.agents:
                continue
            if not isinstance(value, Literal):
                continue
            if triple.predicate in _NAMES:
                self._names[subject].append(triple)
            elif triple.predicate == _NUMBER and corporate_number.is_valid(value.value):
                self._numbered.add(subject)

    def names_of(self, agent: NamedNode | BlankNode) -> list[Triple]:
        """Return the statements of an agent's names."""
        return self._names.get(agent, [])

    def doubtful(self) -> list[NamedNode | BlankNode]:
        """Return the agents that cannot be told from persons by all their names."""
        return [
            agent
            for agent in self.agents
            if not all(self._may_be_shown(agent, each) for each in self.names_of(agent))
        ]

    def _may_be_shown(self, agent: NamedNode | BlankNode, name: Triple) -> bool:
        if not isinstance(name.object, Literal):
            return True
        rule = may_be_named_with_number if agent in self._numbered else may_be_named
        return rule(name.object.value)


@cache
def _agent_classes() -> frozenset[NamedNode]:
    """Return the classes of what may be an organisation or a person, by the ontology."""
    below: defaultdict[str, set[str]] = defaultdict(set)
    for quad in parse(path=str(ontology_dir() / "core.ttl"), format=RdfFormat.TURTLE):
        named = isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
        if quad.predicate == _SUBCLASS and named:
            below[quad.object.value].add(quad.subject.value)
    found, waiting = set(_AGENTS), list(_AGENTS)
    while waiting:
        fresh = below[waiting.pop()] - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(map(NamedNode, found - _NO_PERSONS))
