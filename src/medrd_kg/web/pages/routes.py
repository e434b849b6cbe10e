"""The addresses of the pages: ``/ja/…`` and ``/en/…``, and ``/`` which leads to one of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.sparql.negotiation import accepted_language, negotiate
from medrd_kg.web.pages.api import API_PAGES, api
from medrd_kg.web.pages.assets import install_assets
from medrd_kg.web.pages.entities import ENTITY_PAGES
from medrd_kg.web.pages.evidence import EVIDENCE_PAGES
from medrd_kg.web.pages.flows import FLOW_PAGES
from medrd_kg.web.pages.home import HOME_PAGES
from medrd_kg.web.pages.linkage import LINKAGE_PAGES
from medrd_kg.web.pages.lists import LIST_PAGES
from medrd_kg.web.pages.ontology import ONTOLOGY_PAGES
from medrd_kg.web.pages.quality import QUALITY_PAGES
from medrd_kg.web.pages.query import QUERY_PAGES
from medrd_kg.web.pages.releases import RELEASES_PAGES
from medrd_kg.web.pages.review import REVIEW_PAGES
from medrd_kg.web.pages.search_page import SEARCH_PAGES
from medrd_kg.web.pages.site import render
from medrd_kg.web.pages.sources import SOURCES_PAGES
from medrd_kg.web.pages.words import LANGUAGES

__all__ = ["Handler", "error_page", "install_pages"]

Handler = Callable[[Request], Awaitable[Response]]

_GROUPS: Final[tuple[Mapping[str, Handler], ...]] = (
    HOME_PAGES,
    LINKAGE_PAGES,
    FLOW_PAGES,
    EVIDENCE_PAGES,
    QUALITY_PAGES,
    RELEASES_PAGES,
    REVIEW_PAGES,
    SOURCES_PAGES,
    LIST_PAGES,
    ENTITY_PAGES,
    SEARCH_PAGES,
    QUERY_PAGES,
    ONTOLOGY_PAGES,
    API_PAGES,
)
"""Paths of pages, after the language, with their handlers."""

_MACHINES: Final = (
    *("/api/", "/sparql", "/update", "/graph-store", "/reconcile", "/health", "/metrics"),
    *("/openapi.json", "/problems", "/static/"),
)
"""Addresses whose faults are told as problem documents, to browsers too."""


def install_pages(app: FastAPI) -> None:
    """Add the routes to an application."""
    pages = {path: handler for group in _GROUPS for path, handler in group.items()}
    # A page's menu shows what there is: first segments of all paths.
    app.state.pages = frozenset(f"/{path.split('/')[1]}" for path in pages)
    install_assets(app)
    app.add_api_route("/", _choose_language, include_in_schema=False)
    app.add_api_route("/api", api, include_in_schema=False)
    for language in LANGUAGES:
        app.add_api_route(f"/{language}", _begin, include_in_schema=False)
        for path, handler in pages.items():
            app.add_api_route(f"/{language}{path}", handler, include_in_schema=False)


async def _choose_language(request: Request) -> Response:
    """Lead to the pages in the language that the reader prefers."""
    language = accepted_language(request.headers.get("accept-language"))
    # Relative, so that it holds under any address that a proxy gives the service.
    return Response(
        status_code=303, headers={"Location": f"{language}/", "Vary": "Accept-Language"}
    )


async def _begin(request: Request) -> Response:
    return Response(
        status_code=308, headers={"Location": f"{request.url.path.rpartition('/')[2]}/"}
    )


def error_page(request: Request, problem: Problem) -> Response | None:
    """Return the page that tells a person of a fault; None for callers who read no HTML."""
    path = request.url.path
    if request.method != "GET" or path.startswith(_MACHINES):
        return None
    offers = ("application/problem+json", "application/json", "text/html")
    accept = request.headers.get("accept")
    if negotiate(accept, offers, named_only=("text/html",)) != "text/html":
        return None
    first = path.lstrip("/").partition("/")[0]
    language = (
        first if first in LANGUAGES else accepted_language(request.headers.get("accept-language"))
    )
    return render(
        request,
        "error.html",
        {"problem": problem.document(language)},
        status=int(problem.kind.status),
        language=language,
        headers={
            "Vary": "Accept, Accept-Language",
            "Cache-Control": "no-store",
            **problem.headers,
        },
    )
