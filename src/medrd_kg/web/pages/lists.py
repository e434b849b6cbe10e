"""Lists of things of a kind, to be narrowed down and paged."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import orjson
from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.web.pages.addresses import PAGE_KINDS
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.entity_sections import programme_columns, topic_columns
from medrd_kg.web.pages.sections import Column, Json, many, section
from medrd_kg.web.pages.site import render
from medrd_kg.web.requests import read_values
from medrd_kg.web.state import serving

__all__ = ["LIST_PAGES"]

Handler = Callable[[Request], Awaitable[Response]]

_PAGE: Final = 100
"""Rows on a page of a long list."""

_ALL: Final = 1000
"""The most that a list takes at once; lists of concepts are far shorter."""


@dataclass(frozen=True, slots=True)
class Listed:
    """How the list of a kind looks.

    Attributes:
        columns: Columns of its table; none where it is a set of cards.
        filters: Kinds that narrow it down.
    """

    columns: tuple[Column, ...] = ()
    filters: tuple[str, ...] = ()


_ORGANIZATIONS: Final = (
    Column("name", "thing", lambda item: item),
    Column("corporate_number", "text", lambda item: ", ".join(item.get("corporateNumber", ()))),
)

_LISTS: Final[Mapping[str, Listed]] = {
    "programme": Listed(
        programme_columns,
        ("project", "ministry", "disease-area", "modality", "purpose", "phase", "technology"),
    ),
    "topic": Listed(
        topic_columns,
        ("project", "disease-area", "modality", "purpose", "phase", "technology", "status"),
    ),
    "organization": Listed(_ORGANIZATIONS),
}


def _table(kind: str, listed: Listed) -> Handler:
    collection = kinds()[kind].collection

    async def show(request: Request) -> Response:
        serving(request)
        values, given = read_values(request, listed.filters)
        path = f"/api/v1/{collection}"
        parameters: dict[str, Any] = {
            **{name: found for name, found in values.items() if any(found)},
            "limit": values.get("limit", [str(_PAGE)])[0],
        }
        chosen = {name: found for name, found in parameters.items() if name in listed.filters}
        found = await section(
            request, collection, path, parameters, listed.columns, needs_answer=True
        )
        following = found.answer.get("next")
        cursor = parse_qs(urlsplit(following).query)["cursor"][0] if following else None
        return render(
            request,
            "list.html",
            {
                "kind": kind,
                "found": found,
                "chosen": {name: value[0] for name, value in chosen.items()},
                "choices": [(name, await _choices(request, name)) for name in listed.filters],
                "next": None if cursor is None else {**chosen, "cursor": cursor},
                "is_first": not any(name == "cursor" for name, _ in given),
            },
        )

    return show


async def _choices(request: Request, kind: str) -> Sequence[Json]:
    """Return the members of a kind for a menu, from those kept where possible."""
    served = serving(request)
    key = f"choices {kind}"
    kept = served.documents.get(key)
    if kept is None:
        answer = await ask(request, f"/api/v1/{kinds()[kind].collection}", {"limit": _ALL})
        kept = orjson.dumps(
            [{"slug": item["slug"], "label": item["label"]} for item in answer["items"]]
        )
        served.documents.put(key, kept)
    found: list[Json] = orjson.loads(kept)
    return found


def _cards(kind: str) -> Handler:
    """Return the handler of a short list of things with definitions, broader ones first."""
    collection = kinds()[kind].collection

    async def show(request: Request) -> Response:
        serving(request)
        read_values(request, ())
        path = f"/api/v1/{collection}"
        answer = await ask(request, path, {"limit": _ALL, "explain": "true"})
        named: dict[str, int] = {}
        if kind != "project":
            rows = "project" if kind == "disease-area" else "disease-area"
            asked = {"rows": kind, "columns": rows, "measure": "topics", "limit": 1}
            counted = await ask(request, "/api/v1/coverage", asked)
            named = {
                each["thing"]["id"]: each["value"] + each["elsewhere"] for each in counted["rows"]
            }
        return render(
            request,
            "cards.html",
            {
                "kind": kind,
                "path": path,
                "tree": _tree(answer["items"]),
                "named": named,
                "total": answer["total"],
                "queries": answer["explanation"]["queries"],
            },
        )

    return show


def _tree(items: Sequence[Json]) -> list[tuple[Json, list[Json]]]:
    """Return the things that have nothing broader here, each with all that is narrower."""
    by_iri = {item["id"]: item for item in items}
    below: dict[str, list[Json]] = {}
    tops = []
    for item in items:
        broader = [each["id"] for each in many(item.get("broader")) if each["id"] in by_iri]
        for each in broader:
            below.setdefault(each, []).append(item)
        if not broader:
            tops.append(item)

    def narrower(iri: str, seen: frozenset[str]) -> list[Json]:
        found: list[Json] = []
        for item in below.get(iri, ()):
            if item["id"] not in seen:
                found += [item, *narrower(item["id"], seen | {item["id"]})]
        return list({each["id"]: each for each in found}.values())

    return [(item, narrower(item["id"], frozenset({item["id"]}))) for item in tops]


LIST_PAGES: Final[Mapping[str, Handler]] = {
    f"/{segment}": _table(kind, _LISTS[kind]) if kind in _LISTS else _cards(kind)
    for kind, segment in PAGE_KINDS.items()
}
