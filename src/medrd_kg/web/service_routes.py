"""The service about itself: index, prefixes, JSON-LD context, problem types, health, OpenAPI."""

from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response

from medrd_kg.problems import PROBLEM_TYPES, Problem
from medrd_kg.vocabulary import BASE, PREFIXES
from medrd_kg.web.collection_routes import sample_documents
from medrd_kg.web.collections import collections
from medrd_kg.web.known_values import enumerate_values
from medrd_kg.web.openapi import answer, document, json_answer, operation, parameter
from medrd_kg.web.release_life import ReleaseLife
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.responses import JSON_TYPES, address_of, envelope, json_response
from medrd_kg.web.schemas import Schema, reference
from medrd_kg.web.state import Service, serving

__all__ = ["install_service"]

_TAG: Final = "service"


def install_service(app: FastAPI) -> None:
    """Add the routes to an application."""
    listed = json_answer("The list.", reference("Collection"))
    strict = ("unknown-parameter",)
    status = json_answer("The state.", {"type": "object"})
    routes = {
        "/api/v1": (_index, operation("All collections", listed, problems=strict)),
        "/api/v1/prefixes": (
            _prefixes,
            operation("Prefixes that the service uses", listed, problems=strict),
        ),
        "/api/v1/context.jsonld": (_context, _context_operation()),
        "/problems": (_problems, operation("Kinds of faults", listed, problems=strict)),
        "/problems/{slug}": (_problem, _problem_operation()),
        "/health/live": (_live, operation("Whether the process answers", status)),
        "/health/ready": (
            _ready,
            operation(
                "Whether a release is served, and whether another one waits to be served",
                status,
                description="`waiting` is the current release of the data directory if another"
                " process published it since; see `POST /api/v1/admin/releases/current`.",
            ),
        ),
        "/openapi.json": (_openapi, operation("This document", status)),
    }
    for path, (handler, described) in routes.items():
        app.add_api_route(
            path,
            handler,
            operation_id=handler.__name__.strip("_"),
            openapi_extra=described,
            tags=[_TAG],
            response_class=Response,
        )


async def _index(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    items = [
        {
            "id": each.kind.class_iri,
            "slug": each.name,
            "href": served.address(each.path),
            "label": each.kind.label.model_dump(),
            "filters": sorted(each.filters),
        }
        for each in collections().values()
    ]
    address = address_of(served, "/api/v1")
    return json_response(envelope(served, address, items, total=len(items)))


async def _prefixes(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    items = [{"prefix": prefix, "namespace": iri} for prefix, iri in PREFIXES.items()]
    address = address_of(served, request.url.path)
    return json_response(envelope(served, address, items, total=len(items)))


async def _context(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    return json_response(
        {"@context": served.vocabulary.context(), "release": served.state_id},
        media_type=JSON_TYPES[1],
    )


async def _problems(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    items = [_described(slug) for slug in sorted(PROBLEM_TYPES)]
    address = address_of(served, request.url.path)
    return json_response(envelope(served, address, items, total=len(items)))


async def _problem(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    slug = request.path_params["slug"]
    if slug not in PROBLEM_TYPES:
        raise Problem("not-found", f"there is no kind of fault {slug!r}", "/problems lists all")
    return json_response(
        {"@context": served.context, **_described(slug), "release": served.state_id}
    )


def _described(slug: str) -> dict[str, Any]:
    kind = PROBLEM_TYPES[slug]
    return {
        "id": kind.iri,
        "slug": slug,
        "label": {"en": kind.title_en, "ja": kind.title_ja},
        "status": int(kind.status),
    }


async def _live(request: Request) -> Response:
    service: Service = request.app.state.service
    state_id = service.serving.state_id if service.serving else None
    return json_response({"status": "live", "release": state_id})


async def _ready(request: Request) -> Response:
    life: ReleaseLife = request.app.state.life
    state_id = serving(request).state_id
    return json_response({"status": "ready", "release": state_id, "waiting": await life.waiting()})


async def _openapi(request: Request) -> Response:
    return json_response(await _described_api(request))


async def _described_api(request: Request) -> dict[str, Any]:
    """Return the OpenAPI document with examples from the data that are served."""
    served = serving(request)
    refuse_parameters(request)
    kept = served.documents.get(request.app.title)
    if kept is not None:
        found: dict[str, Any] = orjson.loads(kept)
        return found
    described = document(request.app, server=served.settings.base_url, state_id=served.state_id)
    await enumerate_values(served, described["paths"])
    for collection in collections().values():
        for path, example in (await sample_documents(served, collection)).items():
            success = described["paths"][path]["get"]["responses"]["200"]
            success["content"][JSON_TYPES[0]]["example"] = example
    served.documents.put(request.app.title, orjson.dumps(described))
    return described


def _context_operation() -> Schema:
    return operation(
        "The JSON-LD context of items and collections",
        answer("The context.", {JSON_TYPES[1]: {"schema": {"type": "object"}}}),
        problems=("unknown-parameter",),
    )


def _problem_operation() -> Schema:
    return operation(
        f"A kind of fault, as `type` ({BASE}problems/…) names it",
        json_answer("The kind.", {"type": "object"}),
        parameters=[
            parameter(
                "slug",
                "Last part of the type.",
                {"type": "string", "enum": sorted(PROBLEM_TYPES)},
                place="path",
                required=True,
            )
        ],
        problems=("unknown-parameter", "not-found"),
    )
