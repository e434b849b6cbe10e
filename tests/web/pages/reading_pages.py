"""What is read from a page: its tables, links and language."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Read", "read_page", "yen_of"]


@dataclass
class Table:
    """A table of a page.

    Attributes:
        caption: Its caption.
        body: Texts of the cells of its body, row by row.
        foot: Texts of the cells of its last row; empty where it has none.
    """

    caption: str = ""
    body: list[list[str]] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


@dataclass
class Read:
    """A page that was read.

    Attributes:
        tables: Its tables.
        links: Address and text of each link.
        texts: All texts of the page.
        lang: Language of the document.
        chosen: Values of the options that are chosen.
    """

    tables: list[Table] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lang: str = ""
    chosen: list[str] = field(default_factory=list)

    def table(self, caption: str) -> Table:
        """Return the table of a caption."""
        return next(each for each in self.tables if each.caption == caption)

    def address(self, text: str) -> str:
        """Return the address of the first link with a text."""
        return next(address for address, own in self.links if own == text)

    @property
    def text(self) -> str:
        """All of its text."""
        return " ".join(" ".join(self.texts).split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Read()
        self._open: list[str] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self._open.append(tag)
        if tag == "html":
            self.found.lang = told.get("lang") or ""
        elif tag == "table":
            self.found.tables.append(Table())
        elif tag == "tr" and "tbody" in self._open:
            self.found.tables[-1].body.append([])
        elif tag in {"td", "th", "caption"}:
            self._cell = []
        elif tag == "a":
            self.found.links.append((told.get("href") or "", ""))
        elif tag == "option" and "selected" in told:
            self.found.chosen.append(told.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag in {"td", "th", "caption"} and self._cell is not None:
            text = " ".join("".join(self._cell).split())
            self._cell = None
            table = self.found.tables[-1]
            if tag == "caption":
                table.caption = text
            elif "tfoot" in self._open:
                table.foot.append(text)
            elif "tbody" in self._open:
                table.body[-1].append(text)

    def handle_data(self, data: str) -> None:
        self.found.texts.append(data)
        if self._cell is not None:
            self._cell.append(data)
        if "a" in self._open and self.found.links:
            address, text = self.found.links[-1]
            self.found.links[-1] = (address, text + data)


def read_page(text: str) -> Read:
    """Return what a page holds."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.found


def yen_of(cell: str) -> int:
    """Return the exact amount that a cell ends with.

    >>> yen_of("-0.1万円 -1,234円"), yen_of("¥1.2 billion ¥1,234,567,890"), yen_of("-¥5")
    (-1234, 1234567890, -5)
    """
    exact = cell.rsplit(maxsplit=1)[-1].replace(",", "").replace("¥", "").removesuffix("円")
    return int(exact)
