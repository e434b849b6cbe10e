"""Does the document say what the graph cites it for? Checked against the user's own copy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from medrd_kg.sources.policy_document import TextUnit, matching_form
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri

__all__ = ["EvidenceReport", "UnsupportedCitation", "cited_labels", "verify_evidence"]

_POLICY = "policy-fy2022"
"""The document that was curated."""

_CITATIONS = """
PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?unitId ?thing ?label WHERE {
  ?unit a mrd:DocumentUnit ; mrd:unitId ?unitId ; mrd:partOf <DOCUMENT> .
  ?thing mrd:statedIn ?unit .
  FILTER NOT EXISTS { ?thing a owl:Axiom }
  OPTIONAL {
    ?thing rdfs:label|skos:altLabel|skos:hiddenLabel ?label
    FILTER (LANGMATCHES(LANG(?label), "ja"))
  }
}
"""


@dataclass(frozen=True, slots=True)
class UnsupportedCitation:
    """A citation whose unit contains none of the labels of what cites it.

    Attributes:
        unit_id: Number of the cited unit.
        thing: IRI of what cites it.
        labels: The Japanese labels that were looked for.
    """

    unit_id: str
    thing: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvidenceReport:
    """Outcome of a verification.

    Attributes:
        citations: How many pairs of thing and unit were checked.
        uncited: Units of the file that nothing cites.
        unknown: Cited units that the file does not have.
        unsupported: Citations that the text does not bear out.
    """

    citations: int
    uncited: tuple[str, ...]
    unknown: tuple[str, ...]
    unsupported: tuple[UnsupportedCitation, ...]

    @property
    def holds(self) -> bool:
        """Whether every unit is cited and every citation borne out."""
        return not (self.uncited or self.unknown or self.unsupported)


def cited_labels(
    store: Store, document: str = _POLICY
) -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return, by unit number and then by IRI of what cites it, the Japanese labels.

    Args:
        store: The graph.
        document: Slug of the document whose units are meant.
    """
    labels: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    query = _CITATIONS.replace("DOCUMENT", kind_iri("doc", document))
    for row in store.query(query).rows():
        unit_id, thing, label = row["unitId"], row["thing"], row.get("label")
        if not isinstance(unit_id, Literal) or not isinstance(thing, NamedNode):
            continue
        found = labels[unit_id.value][thing.value]
        if isinstance(label, Literal):
            found.add(label.value)
    return {
        unit: {thing: frozenset(texts) for thing, texts in things.items()}
        for unit, things in labels.items()
    }


def verify_evidence(
    store: Store, units: Sequence[TextUnit], document: str = _POLICY
) -> EvidenceReport:
    """Check every citation of the graph against the text of the document.

    A citation is borne out when the unit contains at least one Japanese label of what cites it,
    compared by `matching_form`.

    Args:
        store: The graph; its citations are ``mrd:statedIn`` of a unit.
        units: The document, from the user's file.
        document: Its slug in the graph.
    """
    cited = cited_labels(store, document)
    texts = {unit.unit_id: matching_form(unit.text) for unit in units}
    unsupported = [
        UnsupportedCitation(unit_id, thing, tuple(sorted(labels)))
        for unit_id, things in cited.items()
        if unit_id in texts
        for thing, labels in things.items()
        if not _occurs(labels, texts[unit_id])
    ]
    return EvidenceReport(
        citations=sum(len(things) for unit, things in cited.items() if unit in texts),
        uncited=tuple(unit.unit_id for unit in units if unit.unit_id not in cited),
        unknown=tuple(sorted(unit for unit in cited if unit not in texts)),
        unsupported=tuple(sorted(unsupported, key=lambda each: (each.unit_id, each.thing))),
    )


def _occurs(labels: Iterable[str], text: str) -> bool:
    return any(matching_form(label) in text for label in labels)
