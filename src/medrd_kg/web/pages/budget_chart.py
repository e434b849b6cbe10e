"""Money year by year, drawn by stage: of a programme as columns, of a project as single figures."""

from typing import Any, Final

from medrd_kg.vocabulary import BASE
from medrd_kg.web.charts.bars import Bar, Group, columns
from medrd_kg.web.charts.dots import Cluster, Dot, dots
from medrd_kg.web.charts.drawing import WIDE, About, Drawing, Label
from medrd_kg.web.pages.sections import Json, Section, many
from medrd_kg.web.pages.site import Page
from medrd_kg.web.pages.words import LANGUAGES, words

__all__ = ["budget_chart", "figures_chart", "latest_amounts"]

_STAGES: Final = {"request": "c-4", "initial": "c-1", "supplementary": "c-2", "executed": "c-3"}
"""Stages that are drawn, each with its colour; the table holds them all."""

_TOLD: Final = ("request", "initial", "executed")
"""Stages whose latest amounts are told beforehand: those that come round every year."""

_FEWEST: Final = 2
"""Figures that make a picture: one alone compares with nothing."""

_STAGE: Final = f"{BASE}schemes#stage-"


def budget_chart(page: Page, found: Section, width: float = WIDE) -> Drawing | None:
    """Return the drawing, or None where there are fewer than two years to compare.

    A stage of a year that several figures state is drawn by none of them: they may be parts, or
    one may restate another, and a drawing could not tell which.

    Args:
        page: The page that it stands on.
        found: The section with the rows of the stored query ``budget-stages-of-programme``.
        width: Width of the drawing in pixels.
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
        About(f"budget-chart-{width:.0f}", t.budget_chart, t.budget_chart_note),
        groups,
        [(names[stage], _STAGES[stage]) for stage in drawn],
        page.yen_short,
        width,
    )


def latest_amounts(found: Section) -> list[dict[str, Any]]:
    """Return the amount of each yearly stage in the latest year for which one figure states it.

    Args:
        found: The section with the rows of the stored query ``budget-stages-of-programme``.

    Returns:
        For each stage its ``label`` by language, the ``year``, and the ``amount`` in yen.
    """
    stated: dict[str, dict[int, list[Json]]] = {}
    for row in found.answer["items"]:
        stage = str(row["stage"]).removeprefix(_STAGE)
        stated.setdefault(stage, {}).setdefault(row["fiscal_year"], []).append(row)
    latest = []
    for stage in _TOLD:
        years = [year for year, rows in stated.get(stage, {}).items() if len(rows) == 1]
        if years:
            (row,) = stated[stage][max(years)]
            label = {each: row[f"stage_{each}"] for each in LANGUAGES}
            latest.append({"label": label, "year": max(years), "amount": row["amount"]})
    return latest


def figures_chart(page: Page, found: Section, width: float = WIDE) -> Drawing | None:
    """Return the figures of a project one by one, or None where there are fewer than two.

    What sources state of a project are parts and wholes, of several sources: no column could hold
    their sum.

    Args:
        page: The page that it stands on.
        found: The section with the figures of REST, ``/api/v1/budget-statements``.
        width: Width of the drawing in pixels.
    """
    names: dict[str, str] = {}
    years: dict[int, dict[str, list[Dot]]] = {}
    for item in found.answer["items"]:
        amount = item.get("amountJPY", item.get("nonAdditiveAmountJPY"))
        stages = many(item.get("budgetStage"))
        stage = str(stages[0]["id"]).removeprefix(_STAGE) if stages else ""
        if stage not in _STAGES or amount is None:
            continue
        names[stage] = page.text(stages[0]["label"])
        year = int(many(item["fiscalYear"])[0]["id"].rpartition("/")[2])
        called = page.text(item["label"])
        told = f"{page.short_year(year)} {names[stage]} {called} {page.yen(amount)}"
        dot = Dot(amount, Label(page.yen_short(amount), name=told))
        years.setdefault(year, {}).setdefault(stage, []).append(dot)
    drawn = [stage for stage in _STAGES if stage in names]
    if sum(len(of_stage) for of_year in years.values() for of_stage in of_year.values()) < _FEWEST:
        return None
    t = words(page.language).entity
    return dots(
        About(f"budget-chart-{width:.0f}", t.figures_chart, t.figures_chart_note),
        [
            Cluster(
                Label(page.short_year(year)),
                tuple(tuple(of_year.get(stage, ())) for stage in drawn),
            )
            for year, of_year in sorted(years.items())
        ],
        [(names[stage], _STAGES[stage]) for stage in drawn],
        page.yen_short,
        width,
    )
