"""The page of money flows: one total, from who pays to what for, beside another year."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import anyio.to_thread
from fastapi import Request, Response

from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.totals import LEVELS, STAGES, NamedTotal, named_totals
from medrd_kg.web.analytics.shown import Json
from medrd_kg.web.charts.drawing import About
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.choices import (
    choices_of,
    given_values,
    members_of,
    slug_of,
)
from medrd_kg.web.pages.flow_drawing import (
    compared_charts,
    compared_twin,
    flow_charts,
    flow_twins,
)
from medrd_kg.web.pages.site import Page, page_of, render
from medrd_kg.web.pages.words import words
from medrd_kg.web.pages.years import years_of
from medrd_kg.web.state import serving

__all__ = ["FLOW_PAGES"]

_TOTAL: Final = ("fiscal_year", "stage", "level", "perimeter")
_FILTERS: Final = {
    "project": "projects",
    "disease_area": "disease-areas",
    "modality": "modalities",
    "ministry": "ministries",
}
"""Filters with lists to choose from, each with the collection that it is chosen from."""

_NAMES: Final = (*_TOTAL, *_FILTERS, "organization", "programme", "basis", "compare")
_USUAL: Final = {"stage": "initial", "level": "appropriation", "perimeter": "amed"}
_FLOWS: Final = "/api/v1/flows"
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request for the page.

    Attributes:
        request: The request.
        page: The page.
        t: Its words.
        asked: The total and filters, as REST takes them.
        compare: The year to compare with.
        totals: All totals that there are.
    """

    request: Request
    page: Page
    t: SimpleNamespace
    asked: dict[str, str]
    compare: str | None
    totals: tuple[NamedTotal, ...]


async def _flows(request: Request) -> Response:
    tables = serving(request).require_tables()
    page = page_of(request)
    t = words(page.language).flows
    given = given_values(request, _NAMES)
    totals = await anyio.to_thread.run_sync(lambda: named_totals(tables))
    asked = {**_USUAL, "fiscal_year": str((await years_of(request)).policy or ""), **given}
    compare = asked.pop("compare", None)
    visit = _Visit(request, page, t, asked, compare, totals)
    values = {
        "t_": t,
        "asked": asked,
        "compare": compare,
        "form": await _form(visit),
        "near": _near(page, asked, totals),
        "narrowed": [name for name in given if name not in {*_TOTAL, "basis", "compare"}],
        "clear": page.url("/flows", {name: asked[name] for name in _TOTAL}),
    }
    if not _is_total(asked, totals):
        return render(request, "flows.html", {**values, "answer": None})
    answer = await ask(request, _FLOWS, {**asked, "limit": _MOST, "explain": "true"})
    drawn = _drawn(page, t, asked, answer)
    other = await _compared(visit, answer)
    return render(request, "flows.html", {**values, "answer": answer, **drawn, **other})


def _drawn(
    page: Page, t: SimpleNamespace, asked: dict[str, str], answer: Json
) -> dict[str, object]:
    """Return the diagram, its tables and the addresses of its files."""

    def address(kind: str, thing: Mapping[str, Any]) -> str | None:
        if kind == "payer" and asked.get("ministry") != slug_of(thing["id"]):
            return page.url("/flows", {**asked, "ministry": slug_of(thing["id"])})
        return page.of_thing(thing["id"])

    links = answer["links"]
    about = About(
        "flow",
        t.title,
        t.described.format(
            total=page.text(answer["namedTotal"]["label"]),
            amount=page.yen(answer["selected"]),
            payers=sum(link["source"]["kind"] == "total" for link in links),
            programmes=answer["total"],
        ),
    )
    wide, narrow = flow_charts(page, t, about, links, address) if links else (None, ())
    return {
        "drawing": wide,
        "branches": narrow,
        "twins": flow_twins(page, t, links, answer["selected"], address),
        "files": {**asked, "part": "links"},
        "queries": answer["explanation"]["queries"],
    }


