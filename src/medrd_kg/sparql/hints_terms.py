"""The terms that the data define, and which of them an unknown one is nearest to.

The index of properties and classes is small and read in some ten milliseconds; individuals are
listed when one of their namespace is asked for.
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final
from weakref import WeakKeyDictionary

from pyoxigraph import NamedNode
from rapidfuzz import fuzz, process

from medrd_kg.kinds import kinds
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRD, MRDS, graph_iri

__all__ = ["Role", "TermIndex", "term_index"]

_DECLARED: Final = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?term {{ {{ ?term a ?kind }} UNION {{ GRAPH ?g {{ ?term a ?kind }} }}
  VALUES ?kind {{ {kinds} }} FILTER(isIRI(?term)) }}
"""
_PROPERTY_KINDS: Final = (
    "rdf:Property owl:ObjectProperty owl:DatatypeProperty owl:AnnotationProperty"
)
_CLASS_KINDS: Final = "owl:Class rdfs:Class"
_USED_CLASSES: Final = (
    "SELECT DISTINCT ?term { { ?s a ?term } UNION { GRAPH ?g { ?s a ?term } }"
    " FILTER(isIRI(?term)) } LIMIT 5000"
)
_SAMPLE: Final = (
    "SELECT DISTINCT ?term {{ SELECT ?term {{ {{ ?s ?term ?o }} UNION"
    " {{ GRAPH ?g {{ ?s ?term ?o }} }} }} LIMIT {limit} }}"
)
_SAMPLED: Final = 100_000
"""Triples whose properties stand for all where none are declared."""

_MEMBERS: Final = "SELECT DISTINCT ?term {{ {pattern} {condition} }} LIMIT {limit}"
_MOST_MEMBERS: Final = 20_000
_LANGUAGES: Final = """
SELECT DISTINCT ?term { { SELECT (LANG(?label) AS ?term) {
  { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } UNION
  { GRAPH ?g { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?label } } } LIMIT 5000 } }
"""

_CUTOFF: Final = 62.0
_SEPARATORS: Final = re.compile(r"[-_.]")


class Role(Enum):
    """Where a term stands in a query."""

    PROPERTY = "property"
    CLASS = "class"
    OTHER = "term"


class TermIndex:
    """Properties, classes and individuals of a store."""

    def __init__(self, store: Store) -> None:
        """Index ``store``; nothing is read before the first question."""
        self._store = store
        self._terms: dict[str, tuple[str, ...]] = {}

    def preload(self) -> None:
        """Read properties and classes now, as a process does whose forks will ask."""
        self._of(Role.PROPERTY)
        self._of(Role.CLASS)

    def nearest(self, iri: str, role: Role, number: int = 3) -> tuple[str, ...]:
        """Return the terms that ``iri`` is most likely a slip of, the likeliest first.

        Args:
            iri: The unknown term.
            role: Where it stands.
            number: How many at most.
        """
        known = self._members(iri) if role is Role.OTHER else self._of(role)
        found = process.extract(
            _spelling(iri),
            {each: _spelling(each) for each in known},
            scorer=fuzz.ratio,
            score_cutoff=_CUTOFF,
            limit=4 * number,
        )
        namespace = _namespace(iri)
        # Between equals, a term of the same namespace is likelier.
        ranked = sorted(found, key=lambda each: (-each[1], _namespace(each[2]) != namespace))
        return tuple(term for _, _, term in ranked[:number])

    def languages(self) -> tuple[str, ...]:
        """Return the languages that labels have."""
        return self._kept("languages", _LANGUAGES)

    def _of(self, role: Role) -> tuple[str, ...]:
        if role is Role.CLASS:
            declared = self._kept("classes", _DECLARED.format(kinds=_CLASS_KINDS))
            return declared or self._kept("used classes", _USED_CLASSES)
        declared = self._kept("properties", _DECLARED.format(kinds=_PROPERTY_KINDS))
        return declared or self._kept("used properties", _SAMPLE.format(limit=_SAMPLED))

    def _members(self, iri: str) -> Sequence[str]:
        """Return what the namespace of ``iri`` holds; where nothing, all classes and properties."""
        namespace = _namespace(iri)
        if not namespace or any(character in namespace for character in '"\\\n\r'):
            return ()
        classes = [each.class_iri for each in kinds().values() if each.iri_start == namespace]
        pattern, condition = "?term a ?c", f'FILTER(STRSTARTS(STR(?term), "{namespace}"))'
        if classes:
            condition = f"VALUES ?c {{ {' '.join(f'<{each}>' for each in classes)} }}"
        if namespace in {str(MRD), str(MRDS)}:
            pattern = f"GRAPH <{graph_iri('ontology')}> {{ ?term a ?c }}"
        elif not self._store.union_default_graph:
            pattern = f"{{ {pattern} }} UNION {{ GRAPH ?g {{ {pattern} }} }}"
        asked = _MEMBERS.format(pattern=pattern, condition=condition, limit=_MOST_MEMBERS)
        found = self._kept(namespace, asked)
        return found or (*self._of(Role.CLASS), *self._of(Role.PROPERTY))

    def _kept(self, key: str, query: str) -> tuple[str, ...]:
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = tuple(_values(self._store, query))
        return found


_indices: WeakKeyDictionary[Store, TermIndex] = WeakKeyDictionary()


def term_index(store: Store) -> TermIndex:
    """Return the index of a store, made once as long as the store lives."""
    found = _indices.get(store)
    if found is None:
        found = _indices[store] = TermIndex(store)
    return found


def _values(store: Store, query: str) -> Iterable[str]:
    for row in store.query(query).rows():
        term = row.get("term")
        if term is not None:
            yield term.value if isinstance(term, NamedNode) else str(getattr(term, "value", ""))


def _namespace(iri: str) -> str:
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _spelling(iri: str) -> str:
    """Return the last part of an IRI without what people misremember: case and separators."""
    return _SEPARATORS.sub("", iri[len(_namespace(iri)) :]).lower()
