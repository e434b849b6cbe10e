"""A matrix or a network for narrow screens: each thing with what it goes with, line by line.

The same entries as the drawing has, in the same strengths of colour, as text that wraps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medrd_kg.web.charts.drawing import Label
from medrd_kg.web.charts.matrix import LEVELS, Cell, level_of
from medrd_kg.web.charts.network import Edge, Place

__all__ = ["Entry", "Line", "lines_of_cells", "lines_of_edges"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What something goes with.

    Attributes:
        name: Name of the other thing.
        value: How much, with the address behind it.
        level: Strength of its colour, see `level_of`.
    """

    name: Label
    value: Label
    level: int


@dataclass(frozen=True, slots=True)
class Line:
    """A thing with all that it goes with.

    Attributes:
        name: Name of the thing.
        entries: The others, the strongest first.
    """

    name: Label
    entries: tuple[Entry, ...]


def lines_of_cells(
    rows: Sequence[Label], columns: Sequence[Label], cells: Sequence[Cell]
) -> tuple[Line, ...]:
    """Return the rows of a matrix that have a cell, each with its cells.

    Args:
        rows: The names of the rows.
        columns: The names of the columns.
        cells: The cells that are not empty.
    """
    most = max((cell.value for cell in cells), default=0)
    found: list[Line] = []
    for place, name in enumerate(rows):
        own = sorted((each for each in cells if each.row == place), key=lambda each: -each.value)
        entries = tuple(
            Entry(columns[each.column], each.label, level_of(each.value, most)) for each in own
        )
        if entries:
            found.append(Line(name, entries))
    return tuple(found)


def lines_of_edges(places: Sequence[Place], edges: Sequence[Edge]) -> tuple[Line, ...]:
    """Return the places of a network, each with what its edges lead to.

    Of two columns, those of the first have lines; in a ring an edge stands at both of its ends.

    Args:
        places: The places.
        edges: The edges.
    """
    names = {place.key: place.label for place in places}
    is_ring = len({place.kind for place in places}) == 1
    most = max((edge.weight for edge in edges), default=0.0) or 1.0
    found: dict[str, list[Entry]] = {place.key: [] for place in places}
    for edge in sorted(edges, key=lambda each: -each.weight):
        level = max(1, round(edge.weight / most * LEVELS))
        value = replace(edge.label, text=f"{edge.weight:.1f}", name=edge.label.spoken)
        found[edge.one].append(Entry(names[edge.other], value, level))
        if is_ring:
            found[edge.other].append(Entry(names[edge.one], value, level))
    return tuple(Line(names[key], tuple(own)) for key, own in found.items() if own)
