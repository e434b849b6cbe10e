"""The two forms of JSON that the service sends: one success envelope, one problem document."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request, Response

from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import content_type
from medrd_kg.sparql.negotiation import accepted_language
from medrd_kg.web.state import Serving, with_parameters

__all__ = [
    "JSON_TYPES",
    "RELEASE_HEADER",
    "address_of",
    "envelope",
    "json_response",
    "listing_headers",
    "problem_response",
]

JSON_TYPES = ("application/json", "application/ld+json")
"""Media types of items and collections, the default first."""

RELEASE_HEADER = "Medrd-Kg-Release"
"""Header that names the served state in every answer."""


def envelope(
    serving: Serving,
    address: str,
    items: Sequence[Any],
    *,
    total: int,
    following: str | None = None,
    context: object = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a collection document.

    Args:
        serving: The served state.
        address: Address of this document.
        items: The members on this page.
        total: How many members there are on all pages.
        following: Address of the next page.
        context: The JSON-LD context; the service's own by default.
        more: Further members.
    """
    return {
        "@context": serving.context if context is None else context,
        "id": address,
        **(more or {}),
        "items": items,
        "total": total,
        "next": following,
        "release": serving.state_id,
    }


def address_of(serving: Serving, path: str, parameters: Sequence[tuple[str, str]] = ()) -> str:
    """Return the absolute address of a path with parameters."""
    return serving.address(with_parameters(path, parameters))


def json_response(
    document: object, *, media_type: str = JSON_TYPES[0], headers: Mapping[str, str] | None = None
) -> Response:
    """Return a JSON response that varies with Accept."""
    return Response(
        orjson.dumps(document),
        media_type=content_type(media_type),
        headers={"Vary": "Accept", **(headers or {})},
    )


def listing_headers(address: str, first: str, following: str | None) -> dict[str, str]:
    """Return the Link header of a page (RFC 8288)."""
    links = [f'<{first}>; rel="first"'] if first != address else []
    if following is not None:
        links.append(f'<{following}>; rel="next"')
    return {"Link": ", ".join(links)} if links else {}


def problem_response(request: Request, problem: Problem) -> Response:
    """Return the problem document of RFC 9457, its title in the caller's language."""
    language = accepted_language(request.headers.get("accept-language"))
    return Response(
        orjson.dumps(problem.document(language)),
        status_code=int(problem.kind.status),
        media_type="application/problem+json",
        headers={
            "Content-Language": language,
            "Vary": "Accept, Accept-Language",
            "Cache-Control": "no-store",
            **problem.headers,
        },
    )
