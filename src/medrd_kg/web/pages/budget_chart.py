"""The budget of a programme year by year, drawn by stage."""

from typing import Final

from medrd_kg.vocabulary import BASE
from medrd_kg.web.charts.bars import Bar, Group, columns
from medrd_kg.web.charts.drawing import About, Drawing, Label
from medrd_kg.web.pages.sections import Section
from medrd_kg.web.pages.site import Page
from medrd_kg.web.pages.words import words

__all__ = ["budget_chart"]

_STAGES: Final = {"request": "c-4", "initial": "c-1", "supplementary": "c-2", "executed": "c-3"}
"""Stages that are drawn, each with its colour; the table holds them all."""

_STAGE: Final = f"{BASE}schemes#stage-"


def budget_chart(page: Page, found: Section) -> Drawing | None:
    """Return the drawing, or None where there are fewer than two years to compare.

    A stage of a year that several figures state is drawn by none of them: they may be parts, or
    one may restate another, and a drawing could not tell which.

    Args:
        page: The page that it stands on.
        found: The section with the rows of the stored query ``budget-stages-of-programme``.
    """
    names: dict[str, str] = {}
    amounts: dict[int, dict[str, list[int]]] = {}
    for row in found.answer["items"]:
        stage = str(row["stage"]).removeprefix(_STAGE)
        if stage in _STAGES:
            names[stage] = row[f"stage_{page.language}"]
            amounts.setdefault(row["fiscal_year"], {}).setdefault(stage, []).append(row["amount"])
    drawn = [stage for stage in _STAGES if stage in names]
    groups = []
    for year, of_year in sorted(amounts.items()):
        bars: list[Bar | None] = []
        for stage in drawn:
            values = of_year.get(stage, [])
            told = f"{page.short_year(year)} {names[stage]} {page.yen(values[0])}" if values else ""
            bar = (
                Bar(values[0], _STAGES[stage], Label(page.yen_short(values[0]), name=told))
                if len(values) == 1
                else None
            )
            bars.append(bar)
        groups.append(Group(Label(page.short_year(year)), tuple(bars)))
    if not groups[1:]:
        return None  # one year compares with nothing
    t = words(page.language).entity
    return columns(
        About("budget-chart", t.budget_chart, t.budget_chart_note),
        groups,
        [(names[stage], _STAGES[stage]) for stage in drawn],
        page.yen_short,
    )
