"""Building blocks of the OpenAPI 3.1 document, and the document itself."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from fastapi import FastAPI
from fastapi.routing import APIRoute

from medrd_kg import __version__
from medrd_kg.kinds import Bilingual
from medrd_kg.problems import PROBLEM_TYPES
from medrd_kg.web.naming import RELEASE, takes_release
from medrd_kg.web.responses import RELEASE_HEADER
from medrd_kg.web.schemas import SCHEMAS, Schema, reference

__all__ = [
    "answer",
    "document",
    "json_answer",
    "operation",
    "parameter",
    "text_of",
]

_VERSION: Final = "3.1.0"
"""Version of OpenAPI."""

_ALWAYS: Final = ("not-acceptable", "method-not-allowed", "starting", "internal-error")
"""Problems that any address may answer with."""


def text_of(text: Bilingual) -> str:
    """Return a bilingual text on one line; OpenAPI has no place for languages."""
    return f"{text.en} / {text.ja}"


def parameter(
    name: str,
    description: str,
    schema: Schema,
    *,
    place: str = "query",
    required: bool = False,
    example: object = None,
) -> Schema:
    """Return a parameter object."""
    found: Schema = {
        "name": name,
        "in": place,
        "description": description,
        "required": required,
        "schema": schema,
    }
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": True}
    if example is not None:
        found["example"] = example
    return found


def answer(description: str, content: Mapping[str, Schema]) -> Schema:
    """Return a response object with the headers that every answer has."""
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
        "content": dict(content),
    }


def json_answer(description: str, schema: Schema, example: object = None) -> Schema:
    """Return a response object of JSON."""
    media: Schema = {"schema": schema}
    if example is not None:
        media["example"] = example
    return answer(description, {"application/json": media})


def operation(
    summary: str,
    success: Schema,
    *,
    description: str = "",
    parameters: Sequence[Schema] = (),
    problems: Sequence[str] = (),
    others: Mapping[str, Schema] | None = None,
    body: Schema | None = None,
) -> Schema:
    """Return an operation object.

    Args:
        summary: What it does, in a few words.
        success: Response of status 200.
        description: More about it.
        parameters: Parameter objects.
        problems: Slugs of the problems that it may answer with, beside those of any address.
        others: Further responses by status.
        body: Request body object.
    """
    found: Schema = {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {"200": success, **(others or {}), **_problems([*problems, *_ALWAYS])},
    }
    if description:
        found["description"] = description
    if body is not None:
        found["requestBody"] = body
    return found


def document(app: FastAPI, *, server: str, state_id: str) -> Schema:
    """Return the whole document.

    Args:
        app: Whose routes are described.
        server: Address of the service.
        state_id: The served state, as ``x-release``.
    """
    found: Schema = {
        "openapi": _VERSION,
        "info": {
            "title": "medrd-kg",
            "summary": "Japan's medical R&D policy and its money as one graph",
            "description": (
                "SPARQL and REST over the FY2022 resource allocation policy for medical R&D and the"
                " review sheets behind it. Amounts are integers in yen. Every fact names its"
                " source."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "version": __version__,
        },
        "servers": [{"url": server}],
        "paths": _paths(app),
    }
    found["info"]["x-release"] = state_id
    _add_release(found["paths"])
    found["components"] = {
        "schemas": SCHEMAS,
        "headers": _HEADERS,
        "responses": _shared_responses(found["paths"]),
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    }
    return found


def _paths(app: FastAPI) -> Schema:
    """Return the operations of an application by path and method, for callers to change.

    All that there is to say of them stands with the routes; FastAPI's own description looks for
    models in every route and validates what comes of it, which takes twenty times as long.
    """
    found: Schema = {}
    for route in app.routes:
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        told = {
            "tags": route.tags,
            "operationId": route.operation_id,
            **(route.openapi_extra or {}),
        }
        for method in sorted(route.methods or ()):
            found.setdefault(route.path_format, {})[method.lower()] = told
    # It shares parts with the routes, which stay as they are; all of it is JSON.
    copied: Schema = orjson.loads(orjson.dumps(found))
    return copied


def _add_release(paths: Schema) -> None:
    """Say of all addresses that answer from the data that a request may name a release."""
    for path, operations in paths.items():
        for method, described in operations.items():
            asks = method == "get" or path.startswith(("/sparql", "/reconcile"))
            if takes_release(path) and asks:
                described.setdefault("parameters", []).append(dict(_RELEASE))


_RELEASE: Final = parameter(
    RELEASE,
    "Answer from this release, as it was published; /api/v1/releases lists those that are kept.",
    {"type": "string"},
)


def _shared_responses(paths: Schema) -> Schema:
    """Move responses that several operations share to one place, and refer to them there."""
    shared: Schema = {}
    for operations in paths.values():
        for described in operations.values():
            for status, response in described["responses"].items():
                name = response.pop(_SHARED, None)
                if name is not None:
                    shared[name] = response
                    described["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(shared.items()))


def _problems(slugs: Sequence[str]) -> dict[str, Schema]:
    """Return the responses for some problems; those of one status share a response."""
    by_status: dict[str, list[str]] = {}
    for slug in dict.fromkeys(slugs):
        by_status.setdefault(str(int(PROBLEM_TYPES[slug].status)), []).append(slug)
    return {
        status: {
            _SHARED: "_or_".join(group),
            "description": "; ".join(PROBLEM_TYPES[slug].title_en for slug in group),
            "content": {
                "application/problem+json": {
                    "schema": reference("Problem"),
                    "examples": {slug: {"value": _example(slug)} for slug in group},
                }
            },
        }
        for status, group in sorted(by_status.items())
    }


def _example(slug: str) -> Schema:
    kind = PROBLEM_TYPES[slug]
    return {
        "type": kind.iri,
        "title": kind.title_en,
        "status": int(kind.status),
        "detail": _DETAILS.get(slug, kind.title_en),
    } | _MORE.get(slug, {})


_DETAILS: Final = {
    "malformed-query": "the prefix mrd: is not declared",
    "unknown-parameter": "'prject' is no parameter of /api/v1/topics",
    "invalid-parameter": "project='drug' names no project",
    "not-found": "there is nothing at /api/v1/topics/none",
}

_MORE: Final[dict[str, Schema]] = {
    "malformed-query": {
        "line": 1,
        "column": 18,
        "hint": "put this line first: PREFIX mrd: <https://w3id.org/medrd-kg/core#>",
    },
    "unknown-parameter": {"known": ["project", "fiscal_year"]},
    "invalid-parameter": {"parameter": "project", "known": ["drugs", "genome-data"]},
}

_SHARED: Final = "x-shared"
"""Where a response keeps the name under which it is shared, until the document is whole."""

_HEADERS: Final[dict[str, Schema]] = {
    "ETag": {"schema": {"type": "string"}, "description": "Tag of these very bytes."},
    RELEASE_HEADER: {
        "schema": {"type": "string"},
        "description": "The state of the data that answered.",
    },
}
