"""PDFs and texts made from units, set as documents are: broken lines, indents, page numbers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from medrd_kg.sources.documents.printed import display_width
from medrd_kg.sources.policy_document import TextUnit

FONT = "HeiseiMin-W3"
NOT_FIRST = "。、，）」』ーゃゅょぁぃぅぇぉっャュョァィゥェォッ・～"
"""Characters that Japanese typesetting lets begin no line."""


@dataclass(frozen=True)
class Layout:
    """How a document is set.

    Attributes:
        columns: Full-width characters a line.
        indent: Full-width blanks before the first line of a paragraph.
        rows: Lines a page.
        title: Running title of each page.
        number: Form of the page number.
        size: Points a full-width character.
    """

    columns: int = 40
    indent: int = 1
    rows: int = 30
    title: str = ""
    number: str = "- {} -"
    size: float = 10.5


def paragraphs(units: Sequence[TextUnit]) -> Iterator[tuple[str, str]]:
    """Yield type and text of each paragraph, heading and title line."""
    at: tuple[str, int, str] | None = None
    text = ""
    for unit in units:
        here = (unit.section, unit.paragraph, unit.unit_type)
        if here != at and at is not None:
            yield at[2], text
            text = ""
        at = here
        text += unit.text
    if at is not None:
        yield at[2], text


def set_lines(units: Sequence[TextUnit], layout: Layout) -> list[str]:
    """Break units into lines; blanks at the beginning of a line set it in."""
    lines: list[str] = []
    for kind, text in paragraphs(units):
        indent = layout.indent if kind == "sentence" and not text.startswith("・") else 0
        lines += broken("　" * indent + text, layout.columns)
    return lines


def broken(text: str, columns: int) -> Iterator[str]:
    """Yield the lines of a paragraph."""
    line = ""
    for each in text:
        if display_width(line + each) > columns and each not in NOT_FIRST:
            yield line
            line = ""
        line += each
    yield line


def write_pdf(
    path: Path, lines: Iterable[str], layout: Layout, *, password: str | None = None
) -> Path:
    """Write lines as a PDF with running titles and page numbers."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(path), pagesize=A4, encrypt=password, invariant=True)
    every = list(lines)
    for page, start in enumerate(range(0, len(every), layout.rows), start=1):
        canvas.setFont(FONT, layout.size)
        top = A4[1] - 50
        if layout.title:
            canvas.drawRightString(A4[0] - 50, top + 20, layout.title)
        for row, line in enumerate(every[start : start + layout.rows]):
            blanks = len(line) - len(line.lstrip("　"))
            left = 60 + blanks * layout.size
            canvas.drawString(left, top - row * layout.size * 2, line.lstrip("　"))
        if layout.number:
            canvas.drawCentredString(A4[0] / 2, 25, layout.number.format(page))
        canvas.showPage()
    canvas.save()
    return path


def in_width(units: Iterable[TextUnit], table: dict[int, int]) -> list[TextUnit]:
    """Return units with characters in another width."""
    return [replace(unit, text=unit.text.translate(table)) for unit in units]
