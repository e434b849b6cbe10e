"""How the parameters and the answers of search are described in the OpenAPI document."""

from typing import Final

from medrd_kg.search.contents import contents
from medrd_kg.search.searching import MAX_QUERY
from medrd_kg.web.openapi import parameter
from medrd_kg.web.schemas import Schema, reference

__all__ = ["FOUND", "HIT", "LANGUAGES", "asked", "collection_of", "limit_up_to"]

LANGUAGES: Final = ("ja", "en")
"""Languages that texts can be looked for in."""


def asked(words: str) -> list[Schema]:
    """Return the parameters that search and completion have in common.

    Args:
        words: What ``q`` is.
    """
    known = [kind.name for kind in contents().kinds]
    return [
        parameter(
            "q",
            words,
            {"type": "string", "maxLength": MAX_QUERY},
            required=True,
            example="がん",
        ),
        parameter(
            "type",
            "Only things of any of these kinds.",
            {"type": "array", "items": {"type": "string", "enum": known}},
        ),
        parameter(
            "lang",
            "Only texts of this language, and numbers.",
            {"type": "string", "enum": list(LANGUAGES)},
        ),
    ]


def limit_up_to(most: int, usual: int) -> Schema:
    """Return the parameter for the most things of an answer."""
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return parameter("limit", "Most things.", schema)


def collection_of(item: Schema) -> Schema:
    """Return the schema of a page of things."""
    items = {"items": {"type": "array", "items": item}}
    return {"allOf": [reference("Collection"), {"type": "object", "properties": items}]}


_RANGE: Final[Schema] = {
    "type": "object",
    "description": "In characters (Unicode code points); the end is exclusive.",
    "required": ["start", "end"],
    "properties": {"start": {"type": "integer"}, "end": {"type": "integer"}},
}
_MATCHED: Final[Schema] = {
    "type": "object",
    "description": "The text that was found, and where the words stand in it.",
    "required": ["text", "language", "ranges"],
    "properties": {
        "text": {"type": "string"},
        "language": {"type": ["string", "null"], "description": "null for numbers and codes."},
        "ranges": {"type": "array", "items": _RANGE},
        "role": {"type": "string", "description": "What the text is to the thing."},
    },
}
FOUND: Final[Schema] = {
    "type": "object",
    "description": "A thing that was found.",
    "required": ["id", "href", "type", "label", "matched"],
    "properties": {
        "id": {"type": "string", "format": "uri"},
        "href": {"type": "string", "format": "uri"},
        "type": {"type": "array", "items": {"type": "string"}},
        "label": reference("LanguageMap"),
        "matched": _MATCHED,
    },
}
HIT: Final[Schema] = {
    "allOf": [
        FOUND,
        {
            "type": "object",
            "required": ["match", "score"],
            "properties": {
                "match": {"type": "string", "description": "How the text matches."},
                "score": {
                    "type": "integer",
                    "description": "100 for an exact label, 9 less for each step below it.",
                },
            },
        },
    ]
}
