"""Bars: groups of columns along a scale (a trend by stage), and rows for a ranking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.web.charts.drawing import (
    WIDE,
    About,
    Attributes,
    Drawing,
    Label,
    drawing,
    element,
    hit_box,
    lines_of,
    linked,
)
from medrd_kg.web.charts.frame import HeightOf, framed
from medrd_kg.web.charts.lettering import width_of, wrapped

__all__ = ["Bar", "Group", "Row", "columns", "rows"]

_SIZE: Final = 13.0
_FILLED: Final = 0.72
"""Share of a group's width that its bars take."""
_THICKEST: Final = 44.0
_ROW: Final = 34.0
_NAMES: Final = 0.36
"""Share of the width that names of rows take."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A column.

    Attributes:
        value: What it measures.
        kind: Class that gives it its colour.
        label: Its name, in full, and address.
    """

    value: int
    kind: str
    label: Label


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that stand together, such as those of a year.

    Attributes:
        label: Its name.
        bars: Its columns; None where nothing is known, which keeps a place free.
    """

    label: Label
    bars: tuple[Bar | None, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a ranking.

    Attributes:
        label: Its name and address.
        value: What it measures.
        shown: The value as it is to be read.
        kind: Class that gives it its colour.
    """

    label: Label
    value: int
    shown: str
    kind: str = "c-1"


def columns(
    about: About,
    groups: Sequence[Group],
    series: Sequence[tuple[str, str]],
    told: Callable[[int], str],
    width: float = WIDE,
) -> Drawing:
    """Return columns in groups, with a legend.

    Args:
        about: What it is called and shows.
        groups: The groups, from left to right.
        series: Name and class of each colour, for the legend.
        told: Returns a value of the scale as it is to be read.
        width: Width of the chart in pixels.
    """
    return framed(
        about,
        [each.label for each in groups],
        series,
        [bar.value for group in groups for bar in group.bars if bar is not None],
        told=told,
        group=lambda place, x, step, height_of: _group(groups[place], x, step, height_of),
        kind="chart-columns",
        width=width,
    )


def rows(about: About, entries: Sequence[Row], width: float = WIDE) -> Drawing:
    """Return horizontal bars, one below the other.

    Args:
        about: What it is called and shows.
        entries: The rows, from top to bottom.
        width: Width of the chart in pixels; names take a third of it.
    """
    names = width * _NAMES
    most = max((abs(entry.value) for entry in entries), default=0) or 1
    values = max((width_of(entry.shown, _SIZE) for entry in entries), default=0.0) + 14
    room = width - names - values
    drawn = []
    for place, entry in enumerate(entries):
        y = 4 + place * _ROW
        middle = y + _ROW / 2
        wide = room * abs(entry.value) / most
        lines = wrapped(entry.label.text, names - 12, _SIZE - 1, 2)
        drawn.append(
            linked(
                entry.label,
                hit_box(0, y, width, _ROW),
                lines_of(lines, names - 8, middle, _SIZE - 1, anchor="end", lang=entry.label.lang),
                element(
                    "rect",
                    {
                        "x": names,
                        "y": y + 5,
                        "width": max(wide, 0.5),
                        "height": _ROW - 10,
                        "class": f"c-node {entry.kind}",
                    },
                ),
                lines_of([entry.shown], names + wide + 6, middle, _SIZE, kind="c-label c-value"),
            )
        )
    size = (width, 8 + _ROW * len(entries))
    return drawing(about, size, *drawn, kind="chart-rows")


def _group(group: Group, x: float, step: float, height_of: HeightOf) -> list[str]:
    """Return the columns of a group that begins at ``x`` and is ``step`` wide."""
    thick = min(_THICKEST, step * _FILLED / max(1, len(group.bars)))
    start = x + (step - thick * len(group.bars)) / 2
    zero = height_of(0)
    drawn = []
    for number, bar in enumerate(group.bars):
        if bar is None:
            continue
        y = height_of(bar.value)
        box: Attributes = {
            "x": start + number * thick,
            "y": min(y, zero),
            "width": max(thick - 1, 0.5),
            "height": max(abs(zero - y), 0.5),
            "class": f"c-node {bar.kind}",
        }
        drawn.append(linked(bar.label, element("rect", box)))
    return drawn
