"""REST collections and their filters, as the tables ``kinds.yaml`` and ``filters.yaml`` say."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict
from pydantic import model_validator as validates_model

from medrd_kg.kinds import Bilingual, Kind, kinds

__all__ = ["Collection", "Filter", "collections"]


class Filter(BaseModel):
    """A parameter that narrows a collection.

    Attributes:
        name: Name of the parameter.
        path: SPARQL property path from a member to the value.
        kind: Kind of the value, when it is a thing.
        type: Type of the value, when it is a literal or the JSON name of a class.
        description: What it does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    path: str
    kind: str | None = None
    type: Literal["string", "integer", "class"] | None = None
    description: Bilingual

    @validates_model(mode="after")
    def _check(self) -> Self:
        if (self.kind is None) == (self.type is None):
            raise ValueError(f"filter {self.name} needs either a kind or a type")
        if self.kind is not None and self.kind not in kinds():
            raise ValueError(f"filter {self.name} is of an unknown kind")
        return self


class Collection(BaseModel):
    """All things of a kind, as one REST resource.

    Attributes:
        name: Path segment.
        kind: The kind of its members.
        filters: Its parameters by name, beside ``limit``, ``cursor``, ``format`` and ``bom``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Kind
    filters: dict[str, Filter]

    @property
    def path(self) -> str:
        """Path of the collection."""
        return f"/api/v1/{self.name}"


@cache
def collections() -> dict[str, Collection]:
    """Return every collection by its path segment.

    >>> sorted(collections()["totals"].filters)
    ['fiscal_year', 'level', 'perimeter', 'stage']
    """
    text = files("medrd_kg.web").joinpath("filters.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    found = {}
    for kind in kinds().values():
        paths: dict[str, str | None] = {}
        for listed in table["collections"].get(kind.collection, ()):
            paths |= listed if isinstance(listed, dict) else {listed: None}
        found[kind.collection] = Collection(
            name=kind.collection,
            kind=kind,
            filters={
                name: _filter(kind, name, table["filters"][name], path)
                for name, path in paths.items()
            },
        )
    return found


def _filter(kind: Kind, name: str, entry: dict[str, Any], path: str | None) -> Filter:
    """Build a filter, over a path of the collection's own where it has one.

    One whose kind is null takes members of the collection itself.
    """
    own = {"name": name} | ({"path": path} if path else {})
    if "kind" in entry and entry["kind"] is None:
        own["kind"] = kind.name
    return Filter.model_validate(entry | own)