async def _compared(visit: _Visit, answer: Json) -> dict[str, object]:
    """Return the comparison with another year, where one is asked for and there is one."""
    page, t, asked, compare = visit.page, visit.t, visit.asked, visit.compare
    if compare is None:
        return {"compared": None}
    again = {**asked, "fiscal_year": compare}
    if not _is_total(again, visit.totals):
        return {"compared": (), "compared_year": compare}
    other = await ask(visit.request, _FLOWS, {**again, "limit": _MOST})
    years = (answer["namedTotal"]["fiscalYear"], other["namedTotal"]["fiscalYear"])
    twins = [
        compared_twin(page, t, kind, years, (answer, other)) for kind in ("payer", "programme")
    ]
    title = t.compared_title.format(one=page.year(years[0]), other=page.year(years[1]))
    about = About("compared", title, t.compared_described)
    wide, narrow = compared_charts(page, about, years, twins[0]) if twins[0].rows else (None, None)
    return {
        "compared": tuple(twins),
        "compared_year": compare,
        "compared_title": title,
        "compared_drawing": wide,
        "compared_narrow": narrow,
        "compared_files": {**again, "part": "links"},
    }


async def _form(visit: _Visit) -> dict[str, object]:
    """Return the options of the form: what there is, not what there could be."""
    t, asked = visit.t, visit.asked
    offered = _single(visit.totals)
    years = sorted({each.fiscal_year for each in offered}, reverse=True)
    stages = [each for each in STAGES if any(own.stage == each for own in offered)]
    levels = [each for each in LEVELS if any(own.level == each for own in offered)]
    perimeters = dict.fromkeys(each.perimeter for each in offered)
    names = [(str(year), visit.page.year(year)) for year in years]
    return {
        "fiscal_year": choices_of(names, asked["fiscal_year"]),
        "compare": choices_of(names, visit.compare),
        "stage": choices_of([(each, getattr(t.stages, each)) for each in stages], asked["stage"]),
        "level": choices_of([(each, getattr(t.levels, each)) for each in levels], asked["level"]),
        "perimeter": choices_of(
            [(each, getattr(t.perimeters, each, each)) for each in perimeters],
            asked["perimeter"],
        ),
        "basis": choices_of(
            [(each, getattr(words(visit.page.language).linkage.bases, each)) for each in BASES],
            asked.get("basis", "all"),
        ),
        "filters": {
            name: await members_of(visit.request, visit.page, collection, asked.get(name))
            for name, collection in _FILTERS.items()
        },
    }


def _single(totals: tuple[NamedTotal, ...]) -> list[NamedTotal]:
    """Return the totals that year, stage, level and perimeter alone tell apart."""
    counts = Counter((each.fiscal_year, each.stage, each.level, each.perimeter) for each in totals)
    several = {perimeter for (*_, perimeter), number in counts.items() if number > 1}
    return [each for each in totals if each.perimeter not in several]


def _is_total(asked: Mapping[str, str], totals: tuple[NamedTotal, ...]) -> bool:
    """Return whether there is such a total; what no total could be is left to REST to refuse."""
    known = asked["stage"] in STAGES and asked["level"] in LEVELS and asked["fiscal_year"].isdigit()
    return not known or any(_describes(asked, each) for each in totals)


def _describes(asked: Mapping[str, str], total: NamedTotal) -> bool:
    return all(str(getattr(total, name)) == asked[name] for name in _TOTAL)


def _near(
    page: Page, asked: dict[str, str], totals: tuple[NamedTotal, ...]
) -> list[tuple[str, str, str | None]]:
    """Return other totals of the same year: address, name, language where it is another."""
    found = []
    for each in _single(totals):
        if str(each.fiscal_year) == asked["fiscal_year"] and not _describes(asked, each):
            own = {name: str(getattr(each, name)) for name in _TOTAL}
            label = {"ja": each.ja or "", "en": each.en or ""}
            text = page.text(label)
            lang = None if label[page.language] else "ja"
            found.append((page.url("/flows", {**asked, **own}), text, lang))
    return found


FLOW_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {"/flows": _flows}
