"""Values that parameters can have, taken from the served graph, in the OpenAPI document."""

from typing import Any, Final

from pyoxigraph import NamedNode

from medrd_kg.kinds import kinds
from medrd_kg.vocabulary import ID, MRD, MRDS
from medrd_kg.web.schemas import KIND, Schema
from medrd_kg.web.state import Serving

__all__ = ["enumerate_values"]

_MOST: Final = 200
"""Values that a schema lists; kinds with more are told by their collection alone."""

_OTHERS: Final[dict[str, tuple[str, str]]] = {
    "ministry": (f"?item a <{MRD}Ministry>", f"{ID}organization/"),
    "perimeter": (f"?total <{MRD}perimeter> ?item", f"{MRDS}perimeter-"),
}
"""Kinds without a collection: the pattern of their members, and what stands before their slugs."""

_SLUG_ONLY: Final = frozenset({"perimeter"})


async def enumerate_values(served: Serving, paths: Schema) -> None:
    """Write into the parameters of operations what their kinds have, instead of the kinds' names.

    Args:
        served: The served state.
        paths: The paths of an OpenAPI document; its parameters are changed.
    """
    known: dict[str, list[str]] = {}
    for operations in paths.values():
        for described in operations.values():
            for each in described.get("parameters", ()):
                schema = each["schema"]
                inner = schema.get("items", schema)
                kind = inner.pop(KIND, None)
                if kind is None:
                    continue
                if kind not in known:
                    known[kind] = await _slugs(served, kind)
                inner |= _values(kind, known[kind], inner)


def _values(kind: str, slugs: list[str], schema: Schema) -> dict[str, Any]:
    if not 0 < len(slugs) <= _MOST or "enum" in schema:
        return {}
    if kind in _SLUG_ONLY:
        return {"enum": slugs}
    return {"anyOf": [{"enum": slugs}, {"format": "uri"}]}


async def _slugs(served: Serving, name: str) -> list[str]:
    """Return the slugs of all things of a kind, sorted."""
    kind = kinds().get(name)
    if kind is not None:
        members = await served.listings.members(kind)
        return sorted(slug for each in members if (slug := kind.slug(each)) is not None)
    if name not in _OTHERS:
        return []
    pattern, before = _OTHERS[name]
    rows = await served.evaluator.select(f"SELECT DISTINCT ?item WHERE {{ {pattern} }}")
    found = [term.value for row in rows if isinstance(term := row["item"], NamedNode)]
    return sorted(each.removeprefix(before) for each in found if each.startswith(before))
