"""Answers of the fact tables as JSON: every thing with its names, every item with its evidence.

Members are named as in the JSON-LD context: ``id``, ``type``, ``label``, ``evidence``. Others are
the attributes in camel case. A page becomes the list of its entries.
"""

from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache, singledispatch
from types import NoneType
from typing import Any, Final

from medrd_kg.kinds import kinds
from medrd_kg.linkage.items import Evidence, Item, Page, Thing

__all__ = ["Json", "camel", "shown", "types_of"]

Json = Any
"""Any JSON value."""

_SHORT_KINDS: Final = {"unit": "DocumentUnit", "sheet": "ReviewSheet", "step": "ProcessStep"}
"""Words of the fact tables that are no kinds of parameters, and the classes that they mean."""

_PLAIN: Final = frozenset({str, int, float, bool, NoneType})
"""Classes of what JSON has itself: most attributes, which need not be dispatched."""


@singledispatch
def shown(value: object) -> Json:
    """Return an answer, or a part of one, as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        found = {}
        for name, member in _members(type(value)):
            own = getattr(value, name)
            found[member] = own if type(own) in _PLAIN else shown(own)
        return _labelled(found)
    return value


@shown.register
def _(value: Page) -> Json:  # type: ignore[type-arg]
    return [shown(each) for each in value.entries]


@shown.register
def _(value: Thing) -> Json:
    return {"id": value.iri, "label": _label(value.ja, value.en)}


@shown.register
def _(value: Evidence) -> Json:
    found = {"id": value.iri, "type": types_of(value.kind)}
    return found if value.unit is None else found | {"unitId": value.unit}


@shown.register
def _(value: Item) -> Json:
    return {
        "id": value.iri,
        "type": types_of(value.kind),
        "label": _label(value.ja, value.en),
        "fiscalYear": value.fiscal_year,
        "evidence": [shown(each) for each in value.evidence],
    }


@cache
def _members(kind: type[Any]) -> tuple[tuple[str, str], ...]:
    """Return the attributes of a dataclass, each with its member name."""
    return tuple((each.name, camel(each.name)) for each in fields(kind))


def types_of(kind: str) -> list[str]:
    """Return the classes of what is of a kind, as items of collections name them."""
    named = _class_of().get(kind)
    return [] if named is None else [named]


@cache
def _class_of() -> dict[str, str]:
    return {each.name: each.class_name for each in kinds().values()} | _SHORT_KINDS


@shown.register(tuple)
@shown.register(list)
def _(value: tuple[object, ...] | list[object]) -> Json:
    return [shown(each) for each in value]


@shown.register
def _(value: dict) -> Json:  # type: ignore[type-arg]
    return {name: shown(each) for name, each in value.items()}


@shown.register
def _(value: Decimal) -> Json:
    return format(value, "f")  # as everywhere, decimals are exact, so no JSON numbers


def _labelled(found: dict[str, Json]) -> dict[str, Json]:
    """Name the identifier and the labels of a whole as everywhere."""
    if "iri" in found:
        label = _label(found.pop("ja", None), found.pop("en", None))
        found = {"id": found.pop("iri"), "label": label, **found}
    return found


def _label(ja: str | None, en: str | None) -> dict[str, str]:
    found = {} if ja is None else {"ja": ja}
    if en is not None:
        found["en"] = en
    return found


def camel(name: str) -> str:
    """Return the member name of an attribute."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)
