"""The money of a Sankey diagram for narrow screens: source by source, branching downward.

The same nodes and bands as those of the wide diagram, each band once, under the node that it
leaves. A trunk as wide as what the node gives runs down from it, and band after band turns off to
the right, to a name that has the rest of the width for itself. One scale holds for all of them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from medrd_kg.web.charts.drawing import (
    LINE,
    About,
    Attributes,
    Drawing,
    drawing,
    element,
    escaped,
    hit_box,
    length,
    lines_of,
    linked,
)
from medrd_kg.web.charts.lettering import wrapped
from medrd_kg.web.charts.sankey_layout import Band, Node

__all__ = ["branches"]

_WIDTH: Final = 280.0
_SIZE: Final = 13.0
_TRUNK: Final = 72.0
"""Width of the widest trunk, in pixels."""
_BAR: Final = 8.0
"""Height of the bar that a trunk hangs from."""
_BEND: Final = 8.0
"""Radius of the inner side of a bend, in pixels."""
_TARGETS: Final = _TRUNK + _BEND + 10.0
"""Where the targets stand, from the left."""
_END: Final = 5.0
"""Width of the bar that a band ends at."""
_NAMES: Final = _TARGETS + _END + 6.0
_GAP: Final = 10.0
_LEAST: Final = 26.0
"""Height of a name at the least: a finger must hit it."""
_HEAD_LINES: Final = 3
_BOLD: Final = 1.12
"""How much wider bold letters are than those whose widths are estimated."""
_NAME_LINES: Final = 4
_HAIRLINE: Final = 0.8
_VALUE: Final = "c-label c-value"
_CIRCLE: Final = 0.5523
"""Where a curve of the third degree has its handles to be a quarter of a circle."""


def branches(about: About, nodes: Sequence[Node], bands: Sequence[Band]) -> tuple[Drawing, ...]:
    """Return one drawing for each node that money leaves, in the order of the layers.

    Args:
        about: What the whole is called and shows.
        nodes: The nodes.
        bands: The bands.

    Raises:
        KeyError: A band leads to nothing known.
    """
    known = {node.key: node for node in nodes}
    leaving: dict[str, list[Band]] = defaultdict(list)
    for band in bands:
        leaving[known[band.source].key].append(band)
    widest = max((_sum(own) for own in leaving.values()), default=0)
    scale = _TRUNK / max(1, widest)
    sources = sorted(
        (node for node in nodes if node.key in leaving),
        key=lambda node: (node.layer, -_sum(leaving[node.key])),
    )
    return tuple(
        _branch(
            About(
                f"{about.identifier}-from-{place}",
                f"{about.title}: {node.label.text}",
                about.description,
            ),
            node,
            [(known[band.target], band) for band in sorted(leaving[node.key], key=_by_size)],
            scale,
        )
        for place, node in enumerate(sources)
    )


def _sum(bands: Sequence[Band]) -> int:
    return sum(abs(band.amount) for band in bands)


def _by_size(band: Band) -> tuple[int, str]:
    return -abs(band.amount), band.target


@dataclass(frozen=True, slots=True)
class _Turn:
    """A band with what it leads to.

    Attributes:
        band: The band.
        node: What it leads to.
        lines: The lines of the name there.
        thickness: Of the band, in pixels.
        left: Its left edge in the trunk.
        top: Top of the room that the name has.
        room: Height of that room.
    """

    band: Band
    node: Node
    lines: tuple[str, ...]
    thickness: float
    left: float
    top: float
    room: float

    @property
    def middle(self) -> float:
        """Height at which the band ends."""
        return self.top + self.room / 2


def _branch(about: About, source: Node, ends: Sequence[tuple[Node, Band]], scale: float) -> Drawing:
    """Return a node with all that leaves it."""
    names = wrapped(source.label.text, _WIDTH / _BOLD, _SIZE, _HEAD_LINES)
    top = (len(names) + bool(source.value)) * _SIZE * LINE + 4
    widths = [abs(band.amount) * scale for _, band in ends]
    turns: list[_Turn] = []
    y = top + _BAR + _BEND
    # The first band to turn off is the rightmost of the trunk, so that none crosses another.
    for (node, band), width, past in zip(ends, widths, accumulate(widths), strict=True):
        lines = wrapped(node.label.text, _WIDTH - _NAMES, _SIZE, _NAME_LINES)
        room = max(width, (len(lines) + bool(band.value)) * _SIZE * LINE, _LEAST)
        left = max(0.0, sum(widths) - past)
        turns.append(_Turn(band, node, lines, max(width, _HAIRLINE), left, y, room))
        y += room + _GAP
    bar = _bar(source, 0, top, (max(sum(widths), _HAIRLINE), _BAR))
    head = linked(
        source.label,
        hit_box(0, 0, _WIDTH, max(top, _LEAST)),
        bar,
        lines_of(names, 0, len(names) * _SIZE * LINE / 2, _SIZE, kind="c-label c-head",
                 lang=source.label.lang),
        _amount(source.value, 0, len(names) * _SIZE * LINE),
    )  # fmt: skip
    return drawing(
        about,
        (_WIDTH, y),
        *(_bend(source, turn, top + _BAR) for turn in turns),
        head,
        *map(_target, turns),
        kind="chart-sankey chart-branch",
    )


def _bar(node: Node, x: float, y: float, size: tuple[float, float]) -> str:
    told: Attributes = {
        "x": x,
        "y": y,
        "width": size[0],
        "height": size[1],
        "class": f"c-node {node.kind}",
    }
    return element("rect", told)


def _amount(value: str, x: float, top: float) -> str:
    return lines_of([value] if value else [], x, top + _SIZE * LINE / 2, _SIZE, kind=_VALUE)


def _target(turn: _Turn) -> str:
    """Return what a band ends at, with what the band carries of it."""
    bar = _bar(turn.node, _TARGETS, turn.middle - turn.thickness / 2, (_END, turn.thickness))
    box = hit_box(_TARGETS, turn.top, _WIDTH - _TARGETS, turn.room)
    names = len(turn.lines) * _SIZE * LINE
    top = turn.middle - (names + bool(turn.band.value) * _SIZE * LINE) / 2
    return linked(
        replace(turn.node.label, name=turn.band.name),
        box,
        bar,
        lines_of(turn.lines, _NAMES, top + names / 2, _SIZE, lang=turn.node.label.lang),
        _amount(turn.band.value, _NAMES, top + names),
    )


def _bend(source: Node, turn: _Turn, top: float) -> str:
    """Return a band: down from the bar, and in a quarter of a circle to the right."""
    left, right = turn.left, turn.left + turn.thickness
    upper, lower = turn.middle - turn.thickness / 2, turn.middle + turn.thickness / 2
    outer = _BEND + turn.thickness
    far, near = outer * (1 - _CIRCLE), _BEND * (1 - _CIRCLE)
    way = (
        ("M", left, top),
        ("L", left, lower - outer),
        ("C", left, lower - far, left + far, lower, left + outer, lower),
        ("L", _TARGETS, lower),
        ("L", _TARGETS, upper),
        ("L", right + _BEND, upper),
        ("C", right + near, upper, right, upper - near, right, upper - _BEND),
        ("L", right, top),
    )
    told = "".join(f"{letter}{' '.join(map(length, numbers))}" for letter, *numbers in way)
    kind = source.kind if source.layer else turn.node.kind
    return element(
        "path",
        {"d": f"{told}Z", "class": f"c-band {kind}"},
        element("title", {}, escaped(turn.band.name)),
    )
