"""Data quality: what the gate found, what is missing, doubtful, superseded or left over."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from anyio import to_thread
from fastapi import Request, Response

from medrd_kg.build.manifest import Manifest
from medrd_kg.web.pages.graph_tables import ask_table, file_of
from medrd_kg.web.pages.site import render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["QUALITY_PAGES", "served_manifest"]

_TABLES: Final = (
    "printed-totals",
    "restatements",
    "flags",
    "missing-values",
    "unnamed-payees",
    "label-coverage",
)
"""The page's tables, in its order."""


async def served_manifest(served: Serving) -> Manifest | None:
    """Return the manifest of the served release; None where no release stands behind the data."""
    folder = served.release.folder
    return None if folder is None else await to_thread.run_sync(Manifest.read, folder)


async def _page(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    manifest = await served_manifest(served)
    return render(
        request,
        "quality.html",
        {
            "manifest": manifest,
            "tables": [await ask_table(served, name) for name in _TABLES],
        },
    )


QUALITY_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/quality": _page,
    "/quality/{table}.{file_format}": file_of(_TABLES),
}
"""Paths after the language."""
