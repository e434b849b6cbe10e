"""JSON Schemas of what the service sends, as OpenAPI 3.1 has them."""

from typing import Any, Final

from medrd_kg.problems import PROBLEM_TYPES

__all__ = ["KIND", "SCHEMAS", "Schema", "reference"]

Schema = dict[str, Any]

KIND: Final = "x-kind"
"""Where a parameter's schema names the kind of things that it takes, until the graph is asked."""


def reference(name: str) -> Schema:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


_LANGUAGE_MAP: Final[Schema] = {
    "type": "object",
    "description": "Text by language.",
    "additionalProperties": {
        "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
    },
    "examples": [{"ja": "創薬", "en": "drug discovery"}],
}

SCHEMAS: Final[dict[str, Schema]] = {
    "Problem": {
        "type": "object",
        "description": "A fault (RFC 9457). `type` is stable.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {
                "type": "string",
                "format": "uri",
                "enum": sorted(kind.iri for kind in PROBLEM_TYPES.values()),
            },
            "title": {"type": "string", "description": "In the language of Accept-Language."},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong, and where."},
            "hint": {"type": "string", "description": "How to mend it."},
            "english": {
                "type": "object",
                "description": "The English of `detail` and `hint` where they are Japanese.",
                "properties": {"detail": {"type": "string"}, "hint": {"type": "string"}},
            },
            "line": {"type": "integer", "description": "One-based line in the query."},
            "column": {"type": "integer", "description": "One-based column in the query."},
            "parameter": {"type": "string", "description": "The parameter at fault."},
            "known": {"type": "array", "items": {"type": "string"}},
        },
    },
    "LanguageMap": _LANGUAGE_MAP,
    "Link": {
        "type": "object",
        "description": "A thing that is linked to, with its labels.",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "format": "uri"},
            "label": reference("LanguageMap"),
        },
    },
    "Evidence": {
        "type": "object",
        "description": "A unit of a document, or a document, that states the fact.",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "format": "uri"},
            "unitId": {"type": "string", "examples": ["S045"]},
            "sectionNumber": {"type": "string"},
            "paragraphNumber": {"type": "integer"},
            "sentenceNumber": {"type": "integer"},
            "label": reference("LanguageMap"),
        },
    },
    "Item": {
        "type": "object",
        "description": (
            "A thing. Further members are its properties under the names of the JSON-LD context:"
            " links, texts by language, exact integers, decimals as strings."
        ),
        "required": ["id", "type", "label", "evidence"],
        "properties": {
            "id": {"type": "string", "format": "uri"},
            "slug": {"type": "string"},
            "href": {"type": "string", "format": "uri"},
            "type": {"type": "array", "items": {"type": "string"}},
            "label": reference("LanguageMap"),
            "definition": reference("LanguageMap"),
            "evidence": {"type": "array", "items": reference("Evidence")},
        },
        "additionalProperties": True,
    },
    "ItemDocument": {
        "description": "One item with its context and the state that answered.",
        "allOf": [
            reference("Item"),
            {
                "type": "object",
                "required": ["@context", "release"],
                "properties": {
                    "@context": {"type": "string", "format": "uri"},
                    "release": {"type": "string"},
                    "links": {"type": "array", "items": {"type": "object"}},
                },
            },
        ],
    },
    "Collection": {
        "type": "object",
        "description": "One page of a list.",
        "required": ["@context", "id", "items", "total", "next", "release"],
        "properties": {
            "@context": {},
            "id": {"type": "string", "format": "uri"},
            "items": {"type": "array", "items": {"type": "object"}},
            "total": {"type": "integer", "description": "Members on all pages."},
            "next": {"type": ["string", "null"], "description": "Address of the next page."},
            "release": {"type": "string"},
        },
    },
    "Explanation": {
        "type": "object",
        "description": (
            "With `explain=true`: the SPARQL that gives the same answer, the total in which yen"
            " are counted, and what each number means."
        ),
        "required": ["queries", "namedTotal", "numbers"],
        "properties": {
            "queries": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["part", "query", "href"],
                    "properties": {
                        "part": {
                            "type": "string",
                            "description": "`items`, or the member of the answer that it gives.",
                        },
                        "query": {"type": "string"},
                        "href": {"type": "string", "format": "uri"},
                        "rows": {
                            "type": "object",
                            "description": (
                                "Columns of the part with values: it gives the entries that have"
                                " one of them. Without it, all."
                            ),
                            "additionalProperties": {
                                "type": "array",
                                "items": {"type": "string"},
                            },
                        },
                        "lists": {
                            "type": "array",
                            "description": (
                                "Columns that share a cell in the table; each row of the query"
                                " has one of their members."
                            ),
                            "items": {"type": "string"},
                        },
                        "exact": {
                            "type": "boolean",
                            "description": (
                                "False: its rows hold those of the answer, and others, as"
                                " `leavesOut` tells."
                            ),
                        },
                        "leavesOut": reference("LanguageMap"),
                    },
                },
            },
            "namedTotal": {"type": ["string", "null"], "format": "uri"},
            "numbers": {
                "type": "object",
                "description": "Definitions, by the names of the members that lead to a number.",
                "additionalProperties": reference("LanguageMap"),
            },
        },
    },
    "ItemCollection": {
        "allOf": [
            reference("Collection"),
            {
                "type": "object",
                "properties": {"items": {"type": "array", "items": reference("Item")}},
            },
        ]
    },
}
