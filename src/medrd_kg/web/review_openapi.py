"""Reviews in OpenAPI: documents, proposals, decisions and what came of them."""

from typing import Final

from medrd_kg.sources.documents.decisions import State
from medrd_kg.web.openapi import answer, json_answer, operation, parameter
from medrd_kg.web.requests import paging_parameters
from medrd_kg.web.responses import JSON_TYPES
from medrd_kg.web.schemas import Schema, reference

__all__ = [
    "ALL_STATES",
    "EDIT",
    "EXPORT",
    "LIST",
    "MOST",
    "SHOW",
    "TURTLE",
    "USUAL",
    "decision",
]

ALL_STATES: Final = "all"
TURTLE: Final = "text/turtle"
MOST: Final = 1000
USUAL: Final = 100
_WRITING: Final = (
    *("unauthorized", "forbidden", "not-found", "malformed-request", "invalid-parameter"),
    *("unknown-parameter", "content-too-large", "unsupported-media-type", "invalid-data"),
)

_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_TIME: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_STATE: Final[Schema] = {"type": "string", "enum": [each.value for each in State]}

_DOCUMENT: Final[Schema] = {
    "type": "object",
    "required": ["id", "kind", "href", "label", "counts"],
    "properties": {
        "id": {**_TEXT, "description": "Slug of the document, or review-sheets."},
        "kind": {**_TEXT, "enum": ["document", "pairs"]},
        "href": {**_TEXT, "format": "uri"},
        "document": {**_TEXT, "format": "uri"},
        "label": reference("LanguageMap"),
        "units": _COUNT,
        "counts": {"type": "object", "additionalProperties": _COUNT},
        "terms": {**_COUNT, "description": "New terms."},
        "importedAt": _TIME,
    },
}
_CANDIDATE: Final[Schema] = {
    "type": "object",
    "required": ["id", "label", "place"],
    "properties": {"id": {**_TEXT, "format": "uri"}, "label": _TEXT, "place": _TEXT},
}
_PROPOSAL: Final[Schema] = {
    "type": "object",
    "required": ["kind", "id", "state"],
    "properties": {
        "kind": {"type": "string", "enum": ["fact", "term", "pair"]},
        "of": {"type": "string", "enum": ["organization", "programme", "edition"]},
        "outcome": {
            "type": "string",
            "enum": ["kept-apart", "joined"],
            "description": "Of a pair: what the last import made of both.",
        },
        "one": _CANDIDATE,
        "other": _CANDIDATE,
        "why": {**_TEXT, "description": "Of a pair: why both may be one, or may not."},
        "equalFigures": {"type": ["integer", "null"]},
        "differentFigures": {"type": ["integer", "null"]},
        "id": {**_TEXT, "description": "What it is accepted or rejected by."},
        "state": _STATE,
        "unit": {**_TEXT, "description": "Of a fact: the unit that it was read from."},
        "text": {**_TEXT, "description": "Of a fact: the text of the unit."},
        "predicate": _TEXT,
        "target": {**_TEXT, "format": "uri"},
        "label": reference("LanguageMap"),
        "surface": {**_TEXT, "description": "The words that it rests on."},
        "startOffset": _COUNT,
        "endOffset": _COUNT,
        "rule": _TEXT,
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "by": {"type": ["string", "null"], "description": "Who decided."},
        "at": _TIME,
        "term": {**_TEXT, "description": "Of a new term: the term."},
        "units": {"type": "array", "items": _TEXT},
    },
}
_IDS: Final[Schema] = {
    "type": "array",
    "description": "Facts, new terms, or units with all their open facts.",
    "minItems": 1,
    "items": _TEXT,
}
_BY: Final[Schema] = {
    **_TEXT,
    "description": "Your role or handle, which is published; never the name of a person.",
    "pattern": "^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$",
    "maxLength": 40,
}
_REJECTION: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["ids", "by"],
    "properties": {"ids": _IDS, "by": _BY},
    "examples": [{"ids": ["S043", "S044.modality-vaccine"], "by": "policy-analyst"}],
}
_DECISION: Final[dict[str, Schema]] = {
    "reject": _REJECTION,
    "accept": {
        **_REJECTION,
        "properties": {
            **_REJECTION["properties"],
            "concept": {
                "type": ["string", "null"],
                "description": "Slug of the concept that a new term stands for.",
            },
        },
    },
}
_DECIDED: Final[Schema] = {
    "type": "object",
    "required": ["review", "facts", "terms", "statements", "open", "at", "takesEffect", "release"],
    "properties": {
        "review": {**_TEXT, "format": "uri"},
        "facts": {**_COUNT, "description": "Facts decided; of edits, those that gave way."},
        "terms": _COUNT,
        "statements": {**_COUNT, "description": "Statements of a person that were taken."},
        "open": {**_COUNT, "description": "Facts that are still open."},
        "at": {**_TEXT, "format": "date-time"},
        "takesEffect": {**_TEXT, "enum": ["next-build", "next-import"]},
        "release": _TEXT,
    },
}


