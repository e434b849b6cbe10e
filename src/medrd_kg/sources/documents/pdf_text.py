"""The text of a PDF with the place of each line; run as a process that can be ended.

A PDF comes from anywhere and its reader is native code: the process has a bound on its memory, and
whoever starts it (`reading`) one on its time. It prints one JSON object.
"""

import json
import resource
import statistics
import sys
import unicodedata
from pathlib import Path
from typing import Any, Final

import pypdfium2 as pdfium
from pypdfium2 import raw

__all__ = ["read_pages"]

_MEMORY: Final = 2_000_000_000
"""Bytes of address space."""

_STRAIGHT: Final = 0.2
"""Radians that a character may lean and still stand in a line."""

_TURN: Final = 6.283185307179586


def read_pages(path: Path, *, most_pages: int, most_characters: int) -> dict[str, Any]:
    """Return the lines of a PDF.

    Args:
        path: The file.
        most_pages: Pages of the longest document that is read.
        most_characters: Characters of the longest document that is read.

    Returns:
        ``lines``: objects with ``page``, ``text``, ``left``, ``right`` and ``size`` (points);
        ``pages``: their number; ``turned``: characters that do not stand upright, which are left
        out. Instead of these, ``fault``: ``encrypted``, ``damaged``, ``pages`` or ``characters``.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower() or "security" in str(error).lower()
        return {"fault": "encrypted" if locked else "damaged", "detail": str(error)}
    pages = len(document)
    if pages > most_pages:
        return {"fault": "pages", "pages": pages}
    lines: list[dict[str, Any]] = []
    turned = characters = 0
    for number in range(pages):
        page = document[number].get_textpage()
        count = page.count_chars()
        characters += count
        if characters > most_characters:
            return {"fault": "characters", "pages": pages}
        leaning = _read_page(page, count, number + 1, lines)
        turned += leaning
    return {"pages": pages, "lines": lines, "turned": turned}


def _read_page(page: Any, count: int, number: int, lines: list[dict[str, Any]]) -> int:  # noqa: ANN401
    """Add the lines of a page; return how many of its characters are turned."""
    text: list[str] = []
    boxes: list[tuple[float, float, float]] = []
    turned = 0

    def end_line() -> None:
        if boxes:
            lines.append(
                {
                    "page": number,
                    "text": "".join(text),
                    "left": min(left for left, _, _ in boxes),
                    "right": max(right for _, right, _ in boxes),
                    "size": statistics.median(size for _, _, size in boxes),
                }
            )
        text.clear()
        boxes.clear()

    for index in range(count):
        code = raw.FPDFText_GetUnicode(page, index)
        if code in (10, 13):
            end_line()
            continue
        character = chr(code) if code and not _is_surrogate(code) else ""
        if not character.strip():
            text.append(" " if character else "")
            continue
        angle = raw.FPDFText_GetCharAngle(page, index) % _TURN
        if _STRAIGHT < angle < _TURN - _STRAIGHT:
            turned += 1
            continue
        left, _, right, _ = page.get_charbox(index, loose=True)
        text.append(character)
        boxes.append((left, right, _size(character, left, right)))
    end_line()
    return turned


def _size(character: str, left: float, right: float) -> float:
    """Return the width of a full-width character, as this one tells it.

    The nominal size of a font says little: many files scale it.
    """
    wide = unicodedata.east_asian_width(character) in "WFA"
    return (right - left) * (1 if wide else 2)


def _is_surrogate(code: int) -> bool:
    first, last = 0xD800, 0xDFFF
    return first <= code <= last


def _main() -> None:
    path, most_pages, most_characters = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    found = read_pages(Path(path), most_pages=int(most_pages), most_characters=int(most_characters))
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    _main()
