"""Networks of things and what links them: one ring, or two columns where the kinds differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from medrd_kg.web.charts.drawing import (
    LINE,
    About,
    Drawing,
    Label,
    drawing,
    element,
    escaped,
    hit_box,
    length,
    lines_of,
    linked,
)
from medrd_kg.web.charts.lettering import wrapped

__all__ = ["Edge", "Place", "columns_of_places", "network", "ring_of_places"]

_WIDTH: Final = 1000.0
_SIZE: Final = 13.0
_NAMES: Final = 270.0
_STEP: Final = 42.0
_LEAST: Final = 8
"""Names that a side of a ring has room for at the least, so that it stays round."""
_RADIUS: Final = 7.0
_MARGIN: Final = 30.0
_THINNEST: Final = 1.0
_THICKEST: Final = 12.0
_PULL: Final = 0.45
"""How far an edge of a ring is drawn to the middle."""


@dataclass(frozen=True, slots=True)
class Place:
    """A thing with its position.

    Attributes:
        key: What edges call it.
        label: Its name and address.
        x: Position of its dot.
        y: Position of its dot.
        is_left: Whether its name stands at the left of the dot.
        kind: Class that gives it its colour.
    """

    key: str
    label: Label
    x: float
    y: float
    is_left: bool
    kind: str = "c-1"


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two things.

    Attributes:
        one: Key of the one.
        other: Key of the other.
        weight: Its strength; the thickness follows it.
        label: Its name and address.
    """

    one: str
    other: str
    weight: float
    label: Label


def ring_of_places(things: Sequence[tuple[str, Label]]) -> tuple[Place, ...]:
    """Return places on a ring that leave every name the height it needs.

    Args:
        things: Keys and labels; neighbours in the sequence stand side by side.
    """
    half = (len(things) + 1) // 2
    height = max(half, _LEAST) * _STEP
    found = []
    for number, (key, label) in enumerate(things):
        is_left = number >= half
        among = len(things) - half if is_left else half
        place = len(things) - 1 - number if is_left else number
        y = _MARGIN + height * (place + 0.5) / max(1, among)
        off = (y - _MARGIN) / height * 2 - 1
        reach = (_WIDTH / 2 - _NAMES) * sqrt(max(0.0, 1 - off * off))
        x = _WIDTH / 2 + (-reach if is_left else reach)
        found.append(Place(key, label, x, y, is_left))
    return tuple(found)


def columns_of_places(
    left: Sequence[tuple[str, Label]], right: Sequence[tuple[str, Label]]
) -> tuple[Place, ...]:
    """Return places in two columns.

    Args:
        left: Keys and labels of the left column.
        right: Keys and labels of the right one.
    """
    height = max(len(left), len(right), 1) * _STEP
    return tuple(
        Place(
            key,
            label,
            _NAMES if is_left else _WIDTH - _NAMES,
            _MARGIN + height * (number + 0.5) / len(column),
            is_left,
            "c-1" if is_left else "c-2",
        )
        for is_left, column in ((True, left), (False, right))
        for number, (key, label) in enumerate(column)
    )


def network(
    about: About,
    places: Sequence[Place],
    edges: Sequence[Edge],
) -> Drawing:
    """Return a network.

    Args:
        about: What it is called and shows.
        places: The things, such as `ring_of_places` has them.
        edges: The links.

    Raises:
        KeyError: An edge leads to nothing known.
    """
    by_key = {place.key: place for place in places}
    height = max((place.y for place in places), default=0.0) + _STEP / 2 + _MARGIN
    middle = (_WIDTH / 2, height / 2)
    most = max((edge.weight for edge in edges), default=1.0) or 1.0
    drawn = [
        _edge(by_key[edge.one], by_key[edge.other], edge, most, middle)
        for edge in sorted(edges, key=lambda edge: edge.weight)
    ]
    drawn += [_place(place) for place in places]
    return drawing(about, (_WIDTH, height), *drawn, kind="chart-network")


def _edge(one: Place, other: Place, edge: Edge, most: float, middle: tuple[float, float]) -> str:
    if one.is_left == other.is_left or one.kind == other.kind:
        bends = [
            (place.x + (middle[0] - place.x) * _PULL, place.y + (middle[1] - place.y) * _PULL)
            for place in (one, other)
        ]
    else:
        bends = [(middle[0], one.y), (middle[0], other.y)]
    curve = " ".join(f"{length(x)} {length(y)}" for x, y in (*bends, (other.x, other.y)))
    thickness = max(_THINNEST, edge.weight / most * _THICKEST)
    path = element(
        "path",
        {
            "d": f"M{length(one.x)} {length(one.y)}C{curve}",
            "stroke-width": thickness,
            "class": "c-edge",
        },
        element("title", {}, escaped(edge.label.spoken)),
    )
    if edge.label.href is None:
        return path
    told = {"href": edge.label.href, "class": "c-link", "aria-label": edge.label.spoken}
    return element("a", told, path)


def _place(place: Place) -> str:
    width = _NAMES - 24
    lines = wrapped(place.label.text, width, _SIZE, 2)
    x = place.x + (-14 if place.is_left else 14)
    text = lines_of(
        lines,
        x,
        place.y,
        _SIZE,
        anchor="end" if place.is_left else "start",
        lang=place.label.lang,
    )
    tall = max(26.0, len(lines) * _SIZE * LINE)
    left = place.x - width - 14 if place.is_left else place.x - 10
    box = hit_box(left, place.y - tall / 2, width + 24, tall)
    dot = element(
        "circle", {"cx": place.x, "cy": place.y, "r": _RADIUS, "class": f"c-node {place.kind}"}
    )
    return linked(place.label, box, dot, text)
