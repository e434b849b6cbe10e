"""``/reconcile``: the W3C Reconciliation Service API, version 0.2, and its draft below it.

Manifest and answers are those of the API, without the envelope of the service.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from fastapi import FastAPI, Request, Response

from medrd_kg import __version__
from medrd_kg.problems import Problem
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.answers import manifest, results
from medrd_kg.search.reconciliation.extending import Extension, extend
from medrd_kg.search.reconciliation.matching import reconcile
from medrd_kg.search.reconciliation.requests import read_batch
from medrd_kg.sparql.protocol import FORM, Parameters, decoded, read_parameters
from medrd_kg.web.openapi import json_answer, operation, parameter
from medrd_kg.web.reconcile_choosing import install_choosing
from medrd_kg.web.reconcile_draft_routes import install_draft
from medrd_kg.web.reconcile_requests import (
    PROBLEMS,
    Json,
    add_route,
    addresses,
    language_of,
    parameters_of,
    posted,
    told,
)
from medrd_kg.web.schemas import Schema
from medrd_kg.web.search_access import in_thread, search_index
from medrd_kg.web.state import Serving, serving

__all__ = ["install_reconcile"]

_PATH: Final = "/reconcile"

_TEXT: Final[Schema] = {"type": "string"}
_QUERIES: Final[Schema] = {"type": "string", "description": "JSON: queries by name."}
_EXTEND: Final[Schema] = {"type": "string", "description": "JSON: ids and properties."}


def install_reconcile(app: FastAPI) -> None:
    """Add the routes of both versions to an application."""
    add_route(
        app,
        _PATH,
        _ask,
        "reconcile",
        operation(
            "The manifest; with `queries` or `extend`, what they ask for",
            json_answer("Manifest, result batch or data extension.", {"type": "object"}),
            parameters=[
                parameter("queries", "A batch of reconciliation queries, as JSON.", _TEXT),
                parameter("extend", "A data extension query, as JSON.", _TEXT),
            ],
            problems=(*PROBLEMS, "content-too-large"),
        ),
    )
    fields = {"type": "object", "properties": {"queries": _QUERIES, "extend": _EXTEND}}
    add_route(
        app,
        _PATH,
        _ask_by_form,
        "reconcile_by_form",
        operation(
            "The candidates of a batch of cells, or values of properties of things",
            json_answer("Result batch or data extension.", {"type": "object"}),
            problems=(*PROBLEMS, "content-too-large", "unsupported-media-type"),
            body={"required": True, "content": {FORM: {"schema": fields}}},
        ),
        method="POST",
    )
    install_choosing(app, _PATH, str)
    install_draft(app)


async def _ask(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), language_of(request)
    work = _work(index, parameters_of(request), language)
    if work is None:
        return told(_manifest(served, index, language), language)
    return told(await in_thread(work, is_long=True), language)


def _manifest(served: Serving, index: SearchIndex, language: str) -> Json:
    at = addresses(served, _PATH)
    return manifest(index, at, version=__version__, language=language)


async def _ask_by_form(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), language_of(request)
    body = await posted(served, request, FORM)
    given = read_parameters(decoded(body, "the form").encode(), "the form")
    work = _work(index, given, language)
    if work is None:
        raise Problem(
            "malformed-request",
            "the form has neither a field queries nor a field extend",
            f"GET {_PATH} gives the manifest",
        )
    return told(await in_thread(work, is_long=True), language)


def _work(index: SearchIndex, given: Parameters, language: str) -> Callable[[], Json] | None:
    """Return what answers a request; None when it asks for nothing but the manifest.

    Raises:
        Problem: ``malformed-request``: it asks for two things.
    """
    asked = [(name, value) for name, value in given if name in {"queries", "extend"}]
    if not asked:
        return None
    if len(asked) > 1:
        raise Problem(
            "malformed-request",
            "the request has several batches of queries",
            "send one of queries and extend, once",
        )
    name, document = asked[0]
    # Reading a batch of a thousand queries takes its time too.
    answered = _extended if name == "extend" else _reconciled
    return partial(answered, index, document, language)


def _reconciled(index: SearchIndex, document: str, language: str) -> Json:
    return results(index, reconcile(index, read_batch(document, language)), language=language)


def _extended(index: SearchIndex, document: str, language: str) -> Json:
    return extend(index, Extension.read(document), language=language)
