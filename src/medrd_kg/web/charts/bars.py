"""Bars: groups of columns along a scale (a trend by stage), and rows for a ranking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from medrd_kg.web.charts.drawing import (
    LINE,
    About,
    Attributes,
    Drawing,
    Label,
    drawing,
    element,
    escaped,
    hit_box,
    lines_of,
    linked,
)
from medrd_kg.web.charts.lettering import width_of, wrapped

__all__ = ["Bar", "Group", "Row", "columns", "rows", "ticks_of"]

_WIDTH: Final = 1000.0
_SIZE: Final = 13.0
_TALL: Final = 260.0
_TICKS: Final = 5
_STEPS: Final = (1, 2, 5, 10)
_FILLED: Final = 0.72
"""Share of a group's width that its bars take."""
_THICKEST: Final = 44.0
_ROW: Final = 30.0


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


def ticks_of(least: int, most: int, about: int = _TICKS) -> tuple[int, ...]:
    """Return round values that reach from below the least to above the most.

    Args:
        least: The least value; above nothing counts as nothing.
        most: The greatest value; below nothing counts as nothing.
        about: How many steps are wanted.
    """
    low, high = min(0, least), max(0, most)
    if low == high:
        return (0, 1)
    raw = (high - low) / about
    power = 10 ** max(0, floor(log10(raw)))
    step = next((power * each for each in _STEPS if power * each >= raw), power * 10)
    return tuple(number * step for number in range(floor(low / step), ceil(high / step) + 1))


def columns(
    about: About,
    groups: Sequence[Group],
    series: Sequence[tuple[str, str]],
    told: Callable[[int], str],
) -> Drawing:
    """Return columns in groups, with a legend.

    Args:
        about: What it is called and shows.
        groups: The groups, from left to right.
        series: Name and class of each colour, for the legend.
        told: Returns a value of the scale as it is to be read.
    """
    values = [bar.value for group in groups for bar in group.bars if bar is not None]
    ticks = ticks_of(min(values, default=0), max(values, default=0))
    left = max(width_of(told(tick), _SIZE - 1) for tick in ticks) + 14
    legend, top = _legend(series, left)
    scale = _TALL / (ticks[-1] - ticks[0])

    def height_of(value: int) -> float:
        return top + (ticks[-1] - value) * scale

    drawn = [legend]
    for tick in ticks:
        y = height_of(tick)
        line = {"x1": left, "x2": _WIDTH, "y1": y, "y2": y}
        drawn.append(element("line", {**line, "class": "c-zero" if tick == 0 else "c-grid"}))
        drawn.append(lines_of([told(tick)], left - 8, y, _SIZE - 1, anchor="end", kind="c-tick"))
    step = (_WIDTH - left) / max(1, len(groups))
    names = 0.0
    for place, group in enumerate(groups):
        x = left + place * step
        drawn += _group(group, x, step, height_of)
        lines = wrapped(group.label.text, step - 4, _SIZE - 1, 3)
        tall = len(lines) * (_SIZE - 1) * LINE
        names = max(names, tall)
        middle = top + _TALL + 8 + tall / 2
        text = lines_of(
            lines, x + step / 2, middle, _SIZE - 1, anchor="middle", lang=group.label.lang
        )
        box = hit_box(x + 1, top + _TALL + 4, step - 2, max(26.0, tall + 6))
        drawn.append(linked(group.label, box, text))
    size = (_WIDTH, top + _TALL + max(26.0, names) + 14)
    return drawing(about, size, *drawn, kind="chart-columns")


def rows(about: About, entries: Sequence[Row], names: float = 300.0) -> Drawing:
    """Return horizontal bars, one below the other.

    Args:
        about: What it is called and shows.
        entries: The rows, from top to bottom.
        names: Width of the names in pixels.
    """
    most = max((abs(entry.value) for entry in entries), default=0) or 1
    values = max((width_of(entry.shown, _SIZE) for entry in entries), default=0.0) + 14
    room = _WIDTH - names - values
    drawn = []
    for place, entry in enumerate(entries):
        y = 4 + place * _ROW
        middle = y + _ROW / 2
        wide = room * abs(entry.value) / most
        lines = wrapped(entry.label.text, names - 12, _SIZE - 1, 2)
        drawn.append(
            linked(
                entry.label,
                hit_box(0, y, _WIDTH, _ROW),
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
    size = (_WIDTH, 8 + _ROW * len(entries))
    return drawing(about, size, *drawn, kind="chart-rows")


def _group(group: Group, x: float, step: float, height_of: Callable[[int], float]) -> list[str]:
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


def _legend(series: Sequence[tuple[str, str]], left: float) -> tuple[str, float]:
    """Return the legend, in as many lines as it needs, and where the chart begins below it."""
    drawn = []
    x, y = left, 16.0
    for name, kind in series:
        shown = wrapped(name, _WIDTH - left - 24, _SIZE, 1)
        wide = width_of(shown[0] if shown else "", _SIZE) + 40
        if x > left and x + wide > _WIDTH:
            x, y = left, y + 22
        box: Attributes = {
            "x": x,
            "y": y - 7,
            "width": 14.0,
            "height": 14.0,
            "class": f"c-node {kind}",
        }
        title = element("title", {}, escaped(name))
        drawn.append(element("g", {}, title, element("rect", box)))
        drawn.append(lines_of(shown, x + 20, y, _SIZE))
        x += wide
    return "".join(drawn), (y + 24 if series else 12.0)
