"""Heat maps: a matrix of counts or amounts, the stronger the more."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from typing import Final

from medrd_kg.web.charts.drawing import (
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
from medrd_kg.web.charts.lettering import width_of, wrapped

__all__ = ["LEVELS", "Cell", "level_of", "matrix"]

LEVELS: Final = 5
"""Strengths of colour beside none."""

_SIZE: Final = 13.0
_SMALL: Final = 12.0
_ROW: Final = 30.0
_NAMES: Final = 250.0
_LEAST: Final = 46.0
_WIDEST: Final = 120.0
_WIDTH: Final = 1000.0
_LINES: Final = 6
_SPACE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is not empty.

    Attributes:
        row: Place of its row.
        column: Place of its column.
        value: What it is coloured by.
        label: What stands in it, with its address and its full name.
    """

    row: int
    column: int
    value: int
    label: Label


def level_of(value: int, most: int) -> int:
    """Return the strength of colour of a value, from 0 for nothing to `LEVELS` for the most.

    The scale is logarithmic, as counts and amounts are spread over orders of magnitude.

    Args:
        value: The value.
        most: The greatest value of the matrix.
    """
    if value <= 0 or most <= 0:
        return 0
    share = log1p(value) / log1p(max(value, most))
    return max(1, min(LEVELS, round(share * LEVELS)))


def matrix(
    about: About,
    rows: Sequence[Label],
    columns: Sequence[Label],
    cells: Sequence[Cell],
) -> Drawing:
    """Return a heat map.

    Args:
        about: What it is called and shows.
        rows: The names of the rows.
        columns: The names of the columns.
        cells: The cells that are not empty.
    """
    words = [word for each in columns for word in each.text.split() if word.isascii()]
    whole_words = max((width_of(word, _SMALL) for word in words), default=0.0) + 8
    step = min(_WIDEST, max(_LEAST, whole_words, (_WIDTH - _NAMES) / max(1, len(columns))))
    heads = [wrapped(each.text, step - 6, _SMALL, _LINES) for each in columns]
    top = max((len(lines) for lines in heads), default=0) * _SMALL * 1.25 + 14
    most = max((cell.value for cell in cells), default=0)
    drawn = []
    for place, (label, lines) in enumerate(zip(columns, heads, strict=True)):
        x = _NAMES + (place + 0.5) * step
        middle = top - 6 - len(lines) * _SMALL * 1.25 / 2
        text = lines_of(lines, x, middle, _SMALL, anchor="middle", lang=label.lang)
        drawn.append(linked(label, hit_box(x - step / 2 + 1, 1, step - 2, top - 3), text))
    for place, label in enumerate(rows):
        middle = top + (place + 0.5) * _ROW
        lines = wrapped(label.text, _NAMES - 14, _SMALL, 2)
        text = lines_of(lines, _NAMES - 8, middle, _SMALL, anchor="end", lang=label.lang)
        box = hit_box(1, middle - _ROW / 2 + 1, _NAMES - 4, _ROW - 2)
        drawn.append(linked(label, box, text))
    drawn.append(
        element(
            "rect",
            {
                "x": _NAMES,
                "y": top,
                "width": step * len(columns),
                "height": _ROW * len(rows),
                "class": "c-ground",
            },
        )
    )
    for cell in cells:
        level = level_of(cell.value, most)
        x, y = _NAMES + cell.column * step, top + cell.row * _ROW
        size = _SIZE if width_of(cell.label.text, _SIZE) <= step - 6 else _SIZE - 2
        shown = wrapped(cell.label.text, step - 4, size, 1)
        filled: Attributes = {
            "x": x + _SPACE / 2,
            "y": y + _SPACE / 2,
            "width": step - _SPACE,
            "height": _ROW - _SPACE,
            "class": f"c-cell c-level-{level}",
        }
        text = lines_of(
            shown,
            x + step / 2,
            y + _ROW / 2,
            size,
            anchor="middle",
            kind=f"c-label c-on-{level}",
            lang=cell.label.lang,
        )
        drawn.append(linked(cell.label, element("rect", filled), text))
    whole = (_NAMES + step * len(columns) + 4, top + _ROW * len(rows) + 4)
    return drawing(about, whole, *drawn, kind="chart-matrix")
