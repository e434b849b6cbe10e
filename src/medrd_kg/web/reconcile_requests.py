"""What the routes of both versions of the Reconciliation API read and write alike.

Parameters beyond the API are passed over, because clients send some; ``callback`` is one of them:
JSONP would be a script, and scripts of any origin may read the JSON itself. Names are in the
language that Accept-Language prefers.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response

from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.answers import Addresses
from medrd_kg.sparql.negotiation import accepted_language
from medrd_kg.sparql.protocol import Parameters, media_type_of, read_parameters
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.naming import RELEASE
from medrd_kg.web.responses import json_response
from medrd_kg.web.schemas import Schema
from medrd_kg.web.search_access import invalid
from medrd_kg.web.state import Serving

__all__ = [
    "PROBLEMS",
    "Json",
    "add_route",
    "addresses",
    "check_kind",
    "in_language",
    "language_of",
    "parameters_of",
    "posted",
    "required_value",
    "single_value",
    "told",
]

_TAG: Final = "reconciliation"

PROBLEMS: Final = ("invalid-parameter", "malformed-request", "not-found", "query-timeout")
"""Problems that any of the routes may answer with."""

Json = dict[str, Any]


def add_route(  # noqa: PLR0917 - the parts of a route
    app: FastAPI,
    path: str,
    handler: Callable[..., Any],
    name: str,
    described: Schema,
    method: str = "GET",
) -> None:
    """Add a route to an application.

    Args:
        app: The application.
        path: The address.
        handler: What answers.
        name: The operation's name in the OpenAPI document.
        described: The operation object.
        method: The only method.
    """
    app.add_api_route(
        path,
        handler,
        methods=[method],
        operation_id=name,
        openapi_extra=described,
        tags=[_TAG],
        response_class=Response,
    )


def addresses(served: Serving, root: str) -> Addresses:
    """Return where the service is to be reached, of the release that the request names.

    Args:
        served: What answers.
        root: Root of the version of the API.
    """
    base = f"{served.settings.base_url}{root}"
    named = "" if served.as_of is None else urlencode({RELEASE: served.as_of})
    before = f"{named}&" if named else ""
    return Addresses(
        base=base,
        view=f"{base}/view?{before}id={{{{id}}}}",
        preview=f"{base}/preview?{before}id={{{{id}}}}",
        documentation=f"{served.settings.base_url}/api",
        query=f"?{named}" if named else "",
    )


def parameters_of(request: Request) -> Parameters:
    """Return the parameters in the address.

    Raises:
        Problem: ``malformed-request``: they are not UTF-8.
    """
    return read_parameters(request.scope["query_string"], "the address")


async def posted(served: Serving, request: Request, media_type: str) -> bytes:
    """Return the body of a request.

    Args:
        served: Whose settings limit it.
        request: The request.
        media_type: The only one that is read.

    Raises:
        Problem: ``unsupported-media-type``. ``content-too-large``.
    """
    media_type_of(
        request.headers.get("content-type"),
        [media_type],
        refused=media_type,
        what="queries of reconciliation",
    )
    return await read_body(request, limit_of(served.settings.max_body_mb), "send fewer at once")


def check_kind(index: SearchIndex, kind: str) -> None:
    """Refuse what is no kind of things.

    Raises:
        Problem: ``invalid-parameter``.
    """
    if kind not in index.kinds:
        raise invalid("type", f"type={kind[:50]!r} is no kind of things", index.kinds)


def single_value(given: Parameters, name: str) -> str | None:
    """Return the one value of a parameter; None when it is not given.

    Raises:
        Problem: ``invalid-parameter``: it is given more than once.
    """
    values = [value for key, value in given if key == name]
    if len(values) > 1:
        raise invalid(name, f"{name} is given more than once")
    return values[0] if values else None


def required_value(given: Parameters, name: str) -> str:
    """Return the one value of a parameter.

    Raises:
        Problem: ``invalid-parameter``: it is missing, or given more than once.
    """
    value = single_value(given, name)
    if value is None:
        raise invalid(name, f"{name} is missing")
    return value


def language_of(request: Request) -> str:
    """Return the language that the caller prefers, ``ja`` or ``en``."""
    return accepted_language(request.headers.get("accept-language"))


def in_language(language: str) -> dict[str, str]:
    """Return the header fields of an answer whose names are in a language."""
    return {"Content-Language": language, "Vary": "Accept, Accept-Language"}


def told(document: Json, language: str) -> Response:
    """Return an answer of JSON whose names are in a language."""
    return json_response(document, headers=in_language(language))
