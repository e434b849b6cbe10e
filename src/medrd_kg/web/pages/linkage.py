"""The page of connections: one question as heat map, network or list; overlaps and gaps."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

from fastapi import Request, Response

from medrd_kg.linkage.coverage import MEASURES, WHOLE_AXES
from medrd_kg.linkage.facets import FACETS, iri_of, require
from medrd_kg.linkage.linkages import VIA
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.years import Years
from medrd_kg.web.analytics.shown import Json
from medrd_kg.web.charts.drawing import NARROW, WIDE, About
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.choices import choices_of, given_values
from medrd_kg.web.pages.linkage_drawing import (
    coverage_of,
    network_chart,
    overlap_chart,
    pairs_twin,
)
from medrd_kg.web.pages.site import Page, page_of, render
from medrd_kg.web.pages.words import words
from medrd_kg.web.pages.years import years_of

__all__ = ["LINKAGE_PAGES"]

_NAMES: Final = (
    *("view", "rows", "columns", "via", "measure", "fiscal_year", "basis"),
    *("row", "column", "left", "right", "cursor"),
)
_USUAL: Final = {
    "view": "matrix",
    "rows": "disease-area",
    "columns": "project",
    "measure": "topics",
    "basis": "all",
}
_AXES: Final = ("rows", "columns")
_EVERY: Final = "every"
"""The value of the year for every year; an empty one cannot be told from none."""

_PAIRS: Final = 40
_LISTED: Final = 20
_GAPS: Final = 50
_OVERLAPS: Final = 100
_API: Final = "/api/v1/"


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request for the page.

    Attributes:
        request: The request.
        page: The page.
        t: Its words.
        asked: What is asked, with the usual values where nothing is said.
        years: The years of the release.
    """

    request: Request
    page: Page
    t: SimpleNamespace
    asked: dict[str, str]
    years: Years

    @property
    def year(self) -> str | None:
        """The fiscal year; None for every year."""
        return None if self.asked["fiscal_year"] == _EVERY else self.asked["fiscal_year"]

    @property
    def form(self) -> dict[str, str]:
        """What the form says, without what was chosen in a figure."""
        return {
            name: value
            for name, value in self.asked.items()
            if name not in {"row", "column", "left", "right", "cursor"}
        }

    def facet(self, name: str) -> str:
        """Return the name of a kind."""
        return str(getattr(self.t.facets, name))

    def here(self, **more: object) -> str:
        """Return the address of this page with other parameters."""
        return self.page.url("/linkage", {**self.form, **more})

    async def ask(self, path: str, asked: Mapping[str, object]) -> Json:
        """Return what REST answers, with the queries behind it."""
        return await ask(self.request, f"{_API}{path}", {**asked, "explain": "true"})


async def _linkage(request: Request) -> Response:
    page = page_of(request)
    t = words(page.language).linkage
    years = await years_of(request)
    usual = {**_USUAL, "fiscal_year": str(years.policy or _EVERY)}
    asked = {**usual, **given_values(request, _NAMES)}
    view = require("view", asked["view"], tuple(_VIEWS))
    for name, known in (("rows", FACETS), ("columns", FACETS), ("measure", MEASURES)):
        require(name, asked[name], known)
    if asked["measure"] == "amount" and asked["fiscal_year"] == _EVERY:
        asked["fiscal_year"] = usual["fiscal_year"]  # yen are summed within one year's total
    visit = _Visit(request, page, t, asked, years)
    values = await _VIEWS[view](visit)
    return render(
        request,
        "linkage.html",
        {"t_": t, "asked": asked, "form": _form(visit), "view": view, "visit": visit, **values},
    )


