"""Printed lines cut into units: title lines, headings and sentences, numbered in order.

A unit has the number of its section as printed (``5(1)①``), that of its paragraph within the
section and that of its sentence within the paragraph, both from 1; headings have 0 and 0.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sources.documents.headings import Numbered, Numbering, numbered
from medrd_kg.sources.documents.printed import PrintedLine
from medrd_kg.sources.policy_document import TextUnit

__all__ = ["cut"]

_STOPS: Final = "。！？"
_BULLET: Final = re.compile(r"[・･•‣◦○◯●◎■□◆◇➢➣✓▪※]|[-－–—]\s")
_FULL: Final = 1.6
"""Widths of a character that a full line may lack at its right end: what follows had no room."""

_SHORT: Final = 4.0
"""Widths that a line lacks which ends before its paragraph's measure."""

_INDENT: Final = 0.7
_MOSTLY: Final = 0.6
_FEW: Final = 3
_OPENING: Final = "（「『(［【〔｛["
_CLOSING: Final = "）」』)］】〕｝]"
_LONGEST_HEADING: Final = 80
"""Characters of the longest heading; what is longer is text."""

_WHEN_OR_WHO: Final = re.compile(
    r"^(?:令和|平成|昭和|20).{1,8}年.{1,6}日|(?:決定|改定|変更)[)）]?$"
)
_UNITS: Final = 9_999


@dataclass
class _Cutter:
    """Takes lines in order; keeps the paragraph at hand."""

    measure: float
    indents: bool
    numbering: Numbering = field(default_factory=Numbering)
    units: list[TextUnit] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    number: int = 0
    """Paragraphs of the section so far."""
    depth: int = 0
    """Brackets of the paragraph at hand that are open."""

    def go_on(self, text: str) -> None:
        self.paragraph.append(text)
        self.depth += _open_brackets(text)

    def heading(self, section: str, text: str) -> None:
        self.end_paragraph()
        self.number = 0
        self._add(section, 0, 0, "heading", text)

    def title(self, text: str) -> None:
        self.end_paragraph()
        self.number += 1
        self._add("0", self.number, 1, "title", text)

    def end_paragraph(self) -> None:
        if not self.paragraph:
            return
        self.number += 1
        text = _joined(self.paragraph)
        self.paragraph.clear()
        self.depth = 0
        for sentence, each in enumerate(_sentences(text), start=1):
            self._add(self.numbering.section, self.number, sentence, "sentence", each)

    def _add(self, section: str, paragraph: int, sentence: int, kind: str, text: str) -> None:
        unit_id = f"S{len(self.units) + 1:03}"
        self.units.append(TextUnit(unit_id, section, paragraph, sentence, kind, text))


def cut(lines: Sequence[PrintedLine]) -> list[TextUnit]:
    """Cut a document into units.

    Args:
        lines: Its lines without page furniture.

    Raises:
        Problem: ``invalid-data``: there are more units than any policy has.
    """
    measure = _measure(lines)
    cutter = _Cutter(measure, _has_indents(lines, measure))
    body_begins = _body_begins(cutter, lines)
    index = 0
    while index < len(lines):
        index = _take(cutter, lines, index, body_begins)
    cutter.end_paragraph()
    if len(cutter.units) > _UNITS:
        raise Problem("invalid-data", f"{len(cutter.units)} units: no policy has so many")
    return cutter.units


def _take(cutter: _Cutter, lines: Sequence[PrintedLine], index: int, body_begins: int) -> int:
    """Take the line at a position, with those that continue a heading; return the next position."""
    line = lines[index]
    opened = _heading_at(cutter, lines, index)
    if opened is not None:
        numbered_line, text, following = opened
        cutter.end_paragraph()
        cutter.heading(cutter.numbering.open(numbered_line), text)
        return following
    if index < body_begins:
        # A title that fills its line goes on in the next, unless that says when or by whom.
        goes_on = (
            _is_full(line, cutter.measure)
            and index + 1 < body_begins
            and not _WHEN_OR_WHO.search("".join(lines[index + 1].text.split()))
        )
        cutter.title(_joined([each.text for each in lines[index : index + 1 + goes_on]]))
        return index + 1 + goes_on
    if cutter.paragraph and _begins_paragraph(cutter, lines, index):
        cutter.end_paragraph()
    cutter.go_on(line.text)
    return index + 1


def _measure(lines: Sequence[PrintedLine]) -> float:
    """Return where full lines end: what nine of ten long lines do not pass."""
    ends = sorted(each.right for each in lines if each.right - each.left > _SHORT)
    return ends[int(0.9 * (len(ends) - 1))] if ends else 0.0


def _is_full(line: PrintedLine, measure: float) -> bool:
    return line.right >= measure - _FULL


def _ends_sentence(line: PrintedLine) -> bool:
    return line.text.endswith(tuple(_STOPS))


