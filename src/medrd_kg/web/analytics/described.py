"""What OpenAPI says of a question: its parameters, and the JSON Schema of its answer."""

from typing import Any, Final

from medrd_kg.linkage.totals import NamedTotal
from medrd_kg.web.analytics.arguments import BASIS, choice
from medrd_kg.web.analytics.entries import schema_of
from medrd_kg.web.analytics.question import Question
from medrd_kg.web.explanations import EXPLAIN_PARAMETER
from medrd_kg.web.openapi import answer, operation
from medrd_kg.web.requests import FORMAT_PARAMETERS, paging_parameters
from medrd_kg.web.responses import JSON_TYPES
from medrd_kg.web.schemas import Schema, reference
from medrd_kg.web.table_formats import TABLE_SCHEMAS

__all__ = ["described"]

_PROBLEMS: Final = (
    "unknown-parameter",
    "invalid-parameter",
    "malformed-request",
    "not-found",
    "too-many-rows",
    "query-timeout",
    "query-memory",
)


def described(question: Question) -> Schema:
    """Return the operation object of a question."""
    schema = _schema(question)
    own = [each.described for each in question.arguments]
    if question.parts:
        own.append(_part(question))
    return operation(
        question.summary,
        answer(
            "A page of the answer; CSV and XLSX hold the whole of it.",
            {**{each: {"schema": schema} for each in JSON_TYPES}, **TABLE_SCHEMAS},
        ),
        description=question.description,
        parameters=[
            *own,
            EXPLAIN_PARAMETER,
            *paging_parameters(question.most, question.usual),
            *FORMAT_PARAMETERS,
        ],
        problems=_PROBLEMS,
    )


def _part(question: Question) -> Schema:
    names = ("items", *question.parts)
    return choice("part", "Which list of the answer CSV holds.", names, default="items").described


def _schema(question: Question) -> Schema:
    entries = [schema_of(each) for each in question.entries]
    items = entries[0] if len(entries) == 1 else {"anyOf": entries}
    properties: dict[str, Any] = {
        "items": {"type": "array", "items": items},
        "asOf": {"type": "string", "description": "The release that the fact tables are of."},
        **{
            name: {"type": "array", "items": schema_of(each)}
            for name, each in question.parts.items()
        },
    }
    required = ["asOf", *question.parts]
    if BASIS.name in {each.name for each in question.arguments}:
        properties["basis"] = dict(BASIS.schema)
        required.append("basis")
    properties["explanation"] = reference("Explanation")
    if "total" in {each.name for each in question.arguments}:
        properties["namedTotal"] = schema_of(NamedTotal | None)
    own = {"type": "object", "required": required, "properties": properties}
    return {"allOf": [reference("Collection"), own]}