async def _matrix(visit: _Visit) -> dict[str, object]:
    """Return the heat map of the two kinds, and the items of the cell that was chosen."""
    t, asked = visit.t, visit.asked
    question: dict[str, object] = {
        name: asked[name] for name in ("rows", "columns", "measure", "basis")
    }
    question |= {"fiscal_year": visit.year} if visit.year else {}
    answer = await visit.ask("coverage", question)

    def address(row: str, column: str) -> str:
        return f"{visit.here(row=row, column=column)}#items"

    found = coverage_of(visit.page, t, answer, address)
    rows, columns = visit.facet(asked["rows"]), visit.facet(asked["columns"])
    title = t.matrix_title.format(rows=rows, columns=columns)
    told = t.matrix_described.format(
        rows=rows, columns=columns, measure=getattr(t.measures, asked["measure"])
    )
    about = About("matrix", title, told)
    chosen = _chosen(asked, "row", "column")
    items = await visit.ask("coverage/items", {**question, **chosen}) if chosen else None
    drawing, lines = found.chart(about) if found.rows and found.columns else (None, ())
    return {
        "title": title,
        "answer": answer,
        "coverage": found,
        "drawing": drawing,
        "lines": lines,
        "twin": found.twin(title, rows),
        "items": items,
        "names": _names_of(visit, answer, chosen),
        "files": ("/api/v1/coverage", question),
        "item_files": ("/api/v1/coverage/items", {**question, **chosen}),
    }


def _chosen(asked: Mapping[str, str], *names: str) -> dict[str, str]:
    """Return what was chosen in a figure."""
    return {name: asked[name] for name in names if name in asked}


