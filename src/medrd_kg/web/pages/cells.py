"""The rows of tables on pages: how a value is shown, by the kind of its column.

A page has hundreds of cells, and a macro of a template takes several times as long for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from medrd_kg.web.pages import formats
from medrd_kg.web.pages.words import words

if TYPE_CHECKING:
    from medrd_kg.web.pages.site import Page

__all__ = ["basis", "rows_of", "things", "yen"]

Draw = Callable[["Page", Any], str]
"""Returns a value as a page shows it; what is no Markup is escaped."""

Citation = Callable[[Sequence[Mapping[str, Any]]], Markup]
"""Returns a list of sources as the templates show it."""

_NOTHING: Final = Markup('<span class="note">–</span>')
_NUMBERS: Final = frozenset({"yen", "number", "bits"})
_LISTS: Final = frozenset({"things", "evidence", "reasons", "printed"})
_WIDE: Final = frozenset({"things", "reasons", "bilingual"})
_JOINTS: Final = {"ja": Markup("、"), "en": Markup(", ")}

_ROW: Final = Markup('<tr><th scope="row">')
_HEADING: Final = Markup("</th>")
_PLAIN_CELL: Final = Markup("<td>")
_NUMBER_CELL: Final = Markup('<td class="n">')
_WIDE_CELL: Final = Markup('<td class="things">')
_CELL: Final = Markup("</td>")
_END: Final = Markup("</tr>\n")

_YEN: Final = Markup('<span class="yen"><span class="short">{}</span>{}</span>')
_EXACT: Final = Markup(' <span class="exact">{}</span>')
_BADGE: Final = Markup('<span class="badge">{}</span>')
_BASIS: Final = Markup('<span class="badge {}">{}</span>')
_YEAR: Final = Markup('<span class="year">{}</span>')
_JAPANESE: Final = Markup('<span lang="ja">{}</span>')
_PRINTED: Final = Markup('<span lang="ja" class="printed">{}</span>')


def rows_of(
    page: Page,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Any]],
    citation: Citation,
) -> Markup:
    """Return the rows of a table; the first cell of each is its heading.

    Args:
        page: The page.
        columns: Heading key and kind of each column.
        rows: Their values.
        citation: Draws the sources of columns of kind ``evidence``.
    """
    kinds = [kind for _, kind in columns]
    pieces: list[str] = []
    for row in rows:
        for place, (kind, value) in enumerate(zip(kinds, row, strict=True)):
            is_cited = kind == "evidence" and value
            shown = page.cited(citation, value) if is_cited else _drawn(page, kind, value)
            pieces += [_cell(kind, value), shown, _CELL] if place else [_ROW, shown, _HEADING]
        pieces.append(_END)
    return Markup().join(pieces)  # which escapes what is no Markup


def _cell(kind: str, value: object) -> Markup:
    """Return the beginning of a cell, with the class by which it is laid out."""
    if kind in _NUMBERS:
        return _NUMBER_CELL
    names_sources = (
        kind == "evidence" and isinstance(value, list) and value and "unitId" not in value[0]
    )
    return _WIDE_CELL if kind in _WIDE or names_sources else _PLAIN_CELL


def _drawn(page: Page, kind: str, value: object) -> str:
    if value is None or value == "" or (kind in _LISTS and not value):
        return _NOTHING
    draw = _DRAWN.get(kind)
    return str(value) if draw is None else draw(page, value)


def yen(page: Page, amount: int) -> Markup:
    """Return exact yen, the rounded amount above it."""
    short, exact = page.yen_short(amount), page.yen(amount)
    return _YEN.format(short, _EXACT.format(exact) if short != exact else "")


def basis(page: Page, value: str) -> Markup:
    """Return whether a source states something or we computed it."""
    return _BASIS.format(value, getattr(words(page.language).basis, value))


def things(page: Page, named: Iterable[Mapping[str, Any]]) -> Markup:
    """Return things one after the other."""
    return _JOINTS[page.language].join(
        page.thing(each) if "label" in each else each["id"].rsplit("/", 1)[1] for each in named
    )


def _thing(page: Page, it: Mapping[str, Any]) -> str:
    return page.thing(it) if it.get("label") else str(it["id"])


def _word(page: Page, group: str, value: str) -> str:
    """Return a word of a group, or the value itself where there is none for it."""
    return str(getattr(getattr(words(page.language), group), value, value))


def _printed(_: Page, texts: Iterable[str]) -> Markup:
    return Markup("、").join(_PRINTED.format(each) for each in texts)


def _reasons(page: Page, reasons: Iterable[Mapping[str, Any]]) -> Markup:
    return Markup(" ").join(
        Markup("{} {}").format(
            page.thing(each["concept"])
            if each["concept"]
            else _word(page, "reasons", each["kind"]),
            basis(page, each["basis"]),
        )
        for each in reasons
    )


_DRAWN: Final[Mapping[str, Draw]] = {
    "thing": _thing,
    "things": things,
    "yen": yen,
    "number": lambda _, value: formats.integer(value),
    "bits": lambda _, value: f"{value:.1f}",
    "year": lambda page, value: _YEAR.format(page.year(value)),
    "basis": basis,
    "step": lambda page, value: _word(page, "steps", value),
    "element": lambda page, value: _word(page, "elements", value),
    "state": lambda page, value: _BADGE.format(_word(page, "states", value)),
    "bilingual": lambda page, value: page.name(value),
    "printed": _printed,
    "ja": lambda _, value: _JAPANESE.format(value),
    "reasons": _reasons,
}
"""How values are shown, by the kind of their column; of any other kind as they stand."""
