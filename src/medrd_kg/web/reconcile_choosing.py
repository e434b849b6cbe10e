"""What people choose from while they reconcile a table: suggestions, proposals and previews.

Both versions of the API have these routes below their root, in the same form.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.search.contents import contents
from medrd_kg.search.reconciliation.answers import preview
from medrd_kg.search.reconciliation.extending import propose_properties
from medrd_kg.search.reconciliation.suggesting import (
    suggest_entities,
    suggest_properties,
    suggest_types,
)
from medrd_kg.search.searching import MAX_QUERY
from medrd_kg.web.openapi import answer, json_answer, operation, parameter
from medrd_kg.web.preview_page import POLICY, preview_page
from medrd_kg.web.reconcile_requests import (
    PROBLEMS,
    Json,
    add_route,
    check_kind,
    in_language,
    language_of,
    parameters_of,
    required_value,
    single_value,
    told,
)
from medrd_kg.web.requests import read_integer
from medrd_kg.web.schemas import Schema
from medrd_kg.web.search_access import address_of_thing, in_thread, invalid, search_index
from medrd_kg.web.state import Serving, serving

__all__ = ["install_choosing"]

_HTML: Final = "text/html"
_PROPOSED: Final = 50
_MOST_PROPOSED: Final = 500
_MOST_SKIPPED: Final = 999_999_999


def install_choosing(app: FastAPI, root: str, name: Callable[[str], str]) -> None:
    """Add the routes below a root of the API.

    Args:
        app: The application.
        root: Address of the root, without a slash at the end.
        name: Gives an operation its name in the OpenAPI document.
    """
    for what, names in _SUGGESTED.items():
        typed = [_TYPES] if what == "entity" else []
        add_route(
            app,
            f"{root}/suggest/{what}",
            _suggest(what),
            name(f"suggest_{what}"),
            operation(
                f"{names} by the beginning of a name",
                json_answer("The suggestions.", {"type": "object"}),
                parameters=[_PREFIX, _SKIPPED, *typed],
                problems=PROBLEMS,
            ),
        )
    add_route(
        app,
        f"{root}/extend/propose",
        _propose,
        name("propose_properties"),
        operation(
            "The properties that things of a kind have, those of the most things first",
            json_answer("The properties.", {"type": "object"}),
            parameters=[_TYPE, _MOST],
            problems=PROBLEMS,
        ),
    )
    add_route(
        app,
        f"{root}/preview",
        _preview,
        name("preview"),
        operation(
            "What a thing is, as a small page for a frame",
            answer("The page.", {_HTML: {"schema": {"type": "string"}}}),
            parameters=[_ID],
            problems=PROBLEMS,
        ),
    )
    add_route(
        app,
        f"{root}/view",
        _view,
        name("view"),
        operation(
            "The way to what the service tells about a thing",
            answer("Never: the answer is 303.", {}),
            parameters=[_ID],
            problems=PROBLEMS,
            others={"303": {"description": "Location is the address of the thing."}},
        ),
    )


def _suggest(what: str) -> Callable[..., Any]:
    async def suggest(request: Request) -> Response:
        index, language = search_index(serving(request)), language_of(request)
        given = parameters_of(request)
        prefix = required_value(given, "prefix")
        if len(prefix) > MAX_QUERY:
            raise invalid("prefix", f"prefix has {len(prefix)} characters: {MAX_QUERY} at most")
        cursor = read_integer(
            "cursor", single_value(given, "cursor"), least=0, most=_MOST_SKIPPED, default=0
        )
        if what == "entity":
            # Clients send an empty type for a column that has none.
            types = [value for name, value in given if name == "type" and value]
            for kind in types:
                check_kind(index, kind)
            work = partial(
                suggest_entities, index, prefix, cursor=cursor, types=types, language=language
            )
        else:
            of = {"type": suggest_types, "property": suggest_properties}[what]
            work = partial(of, index, prefix, cursor=cursor, language=language)
        return told(await in_thread(work), language)

    return suggest


async def _propose(request: Request) -> Response:
    index, language = search_index(serving(request)), language_of(request)
    given = parameters_of(request)
    kind = single_value(given, "type")
    if kind is None:
        raise invalid("type", "type is missing: the kind of things", index.kinds)
    check_kind(index, kind)
    limit = read_integer(
        "limit", single_value(given, "limit"), least=1, most=_MOST_PROPOSED, default=_PROPOSED
    )
    work = partial(propose_properties, index, kind, limit=limit, language=language)
    return told(await in_thread(work), language)


async def _preview(request: Request) -> Response:
    served, language = serving(request), language_of(request)
    shown, address = await _thing(served, request, language)
    return Response(
        preview_page(shown, address, language),
        media_type=f"{_HTML}; charset=utf-8",
        headers={
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            **in_language(language),
        },
    )


async def _view(request: Request) -> Response:
    _, address = await _thing(serving(request), request, language_of(request))
    return Response(status_code=303, headers={"Location": address})


async def _thing(served: Serving, request: Request, language: str) -> tuple[Json, str]:
    """Return what is shown of the thing that ``id`` names, and where more is told.

    Raises:
        Problem: ``not-found``: the index has no such thing. ``invalid-parameter``.
    """
    index = search_index(served)
    iri = required_value(parameters_of(request), "id")
    shown = await in_thread(partial(preview, index, iri, language=language))
    if shown is None:
        raise Problem(
            "not-found", f"there is nothing called {iri[:200]!r}", "give the id of a candidate"
        )
    kinds = [each["id"] for each in shown["types"]]
    return shown, address_of_thing(served, iri, kinds)


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
