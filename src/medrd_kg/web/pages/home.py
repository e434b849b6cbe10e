"""The first page: search, what is inside, the money and the topics of the year, ways in."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson
from fastapi import Request, Response

from medrd_kg.kinds import kinds
from medrd_kg.problems import Problem
from medrd_kg.web.charts.drawing import About, Drawing, Label
from medrd_kg.web.charts.lines import Line, lines_of_cells
from medrd_kg.web.charts.matrix import Cell, matrix
from medrd_kg.web.charts.twin import Number, Twin, Words
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.choices import label_of
from medrd_kg.web.pages.flow_drawing import flow_charts, flow_twins
from medrd_kg.web.pages.site import Page, page_of, render
from medrd_kg.web.pages.words import words
from medrd_kg.web.pages.years import money_of, years_of
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["HOME_PAGES"]

_COUNTED: Final = {
    "topics": "/topics",
    "disease-areas": "/diseases",
    "modalities": "/modalities",
    "programmes": "/programmes",
    "organizations": "/organizations",
    "review-sheets": "/sources",
    "budget-statements": "/flows",
    "funding-flows": "/flows",
}
"""Collections whose sizes are told, each with the page that shows them."""

_TOPICS: Final = {
    "rows": "disease-area",
    "columns": "project",
    "measure": "topics",
    "scope": "fiscal-year",
}
_NAMED: Final = 12
"""Diseases and modalities that are offered as ways in: those named most."""


async def _home(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    page = page_of(request)
    sizes = await _sizes(served)
    projects = await ask(request, "/api/v1/projects")
    ministries = await ask(request, "/api/v1/ministries")
    values: dict[str, Any] = {
        "counts": [(name, target, sizes[name]) for name, target in _COUNTED.items()],
        "projects": projects["items"],
        "ministries": ministries["items"],
        "modalities": [],
        "diseases": [],
        "money": None,
        "topics": None,
        "version": served.release.version,
        "year": (year := (years := await years_of(request)).policy),
        "before": year - 1 if year is not None and year - 1 in years.known else None,
    }
    if year is not None:
        values |= await _pictures(request, page, year)
    return render(request, "home.html", values)


async def _sizes(served: Serving) -> dict[str, int]:
    """Return how many things each of the counted collections has."""
    key = "pages/home sizes"
    kept = served.documents.get(key)
    if kept is None:
        counted = {each.name: each for each in kinds().values() if each.collection in _COUNTED}
        found = await served.listings.sizes(list(counted.values()))
        kept = orjson.dumps({counted[name].collection: size for name, size in found.items()})
        served.documents.put(key, kept)
    sizes: dict[str, int] = orjson.loads(kept)
    return sizes


async def _pictures(request: Request, page: Page, year: int) -> dict[str, Any]:
    """Return the two drawings with their tables and addresses, and what topics name most."""
    topics = {**_TOPICS, "fiscal_year": year}
    covered = await ask(request, "/api/v1/coverage", {**topics, "limit": 100, "explain": "true"})
    by_modality = {**topics, "rows": "modality", "limit": 1}
    modalities = await ask(request, "/api/v1/coverage", by_modality)
    drawn, lines, twin = _matrix(page, covered, year)
    return {
        "money": await _money(request, page, year),
        "topics": {
            "answer": covered,
            "drawing": drawn,
            "lines": lines,
            "twin": twin,
            "parameters": topics,
        },
        "modalities": _most_named(modalities["rows"]),
        "diseases": _most_named(covered["rows"]),
    }


async def _money(request: Request, page: Page, year: int) -> dict[str, Any] | None:
    """Return the money of a year with its drawing; None where no figure of it is at hand."""
    t = words(page.language)
    total = money_of(year)
    try:
        money = await ask(request, "/api/v1/flows", {**total, "limit": 100, "explain": "true"})
    except Problem:  # the data have the policy of the year and not its budget
        return None

    def address(_: str, thing: Mapping[str, Any]) -> str | None:
        return page.of_thing(thing["id"])

    told = t.home.money_described.format(
        amount=page.yen(money["selected"]), total=page.text(money["namedTotal"]["label"])
    )
    about = About("home-money-chart", t.home.money.format(year=page.year(year)), told)
    wide, narrow = flow_charts(page, t.flows, about, money["links"], address)
    return {
        "answer": money,
        "drawing": wide,
        "branches": narrow,
        "twins": flow_twins(page, t.flows, money["links"], money["selected"], address),
        "parameters": {**total, "part": "links"},
        "page": total,
    }


def _matrix(
    page: Page, covered: Mapping[str, Any], year: int
) -> tuple[Drawing, tuple[Line, ...], Twin]:
    """Return the diseases that a project's topics name, as a drawing, line by line, a table."""
    t = words(page.language).home
    found = {(each["row"], each["column"]): each["value"] for each in covered["items"]}
    rows = [each for each in covered["rows"] if each["value"]]
    rows.sort(key=lambda each: -each["value"])
    columns = covered["columns"]

    def name(each: Mapping[str, Any]) -> Label:
        thing = each["thing"]
        return label_of(page, thing, page.of_thing(thing["id"]))

    cells: list[Cell] = []
    table: list[tuple[Words | Number, ...]] = []
    for at, row in enumerate(rows):
        numbers = []
        for across, column in enumerate(columns):
            value = found.get((row["thing"]["id"], column["thing"]["id"]), 0)
            numbers.append(Number(value, f"{value:,}"))
            if value:
                told = f"{name(row).text} × {name(column).text}: {value:,}"
                href = name(row).href
                cells.append(Cell(at, across, value, Label(f"{value:,}", href=href, name=told)))
        table.append((Words(name(row)), *numbers, Number(row["value"], f"{row['value']:,}")))
    about = About("home-topics-chart", t.topics.format(year=page.year(year)), t.topics_described)
    headings = (
        (t.disease, False),
        *((name(each).text, True) for each in columns),
        (t.items, True),
    )
    twin = Twin(t.topics.format(year=page.year(year)), headings, tuple(table))
    axes = [name(each) for each in rows], [name(each) for each in columns]
    return matrix(about, *axes, cells), lines_of_cells(*axes, cells), twin


def _most_named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the things that most items name."""
    named = [each for each in rows if each["value"] + each["elsewhere"]]
    named.sort(key=lambda each: -(each["value"] + each["elsewhere"]))
    return [each["thing"] for each in named[:_NAMED]]


HOME_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {"/": _home}
