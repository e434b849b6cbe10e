"""Pages ask what REST asks: the same operation, in the same process, for the same answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from starlette.routing import Match

from medrd_kg.web.analytics.shown import Json
from medrd_kg.web.naming import takes_release
from medrd_kg.web.pages.alike import told_apart
from medrd_kg.web.quoting import quoted_pairs
from medrd_kg.web.state import serving

__all__ = ["Parameters", "answer_of", "ask", "query_string"]

Parameters = Mapping[str, object]
"""Values by name: a text, a number or a list of them. None and empty ones are left out."""

_JSON: Final = ((b"accept", b"application/json"),)


def query_string(parameters: Parameters) -> str:
    """Return parameters as an address has them.

    >>> query_string({"of": ["project", "project"], "fiscal_year": 2022, "stage": None})
    'of=project&of=project&fiscal_year=2022'
    """
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        many = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, str(each)) for each in many if each is not None and each != ""]
    return quoted_pairs(pairs)


async def ask(request: Request, path: str, parameters: Parameters | None = None) -> Json:
    """Return what ``GET path`` answers in JSON.

    The handler of the address is called, without HTTP in between, so that the page shows the very
    answer that its readers get from REST, but for names that several programmes bear: see `alike`.

    Args:
        request: The request for the page.
        path: Address of the operation, for example ``/api/v1/flows``.
        parameters: Its parameters.

    Raises:
        Problem: What the operation raises.
        LookupError: There is no such operation.
    """
    query = query_string(parameters or {})
    served = serving(request) if takes_release(path) else None
    key = f"ask {path}?{query}"
    kept = None if served is None else served.documents.get(key)
    if kept is None:
        kept = await _answer(request.app, request.scope, path, query)
        if served is not None:  # the data alone fix it, so both languages need it once
            kept = await told_apart(served, kept)
            served.documents.put(key, kept)
    return orjson.loads(kept)


async def answer_of(app: FastAPI, path: str) -> bytes:
    """Return what ``GET path`` answers, without anybody asking, of what is served.

    Args:
        app: The application.
        path: The address; it has no parameters.

    Raises:
        Problem: What the operation raises.
        LookupError: There is no such operation.
    """
    return await _answer(app, {"type": "http", "app": app, "root_path": ""}, path, "")


async def _answer(app: FastAPI, surroundings: Mapping[str, Any], path: str, query: str) -> bytes:
    scope = {
        **surroundings,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": list(_JSON),
        "path_params": {},
    }
    for route in app.router.routes:
        if not isinstance(route, APIRoute):
            continue
        match, more = route.matches(scope)
        if match is Match.FULL:
            response = await route.endpoint(Request({**scope, **more}))
            return bytes(response.body)
    raise LookupError(f"there is no operation at {path}")