def _has_indents(lines: Sequence[PrintedLine], measure: float) -> bool:
    """Whether the first line of a paragraph is set in: of those that surely are one, most are."""
    firsts = [
        index
        for index in range(1, len(lines) - 1)
        if _ends_sentence(lines[index - 1])
        and not _is_full(lines[index - 1], measure)
        and _is_full(lines[index], measure)
        and numbered(lines[index].text) is None
        and not _BULLET.match(lines[index].text)
    ]
    indented = sum(_is_indented(lines, index) for index in firsts)
    return len(firsts) >= _FEW and indented >= _MOSTLY * len(firsts)


def _is_indented(lines: Sequence[PrintedLine], index: int) -> bool:
    """Whether a line begins further in than the one that continues it."""
    if index + 1 >= len(lines):
        return False
    return lines[index].left - lines[index + 1].left >= _INDENT


def _begins_paragraph(cutter: _Cutter, lines: Sequence[PrintedLine], index: int) -> bool:
    before, line = lines[index - 1], lines[index]
    ended = _ends_sentence(before) and cutter.depth <= 0
    full = _is_full(before, cutter.measure)
    if _BULLET.match(line.text):
        # A full line may break before a middle dot that stands between two words.
        return ended or not full
    if ended:
        set_in = _is_indented(lines, index) or line.left - before.left >= _INDENT
        return not full or not cutter.indents or set_in
    short = before.right < cutter.measure - _SHORT
    return short and cutter.indents and _is_indented(lines, index)


def _body_begins(cutter: _Cutter, lines: Sequence[PrintedLine]) -> int:
    """Return the position of the first line that is no title: a heading, or a paragraph.

    A paragraph before the first heading begins with full lines and ends like a sentence.
    """
    for index, line in enumerate(lines):
        found = numbered(line.text)
        if found is not None and found.value <= 1 and _heading_text(cutter, lines, index):
            return index
        if _ends_sentence(line):
            start = index
            while start and _is_full(lines[start - 1], cutter.measure):
                start -= 1
            return start
    return len(lines)


def _heading_at(
    cutter: _Cutter, lines: Sequence[PrintedLine], index: int
) -> tuple[Numbered, str, int] | None:
    """Return number, text and end of the heading at a position; None where there is none."""
    found = numbered(lines[index].text)
    if found is None or not cutter.numbering.continues(found):
        return None
    if cutter.paragraph and _continues_text(cutter, lines, index):
        return None
    text = _heading_text(cutter, lines, index)
    if text is None or _ENDS_TEXT.search(text[-1]) or sum(map(len, text)) > _LONGEST_HEADING:
        return None
    return found, _joined(text), index + len(text)


_ENDS_TEXT: Final = re.compile(r"[。！？、，；;：:]$")


def _heading_text(
    cutter: _Cutter, lines: Sequence[PrintedLine], index: int
) -> tuple[str, ...] | None:
    """Return the one or two lines of a heading; None where the line begins a sentence.

    A line that ends early is a whole heading. One that is full is a heading if a paragraph
    visibly begins after it, or if it goes on in one short line that ends no sentence.
    """
    line = lines[index]
    if not _is_full(line, cutter.measure) or index + 1 == len(lines):
        return (line.text,)
    after = lines[index + 1]
    if numbered(after.text) is not None and not _ends_sentence(after):
        return (line.text,)
    if cutter.indents and _is_indented(lines, index + 1):
        return (line.text,)
    if _is_full(after, cutter.measure) or _ends_sentence(after) or _BULLET.match(after.text):
        return None
    return line.text, after.text


def _continues_text(cutter: _Cutter, lines: Sequence[PrintedLine], index: int) -> bool:
    """Whether the paragraph at hand is cut off within a sentence by this line."""
    before = lines[index - 1]
    return not _ends_sentence(before) and _is_full(before, cutter.measure)


def _joined(lines: Sequence[str]) -> str:
    """Join lines: Japanese without a gap, two Latin words with a blank."""
    text = lines[0]
    for each in lines[1:]:
        latin = text[-1:].isascii() and text[-1:].isalpha() and each[:1].isascii()
        text += f" {each}" if latin and each[:1].isalpha() else each
    return text


def _sentences(text: str) -> list[str]:
    """Split a paragraph after each full stop that stands in no brackets."""
    closed = _split(text, heed_brackets=True)
    # A bracket that is never closed must not swallow what follows.
    return closed if _is_balanced(text) else _split(text, heed_brackets=False)


def _is_balanced(text: str) -> bool:
    return _open_brackets(text) == 0


def _open_brackets(text: str) -> int:
    return sum(each in _OPENING for each in text) - sum(each in _CLOSING for each in text)


def _split(text: str, *, heed_brackets: bool) -> list[str]:
    found: list[str] = []
    depth = start = 0
    for at, each in enumerate(text):
        if each in _OPENING:
            depth += 1
        elif each in _CLOSING:
            depth = max(0, depth - 1)
        elif each in _STOPS and not (heed_brackets and depth):
            found.append(text[start : at + 1].strip())
            start = at + 1
    rest = text[start:].strip()
    if rest and found and all(each in _CLOSING for each in rest):
        found[-1] += rest
    elif rest:
        found.append(rest)
    return found
