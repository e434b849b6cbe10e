"""Data extension: values of properties of things that a table was reconciled with."""

import re
import sqlite3
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medrd_kg.problems import Problem
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.matching import property_number
from medrd_kg.vocabulary import PREFIXES

__all__ = ["Extension", "extend", "extend_draft", "propose_properties"]

MAX_IDS: Final = 1000
_MAX_PROPERTIES: Final = 20
_MOST_VALUES: Final = 1000
_SECONDS: Final = 10.0
_XSD: Final = PREFIXES["xsd"]

_DATE_TIME: Final = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")

_VALUES: Final = """
SELECT fact.value, fact.datatype, fact.language, thing.label_ja, thing.label_en
FROM subject CROSS JOIN fact ON fact.subject = subject.id
LEFT JOIN subject AS thing ON thing.id = fact.object
WHERE subject.iri = ? AND fact.property = ?
ORDER BY fact.id LIMIT ?
"""

_PROPOSED: Final = """
SELECT property.iri, property.label_ja, property.label_en
FROM fact JOIN subject ON subject.id = fact.subject JOIN property ON property.id = fact.property
WHERE subject.kinds & ?
GROUP BY property.id ORDER BY count(DISTINCT fact.subject) DESC, property.id LIMIT ?
"""

Json = dict[str, Any]


class _Settings(BaseModel):
    """Settings of a property; values come as text where a form of a client sent them."""

    model_config = ConfigDict(extra="ignore")

    limit: Annotated[int, Field(ge=0)] = 0


class _Asked(BaseModel):
    id: str
    settings: _Settings = _Settings()


class Extension(BaseModel):
    """A data extension query.

    Attributes:
        ids: IRIs of the things.
        properties: The properties with their settings.
    """

    ids: Annotated[list[str], Field(max_length=MAX_IDS)]
    properties: Annotated[list[_Asked], Field(max_length=_MAX_PROPERTIES)]

    @classmethod
    def read(cls, document: str | bytes) -> "Extension":
        """Read a query.

        Args:
            document: The JSON, as the form field ``extend`` holds it.

        Raises:
            Problem: ``invalid-parameter``: it is no such query.
        """
        try:
            return cls.model_validate_json(document)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step)[:40] for step in first["loc"]) or "the document"
            raise Problem(
                "invalid-parameter", f"this is no data extension query: {place}: {first['msg']}"
            ) from error


def propose_properties(
    index: SearchIndex, kind: str, *, limit: int = 50, language: str = "ja"
) -> Json:
    """Return the properties that things of a kind have, those of the most things first.

    Args:
        index: Where to look.
        kind: Name of the kind.
        limit: Most properties.
        language: Language of their names, ``ja`` or ``en``.

    Raises:
        Problem: ``invalid-parameter``: there is no such kind, or the limit is not positive.
    """
    if limit < 1:
        raise Problem("invalid-parameter", f"the limit is not positive: {limit}")
    mask = index.mask([kind])
    with index.reading(_SECONDS) as connection:
        rows = connection.execute(_PROPOSED, (mask, min(limit, 500))).fetchall()
    properties = [
        {"id": iri, "name": english if language == "en" else japanese}
        for iri, japanese, english in rows
    ]
    return {"type": kind, "limit": limit, "properties": properties}


def extend(index: SearchIndex, query: Extension, *, language: str = "ja") -> Json:
    """Return the values of properties, in the form of version 0.2.

    A thing that does not exist has no values. Texts in several languages come in the language
    asked for, where there is one.

    Args:
        index: Where to look.
        query: The things and the properties.
        language: Language of names and texts, ``ja`` or ``en``.

    Raises:
        Problem: ``invalid-parameter``: there is no such property. ``query-timeout``.
    """
    meta, rows = _extended(index, query, language)
    return {"meta": meta, "rows": rows}


def extend_draft(index: SearchIndex, query: Extension, *, language: str = "ja") -> Json:
    """Return the values of properties, in the form of the 1.0 draft; see `extend`."""
    meta, rows = _extended(index, query, language)
    return {
        "meta": meta,
        "rows": [
            {
                "id": iri,
                "properties": [
                    {"id": identifier, "values": values} for identifier, values in row.items()
                ],
            }
            for iri, row in rows.items()
        ],
    }


def _extended(
    index: SearchIndex, query: Extension, language: str
) -> tuple[list[Json], dict[str, dict[str, list[Json]]]]:
    with index.reading(_SECONDS) as connection:
        numbers = [property_number(connection, asked.id) for asked in query.properties]
        asked = list(zip(numbers, query.properties, strict=True))
        # Rows are found under the names that the caller gave, and so are the properties.
        meta = [_meta(connection, number, language) | {"id": each.id} for number, each in asked]
        rows = {
            iri: {
                each.id: _values(
                    connection.execute(
                        _VALUES, (iri, number, each.settings.limit or _MOST_VALUES)
                    ).fetchall(),
                    language,
                )
                for number, each in asked
            }
            for iri in query.ids
        }
    return meta, rows


def _meta(connection: sqlite3.Connection, number: int, language: str) -> Json:
    iri, japanese, english = connection.execute(
        "SELECT iri, label_ja, label_en FROM property WHERE id = ?", (number,)
    ).fetchone()
    return {"id": iri, "name": english if language == "en" else japanese}


def _values(rows: list[tuple[str, str, str, str | None, str | None]], language: str) -> list[Json]:
    """Return the values as the API writes them."""
    in_language = any(tag == language for _, _, tag, _, _ in rows)
    return [
        _value(value, datatype, (english or japanese) if language == "en" else japanese or english)
        for value, datatype, tag, japanese, english in rows
        if not in_language or tag in {language, ""}
    ]


def _value(value: str, datatype: str, label: str | None) -> Json:
    if label is not None:
        return {"id": value, "name": label}
    if datatype == f"{_XSD}integer":
        return {"int": int(value)}
    if datatype == f"{_XSD}decimal":
        return {"float": float(value)}
    if datatype == f"{_XSD}dateTime" and _DATE_TIME.fullmatch(value):
        return {"date": value}
    return {"str": value}
