"""Pages about one thing: what it is, who says so, its money, and what it is linked to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.web.charts.drawing import NARROW, WIDE, Drawing
from medrd_kg.web.pages.addresses import PAGE_KINDS
from medrd_kg.web.pages.alike import additions, amend
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.budget_chart import budget_chart, figures_chart, latest_amounts
from medrd_kg.web.pages.entity_sections import SECTIONS
from medrd_kg.web.pages.gap_chart import gap_chart
from medrd_kg.web.pages.graph_tables import labels_of
from medrd_kg.web.pages.sections import FACETS, Json, Section, many
from medrd_kg.web.pages.site import Page, page_of, render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["ENTITY_PAGES"]

_BRIEF: Final = 45
"""Signs of a source's name that stand in a table."""

_STORED_QUERIES: Final = "/api/v1/queries/"

Handler = Callable[[Request], Awaitable[Response]]

_CHARTS: Final[Mapping[tuple[str, str], Callable[[Page, Section, float], Drawing | None]]] = {
    ("programme", "budget"): budget_chart,
    ("project", "budget"): figures_chart,
    ("", "gaps"): gap_chart,
}
"""What draws a section, by the kind of thing (any where it is empty) and the section's key."""

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
        served = serving(request)
        refuse_parameters(request)
        slug = request.path_params["slug"]
        path = f"/api/v1/{collection}/{slug}"
        item: Json = await ask(request, path)
        is_ministry = kind == "organization" and "Ministry" in item["type"]
        own = "ministry" if is_ministry else kind
        found = await asyncio.gather(*(each(request, own, slug, item) for each in SECTIONS[own]))
        shown = [each for each in found if each.rows or each.fault]
        # The rows of stored queries have no names yet when answers are told apart.
        stored = [each.rows for each in shown if each.path.startswith(_STORED_QUERIES)]
        amend(stored, await additions(served))
        await _name_sources(served, path, shown)
        sections = [_with_chart(request, kind, each) for each in shown]
        return render(
            request,
            "entity.html",
            {
                "kind": kind,
                "item": item,
                "path": path,
                "sections": sections,
                "nothing": [each.key for each in found if not (each.rows or each.fault)],
                "relations": [(name, many(item[name])) for name in _RELATIONS if name in item],
                "facets": [
                    (facet, many(item[name])) for name, facet in FACETS.items() if name in item
                ],
                "elsewhere": _elsewhere(item),
                "describe": f"DESCRIBE <{item['id']}>",
            },
            # Another time it may be whole.
            headers={"Cache-Control": "no-store"} if any(each.fault for each in found) else None,
        )

    return show


def _with_chart(request: Request, kind: str, found: Section) -> Section:
    draw = _CHARTS.get((kind, found.key), _CHARTS.get(("", found.key)))
    if draw is None or found.fault:
        return found
    latest = latest_amounts(found) if draw is budget_chart else ()
    page = page_of(request)
    chart, narrow = (draw(page, found, width) for width in (WIDE, NARROW))
    return replace(found, chart=chart, narrow=narrow, latest=latest)


async def _name_sources(served: Serving, path: str, sections: Sequence[Section]) -> None:
    """Give the sources in the tables their names; answers of stored queries have their IRIs."""
    nameless: dict[str, list[dict[str, Any]]] = {}
    for each in sections:
        places = [place for place, (_, kind) in enumerate(each.columns) if kind == "evidence"]
        for sources in (row[place] for row in each.rows for place in places):
            for source in sources or ():
                if not {"label", "unitId"} & source.keys():
                    nameless.setdefault(source["id"], []).append(source)
    if not nameless:
        return
    key = f"pages/sources {path}"
    kept = served.documents.get(key)
    if kept is None:
        kept = orjson.dumps(await labels_of(served.evaluator, nameless))
        served.documents.put(key, kept)
    for iri, label in orjson.loads(kept).items():
        for source in nameless.get(iri, ()):
            source["label"] = {each: _brief(name) for each, name in label.items()}


def _brief(name: str) -> str:
    """Return a long name of a source without what stands in brackets; its own page has it all.

    >>> _brief("シート 2022-府-21-0137（2022年公表、内閣府）")
    'シート 2022-府-21-0137（2022年公表、内閣府）'
    >>> _brief("シート 2023-府-22-0134（CC BY 4.0; 原典 内閣官房 行政事業レビューDB）")
    'シート 2023-府-22-0134'
    """
    return name if len(name) <= _BRIEF else name.partition("（")[0].strip() or name


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