def _names_of(
    visit: _Visit, answer: Mapping[str, Any], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Return the names of the row and the column that were chosen."""
    found = {}
    for name, axis in (("row", "rows"), ("column", "columns")):
        things = [each["thing"] for each in answer[axis]]
        value = chosen.get(name)
        found[name] = (
            visit.t.any if value is None else _name_of(visit, things, visit.asked[axis], value)
        )
    return found


def _name_of(
    visit: _Visit, things: Sequence[Mapping[str, Any]], facet: str, slug_or_iri: str
) -> str:
    """Return the name of one of some things; what was written where it is none of them."""
    iri = iri_of(facet, slug_or_iri)
    labels = [each["label"] for each in things if each["id"] == iri]
    return visit.page.text(labels[0]) if labels else slug_or_iri


def _pair_question(visit: _Visit) -> dict[str, object]:
    asked = visit.asked
    return {
        "of": f"{asked['rows']},{asked['columns']}",
        "via": asked.get("via"),
        "fiscal_year": visit.year,
        "basis": asked["basis"],
    }


async def _pairs(visit: _Visit, limit: int) -> dict[str, object]:
    """Return linked pairs with their table, and the items of the pair that was chosen."""
    t, asked = visit.t, visit.asked
    question = _pair_question(visit)
    answer = await visit.ask(
        "linkages", {**question, "limit": limit, "cursor": asked.get("cursor")}
    )
    left, right = visit.facet(asked["rows"]), visit.facet(asked["columns"])
    title = t.network_title.format(left=left, right=right)

    def address(one: str, other: str) -> str:
        return f"{visit.here(left=one, right=other)}#pair"

    chosen = _chosen(asked, "left", "right")
    items = None
    if len(chosen) == len(("left", "right")):
        items = await visit.ask("linkages/items", {**question, **chosen})
    kinds = {"left": asked["rows"], "right": asked["columns"]}
    ends = [each[side] for each in answer["items"] for side in kinds]
    return {
        "title": title,
        "answer": answer,
        "address": address,
        "twin": pairs_twin(visit.page, t, (title, left, right), answer["items"], address),
        "items": items,
        "names": {
            side: _name_of(visit, ends, kinds[side], value) for side, value in chosen.items()
        },
        "included": {each["id"]: each for each in answer["included"]},
        "next": _following(visit, answer["next"]),
        "files": ("/api/v1/linkages", question),
        "item_files": ("/api/v1/linkages/items", {**question, **chosen}),
    }


async def _network(visit: _Visit) -> dict[str, object]:
    values = await _pairs(visit, _PAIRS)
    answer: Any = values["answer"]
    address: Any = values["address"]
    asked = visit.asked
    told = visit.t.network_described.format(
        left=visit.facet(asked["rows"]),
        right=visit.facet(asked["columns"]),
        n=len(answer["items"]),
    )
    about = About("network", str(values["title"]), told)
    drawing, lines = network_chart(
        visit.page,
        about,
        answer["items"],
        address,
        is_one_kind=asked["rows"] == asked["columns"],
    )
    return {**values, "drawing": drawing if answer["items"] else None, "lines": lines}


async def _list(visit: _Visit) -> dict[str, object]:
    return await _pairs(visit, _LISTED)


async def _overlaps(visit: _Visit) -> dict[str, object]:
    """Return the concepts on which programmes of several ministries work."""
    asked = visit.asked
    question = {
        "fiscal_year": visit.year or visit.years.policy,
        "via": asked.get("via"),
        "basis": asked["basis"],
    }
    answer = await visit.ask("overlaps", {**question, "limit": _OVERLAPS})
    told = visit.t.overlaps_title, visit.t.overlaps_described
    drawing, narrow = (
        overlap_chart(visit.page, About(name, *told), answer["items"], width)
        if answer["items"]
        else None
        for name, width in (("overlaps", WIDE), ("overlaps-narrow", NARROW))
    )
    files = ("/api/v1/overlaps", question)
    return {"answer": answer, "drawing": drawing, "narrow": narrow, "files": files}


async def _gaps(visit: _Visit) -> dict[str, object]:
    """Return the combinations that nothing stands in."""
    asked = visit.asked
    question = {name: require(name, asked[name], WHOLE_AXES) for name in ("rows", "columns")} | {
        "basis": asked["basis"]
    }
    question |= {"fiscal_year": visit.year} if visit.year else {}
    answer = await visit.ask("gaps", {**question, "limit": _GAPS, "cursor": asked.get("cursor")})
    return {
        "answer": answer,
        "next": _following(visit, answer["next"]),
        "files": ("/api/v1/gaps", question),
    }


def _following(visit: _Visit, address: str | None) -> str | None:
    """Return the address of this page that goes on where an answer of REST ended."""
    if address is None:
        return None
    return visit.here(cursor=address.rpartition("cursor=")[2].partition("&")[0])


def _form(visit: _Visit) -> dict[str, object]:
    """Return the options of the form; gaps are told of closed lists alone."""
    t, asked = visit.t, visit.asked
    facets = WHOLE_AXES if asked["view"] == "gaps" else FACETS
    kinds = [(each, visit.facet(each)) for each in facets]
    years = [(_EVERY, t.every_year)] if asked["view"] != "overlaps" else []
    years += [(str(year), visit.page.year(year)) for year in visit.years.known]
    return {
        "views": [(name, getattr(t.views, name), _view(visit, name)) for name in _VIEWS],
        "rows": choices_of(kinds, asked["rows"]),
        "columns": choices_of(kinds, asked["columns"]),
        "via": choices_of([(each, visit.facet(each)) for each in VIA], asked.get("via")),
        "measure": choices_of(
            [(each, getattr(t.measures, each)) for each in MEASURES], asked["measure"]
        ),
        "fiscal_year": choices_of(years, asked["fiscal_year"]),
        "basis": choices_of([(each, getattr(t.bases, each)) for each in BASES], asked["basis"]),
    }


def _view(visit: _Visit, name: str) -> str:
    """Return the address of another view of the same question, as far as it can be asked there."""
    asked = {**visit.form, "view": name}
    if name == "gaps":
        asked |= {axis: _USUAL[axis] for axis in _AXES if asked[axis] not in WHOLE_AXES}
    return visit.page.url("/linkage", asked)


_VIEWS: Final[Mapping[str, Callable[[_Visit], Awaitable[dict[str, object]]]]] = {
    "matrix": _matrix,
    "network": _network,
    "list": _list,
    "overlaps": _overlaps,
    "gaps": _gaps,
}

LINKAGE_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/linkage": _linkage
}
