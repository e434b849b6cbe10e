"""Printed lines of a document, and what of them is page furniture instead of text."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["PrintedLine", "display_width", "mended", "without_furniture"]


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """One line as it is printed.

    Attributes:
        text: Its characters without the blanks around them.
        page: Page, from 1.
        left: Where its first visible character begins, in widths of a full-width character.
        right: Where its last visible character ends, in the same unit.
        edge: Whether it is one of the first two or last two lines of its page.
    """

    text: str
    page: int
    left: float
    right: float
    edge: bool = False


_EDGE: Final = 2
"""Lines at the head and at the foot of a page among which running titles are looked for."""

_REPEATED: Final = 3
"""Pages on which a line at the edge must stand to be a running title; two suffice of two."""

_DASH: Final = "-‐‑–—―−ー─~〜～"
_PAGE_NUMBER: Final = re.compile(
    rf"(?:[{_DASH}(\s]|p\.?|page|頁|ページ)*(?P<number>\d{{1,4}})"
    rf"(?:\s*(?:/|of)\s*\d{{1,4}})?(?:[{_DASH})\s.]|頁|ページ)*",
    re.IGNORECASE,
)
_MARKED_NUMBER: Final = re.compile(
    rf"[{_DASH}]\s*\d{{1,4}}\s*[{_DASH}]|(?:p\.?|page)\s*\d{{1,4}}|\d{{1,4}}\s*(?:頁|ページ)"
    r"|\d{1,4}\s*/\s*\d{1,4}",
    re.IGNORECASE,
)
_BARE: Final = re.compile(r"[0-9]{1,4}")
_DIGITS: Final = re.compile(r"\d+")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")
_FORMS: Final = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\uff61-\uff9f]+")
"""Radicals and compatibility forms that fonts bring in, and half-width katakana."""

_VERTICAL_RUN: Final = 3
"""Lines of one character each in a row that are read as text set from top to bottom."""

Note = Callable[[str], None]


def display_width(text: str) -> float:
    """Return how wide a text is set, in widths of a full-width character.

    >>> display_width("予算AI")
    3.0
    """
    wide = sum(unicodedata.east_asian_width(each) in "WFA" for each in text)
    return wide + (len(text) - wide) / 2


def mended(text: str) -> str:
    """Return a line's text without what only its file or font brought in.

    Invisible and control characters go, radicals become characters, half-width katakana full-width
    ones. Everything else, also full-width digits and circled numbers, stays as it was printed.

    >>> mended("ﾃﾞｰﾀ①⽣")
    'データ①生'
    """
    visible = "".join(
        " " if each in "\t\u00a0" else each
        for each in _INVISIBLE.sub("", text)
        if each in "\t\u00a0" or unicodedata.category(each) != "Cc"
    )
    return _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), visible)


def without_furniture(lines: Sequence[PrintedLine], note: Note) -> list[PrintedLine]:
    """Return the lines without page numbers, running titles and text set vertically.

    Args:
        lines: All lines in order.
        note: Told what was left out.
    """
    kept = _without_vertical([each for each in lines if each.text], note)
    edges = _marked_edges(kept)
    running = _running_titles(edges)
    numbers = _page_numbers(edges)
    found = [
        each
        for index, each in enumerate(edges)
        if index not in numbers and not (each.edge and _shape(each.text) in running)
    ]
    if len(found) < len(kept):
        note(f"{len(kept) - len(found)} page numbers and running titles left out")
    return found


def _without_vertical(lines: Sequence[PrintedLine], note: Note) -> list[PrintedLine]:
    kept: list[PrintedLine] = []
    run: list[PrintedLine] = []
    dropped = 0

    def settle() -> None:
        nonlocal dropped
        if len(run) < _VERTICAL_RUN:
            kept.extend(run)
        else:
            dropped += len(run)
        run.clear()

    for each in lines:
        if len(each.text) == 1 and not each.text.isdigit():
            run.append(each)
            continue
        settle()
        kept.append(each)
    settle()
    if dropped:
        note(f"{dropped} lines of one character each (text set vertically) left out")
    return kept


def _marked_edges(lines: Sequence[PrintedLine]) -> list[PrintedLine]:
    by_page: dict[int, list[int]] = {}
    for index, each in enumerate(lines):
        by_page.setdefault(each.page, []).append(index)
    at_edge = {
        index for indices in by_page.values() for index in (*indices[:_EDGE], *indices[-_EDGE:])
    }
    return [
        PrintedLine(each.text, each.page, each.left, each.right, index in at_edge)
        for index, each in enumerate(lines)
    ]


def _shape(text: str) -> str:
    """Return what running titles of two pages have in common: all but their numbers."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    return _DIGITS.sub("#", plain)


def _running_titles(lines: Iterable[PrintedLine]) -> set[str]:
    pages: dict[str, set[int]] = {}
    total: set[int] = set()
    for each in lines:
        total.add(each.page)
        if each.edge:
            pages.setdefault(_shape(each.text), set()).add(each.page)
    needed = min(_REPEATED, max(2, len(total)))
    # What ends like a sentence is text, however often it is said.
    return {
        shape
        for shape, found in pages.items()
        if len(found) >= needed and 2 * len(found) >= len(total) and not shape.endswith("。")
    }


def _page_numbers(lines: Sequence[PrintedLine]) -> set[int]:
    """Return the positions of lines that are nothing but the number of their page."""
    many_pages = len({each.page for each in lines}) > 1
    plain = [unicodedata.normalize("NFKC", each.text) for each in lines]
    found = {
        index
        for index, text in enumerate(plain)
        if _MARKED_NUMBER.fullmatch(text)
        or (many_pages and lines[index].edge and _PAGE_NUMBER.fullmatch(text))
    }
    if many_pages:
        return found
    # A text without page breaks: bare numbers that count up one by one are those of pages.
    bare = [(index, int(text)) for index, text in enumerate(plain) if _BARE.fullmatch(text)]
    steps = Counter(later - earlier for (_, earlier), (_, later) in pairwise(bare))
    if len(bare) > 1 and steps[1] == len(bare) - 1:
        found |= {index for index, _ in bare}
    return found
