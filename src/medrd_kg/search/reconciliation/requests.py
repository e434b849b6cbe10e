"""Reconciliation queries of both versions of the API, read into one form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, TypeAdapter, ValidationError
from pydantic import model_validator as validates_model

from medrd_kg.problems import Problem

__all__ = ["MAX_BATCH", "Condition", "Value", "Wanted", "read_batch", "read_draft_batch"]

MAX_BATCH: Final = 1000
"""Most queries of a batch; told in the manifest."""

MAX_CANDIDATES: Final = 50
DEFAULT_CANDIDATES: Final = 10
MAX_NAME: Final = 500
"""Most characters of a name; a cell of a table holds no more of one."""

_MAX_CONDITIONS: Final = 10
_MAX_VALUES: Final = 20


class _Entity(BaseModel):
    """A value that was reconciled itself."""

    id: str
    name: str | None = None


_Plain = StrictBool | float | str | _Entity
_Values = _Plain | Annotated[list[_Plain], Field(max_length=_MAX_VALUES)]


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a property should have.

    Attributes:
        text: The value as text, or the IRI of a thing.
        is_thing: Whether it is an IRI.
    """

    text: str
    is_thing: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What a property of a candidate should be.

    Attributes:
        property: IRI of the property.
        values: The values to compare with.
        quantifier: Whether any, all or none of them should be there.
        required: Whether a candidate without it is left out instead of scored lower.
    """

    property: str
    values: tuple[Value, ...]
    quantifier: Literal["any", "all", "none"] = "any"
    required: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cell asks for.

    Attributes:
        name: The name in it; None to ask by properties alone.
        types: Names of kinds; any for none.
        limit: Most candidates.
        conditions: What their properties should be.
        language: Language of the names in the answer, ``ja`` or ``en``.
    """

    name: str | None
    types: tuple[str, ...] = ()
    limit: int = DEFAULT_CANDIDATES
    conditions: tuple[Condition, ...] = ()
    language: str = "ja"


class _Property(BaseModel):
    model_config = ConfigDict(extra="ignore")

    pid: str
    v: _Values


class _Query(BaseModel):
    """A query of version 0.2."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(max_length=MAX_NAME)] | None = None
    type: str | list[str] | None = None
    limit: Annotated[float, Field(ge=0)] | None = None
    properties: Annotated[list[_Property], Field(max_length=_MAX_CONDITIONS)] = []
    type_strict: Literal["any", "should", "all"] | None = None

    @validates_model(mode="after")
    def _check(self) -> Self:
        if self.query is None and not self.properties:
            raise ValueError("a query needs a `query` or `properties`")
        return self

    def wanted(self, language: str) -> Wanted:
        """Return what it asks for."""
        types = [self.type] if isinstance(self.type, str) else self.type or []
        conditions = tuple(Condition(each.pid, _values(each.v)) for each in self.properties)
        # Beside properties, an empty cell asks by these alone; without them it finds nothing.
        name = None if self.query == "" and conditions else self.query
        return Wanted(name, tuple(types), _limit(self.limit), conditions, language)


class _DraftCondition(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    match_type: Literal["name", "property"] = Field(alias="matchType")
    pid: str | None = None
    v: _Values
    required: bool = False
    quantifier: Literal["any", "all", "none"] = Field(default="any", alias="matchQuantifier")

    @validates_model(mode="after")
    def _check(self) -> Self:
        if self.match_type == "property" and self.pid is None:
            raise ValueError("a condition on a property needs its `pid`")
        return self


class _DraftQuery(BaseModel):
    """A query of the 1.0 draft."""

    model_config = ConfigDict(extra="forbid")

    type: str | None = None
    limit: Annotated[float, Field(ge=1)] | None = None
    lang: str | None = None
    dir: str | None = None
    conditions: Annotated[list[_DraftCondition], Field(min_length=1, max_length=_MAX_CONDITIONS)]

    @validates_model(mode="after")
    def _check(self) -> Self:
        names = [each.v for each in self.conditions if each.match_type == "name"]
        if len(names) > 1 or any(not isinstance(each, str) or not each for each in names):
            raise ValueError("at most one condition on the name, with one text, is supported")
        if any(isinstance(each, str) and len(each) > MAX_NAME for each in names):
            raise ValueError(f"a name has at most {MAX_NAME} characters")
        return self

    def wanted(self, language: str) -> Wanted:
        """Return what it asks for."""
        name = next((str(each.v) for each in self.conditions if each.match_type == "name"), None)
        conditions = tuple(
            Condition(each.pid, _values(each.v), each.quantifier, each.required)
            for each in self.conditions
            if each.match_type == "property" and each.pid is not None
        )
        of = language if self.lang is None else self.lang.lower().partition("-")[0]
        return Wanted(
            name,
            () if self.type is None else (self.type,),
            _limit(self.limit),
            conditions,
            of if of in {"ja", "en"} else language,
        )


class _DraftBatch(BaseModel):
    queries: list[_DraftQuery]


_BATCH: Final = TypeAdapter(dict[str, _Query])


def read_batch(document: str | bytes, language: str = "ja") -> dict[str, Wanted]:
    """Read a batch of version 0.2: a JSON object of queries.

    Args:
        document: The JSON, as the form field ``queries`` holds it.
        language: Language of the names in the answer.

    Raises:
        Problem: ``invalid-parameter``: it is no such batch. ``content-too-large``.
    """
    try:
        batch = _BATCH.validate_json(document)
    except ValidationError as error:
        raise _fault(error) from error
    _check_size(len(batch))
    return {name: query.wanted(language) for name, query in batch.items()}


def read_draft_batch(document: str | bytes, language: str = "ja") -> list[Wanted]:
    """Read a batch of the 1.0 draft: a JSON object with an array of queries.

    The arguments and faults are those of `read_batch`; a query may name its own language.
    """
    try:
        batch = _DraftBatch.model_validate_json(document)
    except ValidationError as error:
        raise _fault(error) from error
    _check_size(len(batch.queries))
    return [query.wanted(language) for query in batch.queries]


def _check_size(queries: int) -> None:
    if queries > MAX_BATCH:
        raise Problem(
            "content-too-large",
            f"the batch has {queries} queries",
            f"send at most {MAX_BATCH} at once",
        )


def _fault(error: ValidationError) -> Problem:
    """Say what is wrong and where, without repeating what was sent."""
    first: Mapping[str, Any] = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(step)[:40] for step in first["loc"]) or "the document"
    return Problem(
        "invalid-parameter",
        f"the batch is not one of reconciliation queries: {place}: {first['msg']}",
    )


def _limit(limit: float | None) -> int:
    return DEFAULT_CANDIDATES if limit is None else int(min(limit, MAX_CANDIDATES))


def _values(values: "_Plain | list[_Plain]") -> tuple[Value, ...]:
    return tuple(map(_value, values if isinstance(values, list) else [values]))


def _value(value: _Plain) -> Value:
    if isinstance(value, _Entity):
        return Value(value.id, is_thing=True)
    if isinstance(value, bool):
        return Value(str(value).lower(), is_thing=False)
    if isinstance(value, float):
        return Value(str(int(value)) if value.is_integer() else repr(value), is_thing=False)
    return Value(value, is_thing=False)
