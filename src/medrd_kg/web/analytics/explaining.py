"""Explanations of questions: their twins in SPARQL, and the definitions of their numbers."""

from typing import Any

from medrd_kg.web.analytics.definitions import definitions
from medrd_kg.web.analytics.question import Answer, Question, Values
from medrd_kg.web.explanations import explanation_of
from medrd_kg.web.state import Serving

__all__ = ["explanation"]


def explanation(
    served: Serving, question: Question, values: Values, answer: Answer
) -> dict[str, Any]:
    """Return the member ``explanation`` of an answer."""
    return explanation_of(
        served,
        [(each.part, each.text) for each in question.twins(values, answer)],
        definitions(question, values, answer),
        total=answer.total_iri,
    )
