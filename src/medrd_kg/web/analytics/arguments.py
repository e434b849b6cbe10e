"""Parameters of the questions: how each is described, read, and checked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from medrd_kg.linkage.facets import FACETS
from medrd_kg.linkage.selection import BASES, SCOPES
from medrd_kg.linkage.totals import LEVELS, STAGES
from medrd_kg.problems import Problem
from medrd_kg.web.openapi import parameter
from medrd_kg.web.schemas import KIND, Schema

__all__ = [
    "BASIS",
    "FISCAL_YEAR",
    "SCOPE",
    "TOTAL",
    "TOTAL_NAMES",
    "VIA",
    "Argument",
    "choice",
    "integer",
    "read_arguments",
    "required",
    "several",
    "text",
    "truth",
]

_MOST_DIGITS: Final = 9
_KINDS: Final = frozenset({*FACETS, "perimeter"})


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of a question.

    Attributes:
        name: As callers write it.
        description: What it says.
        schema: JSON Schema of one value.
        read: Turns the values that were given, at least one, into what the question takes.
        is_repeated: Whether it may be given several times.
        is_required: Whether it must be given.
        example: A value, for the documentation; a required one has it.
    """

    name: str
    description: str
    schema: Schema
    read: Callable[[Sequence[str]], object]
    is_repeated: bool = False
    is_required: bool = False
    example: str | None = None

    @property
    def described(self) -> Schema:
        """The parameter object of OpenAPI."""
        schema = {"type": "array", "items": self.schema} if self.is_repeated else self.schema
        return parameter(
            self.name,
            self.description,
            schema,
            required=self.is_required,
            example=self.example,
        )


def read_arguments(arguments: Sequence[Argument], given: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return the values of the parameters that were given, by name.

    Raises:
        Problem: ``invalid-parameter``: a required one is missing, or a value is not possible.
    """
    found = {}
    for each in arguments:
        if each.name in given:
            found[each.name] = each.read(given[each.name])
        elif each.is_required:
            raise _invalid(
                each.name, f"{each.name} is missing", f"such as {each.name}={each.example}"
            )
    return found


def choice(
    name: str,
    description: str,
    known: Sequence[str],
    *,
    default: str | None = None,
    also: Mapping[str, str] = MappingProxyType({}),
) -> Argument:
    """Return a parameter with a few possible values.

    Args:
        name: As callers write it.
        description: What it says.
        known: Its values.
        default: Its value when it is not given.
        also: What callers may write instead of some values.
    """

    def read(values: Sequence[str]) -> str:
        return _known(name, also.get(values[0], values[0]), known)

    schema: Schema = {"type": "string", "enum": list(known)}
    if default is not None:
        schema["default"] = default
    return Argument(name, description, schema, read)


def truth(name: str, description: str, *, default: bool) -> Argument:
    """Return a parameter that is ``true`` or ``false``."""

    def read(values: Sequence[str]) -> bool:
        return _known(name, values[0], ("true", "false")) == "true"

    return Argument(name, description, {"type": "boolean", "default": default}, read)


def required(argument: Argument, example: str) -> Argument:
    """Return a parameter that must be given.

    Args:
        argument: The parameter.
        example: A value, for the documentation.
    """
    return replace(argument, is_required=True, example=example)


def several(name: str, description: str, *, known: Sequence[str] = FACETS) -> Argument:
    """Return a parameter that may be given several times."""

    def read(values: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_known(name, each, known) for each in values))

    schema: Schema = {"type": "string", "enum": list(known)}
    return Argument(name, description, schema, read, is_repeated=True)


def integer(
    name: str, description: str, *, least: int, most: int, default: int | None = None
) -> Argument:
    """Return a parameter that is an integer within bounds."""

    def read(values: Sequence[str]) -> int:
        value = values[0]
        is_number = value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS
        if not is_number or not least <= int(value) <= most:
            raise _invalid(
                name,
                f"{name}={value!r} is no integer from {least} to {most}",
                "write digits alone",
            )
        return int(value)

    schema: Schema = {"type": "integer", "minimum": least, "maximum": most}
    if default is not None:
        schema["default"] = default
    return Argument(name, description, schema, read)


def text(name: str, description: str) -> Argument:
    """Return a parameter that is a slug or an IRI; a facet's name says of what kind."""
    schema: Schema = {"type": "string"}
    kind = name.replace("_", "-")
    if kind in _KINDS:
        schema[KIND] = kind
    return Argument(name, description, schema, lambda values: values[0])


def _known(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise Problem(
            "invalid-parameter",
            f"{name}={value!r} is not possible",
            f"use {' or '.join(known)}",
            extra={"parameter": name, "known": list(known)},
        )
    return value


def _invalid(name: str, detail: str, hint: str) -> Problem:
    return Problem("invalid-parameter", detail, hint, extra={"parameter": name})


FISCAL_YEAR: Final = integer(
    "fiscal_year", "Western year; without it, every year.", least=1900, most=2200
)
SCOPE: Final = choice(
    "scope", "Topics of the year, standing scope of the projects, or both.", SCOPES, default="all"
)
BASIS: Final = choice(
    "basis",
    "Concepts that sources state, that our linker computed, or both.",
    BASES,
    default="all",
)
VIA: Final = several("via", "Facets that links run over; without it, all that tell something.")
TOTAL_NAMES: Final = ("total", "stage", "level", "perimeter")
TOTAL: Final = (
    text("total", "Slug or IRI of the one total in which yen are summed; outranks the next three."),
    choice("stage", "Stage of the total.", STAGES, default="initial"),
    choice("level", "Level of the total.", LEVELS, default="appropriation"),
    text("perimeter", "What the total covers, such as `amed`."),
)
