"""Suggest services: things, types and properties by what somebody types."""

from collections.abc import Sequence
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.search.completing import complete
from medrd_kg.search.folding import fold
from medrd_kg.search.leading import KEPT
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.searching import MAX_QUERY

__all__ = ["suggest_entities", "suggest_properties", "suggest_types", "type_of"]

SHOWN: Final = 10
"""Suggestions at once; the cursor skips those that were shown."""

_SECONDS: Final = 1.0

Json = dict[str, Any]


def suggest_entities(
    index: SearchIndex,
    prefix: str,
    *,
    cursor: int = 0,
    types: Sequence[str] = (),
    language: str = "ja",
) -> Json:
    """Return the answer of the suggest service for entities.

    Args:
        index: Where to look.
        prefix: The beginning of a name, or the IRI of a thing.
        cursor: How many suggestions to skip.
        types: Only things of these kinds; all for none.
        language: Language of the names, ``ja`` or ``en``.

    Raises:
        Problem: ``invalid-parameter``: a value is out of range.
    """
    _check(prefix, cursor)
    with index.reading(_SECONDS) as connection:
        row = connection.execute(
            "SELECT iri, kinds, label_ja, label_en FROM subject WHERE iri = ? AND kinds & ?",
            (prefix, index.mask(types)),
        ).fetchone()
    found: list[tuple[str, tuple[str, ...], str, str]]
    if row is not None:
        iri, kinds, ja, en = row
        name = (en or ja) if language == "en" else (ja or en)
        found = [(iri, index.names_of(kinds), name or iri, name or iri)]
    else:
        other = {"ja": "en", "en": "ja"}[language]
        found = [
            (
                each.iri,
                each.kinds,
                each.label.get(language) or each.label.get(other) or each.text,
                each.text,
            )
            for each in complete(index, prefix, kinds=types, limit=KEPT)
        ]
    result = []
    for iri, kinds, name, text in found[cursor : cursor + SHOWN]:
        item: Json = {"id": iri, "name": name}
        if text != name:
            item["description"] = text
        item["notable"] = [type_of(index, kind, language) for kind in kinds]
        result.append(item)
    return {"result": result}


def suggest_types(
    index: SearchIndex, prefix: str, *, cursor: int = 0, language: str = "ja"
) -> Json:
    """Return the answer of the suggest service for types; see `suggest_entities`."""
    _check(prefix, cursor)
    described = [
        (kind, [kind, *index.kind_labels[kind].values()], type_of(index, kind, language))
        for kind in index.kinds
    ]
    return _matching(prefix, cursor, described)


def suggest_properties(
    index: SearchIndex, prefix: str, *, cursor: int = 0, language: str = "ja"
) -> Json:
    """Return the answer of the suggest service for properties; see `suggest_entities`."""
    _check(prefix, cursor)
    with index.reading(_SECONDS) as connection:
        rows = connection.execute("SELECT iri, label_ja, label_en FROM property ORDER BY id")
        described = [
            (iri, [_local(iri), ja, en], {"id": iri, "name": en if language == "en" else ja})
            for iri, ja, en in rows
        ]
    return _matching(prefix, cursor, described)


def type_of(index: SearchIndex, kind: str, language: str) -> Json:
    """Return a kind as a type of the API."""
    return {"id": kind, "name": index.kind_labels[kind][language]}


def _matching(prefix: str, cursor: int, described: list[tuple[str, list[str], Json]]) -> Json:
    """Return those that have the identifier or a name beginning so, then those that hold it."""
    typed = fold(prefix)
    ranked = sorted(
        (
            (rank, at)
            for at, (identifier, names, _) in enumerate(described)
            if (rank := _rank(prefix, typed, identifier, names)) is not None
        ),
    )
    return {"result": [described[at][2] for _, at in ranked[cursor : cursor + SHOWN]]}


def _rank(prefix: str, typed: str, identifier: str, names: list[str]) -> int | None:
    """Return how well something answers, the least best; None when it does not."""
    if prefix == identifier:
        return 0
    folded = [fold(name) for name in names]
    if any(name.startswith(typed) for name in folded):
        return 1
    return 2 if any(typed in name for name in folded) else None


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _check(prefix: str, cursor: int) -> None:
    if len(prefix) > MAX_QUERY:
        raise Problem("invalid-parameter", f"{len(prefix)} characters are too many to complete")
    if cursor < 0:
        raise Problem("invalid-parameter", f"the cursor is negative: {cursor}")
