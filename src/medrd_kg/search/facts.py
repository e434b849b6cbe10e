"""What the graph says of the things that can be found, for reconciliation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pyoxigraph import Literal, NamedNode

from medrd_kg.search.contents import Contents
from medrd_kg.search.subjects import Subject
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRD, PREFIXES

__all__ = ["Described", "Fact", "Facts", "Said", "asked_properties", "numbered", "read_facts"]

_ASKED: Final = 1000
"""Things that one query asks for."""


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


class Said(NamedTuple):
    """A statement about a thing that is not numbered yet.

    Attributes:
        subject: IRI of the thing.
        property: IRI of the property.
        value: The IRI that it points to, or the literal's text.
        datatype: The literal's datatype; empty for an IRI.
        language: The literal's language tag.
    """

    subject: str
    property: str
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
    properties = asked_properties(store, contents)
    return numbered(_said(store, subjects, properties), subjects, properties)


def _said(
    store: Store, subjects: Sequence[Subject], properties: Mapping[str, Described]
) -> Iterator[Said]:
    # What is said of them alone: most statements of a property are about other things.
    for start in range(0, len(subjects), _ASKED):
        some = " ".join(f"<{each.iri}>" for each in subjects[start : start + _ASKED])
        rows = store.query(f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {some} }} ?s ?p ?o }}").rows()
        for row in rows:
            subject, property_, value = row["s"], row["p"], row["o"]
            if not isinstance(subject, NamedNode) or not isinstance(property_, NamedNode):
                continue
            if property_.value not in properties:
                continue
            if isinstance(value, NamedNode):
                yield Said(subject.value, property_.value, value.value, "", "")
            elif isinstance(value, Literal):
                datatype, language = value.datatype.value, value.language or ""
                yield Said(subject.value, property_.value, value.value, datatype, language)


def numbered(
    said: Iterable[Said], subjects: Sequence[Subject], properties: Mapping[str, Described]
) -> Facts:
    """Number what is said of some things, and the properties that say it.

    Args:
        said: Each statement once, in any order.
        subjects: The things, as they are numbered.
        properties: All that may be used, by their IRI.
    """
    numbers = {subject.iri: number for number, subject in enumerate(subjects, start=1)}
    by_property: dict[str, list[tuple[int, int, str, str, str]]] = defaultdict(list)
    for subject, property_, value, datatype, language in said:
        thing = 0 if datatype else numbers.get(value, 0)
        by_property[property_].append((numbers[subject], thing, value, datatype, language))
    used = sorted(properties[iri] for iri in by_property)
    facts = [
        Fact(of, number, thing, value, datatype, language)
        for number, described in enumerate(used, start=1)
        for of, thing, value, datatype, language in by_property.pop(described.iri)
    ]
    facts.sort()
    return Facts(tuple(used), facts)


def asked_properties(store: Store, contents: Contents) -> dict[str, Described]:
    """Return the properties that things can be asked for, by their IRI.

    Args:
        store: The graph, of which only what it says of the model's own terms matters.
        contents: Names the properties that are not of the model, and those that are left out.
    """
    return {each.iri: each for each in sorted(_properties(store, contents))}


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
