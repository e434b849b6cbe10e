"""What OpenAPI says of the differences between releases."""

from typing import Final

from medrd_kg.web.kept_releases import CURRENT
from medrd_kg.web.openapi import operation, parameter
from medrd_kg.web.release_routes import VERSION_PARAMETER
from medrd_kg.web.requests import paging_parameters
from medrd_kg.web.responses import JSON_TYPES
from medrd_kg.web.schemas import Schema, reference

__all__ = ["FORMATS", "KINDS", "MOST", "PATCH", "USUAL", "differences_operation"]

PATCH: Final = "application/rdf-patch"
"""Media type of RDF Patch."""

KINDS: Final = ("added", "removed", "changed")
"""What may have become of an entity."""

FORMATS: Final = {"json": JSON_TYPES[0], "rdf-patch": PATCH}
"""Media types by the values of ``format``."""

MOST: Final = 1000
USUAL: Final = 50


def _numbers(*names: str) -> Schema:
    return {
        "type": "object",
        "required": list(names),
        "properties": {name: {"type": "integer"} for name in names},
    }


def differences_operation() -> Schema:
    """Return the operation object."""
    text: Schema = {"type": "string"}
    texts: Schema = {"type": "array", "items": text}
    counted = _numbers(*KINDS)
    change = {
        "type": "object",
        "required": ["id", "type", "label", "kind", "statements", "changes"],
        "properties": {
            "id": {**text, "description": "IRI of the entity, or the label of a blank node."},
            "type": texts,
            "label": reference("LanguageMap"),
            "kind": {**text, "enum": list(KINDS)},
            "statements": _numbers("added", "removed"),
            "changes": {
                "type": "array",
                "description": "Values that differ, by property and graph, as N-Quads has them.",
                "items": {
                    "type": "object",
                    "required": ["property", "graph", "before", "after"],
                    "properties": {
                        "property": text,
                        "graph": text,
                        "before": texts,
                        "after": texts,
                        "beforeTotal": {"type": "integer"},
                        "afterTotal": {"type": "integer"},
                    },
                },
            },
        },
    }
    identified: Schema = {"properties": {"id": {"type": ["string", "null"]}, "name": text}}
    summary = {
        "type": "object",
        "required": ["entities", "statements", "classes", "graphs", "files"],
        "properties": {
            "entities": counted,
            "statements": _numbers("added", "removed"),
            "classes": {"type": "array", "items": {"allOf": [counted, identified]}},
            "graphs": {
                "type": "array",
                "items": {"allOf": [_numbers("added", "removed"), identified]},
            },
            "files": {
                "type": "object",
                "properties": dict.fromkeys(KINDS, texts),
            },
        },
    }
    document = {
        "allOf": [
            reference("Collection"),
            {
                "type": "object",
                "required": ["from", "to", "summary"],
                "properties": {
                    "from": text,
                    "to": text,
                    "summary": summary,
                    "items": {"type": "array", "items": change},
                },
            },
        ]
    }
    content = {"schema": document}
    return operation(
        "What differs in a release from another one",
        {
            "description": "The entities that differ; or all quads that do, as RDF Patch.",
            "content": {**dict.fromkeys(JSON_TYPES, content), PATCH: {"schema": text}},
        },
        description=(
            "Counted by class, and entity by entity. The first 200,000 entities are told one by"
            " one, and all are counted; the RDF Patch holds every quad."
        ),
        parameters=[
            VERSION_PARAMETER,
            parameter(
                "from",
                "The release to compare with; by default the one that was built before.",
                text,
                example=CURRENT,
            ),
            parameter(
                "kind", "Only entities that came, went or changed.", {**text, "enum": list(KINDS)}
            ),
            parameter("class", "Only entities of this class: its IRI, or its name in JSON.", text),
            *paging_parameters(MOST, USUAL),
            parameter("format", "Outranks Accept.", {**text, "enum": list(FORMATS)}),
        ],
        problems=(
            *("unknown-parameter", "invalid-parameter", "not-found"),
            *("comparison-running", "busy", "damaged-release"),
        ),
    )
