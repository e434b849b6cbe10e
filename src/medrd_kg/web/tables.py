"""Items and rows as CSV (RFC 4180, UTF-8)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from medrd_kg.web.context import LANGUAGE, LINK, Property
from medrd_kg.web.representation import Item

__all__ = ["item_table", "write_csv"]

SEPARATOR: Final = " | "
"""Between several values in one cell."""

_LANGUAGES: Final = ("ja", "en")


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool) -> bytes:
    """Return a table as CSV.

    Args:
        columns: The header.
        rows: Cells in the order of the columns; None is empty.
        bom: Whether to begin with a byte order mark, by which Excel knows UTF-8.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8")


def item_table(
    properties: Sequence[Property], items: Iterable[Item]
) -> tuple[list[str], list[list[object]]]:
    """Return the header and rows that show items with some properties.

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
    return columns, rows


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
    if len(values) == 1 and isinstance(values[0], int) and not isinstance(values[0], bool):
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
