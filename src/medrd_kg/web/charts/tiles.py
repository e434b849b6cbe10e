"""Tiles: how much there is of each thing, and of which there is nothing."""

from collections.abc import Sequence
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
    lines_of,
    linked,
)
from medrd_kg.web.charts.lettering import width_of, wrapped
from medrd_kg.web.charts.matrix import level_of

__all__ = ["Tile", "tiles"]

_LEAST: Final = 160.0
"""Width of a tile at the least, in pixels."""
_COLUMNS: Final = 5
_TALL: Final = 48.0
_SPACE: Final = 6.0
_SIZE: Final = 13.0
_MARGIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Tile:
    """A thing.

    Attributes:
        value: How much there is of it; 0 is drawn as an empty frame.
        shown: The value as it is to be read.
        label: Its name, in full, and address.
    """

    value: int
    shown: str
    label: Label


def tiles(about: About, things: Sequence[Tile], width: float = WIDE) -> Drawing:
    """Return a tile for each thing, row by row.

    Args:
        about: What it is called and shows.
        things: The things in their order.
        width: Width of the chart in pixels.
    """
    most = max((each.value for each in things), default=0)
    across = max(1, min(_COLUMNS, int(width // _LEAST)))
    wide = (width - _SPACE * (across - 1) - 2) / across
    drawn = []
    for place, each in enumerate(things):
        row, column = divmod(place, across)
        x, y = 1 + column * (wide + _SPACE), 1 + row * (_TALL + _SPACE)
        middle = y + _TALL / 2
        level = level_of(each.value, most)
        room = wide - 3 * _MARGIN - width_of(each.shown, _SIZE)
        on = f"c-on-{level}" if level else "c-label"
        box: Attributes = {
            "x": x,
            "y": y,
            "width": wide,
            "height": _TALL,
            "rx": 5.0,
            "class": f"c-cell c-level-{level}" if level else "c-cell c-gap",
        }
        lines = wrapped(each.label.text, room, _SIZE, 2)
        drawn.append(
            linked(
                each.label,
                element("rect", box),
                lines_of(lines, x + _MARGIN, middle, _SIZE, kind=on, lang=each.label.lang),
                lines_of(
                    [each.shown],
                    x + wide - _MARGIN,
                    middle,
                    _SIZE,
                    anchor="end",
                    kind=f"{on} c-value",
                ),
            )
        )
    count = -(-len(things) // across)
    return drawing(about, (width, count * (_TALL + _SPACE) + 2), *drawn, kind="chart-tiles")
