"""Sankey diagrams: money in layers, every band as thick as what it carries."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from medrd_kg.web.charts.drawing import (
    LINE,
    About,
    Drawing,
    drawing,
    element,
    escaped,
    hit_box,
    length,
    lines_of,
    linked,
)
from medrd_kg.web.charts.sankey_layout import (
    NODE,
    SIZE,
    WIDTH,
    Band,
    Node,
    Stop,
    label_width,
    laid_out,
    lines_at,
)

__all__ = ["Band", "Node", "sankey"]

_HAIRLINE: Final = 0.8
"""Thickness of the thinnest band that can still be seen, in pixels."""


def sankey(about: About, nodes: Sequence[Node], bands: Sequence[Band]) -> Drawing:
    """Return a Sankey diagram.

    Args:
        about: What it is called and shows.
        nodes: The nodes.
        bands: The bands.

    Raises:
        ValueError: A band leads to nothing known, or not onward.
    """
    layout = laid_out(nodes, bands)
    leaving: dict[int, float] = defaultdict(float)
    entering: dict[int, float] = defaultdict(float)
    drawn: dict[int, list[str]] = defaultdict(list)
    ordered = sorted(layout.ways, key=lambda way: (way[1][0].y, way[1][1].y))
    tops: dict[tuple[int, int], float] = {}
    for number, (_, way, thickness) in enumerate(ordered):
        tops[number, 0] = way[0].y + leaving[id(way[0])]
        leaving[id(way[0])] += thickness
    for number, (_, way, thickness) in sorted(
        enumerate(ordered), key=lambda each: (each[1][1][-2].y, tops[each[0], 0])
    ):
        end = way[-1]
        tops[number, 1] = end.y + entering[id(end)]
        entering[id(end)] += thickness
    for number, (band, way, thickness) in enumerate(ordered):
        heights = [tops[number, 0], *(stop.y for stop in way[1:-1]), tops[number, 1]]
        source = way[0].node
        kind = source.kind if source and source.layer else (way[-1].node or source or nodes[0]).kind
        drawn[way[0].layer].append(
            element(
                "path",
                {"d": _path(way, heights, max(thickness, _HAIRLINE)), "class": f"c-band {kind}"},
                element("title", {}, escaped(band.name)),
            )
        )
    labels = [_node(stop, layout.columns) for stop in layout.nodes.values()]
    bands_drawn = [path for layer in sorted(drawn) for path in drawn[layer]]
    return drawing(about, (WIDTH, layout.height), *bands_drawn, *labels,
        kind="chart-sankey",
    )  # fmt: skip


def _node(stop: Stop, columns: int) -> str:
    """Return a node with its label."""
    node = stop.node
    if node is None:
        return ""
    bar = element(
        "rect",
        {
            "x": stop.x,
            "y": stop.y,
            "width": NODE,
            "height": max(stop.thickness, 0.5),
            "class": f"c-node {node.kind}",
        },
    )
    middle = stop.y + stop.thickness / 2
    lines = lines_at(stop, columns)
    names, value = (lines[:-1], lines[-1:]) if node.value else (lines, ())
    block = len(lines) * SIZE * LINE
    x = stop.x + NODE + 6
    text = lines_of(
        names, x, middle - len(value) * SIZE * LINE / 2, SIZE, lang=node.label.lang
    ) + lines_of(value, x, middle + block / 2 - SIZE * LINE / 2, SIZE, kind="c-label c-value")
    top = middle - stop.room / 2
    box = hit_box(stop.x, top, NODE + label_width(stop.layer, columns) + 6, stop.room)
    return linked(node.label, box, bar, text)


def _path(way: Sequence[Stop], tops: Sequence[float], thickness: float) -> str:
    """Return the outline of a band over its stops: there along the top, back along the bottom."""
    there: list[str] = []
    back: list[str] = []
    for place in range(len(way) - 1):
        one, two = way[place].x + NODE, way[place + 1].x
        middle = length((one + two) / 2)
        upper, lower = tops[place], tops[place + 1]
        there.append(
            f"{'M' if not place else 'L'}{length(one)} {length(upper)}"
            f"C{middle} {length(upper)} {middle} {length(lower)} {length(two)} {length(lower)}"
        )
        back.append(
            f"L{length(two)} {length(lower + thickness)}"
            f"C{middle} {length(lower + thickness)} {middle} {length(upper + thickness)}"
            f" {length(one)} {length(upper + thickness)}"
        )
    return "".join([*there, *reversed(back), "Z"])
