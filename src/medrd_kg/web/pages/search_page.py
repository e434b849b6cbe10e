"""The page of search results."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.site import page_of, render
from medrd_kg.web.pages.words import words
from medrd_kg.web.requests import read_values
from medrd_kg.web.state import serving

__all__ = ["SEARCH_PAGES"]

_PATH: Final = "/api/v1/search"


async def _search(request: Request) -> Response:
    serving(request)
    values, given = read_values(request, ("q", "type"), single=("q", "type"))
    q = values.get("q", [""])[0].strip()
    kind = values.get("type", [""])[0]
    found: Mapping[str, Any] | None = None
    following = None
    if q:
        asked = {"q": q, "type": kind, "cursor": values.get("cursor", [None])[0]}
        found = await ask(request, _PATH, asked)
        if found["next"]:
            cursor = parse_qs(urlsplit(found["next"]).query)["cursor"][0]
            following = {"q": q, "type": kind, "cursor": cursor}
    language = page_of(request).language
    return render(
        request,
        "search.html",
        {
            "q": q,
            "kind": kind,
            "found": found,
            "following": following,
            "kind_names": {
                **{name: getattr(each.label, language) for name, each in kinds().items()},
                **vars(words(language).searching.other_kinds),
            },
            "is_first": not any(name == "cursor" for name, _ in given),
        },
    )


SEARCH_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {"/search": _search}
