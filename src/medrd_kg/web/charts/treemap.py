"""Treemaps: a whole cut into rectangles whose areas are its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.web.charts.drawing import (
    LINE,
    About,
    Attributes,
    Drawing,
    Label,
    drawing,
    element,
    lines_of,
    linked,
)
from medrd_kg.web.charts.lettering import width_of, wrapped

__all__ = ["Part", "Rectangle", "cut", "treemap"]

_WIDTH: Final = 1000.0
_HEIGHT: Final = 420.0
_SIZE: Final = 14.0
_INSET: Final = 8.0

Rectangle = tuple[float, float, float, float]
"""Left, top, width and height."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the whole.

    Attributes:
        label: Its name and address.
        value: What it measures, above nothing.
        shown: The value as it is to be read.
        kind: Class that gives it its colour.
    """

    label: Label
    value: int
    shown: str
    kind: str = "c-1"


def treemap(
    about: About,
    parts: Sequence[Part],
    *,
    height: float = _HEIGHT,
) -> Drawing:
    """Return a treemap, the greatest part first; parts of nothing are left out.

    Args:
        about: What it is called and shows.
        parts: The parts.
        height: Its height in pixels.
    """
    shown = sorted((each for each in parts if each.value > 0), key=lambda part: -part.value)
    places = cut([each.value for each in shown], (0.0, 0.0, _WIDTH, height))
    drawn = [_part(part, place) for part, place in zip(shown, places, strict=True)]
    return drawing(about, (_WIDTH, height), *drawn, kind="chart-treemap")


def cut(values: Sequence[int], whole: Rectangle) -> list[Rectangle]:
    """Return a rectangle for each value: rows that are kept as square as can be.

    Args:
        values: Numbers above nothing, the greatest first.
        whole: The rectangle that they fill.
    """
    x, y, width, height = whole
    found: list[Rectangle] = []
    scale = width * height / sum(values) if values else 0.0
    rest = [value * scale for value in values]
    while rest:
        side = min(width, height)
        count = 1
        while count < len(rest) and _worst(rest[: count + 1], side) <= _worst(rest[:count], side):
            count += 1
        row, rest = rest[:count], rest[count:]
        across = sum(row) / side if side else 0.0
        if not rest:  # what rounding left over goes to the last row
            across = max(width, height)
        along = 0.0
        for area in row:
            extent = area / across if across else 0.0
            found.append(
                (x, y + along, across, extent)
                if width >= height
                else (x + along, y, extent, across)
            )
            along += extent
        if width >= height:
            x, width = x + across, max(0.0, width - across)
        else:
            y, height = y + across, max(0.0, height - across)
    return found


def _worst(row: Sequence[float], side: float) -> float:
    """Return how far the least square of a row of areas is from a square."""
    total = sum(row)
    if not total or not side or not min(row):
        return float("inf")
    return max(side**2 * max(row) / total**2, total**2 / (side**2 * min(row)))


def _part(part: Part, place: Rectangle) -> str:
    x, y, width, height = place
    gap = min(1.0, width / 4, height / 4)
    box: Attributes = {
        "x": x + gap,
        "y": y + gap,
        "width": width - 2 * gap,
        "height": height - 2 * gap,
        "class": f"c-part {part.kind}",
    }
    room = width - 2 * _INSET
    lines = int((height - 2 * _INSET) / (_SIZE * LINE))
    fits_value = lines > 1 and width_of(part.shown, _SIZE) <= room
    names = wrapped(part.label.text, room, _SIZE, min(3, lines - fits_value)) if lines else ()
    names = names if room > 3 * _SIZE else ()
    tall = len(names) * _SIZE * LINE
    text = lines_of(
        names, x + _INSET, y + _INSET + tall / 2, _SIZE, kind="c-on-part", lang=part.label.lang
    )
    if names and fits_value:
        middle = y + _INSET + tall + _SIZE * LINE / 2
        text += lines_of([part.shown], x + _INSET, middle, _SIZE, kind="c-on-part c-value")
    return linked(part.label, element("rect", box), text)
