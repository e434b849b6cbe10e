"""What charts with a scale share: its ticks, the legend, and groups side by side."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import Final

from medrd_kg.web.charts.drawing import (
    LINE,
    WIDE,
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

__all__ = ["HeightOf", "framed", "ticks_of"]

HeightOf = Callable[[int], float]
"""Returns how far down a value stands."""

_SIZE: Final = 13.0
_TALL: Final = 260.0
_TICKS: Final = 5
_STEPS: Final = (1, 2, 5, 10)


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


def framed(
    about: About,
    groups: Sequence[Label],
    series: Sequence[tuple[str, str]],
    values: Sequence[int],
    *,
    told: Callable[[int], str],
    group: Callable[[int, float, float, HeightOf], Sequence[str]],
    kind: str,
    width: float = WIDE,
) -> Drawing:
    """Return groups along a scale, with a legend.

    Where there is no room for the names of all groups, every second or third has its name.

    Args:
        about: What it is called and shows.
        groups: The names of the groups, from left to right.
        series: Name and class of each colour, for the legend.
        values: All that the scale must hold.
        told: Returns a value of the scale as it is to be read.
        group: Draws a group: its place, where it begins and how wide it is.
        kind: Class of the chart.
        width: Width of the chart in pixels.
    """
    ticks = ticks_of(min(values, default=0), max(values, default=0))
    left = max(width_of(told(tick), _SIZE - 1) for tick in ticks) + 14
    legend, top = _legend(series, left, width)
    scale = _TALL / (ticks[-1] - ticks[0])

    def height_of(value: int) -> float:
        return top + (ticks[-1] - value) * scale

    drawn = [legend]
    for tick in ticks:
        y = height_of(tick)
        line = {"x1": left, "x2": width, "y1": y, "y2": y}
        drawn.append(element("line", {**line, "class": "c-zero" if tick == 0 else "c-grid"}))
        drawn.append(lines_of([told(tick)], left - 8, y, _SIZE - 1, anchor="end", kind="c-tick"))
    step = (width - left) / max(1, len(groups))
    words = [word for each in groups for word in each.text.split()]
    widest = max((width_of(word, _SIZE - 1) for word in words), default=0.0)
    named = 1 if width == WIDE else ceil((widest + 4) / step)
    names = 0.0
    for place, label in enumerate(groups):
        x = left + place * step
        drawn += group(place, x, step, height_of)
        if (len(groups) - 1 - place) % named:
            continue
        lines = wrapped(label.text, step * named - 4, _SIZE - 1, 3)
        tall = len(lines) * (_SIZE - 1) * LINE
        names = max(names, tall)
        middle = top + _TALL + 8 + tall / 2
        half = max((width_of(line, _SIZE - 1) for line in lines), default=0.0) / 2
        centre = min(x + step / 2, width - half)
        text = lines_of(lines, centre, middle, _SIZE - 1, anchor="middle", lang=label.lang)
        box = hit_box(x + 1, top + _TALL + 4, step - 2, max(26.0, tall + 6))
        drawn.append(linked(label, box, text))
    size = (width, top + _TALL + max(26.0, names) + 14)
    return drawing(about, size, *drawn, kind=kind)


def _legend(series: Sequence[tuple[str, str]], left: float, width: float) -> tuple[str, float]:
    """Return the legend, in as many lines as it needs, and where the chart begins below it."""
    drawn = []
    x, y = left, 16.0
    for name, kind in series:
        shown = wrapped(name, width - left - 24, _SIZE, 1)
        wide = width_of(shown[0] if shown else "", _SIZE) + 40
        if x > left and x + wide > width:
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
