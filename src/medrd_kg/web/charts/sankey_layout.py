"""Where the nodes and bands of a Sankey diagram stand.

Bands and nodes have one scale, so that what enters a node and what leaves it can be compared by
eye and by number. A node gets room for its label however little it carries. A band that passes a
layer gets a way of its own through it, so that it never runs behind a node.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from medrd_kg.web.charts.drawing import LINE, Label
from medrd_kg.web.charts.lettering import wrapped

__all__ = [
    "NODE",
    "SIZE",
    "WIDTH",
    "Band",
    "Node",
    "SankeyLayout",
    "Stop",
    "label_width",
    "laid_out",
    "lines_at",
]

WIDTH: Final = 1000.0
NODE: Final = 14.0
SIZE: Final = 13.0
_LAST_LABEL: Final = 290.0
_TALLEST: Final = 340.0
"""Height of all that a layer carries, in pixels, at the most."""
_GAP: Final = 10.0
_LEAST: Final = 26.0
"""Height of a node with its label at the least: a pointer must hit it."""
_MARGIN: Final = 12.0
_LINES: Final = 2


@dataclass(frozen=True, slots=True)
class Node:
    """Where money comes from or goes to.

    Attributes:
        key: What bands call it.
        layer: Its layer, 0 being the first.
        label: Its name and address.
        value: Its amount as it is to be read.
        kind: Class that gives it its colour.
    """

    key: str
    layer: int
    label: Label
    value: str
    kind: str = "c-1"


@dataclass(frozen=True, slots=True)
class Band:
    """Money between two nodes.

    Attributes:
        source: Key of a node.
        target: Key of a node of a later layer.
        amount: What it carries; of a negative amount the thickness is that of its size.
        name: What a pointer shows.
        value: Its amount as it is to be read where the band has a label of its own.
    """

    source: str
    target: str
    amount: int
    name: str
    value: str = ""


@dataclass(slots=True)
class Stop:
    """A node, or the place where a band passes a layer, with its position.

    Attributes:
        layer: Its layer.
        thickness: Height of what it carries.
        node: The node; None where a band passes.
        x: Left edge.
        y: Top of what it carries.
        room: Height that is kept free for it.
        order: Where it would like to stand in its layer.
    """

    layer: int
    thickness: float
    node: Node | None = None
    x: float = 0.0
    y: float = 0.0
    room: float = 0.0
    order: float = 0.0


@dataclass(frozen=True, slots=True)
class SankeyLayout:
    """Where everything stands.

    Attributes:
        nodes: The nodes by key.
        ways: For each band, the stops it runs over and its thickness.
        scale: Pixels for one unit.
        height: Height of the whole.
        columns: How many layers there are.
        stops: All stops, those of passing bands too.
    """

    nodes: dict[str, Stop]
    ways: tuple[tuple[Band, tuple[Stop, ...], float], ...]
    scale: float
    height: float
    columns: int
    stops: tuple[Stop, ...]


def laid_out(nodes: Sequence[Node], bands: Sequence[Band]) -> SankeyLayout:
    """Return where nodes and bands stand.

    Args:
        nodes: The nodes; those of layers that nothing uses leave no empty column.
        bands: The bands.

    Raises:
        ValueError: A band leads to nothing known, or not onward.
    """
    layers = {layer: place for place, layer in enumerate(sorted({each.layer for each in nodes}))}
    columns = len(layers)
    carried = _carried(nodes, bands)
    for band in bands:
        if band.source not in carried or band.target not in carried:
            raise ValueError(f"a band between unknown nodes: {band.source} to {band.target}")
    sums: dict[int, int] = defaultdict(int)
    for node in nodes:
        sums[node.layer] += carried[node.key]
    scale = _TALLEST / max(1, *sums.values()) if sums else 1.0
    stops = {node.key: Stop(layers[node.layer], carried[node.key] * scale, node) for node in nodes}
    passed: list[Stop] = []
    ways = []
    for band in bands:
        start, end = stops[band.source], stops[band.target]
        if start.layer >= end.layer:
            raise ValueError(f"a band does not lead onward: {band.source} to {band.target}")
        thickness = abs(band.amount) * scale
        between = [Stop(layer, thickness) for layer in range(start.layer + 1, end.layer)]
        passed += between
        ways.append((band, (start, *between, end), thickness))
    everything = (*stops.values(), *passed)
    height = _placed(everything, ways, columns)
    return SankeyLayout(stops, tuple(ways), scale, height, columns, everything)


def _carried(nodes: Iterable[Node], bands: Iterable[Band]) -> dict[str, int]:
    """Return what each node carries: the greater of what enters and what leaves it."""
    entering: dict[str, int] = defaultdict(int)
    leaving: dict[str, int] = defaultdict(int)
    for band in bands:
        leaving[band.source] += abs(band.amount)
        entering[band.target] += abs(band.amount)
    return {each.key: max(entering[each.key], leaving[each.key]) for each in nodes}


def _placed(
    stops: Sequence[Stop],
    ways: Sequence[tuple[Band, tuple[Stop, ...], float]],
    columns: int,
) -> float:
    """Give every stop its position; return the height of the whole."""
    step = (WIDTH - _LAST_LABEL - NODE) / max(1, columns - 1)
    before: dict[int, list[tuple[Stop, float]]] = defaultdict(list)
    for _, way, thickness in ways:
        for one, two in pairwise(way):
            before[id(two)].append((one, thickness))
    by_layer: list[list[Stop]] = [[] for _ in range(columns)]
    for stop in stops:
        by_layer[stop.layer].append(stop)
        label = SIZE * LINE * len(lines_at(stop, columns)) if stop.node else 0.0
        stop.room = max(stop.thickness, label, _LEAST if stop.node else 0.0)
        stop.x = stop.layer * step
    heights = []
    for layer in by_layer:
        for stop in layer:
            came = before[id(stop)]
            weight = sum(thickness for _, thickness in came)
            stop.order = sum(one.order * t for one, t in came) / weight if weight else 0.0
        layer.sort(key=lambda stop: (stop.order, -stop.thickness))
        for place, stop in enumerate(layer):
            stop.order = float(place)
        heights.append(sum(stop.room for stop in layer) + _GAP * max(0, len(layer) - 1))
    tallest = max(heights, default=0.0)
    for layer, height in zip(by_layer, heights, strict=True):
        y = _MARGIN + (tallest - height) / 2
        for stop in layer:
            stop.y = y + (stop.room - stop.thickness) / 2
            y += stop.room + _GAP
    return tallest + 2 * _MARGIN


def label_width(layer: int, columns: int) -> float:
    """Return how wide the labels of a layer may be, in pixels."""
    step = (WIDTH - _LAST_LABEL - NODE) / max(1, columns - 1)
    return (_LAST_LABEL if layer == columns - 1 else step - NODE) - 12


def lines_at(stop: Stop, columns: int) -> tuple[str, ...]:
    """Return the lines of a node's label, its name and its amount; none where a band passes."""
    if stop.node is None:
        return ()
    width = label_width(stop.layer, columns)
    lines = wrapped(stop.node.label.text, width, SIZE, _LINES)
    return (*lines, stop.node.value) if stop.node.value else lines
