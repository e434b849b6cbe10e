"""Explanations of questions: their twins in SPARQL, and the definitions of their numbers."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from medrd_kg.linkage.twins.patterns import Twin
from medrd_kg.web.analytics.definitions import definitions
from medrd_kg.web.analytics.question import Answer, Question, Values
from medrd_kg.web.explanations import explanation_of
from medrd_kg.web.state import Serving

__all__ = ["explanation"]


def explanation(
    served: Serving, question: Question, values: Values, answer: Answer
) -> dict[str, Any]:
    """Return the member ``explanation`` of an answer."""
    twins = question.twins(values, answer)
    return explanation_of(
        served,
        [(each.part, each.text) for each in twins],
        definitions(question, values, answer),
        total=answer.total_iri,
        bounds=[dict(_bounds(each)) for each in twins],
    )


def _bounds(twin: Twin) -> Iterator[tuple[str, Any]]:
    """Yield the members that tell how far a query goes, where it does not give all."""
    if twin.rows:
        yield "rows", {column: list(values) for column, values in twin.rows.items()}
    if twin.lists:
        yield "lists", list(twin.lists)
    if not twin.exact:
        yield "exact", False
    if twin.leaves_out is not None:
        yield "leavesOut", _left_out()[twin.leaves_out]


@cache
def _left_out() -> Mapping[str, Mapping[str, str]]:
    text = (files("medrd_kg.linkage.twins") / "leaves_out.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = yaml.safe_load(text)
    return found
