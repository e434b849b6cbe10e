"""JSON names of RDF terms: the JSON-LD context, made from the ontology that is served.

The context says exactly what a name means, so that the JSON of an item, read by any JSON-LD
processor, gives the triples that the store holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml
from pyoxigraph import NamedNode, Triple

from medrd_kg.vocabulary import MRD, PREFIXES

__all__ = ["LANGUAGE", "LINK", "ONTOLOGY_QUERY", "Property", "Vocabulary"]

LANGUAGE: Final = "language"
"""Values are texts, keyed by language."""

LINK: Final = "iri"
"""Values are things."""

ONTOLOGY_QUERY: Final = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
CONSTRUCT { ?term rdf:type ?type ; rdfs:range ?range }
WHERE {
  VALUES ?type {
    owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty
    owl:FunctionalProperty
  }
  ?term rdf:type ?type
  OPTIONAL { ?term rdfs:range ?range FILTER (isIRI(?range)) }
}
"""
"""What `Vocabulary.read` needs to know of the ontology."""

_RDF: Final = PREFIXES["rdf"]
_OWL: Final = PREFIXES["owl"]
_XSD: Final = PREFIXES["xsd"]
_STRING: Final = f"{_XSD}string"
_RANGE: Final = f"{PREFIXES['rdfs']}range"


@dataclass(frozen=True, slots=True)
class Property:
    """How a property appears in JSON.

    Attributes:
        name: Its JSON name.
        iri: Its IRI.
        values: `LANGUAGE`, `LINK`, or the IRI of a datatype.
        single: Whether a thing has at most one value (one per language), shown without a list.
    """

    name: str
    iri: str
    values: str
    single: bool = False

    @property
    def definition(self) -> dict[str, str]:
        """Its term definition in a JSON-LD context."""
        definition = {"@id": self.iri}
        if self.values == LANGUAGE:
            definition["@container"] = "@language"
        elif self.values != _STRING:  # JSON strings are that without a word
            definition["@type"] = "@id" if self.values == LINK else self.values
        return definition


@dataclass(frozen=True)
class Vocabulary:
    """The JSON names of one state of the ontology.

    Attributes:
        classes: IRI of each named class to its JSON name.
        properties: IRI of each property to how it appears.
        silent: Names that mean nothing to JSON-LD.
        aliases: Further names of properties, each with the name that it stands for.
    """

    classes: dict[str, str]
    properties: dict[str, Property]
    silent: tuple[str, ...]
    aliases: dict[str, str]

    @classmethod
    def read(cls, ontology: Iterable[Triple]) -> "Vocabulary":
        """Build the names from the answer to `ONTOLOGY_QUERY` and the table of exceptions."""
        types: dict[str, set[str]] = {}
        ranges: dict[str, str] = {}
        for triple in ontology:
            if not isinstance(triple.subject, NamedNode) or not isinstance(
                triple.object, NamedNode
            ):
                continue
            term, value = triple.subject.value, triple.object.value
            if triple.predicate.value == _RANGE:
                ranges[term] = value
            else:
                types.setdefault(term, set()).add(value.removeprefix(_OWL))
        table = _table()
        given = [_given(name, entry) for name, entry in table["properties"].items()]
        properties = {each.iri: each for each in given}
        classes: dict[str, str] = {}
        for term in sorted(term for term in types if term.startswith(str(MRD))):
            name = term.removeprefix(str(MRD))
            if "Class" in types[term]:
                classes[term] = name
            elif term not in properties and name not in table["omitted"]:
                properties[term] = _declared(term, name, types[term], ranges.get(term))
        return cls(
            classes=classes,
            properties=properties,
            silent=tuple(table["silent"]),
            aliases=table["aliases"],
        )

    def context(self) -> dict[str, Any]:
        """Return the JSON-LD context."""
        terms: dict[str, Any] = {
            "@version": 1.1,
            "id": "@id",
            "type": "@type",
            "items": "@graph",
        }
        terms |= dict.fromkeys(self.silent)
        terms |= {name: iri for iri, name in self.classes.items()}
        named = {each.name: each.definition for each in self.properties.values()}
        terms |= named
        terms |= {alias: named[name] for alias, name in self.aliases.items() if name in named}
        return terms


@cache
def _table() -> dict[str, Any]:
    text = files("medrd_kg.web").joinpath("terms.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


def _given(name: str, entry: dict[str, Any]) -> Property:
    values = str(entry["values"])
    return Property(
        name=name,
        iri=_expanded(entry["iri"]),
        values=values if values in {LANGUAGE, LINK} else _expanded(values),
        single=entry.get("single", False),
    )


def _expanded(name: str) -> str:
    prefix, _, local_name = name.partition(":")
    return f"{PREFIXES[prefix]}{local_name}"


def _declared(iri: str, name: str, types: set[str], value_range: str | None) -> Property:
    """Derive how a core property appears from what the ontology declares of it."""
    if "ObjectProperty" in types:
        values = LINK
    elif value_range is None or value_range == f"{_RDF}langString":
        values = LANGUAGE
    else:
        values = value_range
    return Property(name, iri, values, single="FunctionalProperty" in types)
