"""How wide text is, and how it is broken or shortened to fit, before any browser sees it.

Widths are estimates on the wide side: East Asian wide, full-width and ambiguous characters take one
em, Latin ones what the wider of the usual sans-serif fonts take.
"""

import unicodedata
from typing import Final

__all__ = ["ELLIPSIS", "shortened", "width_of", "wrapped"]

ELLIPSIS: Final = "…"

_WIDE: Final = frozenset({"W", "F", "A"})
_NARROW_LETTERS: Final = frozenset("fijlrtI.,:;'|!()[]{} /-")
_BROAD_LETTERS: Final = frozenset("mwMW@%&")
_NARROW: Final = 0.42
_NORMAL: Final = 0.62
_CAPITAL: Final = 0.74
_BROAD: Final = 0.98
_NOT_FIRST: Final = frozenset("、。，．・）」』】〕ー々ゃゅょっャュョッァィゥェォ,.)]}:;!?…")
"""Characters that do not begin a line, by the usual rule of Japanese typesetting."""
_EVENED: Final = 2
"""From this many lines on, they are made about equally long."""
_NOT_LAST: Final = frozenset("（「『【〔([{")
"""Characters that do not end a line."""


def width_of(text: str, size: float) -> float:
    """Return the estimated width of a line of text.

    Args:
        text: The text.
        size: Font size in pixels.
    """
    return sum(map(_em, text)) * size


def shortened(text: str, width: float, size: float) -> str:
    """Return a text that fits a width, its end given up for an ellipsis where it must be.

    Args:
        text: The text.
        width: The width in pixels.
        size: Font size in pixels.
    """
    if width_of(text, size) <= width:
        return text
    kept = text
    while kept and width_of(kept + ELLIPSIS, size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}{ELLIPSIS}" if kept.strip() else ""


def wrapped(text: str, width: float, size: float, lines: int) -> tuple[str, ...]:
    """Return a text broken into lines that fit a width; the last is shortened if text is left.

    Words are kept whole where they fit; between East Asian characters a line may break anywhere,
    except before closing marks and small letters and after opening ones. Lines are made about
    equally long where that needs no further line.

    Args:
        text: The text.
        width: The width in pixels.
        size: Font size in pixels.
        lines: The most lines.
    """
    rest = " ".join(text.split())
    filled = _broken(rest, width, size, lines)
    if len(filled) < _EVENED:
        return filled
    even = _broken(rest, min(width, width_of(rest, size) / len(filled) + size), size, lines)
    is_whole = "".join(even) == "".join(filled)
    return even if is_whole and len(even) <= len(filled) else filled


def _broken(rest: str, width: float, size: float, lines: int) -> tuple[str, ...]:
    """Fill one line after the other."""
    found: list[str] = []
    while rest and len(found) < lines - 1 and width_of(rest, size) > width:
        cut = _break(rest, width, size)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        found.append(shortened(rest, width, size))
    return tuple(line for line in found if line)


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in _WIDE:
        return 1.0
    if character in _NARROW_LETTERS:
        return _NARROW
    if character in _BROAD_LETTERS:
        return _BROAD
    return _CAPITAL if character.isupper() else _NORMAL


def _break(text: str, width: float, size: float) -> int:
    """Return how many characters go on the first line, at least one."""
    most = 1
    while most < len(text) and width_of(text[: most + 1].rstrip(), size) <= width:
        most += 1
    for cut in range(most, 0, -1):
        if _may_break(text, cut):
            return cut
    return most


def _may_break(text: str, cut: int) -> bool:
    before, after = text[cut - 1], text[cut : cut + 1]
    if after in _NOT_FIRST or before in _NOT_LAST:
        return False
    if after == " " or before in " -":
        return True
    return _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in _WIDE
