"""What the entries of an answer are made of: their JSON Schema, and their columns as a table.

Both follow from the class of the entries, never from the entries at hand, so that an empty answer
has the same columns as a full one. `shown` makes the JSON that both describe.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from medrd_kg.linkage.items import Evidence, Item, Thing
from medrd_kg.web.analytics.shown import Json, camel
from medrd_kg.web.schemas import Schema, reference
from medrd_kg.web.tables import SEPARATOR

__all__ = ["Column", "columns_of", "numbers_in", "rows_of", "schema_of"]

Read = Callable[[Json], Json]
"""Finds a value in an entry; None where there is none."""

_LANGUAGES: Final = ("ja", "en")
_LABELLED: Final = frozenset({"iri", *_LANGUAGES})
_SCALARS: Final[Mapping[object, Schema]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
}

_SHARED: Final[Mapping[object, str]] = {Thing: "Link", Evidence: "Evidence", Item: "Item"}
"""Classes with a schema of their own in the document."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table of entries.

    Attributes:
        name: Member names from the entry to the value with ``_`` between them; a label takes
            ``_ja`` and ``_en`` after the name of what it labels.
        read: Finds its value in an entry.
        is_decimal: Whether its text is an exact decimal number.
    """

    name: str
    read: Read
    is_decimal: bool = False


def schema_of(entry: object) -> Schema:
    """Return the JSON Schema of what `shown` makes of values of a type."""
    inner, may_be_none = _without_none(entry)
    found = _schema(inner)
    if not may_be_none:
        return found
    return {"anyOf": [found, {"type": "null"}]}


def _schema(entry: object) -> Schema:
    if entry in _SCALARS:
        return dict(_SCALARS[entry])
    if entry in _SHARED:
        return reference(_SHARED[entry])
    origin = get_origin(entry)
    if origin is tuple:
        return {"type": "array", "items": schema_of(get_args(entry)[0])}
    if origin is not None and issubclass(origin, Mapping):
        values = get_args(entry)[1]
        return {"type": "object", "additionalProperties": schema_of(values)}
    members = _members(entry)
    properties = {camel(name): schema_of(own) for name, own in members.items()}
    if members.keys() >= _LABELLED:
        for name in _LABELLED:
            del properties[name]
        named = {"id": {"type": "string", "format": "uri"}, "label": reference("LanguageMap")}
        properties = named | properties
    return {"type": "object", "required": list(properties), "properties": properties}


@cache
def columns_of(
    entry: type, explode: str | None = None, named: tuple[str, ...] = ()
) -> tuple[Column, ...]:
    """Return the columns of entries.

    Args:
        entry: Their class.
        explode: Name of a list among its attributes of which each member gets a row of its own;
            without it, or for other lists, members share a cell.
        named: Attributes that are IRIs in the class, and things with names in the entries.
    """
    if explode is None and not named:
        return tuple(_columns("", entry, lambda found: found))
    found: list[Column] = []
    for name, own in _members(entry).items():
        inner = get_args(own)[0] if name == explode else Thing if name in named else own
        found += _columns(camel(name), inner, _member(camel(name)))
    return tuple(found)


def rows_of(
    columns: Sequence[Column], entries: Iterable[Json], explode: str | None = None
) -> list[list[object]]:
    """Return entries as rows of a table.

    Args:
        columns: Those of the entries' class.
        entries: The entries as JSON.
        explode: As for `columns_of`; an entry whose list is empty gets one row.
    """
    if explode is not None:
        name = camel(explode)
        entries = [{**each, name: member} for each in entries for member in (each[name] or [None])]
    return [[column.read(each) for column in columns] for each in entries]


def _columns(name: str, entry: object, read: Read) -> Iterable[Column]:
    """Yield the columns of a value that ``read`` finds."""
    inner, _ = _without_none(entry)
    if inner in _SCALARS:
        yield Column(name, read, inner is Decimal)
    elif inner is Evidence:
        yield Column(_under(name, "id"), _then(read, "id"))
        yield Column(_joint(name, "unit"), _then(read, "unitId"))
    elif inner is Thing:
        yield from _names(name, read)
    elif inner is Item:
        yield from _names(name, read)
        yield Column(_joint(name, "type"), _then(read, "type", 0))
        yield Column(_joint(name, "fiscalYear"), _then(read, "fiscalYear"))
        yield from _columns(_joint(name, "evidence"), tuple[Evidence, ...], _then(read, "evidence"))
    elif get_origin(inner) is tuple:
        for column in _columns(name, get_args(inner)[0], lambda found: found):
            yield Column(column.name, _each(read, column.read))
    elif get_origin(inner) is None:
        yield from _whole(name, inner, read)


def _whole(name: str, entry: object, read: Read) -> Iterable[Column]:
    """Yield the columns of a value with attributes; maps have none."""
    members = _members(entry)
    is_named = members.keys() >= _LABELLED
    if is_named:
        yield from _names(name, read)
    for own, kind in members.items():
        if not (is_named and own in _LABELLED):
            yield from _columns(_joint(name, camel(own)), kind, _then(read, camel(own)))


def _names(name: str, read: Read) -> Iterable[Column]:
    yield Column(_under(name, "id"), _then(read, "id"))
    for language in _LANGUAGES:
        yield Column(_joint(name or "label", language), _then(read, "label", language))


def _joint(name: str, member: str) -> str:
    return f"{name}_{member}" if name else member


def _under(name: str, member: str) -> str:
    """Name the column of an identifier: after what it identifies, ``id`` for the entry itself."""
    return name or member


def _member(name: str) -> Read:
    return lambda entry: entry[name]


def _then(read: Read, *path: str | int) -> Read:
    def found(entry: Json) -> Json:
        value = read(entry)
        for step in path:
            if value is None:
                return None
            value = value.get(step) if isinstance(step, str) else next(iter(value[step:]), None)
        return value

    return found


def _each(read: Read, part: Read) -> Read:
    """Join what each member of a list has; members without it keep their place.

    What a list of one has stays what it is: a number is a number.
    """

    def found(entry: Json) -> Json:
        members = read(entry)
        if not members:
            return None
        texts = [part(each) for each in members]
        if len(texts) == 1:
            return texts[0]
        return SEPARATOR.join("" if each is None else _text(each) for each in texts)

    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _without_none(entry: object) -> tuple[Any, bool]:
    """Return a type without None, and whether None was possible."""
    if get_origin(entry) in {Union, UnionType}:
        kinds = [each for each in get_args(entry) if each is not NoneType]
        if len(kinds) != 1:
            raise TypeError(f"an entry has a member of several types: {entry}")
        return kinds[0], True
    return entry, False


@cache
def _members(entry: Any) -> Mapping[str, object]:  # noqa: ANN401 - any class
    """Return the attributes of a dataclass with their types, in their order.

    Raises:
        TypeError: It is none, so that its JSON is not known.
    """
    if not is_dataclass(entry):
        raise TypeError(f"no JSON is known of {entry}")
    types = get_type_hints(entry)
    return {each.name: types[each.name] for each in fields(entry)}


@cache
def numbers_in(entry: object) -> tuple[str, ...]:
    """Return the names of all numbers in values of a type, their members with ``.`` between."""
    inner, _ = _without_none(entry)
    if inner in {Thing, Evidence, str, bool}:
        return ()
    if inner in {int, float, Decimal}:
        return ("",)
    origin = get_origin(inner)
    if origin is tuple:
        return numbers_in(get_args(inner)[0])
    if origin is not None:
        return numbers_in(get_args(inner)[1])
    return tuple(
        f"{camel(name)}.{below}" if below else camel(name)
        for name, own in _members(inner).items()
        for below in numbers_in(own)
    )
