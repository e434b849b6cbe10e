"""What connects two kinds of things, as a heat map, a network, bars and their tables."""

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Final

from medrd_kg.web.charts.bars import Row, rows
from medrd_kg.web.charts.drawing import WIDE, About, Drawing, Label
from medrd_kg.web.charts.lines import Line, lines_of_cells, lines_of_edges
from medrd_kg.web.charts.matrix import Cell, matrix
from medrd_kg.web.charts.network import Edge, columns_of_places, network, ring_of_places
from medrd_kg.web.charts.twin import Number, Twin, Words
from medrd_kg.web.pages.choices import label_of
from medrd_kg.web.pages.flow_drawing import money
from medrd_kg.web.pages.site import Page

__all__ = ["Coverage", "coverage_of", "network_chart", "overlap_chart", "pairs_twin"]

_MOST_ROWS: Final = 60
_MOST_COLUMNS: Final = 24
_MOST_NAMED: Final = 3
_MOST_BARS: Final = 15

Found = Mapping[str, Any]
"""An answer of REST, or a part of it."""

Address = Callable[[str, str], str]
"""Returns where a pair of IRIs leads."""


class Coverage:
    """A coverage matrix of REST, the fullest rows and columns first, the empty ones apart."""

    def __init__(self, page: Page, t: SimpleNamespace, answer: Found, address: Address) -> None:
        """Order the answer.

        Args:
            page: The page.
            t: Its words.
            answer: The answer.
            address: Where a cell leads.
        """
        self._page = page
        self._t = t
        self._address = address
        self.is_money = answer.get("namedTotal") is not None
        self._values = {(each["row"], each["column"]): each["value"] for each in answer["items"]}
        self.rows = _full(answer["rows"], {row for row, _ in self._values})[:_MOST_ROWS]
        self.columns = _full(answer["columns"], {column for _, column in self._values})
        self.columns = self.columns[:_MOST_COLUMNS]
        filled = {each["thing"]["id"] for each in self.rows}
        self.empty = [
            label_of(page, each["thing"])
            for each in answer["rows"]
            if each["thing"]["id"] not in filled and not each["value"]
        ]
        self.whole = answer["whole"]

    def shown(self, value: int) -> str:
        """Return a count, or a rounded amount."""
        return self._page.yen_short(value) if self.is_money else f"{value:,}"

    def chart(self, about: About) -> tuple[Drawing, tuple[Line, ...]]:
        """Return the heat map, and the same line by line for narrow screens."""
        lefts = [label_of(self._page, each["thing"]) for each in self.rows]
        tops = [label_of(self._page, each["thing"]) for each in self.columns]
        cells = []
        for row, left in enumerate(self.rows):
            for column, top in enumerate(self.columns):
                value = self._values.get((left["thing"]["id"], top["thing"]["id"]))
                if value is None:
                    continue
                name = f"{lefts[row].text} × {tops[column].text}: {self._exact(value)}"
                href = self._address(left["thing"]["id"], top["thing"]["id"])
                cells.append(Cell(row, column, value, Label(self.shown(value), None, href, name)))
        return matrix(about, lefts, tops, cells), lines_of_cells(lefts, tops, cells)

    def twin(self, caption: str, corner: str) -> Twin:
        """Return the table: a cell for each pair, and sums in which everything counts once."""
        headings = (
            (corner, False),
            *((self._page.text(each["thing"]["label"]), True) for each in self.columns),
            (self._t.row_sum, True),
        )
        table = []
        for left in self.rows:
            row: list[Words | Number] = [Words(label_of(self._page, left["thing"]))]
            for top in self.columns:
                pair = (left["thing"]["id"], top["thing"]["id"])
                value = self._values.get(pair)
                row.append(self._cell(value, None if value is None else self._address(*pair)))
            table.append((*row, self._cell(left["value"])))
        last: tuple[Words | Number, ...] = (
            Words(Label(self._t.row_sum)),
            *(self._cell(each["value"]) for each in self.columns),
            self._cell(self.whole["value"]),
        )
        return Twin(caption, headings, tuple(table), last)

    def _exact(self, value: int) -> str:
        return self._page.yen(value) if self.is_money else f"{value:,}"

    def _cell(self, value: int | None, href: str | None = None) -> Number:
        if value is None:
            return Number(None, "–")
        if self.is_money:
            return money(self._page, value, href)
        return Number(value, f"{value:,}", href)


