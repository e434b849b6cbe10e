"""Values of cells: literals by the data types of CSVW, amounts in whole yen."""

import datetime as dt
import re
import unicodedata
import warnings
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from csvw.metadata import Datatype
from pyoxigraph import Literal, NamedNode

from medrd_kg.sources.tables.columns import DATES, UNITS, ColumnMap
from medrd_kg.sources.tables.reading import Cell
from medrd_kg.vocabulary import PREFIXES

__all__ = ["literals", "parts", "yen"]

_XSD: Final = PREFIXES["xsd"]
_DATATYPES: Final = {
    "any": f"{_XSD}anyAtomicType",
    "binary": f"{_XSD}base64Binary",
    "datetime": f"{_XSD}dateTime",
    "number": f"{_XSD}double",
    "xml": f"{PREFIXES['rdf']}XMLLiteral",
    "html": f"{PREFIXES['rdf']}HTML",
    "json": "http://www.w3.org/ns/csvw#JSON",
}
"""Data types whose name is not that of XML Schema (Tabular Metadata, section 5.11.1)."""

_EXACT: Final = frozenset(
    {"decimal", "integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"}
    | {"nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort"}
    | {"unsignedByte"}
)
_DATES: Final = frozenset({"date", "datetime", "dateTime", "dateTimeStamp", "time"})
_FREE: Final = frozenset({"string", "normalizedString", "token", "Name", "NMTOKEN", "anyURI"})
"""Data types whose values may be names, so that no message quotes them."""

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_GROUP: Final = 3
"""Digits between two group marks."""


def parts(column: ColumnMap, cell: Cell) -> list[str]:
    """Return the values of a cell: several where the column has a separator, none where null.

    Raises:
        ValueError: The column is required and the cell is empty.
    """
    reader = column.reader
    text = cell.text or (reader.default if isinstance(reader.default, str) else "")
    nulls = {"", *reader.inherit_null()}
    separator = reader.inherit("separator")
    found = text.split(separator) if separator else [text]
    given = [each for each in found if each not in nulls]
    if not given and reader.inherit("required"):
        raise ValueError("a value is required here")
    return given


def literals(column: ColumnMap, values: Sequence[str], *, is_date: bool = False) -> list[Literal]:
    """Return what the values of a cell stand for.

    Args:
        column: Tells their data type and language.
        values: Texts.
        is_date: Whether a spreadsheet keeps them as days or instants.

    Raises:
        ValueError: A value is not of the data type; the message quotes no free text.
    """
    datatype: Datatype | None = column.reader.inherit("datatype")
    return [_literal(column, datatype, each, is_date=is_date) for each in values]


def _literal(column: ColumnMap, datatype: Datatype | None, value: str, *, is_date: bool) -> Literal:
    base = "string" if datatype is None else datatype.base
    if datatype is None:
        return _string(value, column.language)
    if base in _EXACT:
        found = _exact(datatype, value)
        patterned = "pattern" in datatype.derived_description
        given = unicodedata.normalize("NFKC", value).strip() if patterned else format(found, "f")
        _read(datatype, given, told=value, formatted=patterned)
        if column.is_amount:
            return _integer(yen(found, column.unit or "yen"))
        plain = str(int(found)) if base != "decimal" else format(found, "f")
        return Literal(plain, datatype=NamedNode(f"{_XSD}{base}"))
    if column.date_format is not None and not is_date:
        return _date(value, column.date_format)
    read = _read(datatype, value, told=value, formatted=not (is_date and base in _DATES))
    if base == "string":
        return _string(value, column.language)
    lexical = value if base in _FREE else Datatype.fromvalue(base).formatted(read)
    return Literal(lexical, datatype=NamedNode(_DATATYPES.get(base, f"{_XSD}{base}")))


def _date(value: str, written: str) -> Literal:
    found = DATES[written].fullmatch(unicodedata.normalize("NFKC", value).strip())
    if found is None:
        raise ValueError(f"{value!r} is no date of the form {written}")
    year, month, day = map(int, found.groups())
    try:
        iso = dt.date(year, month, day).isoformat()
    except ValueError as error:
        raise ValueError(f"{value!r} is no day of the calendar") from error
    return Literal(iso, datatype=NamedNode(f"{_XSD}date"))


def _string(value: str, language: str | None) -> Literal:
    return Literal(value, language=language) if language else Literal(value)


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(f"{_XSD}integer"))


def yen(amount: Decimal, unit: str) -> int:
    """Return an amount in whole yen.

    Raises:
        ValueError: It is no whole number of yen.

    >>> yen(Decimal("676.85"), "百万円")
    676850000
    """
    total = amount * UNITS[unit]
    if total != total.to_integral_value():
        raise ValueError(f"{amount} {unit} is no whole number of yen")
    return int(total)


def _exact(datatype: Datatype | None, value: str) -> Decimal:
    """Read a number without guessing: full-width digits count, misplaced group marks do not."""
    described = datatype.derived_description if datatype is not None else {}
    group = described.get("groupChar") or ("," if "," in described.get("pattern", "") else None)
    plain = unicodedata.normalize("NFKC", value).strip().replace("−", "-")
    whole, point, fraction = plain.partition(described.get("decimalChar") or ".")
    if group and _is_grouped(whole, group):
        whole = whole.replace(group, "")
    plain = f"{whole}.{fraction}" if point else whole
    if not _NUMBER.fullmatch(plain):
        base = "number" if datatype is None else datatype.base
        hint = '; give "groupChar" in the format' if "," in whole and not group else ""
        raise ValueError(f"{value!r} is no {base}{hint}")
    return Decimal(plain)


def _is_grouped(whole: str, group: str) -> bool:
    first, *others = whole.lstrip("+-").split(group)
    return 0 < len(first) <= _GROUP and all(len(each) == _GROUP for each in others)


def _read(datatype: Datatype, value: str, *, told: str, formatted: bool) -> object:
    """Let the library read a value and hold it against the constraints of the data type."""
    base = datatype.base
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if formatted:
                return datatype.read(value)
            return datatype.validate(Datatype.fromvalue(base).parse(value))
    except (ValueError, TypeError, ArithmeticError, UserWarning) as error:
        reason = str(error) if str(error).startswith("value must") else ""
        if base in _FREE:
            pattern = f" of the form {datatype.format}" if datatype.format else ""
            raise ValueError(reason or f"the value is no {base}{pattern}") from error
        pattern = f" of the form {datatype.format}" if isinstance(datatype.format, str) else ""
        raise ValueError(
            f"{told!r} is no {base}{pattern}{f': {reason}' if reason else ''}"
        ) from error
