"""Dots: every single figure at its height, where figures must not be added up to a column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.web.charts.drawing import WIDE, About, Drawing, Label, element, linked
from medrd_kg.web.charts.frame import HeightOf, framed

__all__ = ["Cluster", "Dot", "dots"]

_FILLED: Final = 0.86
"""Share of a group's width over which its dots are spread."""
_LARGEST: Final = 6.0
_LEAST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure.

    Attributes:
        value: What it measures.
        label: Its name, in full, and address.
    """

    value: int
    label: Label


@dataclass(frozen=True, slots=True)
class Cluster:
    """Figures that stand together, such as those of a year.

    Attributes:
        label: Its name.
        dots: For each series, its figures; each series has a place of its own.
    """

    label: Label
    dots: tuple[tuple[Dot, ...], ...]


def dots(
    about: About,
    clusters: Sequence[Cluster],
    series: Sequence[tuple[str, str]],
    told: Callable[[int], str],
    width: float = WIDE,
) -> Drawing:
    """Return dots in groups, a column for each series, with a legend.

    Args:
        about: What it is called and shows.
        clusters: The groups, from left to right.
        series: Name and class of each colour, in the order of the figures of a group.
        told: Returns a value of the scale as it is to be read.
        width: Width of the chart in pixels.
    """

    def cluster(place: int, x: float, step: float, height_of: HeightOf) -> list[str]:
        wide = step * _FILLED / max(1, len(series))
        radius = max(_LEAST, min(_LARGEST, wide * 0.4))
        drawn = []
        for number, (found, (_, kind)) in enumerate(zip(clusters[place].dots, series, strict=True)):
            middle = x + step * (1 - _FILLED) / 2 + (number + 0.5) * wide
            for each in found:
                circle = element(
                    "circle",
                    {
                        "cx": middle,
                        "cy": height_of(each.value),
                        "r": radius,
                        "class": f"c-dot {kind}",
                    },
                )
                drawn.append(linked(each.label, circle))
        return drawn

    return framed(
        about,
        [each.label for each in clusters],
        series,
        [dot.value for each in clusters for found in each.dots for dot in found],
        told=told,
        group=cluster,
        kind="chart-dots",
        width=width,
    )
