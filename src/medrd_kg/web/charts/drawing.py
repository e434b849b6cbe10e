"""What a chart is: SVG markup of a known size that describes itself."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

__all__ = [
    "LINE",
    "NARROW",
    "WIDE",
    "About",
    "Attributes",
    "Drawing",
    "Label",
    "drawing",
    "element",
    "escaped",
    "hit_box",
    "length",
    "lines_of",
    "linked",
]

Attributes = Mapping[str, str | float | None]
"""Attributes of an element; those that are None are left out."""

_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document may hold."""

LINE: Final = 1.25
"""Distance of base lines in multiples of the font size."""

WIDE: Final = 1000.0
"""Width of a chart in pixels."""

NARROW: Final = 340.0
"""Width of the same chart for telephones."""

_ASCENT: Final = 0.9


@dataclass(frozen=True, slots=True)
class Label:
    """Text that stands for something.

    Attributes:
        text: The text.
        lang: Its language where it is not that of the page.
        href: Address that it leads to.
        name: What a screen reader says and a pointer shows; the text where none is given.
    """

    text: str
    lang: str | None = None
    href: str | None = None
    name: str | None = None

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        return self.name or self.text


@dataclass(frozen=True, slots=True)
class About:
    """What a chart is called and shows.

    Attributes:
        identifier: Unlike that of any other chart of the page.
        title: Its name.
        description: What it shows, for those who do not see it.
    """

    identifier: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart.

    Attributes:
        svg: Its markup, safe to be put into a page.
        width: Width of its view box in pixels.
        height: Height of its view box in pixels.
    """

    svg: str
    width: float
    height: float

    def __html__(self) -> str:
        """Return the markup, as templates that escape everything else take it."""
        return self.svg


def length(value: float) -> str:
    """Return a coordinate with at most two decimals.

    >>> length(3.0), length(2.456)
    ('3', '2.46')
    """
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def element(name: str, attributes: Attributes, *children: str) -> str:
    """Return an element.

    Args:
        name: Its name.
        attributes: Its attributes; those that are None are left out.
        children: Its content as markup, such as that of `text`.
    """
    told = "".join(
        f' {key}="{escaped(length(value) if isinstance(value, int | float) else value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"


def escaped(text: str) -> str:
    """Return text as the content of an element or attribute."""
    return escape(_NO_XML.sub("", text))


def lines_of(
    lines: Iterable[str],
    x: float,
    middle: float,
    size: float,
    *,
    anchor: str = "start",
    kind: str = "c-label",
    lang: str | None = None,
) -> str:
    """Return lines of text around a height.

    Args:
        lines: The lines.
        x: Where they are anchored.
        middle: Height of the middle of the block.
        size: Font size.
        anchor: ``start``, ``middle`` or ``end``.
        kind: Class.
        lang: Language where it is not that of the page.
    """
    told = list(lines)
    first = middle - len(told) * size * LINE / 2 + size * (LINE - 1) / 2 + size * _ASCENT - 1
    return "".join(
        element(
            "text",
            {
                "x": x,
                "y": first + place * size * LINE,
                "font-size": size,
                "text-anchor": None if anchor == "start" else anchor,
                "class": kind,
                "lang": lang,
            },
            escaped(line),
        )
        for place, line in enumerate(told)
    )


def hit_box(x: float, y: float, width: float, height: float) -> str:
    """Return an unseen box that makes what belongs together one target."""
    return element("rect", {"x": x, "y": y, "width": width, "height": height, "class": "c-hit"})


def linked(label: Label, *content: str) -> str:
    """Return content as a link where the label has an address, with its spoken name either way."""
    title = element("title", {}, escaped(label.spoken))
    if label.href is None:
        return element("g", {}, title, *content)
    told = {"href": label.href, "class": "c-link", "aria-label": label.spoken}
    return element("a", told, title, *content)


def drawing(
    about: About,
    size: tuple[float, float],
    *content: str,
    kind: str = "",
) -> Drawing:
    """Return a chart.

    Args:
        about: What it is called and shows.
        size: Width and height.
        content: Its markup.
        kind: Further class.
    """
    width, height = size
    svg = element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {length(width)} {length(height)}",
            "width": width,
            "height": height,
            "class": f"chart {kind}".strip(),
            "role": "group",
            "aria-labelledby": f"{about.identifier}-title",
            "aria-describedby": f"{about.identifier}-desc",
        },
        element("title", {"id": f"{about.identifier}-title"}, escaped(about.title)),
        element("desc", {"id": f"{about.identifier}-desc"}, escaped(about.description)),
        *content,
    )
    return Drawing(svg, width, height)