def _listed(item: Schema) -> Schema:
    """Return the schema of a collection of items of one kind."""
    return {
        "allOf": [
            reference("Collection"),
            {"type": "object", "properties": {"items": {"type": "array", "items": item}}},
        ]
    }


_ID_PARAMETER: Final = parameter(
    "id",
    "Slug of an imported document, or review-sheets for doubtful pairs.",
    {"type": "string"},
    place="path",
    required=True,
)
_BY_PARAMETER: Final = parameter(
    "by",
    "Your role or handle, which is published; never the name of a person.",
    {"type": "string", "pattern": "^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$", "maxLength": 40},
    required=True,
    example="policy-analyst",
)
_STATE_PARAMETER: Final = parameter(
    "state",
    "Only proposals in this state.",
    {"type": "string", "enum": [*State, ALL_STATES], "default": State.OPEN.value},
)
_UNIT: Final = parameter("unit", "Only proposals on this unit.", {"type": "string"}, example="S043")
LIST: Final = operation(
    "Imported documents with the number of proposals in each state",
    json_answer("The documents.", _listed(_DOCUMENT)),
    problems=("unknown-parameter",),
)
SHOW: Final = operation(
    "What is proposed from a document, each with its words and place",
    json_answer("The proposals.", _listed(_PROPOSAL)),
    parameters=[_ID_PARAMETER, _STATE_PARAMETER, _UNIT, *paging_parameters(MOST, USUAL)],
    problems=("unknown-parameter", "invalid-parameter", "not-found"),
)
EXPORT: Final = operation(
    "The proposals in Turtle, to be edited and handed back",
    answer("The proposals.", {TURTLE: {"schema": {"type": "string"}}}),
    parameters=[_ID_PARAMETER],
    problems=("unknown-parameter", "not-found"),
)


def _secured(found: Schema) -> Schema:
    return {**found, "security": [{"bearer": []}]}


def decision(action: str) -> Schema:
    """Return the operation object of ``accept`` or ``reject``."""
    return _secured(
        operation(
            f"{action.capitalize()} proposals",
            json_answer("It is decided, durably.", _DECIDED),
            description=(
                "Facts, new terms, or units with all their open facts. The journal of the review"
                " notes who decided when; the next build takes up what was accepted."
            ),
            parameters=[_ID_PARAMETER],
            problems=_WRITING,
            body={"required": True, "content": {JSON_TYPES[0]: {"schema": _DECISION[action]}}},
        )
    )


EDIT: Final = _secured(
    operation(
        "Accept what you wrote in Turtle, in place of the proposals on its units",
        json_answer("It is accepted, durably.", _DECIDED),
        description="The shapes are held against it before anything is kept.",
        parameters=[_ID_PARAMETER, _BY_PARAMETER],
        problems=_WRITING,
        body={"required": True, "content": {TURTLE: {"schema": {"type": "string"}}}},
    )
)
