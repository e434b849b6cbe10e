"""What is read from charts: their elements, and what lies outside."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from medrd_kg.web.charts.drawing import Drawing
from medrd_kg.web.charts.lettering import width_of

__all__ = ["SVG", "named", "outside", "parsed"]

SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def parsed(drawing: Drawing) -> Element:
    """Return a chart as XML; it has no style of its own and one width and height."""
    root = fromstring(drawing.svg)  # noqa: S314 - our own markup
    assert "style" not in {name for each in root.iter() for name in each.attrib}
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    return root


def named(root: Element, kind: str) -> list[Element]:
    """Return the elements of a class."""
    return [each for each in root.iter() if kind in each.get("class", "").split()]


def outside(drawing: Drawing) -> list[str]:
    """Return what reaches out of the view box, by the estimated width of texts."""
    return [
        f"{kind} at {x:.1f}, {y:.1f}"
        for kind, x, y in _points(parsed(drawing))
        if not (-0.5 <= x <= drawing.width + 0.5 and -0.5 <= y <= drawing.height + 0.5)
    ]


def _points(root: Element) -> Iterator[tuple[str, float, float]]:
    for each in root.iter():
        kind = each.tag.removeprefix(SVG)
        if kind == "rect":
            x, y, width, height = (float(each.get(a, "0")) for a in ("x", "y", "width", "height"))
            yield kind, x, y
            yield kind, x + width, y + height
        elif kind == "line":
            yield kind, float(each.get("x1", "0")), float(each.get("y1", "0"))
            yield kind, float(each.get("x2", "0")), float(each.get("y2", "0"))
        elif kind == "circle":
            x, y, r = (float(each.get(a, "0")) for a in ("cx", "cy", "r"))
            yield kind, x - r, y - r
            yield kind, x + r, y + r
        elif kind == "path":
            numbers = [float(found) for found in _NUMBER.findall(each.get("d", ""))]
            for x, y in zip(numbers[::2], numbers[1::2], strict=True):
                yield kind, x, y
        elif kind == "text":
            size, x, y = (float(each.get(a, "0")) for a in ("font-size", "x", "y"))
            wide = width_of(each.text or "", size)
            start = {"end": x - wide, "middle": x - wide / 2}.get(each.get("text-anchor", ""), x)
            yield kind, start, y - size * 0.8
            yield kind, start + wide, y + size * 0.2
