"""Sources: what the graph was made from, and what each of them states, place by place."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import Request, Response

from medrd_kg.problems import Problem
from medrd_kg.vocabulary import ID
from medrd_kg.web.pages.graph_tables import (
    GraphTable,
    ask_table,
    file_of,
    require_table,
    table_file,
)
from medrd_kg.web.pages.site import render
from medrd_kg.web.representation import read_items
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["SOURCES_PAGES", "SOURCE_KINDS"]

SOURCE_KINDS: Final = ("data-source", "review-sheet")
"""Kinds of sources that have pages, as their IRIs and the paths of the pages name them."""

_LISTS: Final = ("publications", "references")
_TABLES: Final = ("sheets-of-publication", "figures-of-source", "other-facts-of-source")


async def _overview(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    documents, publications, references = [
        await ask_table(served, name) for name in ("documents-with-units", *_LISTS)
    ]
    return render(
        request,
        "sources.html",
        {"documents": documents, "publications": publications, "references": references},
    )


async def _source(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    item = await _item(request, served)
    asked = [await ask_table(served, name, source=item["id"]) for name in _TABLES]
    tables = [each for each in asked if each.rows]
    kind, slug = request.path_params["kind"], request.path_params["slug"]
    return render(
        request,
        "source.html",
        {"item": item, "kind": kind, "slug": slug, "tables": tables},
    )


async def _source_file(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    name = require_table(request.path_params["table"], _TABLES)
    item = await _item(request, served)
    table: GraphTable = await ask_table(served, name, source=item["id"])
    return await table_file(table, request.path_params["file_format"])


async def _item(request: Request, served: Serving) -> dict[str, Any]:
    """Return the source that a path names.

    Raises:
        Problem: ``not-found``.
    """
    kind, slug = request.path_params["kind"], request.path_params["slug"]
    iri = f"{ID}{kind}/{slug}"
    safe = slug.isascii() and slug.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if kind in SOURCE_KINDS and safe:
        found = await read_items(served.evaluator, served.vocabulary, [iri])
        if iri in found:
            return found[iri]
    raise Problem("not-found", f"there is no source {kind}/{slug}")


SOURCES_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/sources": _overview,
    "/sources/{table}.{file_format}": file_of(_LISTS),
    "/sources/{kind}/{slug}/{table}.{file_format}": _source_file,
    "/sources/{kind}/{slug}": _source,
}
"""Paths after the language."""
