"""What the graph knows already: names that a text may use, and what is stated of its units."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from medrd_kg.sources.content import ContentFile
from medrd_kg.vocabulary import ID, MRD, MRDS, PREFIXES

__all__ = ["FACETS", "Known", "Name", "read_known"]

FACETS: Final[Mapping[str, str]] = {
    "disease": "hasDiseaseArea",
    "modality": "hasModality",
    "purpose": "hasPurpose",
    "phase": "hasPhase",
    "technology": "usesTechnology",
    "resource": "usesResource",
    "beneficiary": "hasBeneficiary",
    "theme": "hasTheme",
    "status": "actionStatus",
}
"""Prefix of a concept's slug → local name of the property that says it of a statement."""

_NAMED: Final = frozenset(
    {"organization", "agent-group", "programme", "project", "moonshot", "research-activity"}
    | {"document", "fund"}
)
"""Kinds of individuals that a text may name."""

_FIGURES: Final = frozenset(
    {"flow", "budget-statement", "indicator", "indicator-result", "payee", "programme-edition"}
    | {"review-sheet", "total"}
)
"""Kinds of which review sheets bring millions, and that no text names."""

_CONCEPTS: Final = frozenset({"resource", "beneficiary", "theme"})
"""Facets that the linker does not cover; their labels are looked for as they stand."""

_LABEL: Final = f"{PREFIXES['rdfs']}label"
_DEFINITION: Final = f"{PREFIXES['skos']}definition"
_TYPE: Final = f"{PREFIXES['rdf']}type"
_NAMES: Final[Mapping[str, tuple[str, float]]] = {
    _LABEL: ("label", 0.95),
    f"{PREFIXES['skos']}altLabel": ("alternative-label", 0.9),
    f"{PREFIXES['skos']}hiddenLabel": ("hidden-label", 0.8),
}
_PROPERTIES: Final = frozenset(str(MRD[name]) for name in FACETS.values())
_UNIT_FIELDS: Final[Mapping[str, str]] = {
    str(MRD[name]): name
    for name in ("unitId", "sectionNumber", "paragraphNumber", "sentenceNumber", "unitType")
}
_KIND: Final = re.compile(rf"{re.escape(str(ID))}([a-z-]+)/([^/]+)$")
_ONTOLOGY: Final = "ontology/"


@dataclass(frozen=True, slots=True)
class Name:
    """A Japanese name of something in the graph.

    Attributes:
        text: The name.
        iri: What it names.
        rule: Which kind of label it is.
        confidence: Between 0 and 1.
    """

    text: str
    iri: str
    rule: str
    confidence: float


@dataclass
class Known:
    """What a reading of the content found.

    Attributes:
        names: Names of things and of concepts.
        labels: Labels of things and concepts by IRI and language.
        defined: IRIs of what has a definition in Japanese: drawn from a policy by hand.
        typed: Local names of the classes of things in the core vocabulary, by IRI, but for figures.
        units: What is said of each unit of the document, by its number and property.
        stated: What things that cite a unit say: facets as property and concept.
        citing: IRIs of what cites a unit, by its number.
        facets: Facets of each thing that cites a unit, by its IRI.
    """

    names: list[Name] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    defined: set[str] = field(default_factory=set)
    typed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    units: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    citing: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    facets: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))

    def stated(self, unit_id: str) -> set[tuple[str, str]]:
        """Return property and concept of each facet that something in a unit has."""
        return {facet for thing in self.citing.get(unit_id, ()) for facet in self.facets[thing]}

    def label(self, iri: str) -> dict[str, str]:
        """Return the labels of a thing; its IRI's last part where it has none."""
        return dict(self.labels.get(iri) or {"ja": iri.rpartition("/")[2]})


def read_known(files: Iterable[ContentFile], document: str, own: Iterable[str] = ()) -> Known:
    """Read the content of the graph.

    Args:
        files: Its files.
        document: IRI of the document whose units and citations are wanted.
        own: Names of files that are left out: what the document's own import made.

    Raises:
        SyntaxError: A file is damaged.
    """
    known = Known()
    left_out = frozenset(own)
    for file in files:
        if file.names_graphs or file.name in left_out:
            continue
        if file.name.startswith(_ONTOLOGY) and "schemes/" not in file.name:
            continue
        for quad in ox.parse(path=str(file.path), format=ox.RdfFormat.TURTLE):
            if isinstance(quad.subject, ox.NamedNode):
                _take(known, quad.subject.value, quad.predicate.value, quad.object, document)
    return known


def _take(known: Known, subject: str, predicate: str, value: object, document: str) -> None:
    if isinstance(value, ox.NamedNode):
        _take_link(known, subject, predicate, value.value, document)
    elif isinstance(value, ox.Literal):
        _take_text(known, subject, predicate, value, document)


def _take_link(known: Known, subject: str, predicate: str, target: str, document: str) -> None:
    if predicate == str(MRD.statedIn) and target.startswith(f"{document}/"):
        known.citing[target.rpartition("/")[2]].add(subject)
    elif predicate in _PROPERTIES:
        known.facets[subject].add((predicate, target))
    elif predicate == _TYPE and target.startswith(str(MRD)) and not _is_figure(subject):
        known.typed[subject].add(target.removeprefix(str(MRD)))


def _take_text(
    known: Known, subject: str, predicate: str, value: ox.Literal, document: str
) -> None:
    if predicate in _UNIT_FIELDS and subject.startswith(f"{document}/"):
        known.units[subject.rpartition("/")[2]][_UNIT_FIELDS[predicate]] = value.value
    elif predicate == _DEFINITION and value.language == "ja":
        known.defined.add(subject)
    elif predicate in _NAMES and _is_named(subject):
        rule, confidence = _NAMES[predicate]
        if predicate == _LABEL and value.language:
            known.labels[subject][value.language] = value.value
        if value.language == "ja" and _may_be_found(subject):
            known.names.append(Name(value.value, subject, rule, confidence))


def _is_figure(subject: str) -> bool:
    kind = _KIND.match(subject)
    return kind is not None and kind[1] in _FIGURES


def _is_named(subject: str) -> bool:
    if subject.startswith(str(MRDS)):
        return True
    kind = _KIND.match(subject)
    return kind is not None and kind[1] in _NAMED


def _may_be_found(subject: str) -> bool:
    if subject.startswith(str(MRDS)):
        return subject.removeprefix(str(MRDS)).partition("-")[0] in _CONCEPTS
    return True
