"""Where the pages are: the address of a page, and the page of a thing."""

from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

from medrd_kg.kinds import kinds
from medrd_kg.vocabulary import ID
from medrd_kg.web.naming import RELEASE, takes_release
from medrd_kg.web.pages.asking import Parameters, query_string
from medrd_kg.web.state import Serving

__all__ = ["PAGE_KINDS", "address", "base_path", "page_path"]

PAGE_KINDS: Final = {
    "project": "projects",
    "disease-area": "diseases",
    "modality": "modalities",
    "programme": "programmes",
    "organization": "organizations",
    "topic": "topics",
    "purpose": "purposes",
    "phase": "phases",
    "technology": "technologies",
}
"""Kinds of things that have pages, each with the path of its list."""

_REMEMBERED: Final = 8192
"""Things whose paths are remembered: a page names hundreds, many of them again and again."""

_UNITS: Final = f"{ID}document/"
_SOURCES: Final = (f"{ID}data-source/", f"{ID}review-sheet/")


def base_path(served: Serving | None) -> str:
    """Return what stands before every path where a proxy serves us below a path of its own."""
    return "" if served is None else _path_of(served.settings.base_url)


@lru_cache(maxsize=8)
def _path_of(base_url: str) -> str:
    return urlsplit(base_url).path.rstrip("/")


def address(served: Serving | None, path: str, parameters: Parameters | None = None) -> str:
    """Return a path of this service as a link has it, with parameters.

    Where the page is of a named release, what it leads to is of that release too.
    """
    named = served.as_of if served is not None and takes_release(path) else None
    query = query_string({**(parameters or {}), RELEASE: named}) if parameters or named else ""
    return f"{base_path(served)}{path}{'?' if query else ''}{query}"


@lru_cache(maxsize=_REMEMBERED)
def page_path(iri: str) -> str | None:
    """Return the path, after the language, of the page about a thing; None where there is none.

    >>> page_path("https://w3id.org/medrd-kg/id/project/drugs")
    '/projects/drugs'
    >>> page_path("https://w3id.org/medrd-kg/id/document/policy-fy2022/S045")
    '/evidence/policy-fy2022/S045'
    """
    for name, segment in PAGE_KINDS.items():
        slug = kinds()[name].slug(iri)
        if slug is not None:
            return f"/{segment}/{quote(slug)}"
    if iri.startswith(_UNITS) and "/" in iri.removeprefix(_UNITS):
        return f"/evidence/{quote(iri.removeprefix(_UNITS))}"
    if iri.startswith(_SOURCES):
        return f"/sources/{quote(iri.removeprefix(ID))}"
    return None
