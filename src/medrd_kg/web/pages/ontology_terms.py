"""The terms of the core vocabulary and of the schemes, as the served graph states and uses them."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal
from urllib.parse import quote

from fastapi import Request
from pyoxigraph import Literal as LiteralTerm
from pyoxigraph import NamedNode

from medrd_kg.store.base import Row
from medrd_kg.vocabulary import MRD, MRDS, PREFIXES
from medrd_kg.web.pages.site import Page
from medrd_kg.web.state import Serving

__all__ = ["Term", "Terms", "term_address", "terms_of"]

Kind = Literal["class", "property", "concept", "scheme"]

_OWL: Final = PREFIXES["owl"]
_RDFS: Final = PREFIXES["rdfs"]
_SKOS: Final = PREFIXES["skos"]

_STATED: Final = f"""
PREFIX owl: <{_OWL}> PREFIX rdfs: <{_RDFS}> PREFIX skos: <{_SKOS}>
SELECT ?term ?type ?p ?o WHERE {{
  VALUES ?type {{
    owl:Class owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty skos:Concept
    skos:ConceptScheme
  }}
  ?term a ?type
  FILTER (STRSTARTS(STR(?term), "{MRD}") || STRSTARTS(STR(?term), "{MRDS}"))
  VALUES ?p {{
    rdfs:label skos:altLabel skos:definition rdfs:subClassOf rdfs:subPropertyOf rdfs:domain
    rdfs:range owl:inverseOf skos:broader skos:inScheme rdfs:seeAlso <{MRD}designNote>
  }}
  ?term ?p ?o
  FILTER (!isBlank(?o))
}}
"""
_CLASS_USES: Final = f"""
SELECT ?term (COUNT(*) AS ?uses)
WHERE {{ ?term a <{_OWL}Class> FILTER (STRSTARTS(STR(?term), "{MRD}")) ?x a ?term }}
GROUP BY ?term
"""
"""The classes come first: the types of all things are many."""
_PROPERTY_USES: Final = "SELECT ?term (COUNT(*) AS ?uses) { ?s ?term ?o } GROUP BY ?term"

_KINDS: Final[Mapping[str, Kind]] = {
    f"{_OWL}Class": "class",
    f"{_OWL}ObjectProperty": "property",
    f"{_OWL}DatatypeProperty": "property",
    f"{_OWL}AnnotationProperty": "property",
    f"{_SKOS}Concept": "concept",
    f"{_SKOS}ConceptScheme": "scheme",
}


@dataclass(frozen=True)
class Term:
    """A class, property, concept or scheme of concepts.

    Attributes:
        iri: Its IRI.
        kind: Which of the four.
        type_name: Local name of its OWL or SKOS type.
        links: IRIs by property, both written in full.
        texts: Texts by property and language.
        uses: Instances of a class, or triples of a property; 0 for others.
    """

    iri: str
    kind: Kind
    type_name: str
    links: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, Mapping[str, tuple[str, ...]]]
    uses: int

    @property
    def name(self) -> str:
        """Local name, last segment of the address of its page."""
        return self.iri.rpartition("#")[2]

    @property
    def label(self) -> dict[str, str]:
        """Its label by language."""
        return self.text(f"{_RDFS}label")

    @property
    def definition(self) -> dict[str, str]:
        """Its definition by language."""
        return self.text(f"{_SKOS}definition")

    @property
    def note(self) -> dict[str, str]:
        """Why it is modelled so, by language."""
        return self.text(f"{MRD}designNote")

    @property
    def parents(self) -> tuple[str, ...]:
        """The classes or properties of which it is a special case."""
        up = "subClassOf" if self.kind == "class" else "subPropertyOf"
        return self.links.get(f"{_RDFS}{up}", ())

    def linked(self, prefixed: str) -> tuple[str, ...]:
        """Return the values of a property, for example ``rdfs:domain``."""
        prefix, _, name = prefixed.partition(":")
        return self.links.get(f"{PREFIXES[prefix]}{name}", ())

    def text(self, iri: str) -> dict[str, str]:
        """Return the first text of a property in each language."""
        return {tag: found[0] for tag, found in self.texts.get(iri, {}).items()}

    @cached_property
    def other_names(self) -> tuple[str, ...]:
        """Its alternative labels in all languages."""
        found = self.texts.get(f"{_SKOS}altLabel", {})
        return tuple(text for texts in found.values() for text in texts)


@dataclass(frozen=True)
class Terms:
    """All terms of one state of the data, by IRI."""

    by_iri: Mapping[str, Term]

    def of_kind(self, *kinds: Kind) -> list[Term]:
        """Return the terms of some kinds, by name."""
        return sorted(
            (term for term in self.by_iri.values() if term.kind in kinds),
            key=lambda term: term.name.lower(),
        )

    @cached_property
    def _children(self) -> dict[str, list[Term]]:
        found: dict[str, list[Term]] = defaultdict(list)
        for term in self.of_kind("class", "property"):
            for parent in term.parents:
                found[parent].append(term)
        return found

    def children(self, iri: str) -> list[Term]:
        """Return the terms right below one, by name."""
        return self._children.get(iri, [])

    def roots(self, kind: Kind) -> list[Term]:
        """Return the terms of a kind that are below no other one of ours."""
        return [
            term
            for term in self.of_kind(kind)
            if not any(parent in self.by_iri for parent in term.parents)
        ]

    def narrower(self, iri: str) -> list[Term]:
        """Return the concepts right below a concept, by name."""
        return [term for term in self.of_kind("concept") if iri in term.linked("skos:broader")]

    def top_of_scheme(self, iri: str) -> list[Term]:
        """Return the concepts of a scheme that are below no other, by name."""
        return [
            term
            for term in self.in_scheme(iri)
            if not any(broader in self.by_iri for broader in term.linked("skos:broader"))
        ]

    def in_scheme(self, iri: str) -> list[Term]:
        """Return all concepts of a scheme, by name."""
        return [term for term in self.of_kind("concept") if iri in term.linked("skos:inScheme")]

    def named(self, name: str) -> Term | None:
        """Return the term of a local name, one of the core vocabulary before others."""
        return self.by_iri.get(f"{MRD}{name}") or self.by_iri.get(f"{MRDS}{name}")

    def used_with(self, iri: str, prefixed: str) -> list[Term]:
        """Return the properties whose domain or range a class is."""
        return [term for term in self.of_kind("property") if iri in term.linked(prefixed)]


async def terms_of(request: Request, served: Serving) -> Terms:
    """Return the terms of what is served; they are read once for each state of the data."""
    state = request.app.state
    kept: tuple[Serving, Terms] | None = getattr(state, "ontology_terms", None)
    if kept is not None and kept[0] is served:
        return kept[1]
    found = await _read_terms(served)
    state.ontology_terms = (served, found)
    return found


async def _read_terms(served: Serving) -> Terms:
    stated, classes, properties = await asyncio.gather(
        *(served.evaluator.select(text) for text in (_STATED, _CLASS_USES, _PROPERTY_USES))
    )
    uses = {
        _value(row["term"]): int(_value(row["uses"]))
        for row in (*classes, *properties)
        if "term" in row
    }
    return await asyncio.to_thread(_terms, stated, uses)


def _terms(rows: Iterable[Row], uses: Mapping[str, int]) -> Terms:
    types: dict[str, str] = {}
    links: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    texts: dict[str, dict[str, dict[str, dict[str, None]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    for row in rows:
        iri = _value(row["term"])
        types[iri] = _value(row["type"])
        match row.get("o"):
            case NamedNode(value=value):
                links[iri][_value(row["p"])][value] = None
            case LiteralTerm(value=value, language=language):
                texts[iri][_value(row["p"])][language or ""][value] = None
    return Terms(
        {
            iri: Term(
                iri=iri,
                kind=_KINDS[kind],
                type_name=kind.rpartition("#")[2],
                links={name: tuple(sorted(found)) for name, found in links[iri].items()},
                texts={
                    name: {tag: tuple(sorted(values)) for tag, values in found.items()}
                    for name, found in texts[iri].items()
                },
                uses=uses.get(iri, 0),
            )
            for iri, kind in types.items()
        }
    )


def _value(term: Any) -> str:  # noqa: ANN401 - any RDF term that has a value
    return str(term.value)


def term_address(iri: str, page: Page) -> str | None:
    """Return the address of the page about a term; None for what is no term of ours."""
    for namespace in (str(MRD), str(MRDS)):
        if iri.startswith(namespace) and iri != namespace:
            return page.url(f"/ontology/{quote(iri.removeprefix(namespace))}")
    return None
