"""``/reconcile``: the W3C Reconciliation Service API, version 0.2.

Manifest and answers are those of the API, without the envelope of the service. Parameters beyond
the API are passed over, because clients send some; ``callback`` is one of them: JSONP would be a
script, and scripts of any origin may read the JSON itself. Names are in the language that
Accept-Language prefers.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from medrd_kg import __version__
from medrd_kg.problems import Problem
from medrd_kg.search.contents import contents
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.answers import Addresses, manifest, preview, results
from medrd_kg.search.reconciliation.extending import Extension, extend, propose_properties
from medrd_kg.search.reconciliation.matching import reconcile
from medrd_kg.search.reconciliation.requests import read_batch
from medrd_kg.search.reconciliation.suggesting import (
    suggest_entities,
    suggest_properties,
    suggest_types,
)
from medrd_kg.search.searching import MAX_QUERY
from medrd_kg.sparql.negotiation import accepted_language
from medrd_kg.sparql.protocol import FORM, Parameters, decoded, media_type_of, read_parameters
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.openapi import answer, json_answer, operation, parameter
from medrd_kg.web.preview_page import POLICY, preview_page
from medrd_kg.web.responses import json_response
from medrd_kg.web.schemas import Schema
from medrd_kg.web.search_access import (
    address_of_thing,
    in_thread,
    invalid,
    search_index,
    whole_number,
)
from medrd_kg.web.state import Serving, serving

__all__ = ["install_reconcile"]

_PATH: Final = "/reconcile"
_TAG: Final = "reconciliation"
_HTML: Final = "text/html"
_PROPOSED: Final = 50
_MOST_PROPOSED: Final = 500
_MOST_SKIPPED: Final = 999_999_999
_PROBLEMS: Final = ("invalid-parameter", "malformed-request", "not-found", "query-timeout")

_QUERIES: Final[Schema] = {"type": "string", "description": "JSON: queries by name."}
_EXTEND: Final[Schema] = {"type": "string", "description": "JSON: ids and properties."}

Json = dict[str, Any]
Work = Callable[[], Json]


def install_reconcile(app: FastAPI) -> None:
    """Add the routes to an application."""
    _add(
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
            problems=(*_PROBLEMS, "content-too-large"),
        ),
    )
    fields = {"type": "object", "properties": {"queries": _QUERIES, "extend": _EXTEND}}
    _add(
        app,
        _PATH,
        _ask_by_form,
        "reconcile_by_form",
        operation(
            "The candidates of a batch of cells, or values of properties of things",
            json_answer("Result batch or data extension.", {"type": "object"}),
            problems=(*_PROBLEMS, "content-too-large", "unsupported-media-type"),
            body={"required": True, "content": {FORM: {"schema": fields}}},
        ),
        method="POST",
    )
    for what, names in _SUGGESTED.items():
        typed = [_TYPES] if what == "entity" else []
        _add(
            app,
            f"{_PATH}/suggest/{what}",
            _suggest(what),
            f"suggest_{what}",
            operation(
                f"{names} by the beginning of a name",
                json_answer("The suggestions.", {"type": "object"}),
                parameters=[_PREFIX, _SKIPPED, *typed],
                problems=_PROBLEMS,
            ),
        )
    _add(
        app,
        f"{_PATH}/extend/propose",
        _propose,
        "propose_properties",
        operation(
            "The properties that things of a kind have, those of the most things first",
            json_answer("The properties.", {"type": "object"}),
            parameters=[_TYPE, _MOST],
            problems=_PROBLEMS,
        ),
    )
    _add(
        app,
        f"{_PATH}/preview",
        _preview,
        "preview",
        operation(
            "What a thing is, as a small page for a frame",
            answer("The page.", {_HTML: {"schema": {"type": "string"}}}),
            parameters=[_ID],
            problems=_PROBLEMS,
        ),
    )
    _add(
        app,
        f"{_PATH}/view",
        _view,
        "view",
        operation(
            "The way to what the service tells about a thing",
            answer("Never: the answer is 303.", {}),
            parameters=[_ID],
            problems=_PROBLEMS,
            others={"303": {"description": "Location is the address of the thing."}},
        ),
    )


def _add(  # noqa: PLR0917 - the parts of a route
    app: FastAPI,
    path: str,
    handler: Callable[..., Any],
    name: str,
    described: Schema,
    method: str = "GET",
) -> None:
    app.add_api_route(
        path,
        handler,
        methods=[method],
        operation_id=name,
        openapi_extra=described,
        tags=[_TAG],
        response_class=Response,
    )


async def _ask(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), _language(request)
    given = read_parameters(request.scope["query_string"], "the address")
    work = _work(index, given, language)
    if work is None:
        base = served.address(_PATH)
        at = Addresses(
            base=base,
            view=f"{base}/view?id={{{{id}}}}",
            preview=f"{base}/preview?id={{{{id}}}}",
            documentation=served.address("/api"),
        )
        return _json(manifest(index, at, version=__version__, language=language), language)
    return _json(await in_thread(work, is_long=True), language)


async def _ask_by_form(request: Request) -> Response:
    served = serving(request)
    index, language = search_index(served), _language(request)
    media_type_of(
        request.headers.get("content-type"), [FORM], refused=FORM, what="queries of reconciliation"
    )
    body = await read_body(request, limit_of(served.settings.max_body_mb), "send fewer at once")
    given = read_parameters(decoded(body, "the form").encode(), "the form")
    work = _work(index, given, language)
    if work is None:
        raise Problem(
            "malformed-request",
            "the form has neither a field queries nor a field extend",
            f"GET {_PATH} gives the manifest",
        )
    return _json(await in_thread(work, is_long=True), language)


def _work(index: SearchIndex, given: Parameters, language: str) -> Work | None:
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


def _suggest(what: str) -> Callable[..., Any]:
    async def suggest(request: Request) -> Response:
        index, language = search_index(serving(request)), _language(request)
        given = read_parameters(request.scope["query_string"], "the address")
        prefix = _required(given, "prefix")
        if len(prefix) > MAX_QUERY:
            raise invalid("prefix", f"prefix has {len(prefix)} characters: {MAX_QUERY} at most")
        cursor = whole_number("cursor", _single(given, "cursor"), 0, 0, _MOST_SKIPPED)
        if what == "entity":
            # Clients send an empty type for a column that has none.
            types = [value for name, value in given if name == "type" and value]
            for kind in types:
                _check_kind(index, kind)
            work = partial(
                suggest_entities, index, prefix, cursor=cursor, types=types, language=language
            )
        else:
            of = {"type": suggest_types, "property": suggest_properties}[what]
            work = partial(of, index, prefix, cursor=cursor, language=language)
        return _json(await in_thread(work), language)

    return suggest


async def _propose(request: Request) -> Response:
    index, language = search_index(serving(request)), _language(request)
    given = read_parameters(request.scope["query_string"], "the address")
    kind = _single(given, "type")
    if kind is None:
        raise invalid("type", "type is missing: the kind of things", index.kinds)
    _check_kind(index, kind)
    limit = whole_number("limit", _single(given, "limit"), _PROPOSED, 1, _MOST_PROPOSED)
    work = partial(propose_properties, index, kind, limit=limit, language=language)
    return _json(await in_thread(work), language)


async def _preview(request: Request) -> Response:
    served, language = serving(request), _language(request)
    shown, address = await _thing(served, request, language)
    return Response(
        preview_page(shown, address, language),
        media_type=f"{_HTML}; charset=utf-8",
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            **_in_language(language),
        },
    )


async def _view(request: Request) -> Response:
    _, address = await _thing(serving(request), request, _language(request))
    return Response(status_code=303, headers={"Location": address})


async def _thing(served: Serving, request: Request, language: str) -> tuple[Json, str]:
    """Return what is shown of the thing that ``id`` names, and where more is told.

    Raises:
        Problem: ``not-found``: the index has no such thing. ``invalid-parameter``.
    """
    index = search_index(served)
    iri = _required(read_parameters(request.scope["query_string"], "the address"), "id")
    shown = await in_thread(partial(preview, index, iri, language=language))
    if shown is None:
        raise Problem(
            "not-found", f"there is nothing called {iri[:200]!r}", "give the id of a candidate"
        )
    kinds = [each["id"] for each in shown["types"]]
    return shown, address_of_thing(served, iri, kinds)


def _check_kind(index: SearchIndex, kind: str) -> None:
    if kind not in index.kinds:
        raise invalid("type", f"type={kind[:50]!r} is no kind of things", index.kinds)


def _single(given: Parameters, name: str) -> str | None:
    """Return the one value of a parameter; None when it is not given.

    Raises:
        Problem: ``invalid-parameter``: it is given more than once.
    """
    values = [value for key, value in given if key == name]
    if len(values) > 1:
        raise invalid(name, f"{name} is given more than once")
    return values[0] if values else None


def _required(given: Parameters, name: str) -> str:
    value = _single(given, name)
    if value is None:
        raise invalid(name, f"{name} is missing")
    return value


def _language(request: Request) -> str:
    return accepted_language(request.headers.get("accept-language"))


def _in_language(language: str) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept, Accept-Language"}


def _json(document: Json, language: str) -> Response:
    return json_response(document, headers=_in_language(language))


_TEXT: Final[Schema] = {"type": "string"}
_KINDS: Final[Schema] = {"type": "string", "enum": [kind.name for kind in contents().kinds]}
_SUGGESTED: Final = {"entity": "Things", "type": "Kinds of things", "property": "Properties"}
_PREFIX: Final = parameter(
    "prefix",
    "The beginning of a name, or an identifier.",
    {"type": "string", "maxLength": MAX_QUERY},
    required=True,
    example="がん",
)
_SKIPPED: Final = parameter(
    "cursor",
    "How many suggestions to skip.",
    {"type": "integer", "minimum": 0, "maximum": _MOST_SKIPPED, "default": 0},
)
_TYPES: Final = parameter(
    "type", "Only things of any of these kinds.", {"type": "array", "items": _KINDS}
)
_TYPE: Final = parameter("type", "The kind.", _KINDS, required=True, example="organization")
_MOST: Final = parameter(
    "limit",
    "Most properties.",
    {"type": "integer", "minimum": 1, "maximum": _MOST_PROPOSED, "default": _PROPOSED},
)
_ID: Final = parameter(
    "id",
    "IRI of the thing.",
    _TEXT,
    required=True,
    example="https://w3id.org/medrd-kg/id/organization/riken",
)