def coverage_of(page: Page, t: SimpleNamespace, answer: Found, address: Address) -> Coverage:
    """Return a coverage matrix; see `Coverage`."""
    return Coverage(page, t, answer, address)


def network_chart(
    page: Page, about: About, pairs: Sequence[Found], address: Address, *, is_one_kind: bool
) -> tuple[Drawing, tuple[Line, ...]]:
    """Return pairs as a network, and line by line for narrow screens.

    The network is a ring of one kind, or two columns of two kinds.

    Args:
        page: The page.
        about: What it is called and shows.
        pairs: Linked pairs as REST has them.
        address: Where an edge leads.
        is_one_kind: Whether both sides are of one kind.
    """
    left: dict[str, Label] = {}
    right: dict[str, Label] = {}
    for pair in pairs:
        for side, column in (("left", left), ("right", left if is_one_kind else right)):
            column.setdefault(pair[side]["id"], label_of(page, pair[side]))
    if is_one_kind:
        places = ring_of_places(list(left.items()))
    else:
        places = columns_of_places(
            [(f"left {iri}", label) for iri, label in left.items()],
            [(f"right {iri}", label) for iri, label in right.items()],
        )
    edges = []
    for pair in pairs:
        one, other = pair["left"]["id"], pair["right"]["id"]
        start, end = (one, other) if is_one_kind else (f"left {one}", f"right {other}")
        names = " – ".join(page.text(pair[side]["label"]) for side in ("left", "right"))
        shared = ", ".join(
            page.text(each["concept"]["label"]) for each in pair["shared"][:_MOST_NAMED]
        )
        name = f"{names}: {pair['strength']:.1f} ({shared})"
        edges.append(Edge(start, end, pair["strength"], Label(name, None, address(one, other))))
    return network(about, places, edges), lines_of_edges(places, edges)


def pairs_twin(
    page: Page,
    t: SimpleNamespace,
    names: tuple[str, str, str],
    pairs: Sequence[Found],
    address: Address,
) -> Twin:
    """Return linked pairs as a table, the strongest first.

    Args:
        page: The page.
        t: Its words.
        names: The caption, and the names of the two kinds.
        pairs: Linked pairs as REST has them.
        address: Where a pair leads.
    """
    caption, left, right = names
    headings = (
        (left, False),
        (right, False),
        (t.strength, True),
        (t.shared_count, True),
        (t.shared, False),
    )
    table = tuple(
        (
            Words(label_of(page, pair["left"])),
            Words(label_of(page, pair["right"])),
            Number(
                None,
                f"{pair['strength']:.2f}",
                address(pair["left"]["id"], pair["right"]["id"]),
            ),
            Number(len(pair["shared"]), f"{len(pair['shared']):,}"),
            Words(Label(_named(page, pair["shared"]))),
        )
        for pair in pairs
    )
    return Twin(caption, headings, table)


def overlap_chart(
    page: Page, about: About, overlaps: Sequence[Found], width: float = WIDE
) -> Drawing:
    """Return the concepts on which several ministries work as bars, most money first."""
    ranked = sorted(overlaps, key=lambda each: -(each["amount"] or 0))[:_MOST_BARS]
    entries = []
    for each in ranked:
        amount = each["amount"] or 0
        own = label_of(page, each["concept"])
        name = Label(own.text, own.lang, own.href, f"{own.text}: {page.yen(amount)}")
        entries.append(Row(name, amount, page.yen_short(amount)))
    return rows(about, entries, width)


def _full(axis: Sequence[Found], filled: set[str]) -> list[Found]:
    """Return the entries of an axis that a cell stands in, the greatest first."""
    found = [each for each in axis if each["thing"]["id"] in filled]
    return sorted(found, key=lambda each: (-each["value"], each["thing"]["id"]))


def _named(page: Page, shared: Sequence[Found]) -> str:
    names = [page.text(each["concept"]["label"]) for each in shared[:_MOST_NAMED]]
    more = len(shared) - len(names)
    joint = "、" if page.language == "ja" else ", "
    return joint.join(names) + (f" +{more}" if more > 0 else "")
