"""``/reconcile/1.0-draft``: the draft of version 1.0 of the W3C Reconciliation Service API.

Its manifest has another form than that of version 0.2, so that the two cannot share a root. Batches
are JSON bodies, at addresses that the draft fixes below the root.
"""

from functools import partial
from typing import Final

from fastapi import FastAPI, Request, Response

from medrd_kg import __version__
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.answers import draft_manifest, draft_results
from medrd_kg.search.reconciliation.extending import Extension, extend_draft
from medrd_kg.search.reconciliation.matching import reconcile
from medrd_kg.search.reconciliation.requests import read_draft_batch
from medrd_kg.web.openapi import json_answer, operation
from medrd_kg.web.reconcile_choosing import install_choosing
from medrd_kg.web.reconcile_requests import (
    PROBLEMS,
    Json,
    add_route,
    addresses,
    language_of,
    posted,
    told,
)
from medrd_kg.web.schemas import Schema
from medrd_kg.web.search_access import in_thread, search_index
from medrd_kg.web.state import serving

__all__ = ["install_draft"]

_ROOT: Final = "/reconcile/1.0-draft"
_JSON: Final = "application/json"

_BATCH: Final[Schema] = {
    "type": "object",
    "required": ["queries"],
    "properties": {"queries": {"type": "array", "items": {"type": "object"}}},
}
_EXTENSION: Final[Schema] = {
    "type": "object",
    "required": ["ids", "properties"],
    "properties": {
        "ids": {"type": "array", "items": {"type": "string"}},
        "properties": {"type": "array", "items": {"type": "object"}},
    },
}


def install_draft(app: FastAPI) -> None:
    """Add the routes to an application."""
    add_route(
        app,
        _ROOT,
        _manifest,
        _named("manifest"),
        operation(
            "The manifest of the draft of version 1.0",
            json_answer("Manifest.", {"type": "object"}),
            problems=PROBLEMS,
        ),
    )
    _add_posted(
        app, "reconcile", "The candidates of a batch of cells, in the order of the queries", _BATCH
    )
    _add_posted(app, "extend", "Values of properties of things", _EXTENSION)
    install_choosing(app, _ROOT, _named)


def _named(operation_name: str) -> str:
    return f"draft_{operation_name}"


def _add_posted(app: FastAPI, what: str, summary: str, schema: Schema) -> None:
    add_route(
        app,
        f"{_ROOT}/{what}",
        {"reconcile": _reconcile, "extend": _extend}[what],
        _named(what),
        operation(
            summary,
            json_answer("What was asked for.", {"type": "object"}),
            problems=(*PROBLEMS, "content-too-large", "unsupported-media-type"),
            body={"required": True, "content": {_JSON: {"schema": schema}}},
        ),
        method="POST",
    )


async def _manifest(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), language_of(request)
    at = addresses(served, _ROOT)
    return told(draft_manifest(index, at, version=__version__, language=language), language)


async def _reconcile(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), language_of(request)
    body = await posted(served, request, _JSON)
    return told(await in_thread(partial(_found, index, body, language), is_long=True), language)


def _found(index: SearchIndex, body: bytes, language: str) -> Json:
    wanted = dict(enumerate(read_draft_batch(body, language)))
    return draft_results(index, reconcile(index, wanted).values(), language=language)


async def _extend(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), language_of(request)
    body = await posted(served, request, _JSON)
    work = partial(_extended, index, body, language)
    return told(await in_thread(work, is_long=True), language)


def _extended(index: SearchIndex, body: bytes, language: str) -> Json:
    return extend_draft(index, Extension.read(body), language=language)
