"""What the linker finds, as JSON: the form in which the command line and the API tell it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pyoxigraph

from medrd_kg.content import ontology_dir
from medrd_kg.linking.lexicon import FACETS
from medrd_kg.linking.linker import FieldMention, Survey, TaggedConcept
from medrd_kg.linking.medical import MedicalJudgement

__all__ = ["concept_labels", "judgement_document", "survey_document"]

_PREFERRED = pyoxigraph.NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")


@cache
def concept_labels() -> Mapping[str, Mapping[str, str]]:
    """Return the preferred labels of all concepts of the five schemes: IRI, language, label.

    Raises:
        FileNotFoundError: The shipped schemes are missing.
    """
    labels: dict[str, dict[str, str]] = {}
    for facet in FACETS:
        path = ontology_dir() / "schemes" / f"{facet}.ttl"
        for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE):
            if quad.predicate != _PREFERRED or not isinstance(quad.object, pyoxigraph.Literal):
                continue
            if isinstance(quad.subject, pyoxigraph.NamedNode) and quad.object.language:
                labels.setdefault(quad.subject.value, {})[quad.object.language] = quad.object.value
    return labels


def survey_document(survey: Survey) -> dict[str, Any]:
    """Return a survey as JSON.

    Args:
        survey: What the linker found.

    Returns:
        ``medicalResearch``: the judgement. ``concepts``: what the programme gets; empty where it
        is not medical R&D. ``mentions``: every place that names a concept, whatever the judgement;
        offsets are characters (Unicode code points) of the field, the end is exclusive.
    """
    return {
        "medicalResearch": judgement_document(survey.tagging.medical),
        "concepts": [_concept(each) for each in survey.tagging.concepts],
        "mentions": [_mention(each) for each in survey.places],
    }


def judgement_document(judgement: MedicalJudgement) -> dict[str, Any]:
    """Return the judgement with the rules that spoke for (``+``) and against (``-``) it."""
    return {
        "value": judgement.is_medical_rd,
        "confidence": judgement.confidence,
        "reasons": [
            {"rule": reason[1:], "speaks": "for" if reason.startswith("+") else "against"}
            for reason in judgement.reasons
        ],
    }


def _concept(tagged: TaggedConcept) -> dict[str, Any]:
    return {
        "id": tagged.concept,
        "label": dict(concept_labels()[tagged.concept]),
        "facet": tagged.facet,
        "confidence": tagged.confidence,
    }


def _mention(place: FieldMention) -> dict[str, Any]:
    mention = place.mention
    return {
        "id": mention.concept,
        "label": dict(concept_labels()[mention.concept]),
        "facet": mention.facet,
        "field": place.field,
        "surface": mention.surface,
        "startOffset": mention.start,
        "endOffset": mention.end,
        "rule": mention.rule,
        "confidence": mention.confidence,
        "negated": mention.negated,
        "listed": mention.listed,
    }
