"""Items as tables, whatever the format they are written in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medrd_kg.vocabulary import PREFIXES
from medrd_kg.web.context import LANGUAGE, LINK, Property
from medrd_kg.web.representation import Item

__all__ = ["SEPARATOR", "Table", "item_table"]

SEPARATOR: Final = " | "
"""Between several values in one cell."""

_LANGUAGES: Final = ("ja", "en")
_DECIMAL: Final = f"{PREFIXES['xsd']}decimal"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header.

    Attributes:
        columns: The header.
        rows: Cells in the order of the columns: text, integer, boolean, or None for empty.
        decimals: Columns whose text is a decimal number, kept as text because it is exact.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    decimals: frozenset[str] = frozenset()


def item_table(properties: Sequence[Property], items: Iterable[Item]) -> Table:
    """Return the table that shows items with some properties.

    A text takes one column a language; a link takes one for the IRI and one a language for the
    label; everything else takes one.
    """
    columns = ["id", "slug", "type"]
    for each in properties:
        columns += _columns(each)
    rows = []
    for item in items:
        row: list[object] = [item["id"], item.get("slug"), SEPARATOR.join(item["type"])]
        for each in properties:
            row += _cells(each, item.get(each.name))
        rows.append(row)
    decimals = frozenset(each.name for each in properties if each.values == _DECIMAL)
    return Table(columns, rows, decimals)


def _columns(shown: Property) -> list[str]:
    by_language = [f"{shown.name}_{language}" for language in _LANGUAGES]
    if shown.values == LANGUAGE:
        return by_language
    return [shown.name, *by_language] if shown.values == LINK else [shown.name]


def _cells(shown: Property, value: Any) -> list[object]:  # noqa: ANN401 - any JSON value
    if shown.values == LANGUAGE:
        return [_text(value, language) for language in _LANGUAGES]
    values = [] if value is None else value if isinstance(value, list) else [value]
    if shown.values == LINK:
        labels = [
            _joined(_text(each.get("label"), language) for each in values)
            for language in _LANGUAGES
        ]
        return [_joined(each.get("id", each.get("@value")) for each in values), *labels]
    if len(values) == 1 and isinstance(values[0], int):
        return [values[0]]
    return [_joined(_plain(each) for each in values)]


def _text(texts: Mapping[str, Any] | None, language: str) -> str | None:
    found = (texts or {}).get(language)
    return _joined(found) if isinstance(found, list) else found


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value["@value"]) if isinstance(value, dict) and "@value" in value else str(value)


def _joined(values: Iterable[object]) -> str | None:
    return SEPARATOR.join(str(each) for each in values if each is not None) or None
