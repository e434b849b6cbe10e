"""Pages about one thing: what it is, who says so, its money, and what it is linked to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.web.pages.addresses import PAGE_KINDS
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.budget_chart import budget_chart
from medrd_kg.web.pages.entity_sections import SECTIONS
from medrd_kg.web.pages.sections import FACETS, Json, Section, many
from medrd_kg.web.pages.site import page_of, render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import serving

__all__ = ["ENTITY_PAGES"]

Handler = Callable[[Request], Awaitable[Response]]

_IDENTIFIERS: Final = ("exactMatch", "closeMatch", "seeAlso", "sameAs")
"""Members of items that name the same or nearly the same thing elsewhere."""

_RELATIONS: Final = (
    *("broader", "narrower", "inProject", "fiscalYear", "aimsAt", "steeredBy", "administeredBy"),
    *("responsibleUnit", "feedsInto", "fedBy", "drawnFrom", "selectedBecause", "partOf"),
    *("subProgrammeOf", "hasSubProgramme", "succeeds", "succeededBy", "unitOf", "hasUnit"),
)
"""Members of items that name other things, shown as facts in this order."""


def _show(kind: str) -> Handler:
    """Return the handler of the pages about things of a kind."""
    collection = kinds()[kind].collection

    async def show(request: Request) -> Response:
        serving(request)
        refuse_parameters(request)
        slug = request.path_params["slug"]
        path = f"/api/v1/{collection}/{slug}"
        item: Json = await ask(request, path)
        is_ministry = kind == "organization" and "Ministry" in item["type"]
        own = "ministry" if is_ministry else kind
        found = await asyncio.gather(*(each(request, own, slug, item) for each in SECTIONS[own]))
        sections = [_with_chart(request, kind, each) for each in found if each.rows]
        return render(
            request,
            "entity.html",
            {
                "kind": kind,
                "item": item,
                "path": path,
                "sections": sections,
                "relations": [(name, many(item[name])) for name in _RELATIONS if name in item],
                "facets": [
                    (facet, many(item[name])) for name, facet in FACETS.items() if name in item
                ],
                "elsewhere": _elsewhere(item),
                "describe": f"DESCRIBE <{item['id']}>",
            },
        )

    return show


def _with_chart(request: Request, kind: str, found: Section) -> Section:
    if found.key != "budget" or kind != "programme":
        return found
    return replace(found, chart=budget_chart(page_of(request), found))


def _elsewhere(item: Json) -> list[dict[str, Any]]:
    """Return the addresses of the thing in other vocabularies and registers, each once."""
    found: dict[str, str] = {}
    for name in _IDENTIFIERS:
        for each in many(item.get(name)):
            found.setdefault(each["id"], name)
    for each in many(item.get("identifier")):
        if isinstance(each, str) and each.startswith("https://"):
            found.setdefault(each, "seeAlso")
    return [
        {"address": address, "relation": name, "shown": address.partition("://")[2]}
        for address, name in found.items()
        if address.startswith(("http://", "https://"))
    ]


ENTITY_PAGES: Final[Mapping[str, Handler]] = {
    f"/{segment}/{{slug}}": _show(kind) for kind, segment in PAGE_KINDS.items()
}
