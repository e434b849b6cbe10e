"""What the graph says of the things that can be found, for reconciliation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from medrd_kg.search.contents import Contents
from medrd_kg.search.subjects import Subject
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRD, PREFIXES

__all__ = ["Described", "Fact", "Facts", "read_facts"]


class Described(NamedTuple):
    """A property with its names for people."""

    iri: str
    label_ja: str
    label_en: str


class Fact(NamedTuple):
    """A statement about a thing.

    Attributes:
        subject: Number of the thing, from 1.
        property: Number of the property, from 1.
        object: Number of the thing that it points to; 0 for anything else.
        value: Its IRI, or the literal's text.
        datatype: The literal's datatype; empty for an IRI.
        language: The literal's language tag.
    """

    subject: int
    property: int
    object: int
    value: str
    datatype: str
    language: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of the things that can be found.

    Attributes:
        properties: By which properties, by their IRI.
        facts: The statements, in order.
    """

    properties: Sequence[Described]
    facts: Sequence[Fact]


def read_facts(store: Store, subjects: Sequence[Subject], contents: Contents) -> Facts:
    """Read what is said of some things, by the properties of the model and some others.

    Args:
        store: The graph.
        subjects: The things, as they are numbered.
        contents: Names the others.
    """
    numbers = {subject.iri: number for number, subject in enumerate(subjects, start=1)}
    said: dict[Described, list[tuple[int, int, str, str, str]]] = {}
    for each in sorted(_properties(store, contents)):
        found = []
        for triple in store.triples(None, NamedNode(each.iri), None):
            subject, value = triple.subject, triple.object
            if not isinstance(subject, NamedNode) or subject.value not in numbers:
                continue
            of = numbers[subject.value]
            if isinstance(value, NamedNode):
                found.append((of, numbers.get(value.value, 0), value.value, "", ""))
            elif isinstance(value, Literal):
                language = value.language or ""
                found.append((of, 0, value.value, value.datatype.value, language))
        if found:
            said[each] = found
    facts = [
        Fact(of, number, thing, value, datatype, language)
        for number, found in enumerate(said.values(), start=1)
        for of, thing, value, datatype, language in found
    ]
    return Facts(tuple(said), tuple(sorted(facts)))


def _properties(store: Store, contents: Contents) -> list[Described]:
    """Return the properties of the model that have names, and the further ones."""
    owl = PREFIXES["owl"]
    rows = store.query(
        f"""SELECT ?p ?ja ?en WHERE {{
            VALUES ?t {{ <{owl}ObjectProperty> <{owl}DatatypeProperty> }}
            ?p a ?t ; <{PREFIXES["rdfs"]}label> ?ja, ?en
            FILTER(LANG(?ja) = "ja" && LANG(?en) = "en" && STRSTARTS(STR(?p), "{MRD}"))
        }}"""
    ).rows()
    own = {
        Described(iri.value, ja.value, en.value)
        for row in rows
        if isinstance(iri := row["p"], NamedNode)
        and iri.value not in contents.left_out_properties
        and isinstance(ja := row["ja"], Literal)
        and isinstance(en := row["en"], Literal)
    }
    return [*own, *(Described(iri, *names) for iri, names in contents.further_properties.items())]
