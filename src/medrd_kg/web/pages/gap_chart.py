"""What a project, disease area or modality is named with, and with what it is not."""

from collections.abc import Mapping

from medrd_kg.web.charts.drawing import WIDE, About, Drawing, Label
from medrd_kg.web.charts.tiles import Tile, tiles
from medrd_kg.web.pages.sections import Json, Section
from medrd_kg.web.pages.site import Page
from medrd_kg.web.pages.words import words

__all__ = ["counted_beside", "gap_chart"]

_COUNTS = "counts"


def counted_beside(answer: Json, coverage: Json, side: str, iri: str) -> Json:
    """Return an answer on gaps with how many items name each of the other side.

    Args:
        answer: Of ``/api/v1/gaps``.
        coverage: Of ``/api/v1/coverage`` for the same rows and columns.
        side: ``row`` or ``column``, which the thing is.
        iri: Of the thing.
    """
    other = "column" if side == "row" else "row"
    values: Mapping[str, int] = {
        cell[other]: cell["value"] for cell in coverage["items"] if cell[side] == iri
    }
    things = [each["thing"] for each in coverage[f"{other}s"]]
    return {**answer, _COUNTS: [(each, values.get(each["id"], 0)) for each in things]}


def gap_chart(page: Page, found: Section, width: float = WIDE) -> Drawing | None:
    """Return a tile for each of the other side, empty ones for the gaps.

    Args:
        page: The page that it stands on.
        found: The section with an answer of `counted_beside`.
        width: Width of the drawing in pixels.
    """
    t = words(page.language).entity
    counted = sorted(found.answer.get(_COUNTS, ()), key=lambda each: -each[1])
    if not counted:
        return None
    shown = []
    for thing, value in counted:
        name = page.text(thing["label"])
        told = page.count(value, t.items) if value else t.no_items
        href = page.of_thing(thing["id"])
        label = Label(name, href=href, name=f"{name}: {told}")
        shown.append(Tile(value, told, label))
    about = About(f"gap-chart-{width:.0f}", t.gap_chart, t.gap_chart_note)
    return tiles(about, shown, width)
