"""``/api/v1/tag``: the concepts that a given text names, and whether it is medical R&D.

Nothing of what is sent is kept or logged.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from medrd_kg.linking import Linker
from medrd_kg.linking.answers import survey_document
from medrd_kg.linking.given import GivenProgramme
from medrd_kg.linking.lexicon import FACETS
from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import decoded, media_type_of
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.openapi import json_answer, operation
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.responses import JSON_TYPES, envelope, json_response
from medrd_kg.web.schemas import Schema, reference
from medrd_kg.web.state import serving

__all__ = ["MAX_CHARACTERS", "install_tagging"]

_PATH: Final = "/api/v1/tag"
_TAG: Final = "linking"
_PLAIN: Final = "text/plain"
_JSON: Final = JSON_TYPES[0]

MAX_CHARACTERS: Final = 100_000
"""Most characters of a request: the densest texts of that length take about two seconds."""

# Matching holds the interpreter: one text at a time, so that other requests get their turn.
_THREAD: Final = ThreadPoolExecutor(1, thread_name_prefix="tag")


def install_tagging(app: FastAPI) -> None:
    """Add the route to an application."""
    app.add_api_route(
        _PATH,
        _tag,
        methods=["POST"],
        operation_id="tag",
        openapi_extra=operation(
            "The concepts that a text names, and whether it is medical R&D",
            json_answer("The concepts and where the text names them.", _ANSWER),
            description=(
                "Disease areas, modalities, purposes, phases and technologies, found by the labels"
                " of the schemes and by rules. `items` has every place that names a concept;"
                " `concepts` what a programme of this name and these texts gets, which is nothing"
                " where it is not medical R&D. All of it is computed, nothing is kept."
            ),
            problems=(
                "unknown-parameter",
                "malformed-request",
                "content-too-large",
                "unsupported-media-type",
            ),
            body={
                "required": True,
                "content": {
                    _JSON: {"schema": _GIVEN, "example": _EXAMPLE},
                    _PLAIN: {"schema": {"type": "string", "maxLength": MAX_CHARACTERS}},
                },
            },
        ),
        tags=[_TAG],
        response_class=Response,
    )


async def _tag(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request, ())
    form = media_type_of(
        request.headers.get("content-type"), [_JSON, _PLAIN], refused=_PLAIN, what="a text"
    )
    body = await read_body(request, limit_of(served.settings.max_body_mb), "send a shorter text")
    given = _given(form, decoded(body, "the text"))
    if given.length > MAX_CHARACTERS:
        raise Problem(
            "content-too-large",
            f"the text has {given.length} characters; {MAX_CHARACTERS} is the limit",
            "send it in parts",
            extra={"limit": MAX_CHARACTERS},
        )
    found = await asyncio.get_running_loop().run_in_executor(_THREAD, partial(_found, given))
    items = found.pop("mentions")
    return json_response(
        envelope(served, served.address(_PATH), items, total=len(items), more=found)
    )


def _given(form: str, text: str) -> GivenProgramme:
    if form == _PLAIN:
        return GivenProgramme.of_text(text)
    try:
        return GivenProgramme.of_json(text)
    except ValueError as error:
        raise Problem(
            "malformed-request",
            f"the body: {error}",
            'send {"name": …, "texts": {field: …}} or {"text": …}',
        ) from error


def _found(given: GivenProgramme) -> dict[str, Any]:
    return survey_document(Linker.shipped().survey(given.name, given.texts))


_EXAMPLE: Final = {
    "name": "次世代がん医療加速化研究事業",
    "texts": {"overview": "がんの治療・診断法を開発する。"},
}
_GIVEN: Final[Schema] = {
    "type": "object",
    "description": "A name, texts or both; all of them together have at most 100,000 characters.",
    "additionalProperties": False,
    "anyOf": [
        {"required": ["name"]},
        {"required": ["text"]},
        {"required": ["texts"], "properties": {"texts": {"minProperties": 1}}},
    ],
    "not": {"required": ["text", "texts"]},
    "properties": {
        "name": {"type": "string", "description": "Name of a programme."},
        "text": {"type": "string", "description": "A text that has no field."},
        "texts": {
            "type": "object",
            "description": "Texts by field, such as purpose and overview.",
            "additionalProperties": {"type": "string"},
            "propertyNames": {"not": {"const": "name"}},
        },
    },
}
_SURENESS: Final[Schema] = {"type": "number", "minimum": 0, "maximum": 1}
_CONCEPT: Final[Schema] = {
    "type": "object",
    "required": ["id", "label", "facet", "confidence"],
    "properties": {
        "id": {"type": "string", "format": "uri"},
        "label": reference("LanguageMap"),
        "facet": {"type": "string", "enum": list(FACETS.values())},
        "confidence": _SURENESS,
    },
}
_OFFSET: Final[Schema] = {"type": "integer", "minimum": 0}
_MENTION: Final[Schema] = {
    "allOf": [
        _CONCEPT,
        {
            "type": "object",
            "description": (
                "Offsets are characters (Unicode code points) of the field; the end is exclusive."
            ),
            "required": [
                *("field", "surface", "startOffset", "endOffset", "rule", "negated", "listed")
            ],
            "properties": {
                "field": {"type": "string", "description": "name, text or a key of texts."},
                "surface": {"type": "string"},
                "startOffset": _OFFSET,
                "endOffset": _OFFSET,
                "rule": {"type": "string"},
                "negated": {"type": "boolean", "description": "The text takes it back."},
                "listed": {
                    "type": "boolean",
                    "description": "A member of a list whose last member has the head.",
                },
            },
        },
    ]
}
_JUDGEMENT: Final[Schema] = {
    "type": "object",
    "required": ["value", "confidence", "reasons"],
    "properties": {
        "value": {"type": "boolean"},
        "confidence": _SURENESS,
        "reasons": {
            "type": "array",
            "description": "The rules that spoke, strongest first.",
            "items": {
                "type": "object",
                "required": ["rule", "speaks"],
                "properties": {
                    "rule": {"type": "string"},
                    "speaks": {"type": "string", "enum": ["for", "against"]},
                },
            },
        },
    },
}
_ANSWER: Final[Schema] = {
    "allOf": [
        reference("Collection"),
        {
            "type": "object",
            "required": ["medicalResearch", "concepts"],
            "properties": {
                "medicalResearch": _JUDGEMENT,
                "concepts": {"type": "array", "items": _CONCEPT},
                "items": {"type": "array", "items": _MENTION},
            },
        },
    ]
}
