"""Stored queries as forms: what a reader chooses from, and the query that comes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from medrd_kg.kinds import Bilingual
from medrd_kg.problems import Problem
from medrd_kg.sparql.parameters import Parameter
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.web.collections import collections
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.query_routes import parameter_values
from medrd_kg.web.state import Serving

__all__ = ["Field", "bound_text", "fields_of", "grouped_queries", "stored_query"]

_MOST_CHOICES: Final = 200
"""Things that a list of choices holds; of more, the slug is typed."""

_INPUTS: Final = {"integer": "number", "decimal": "number"}


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter in the form.

    Attributes:
        name: Of the parameter.
        label: What it does.
        value: What is chosen; empty for nothing.
        is_needed: Whether it must be chosen.
        choices: Values with their labels; none where a value is typed.
        input_type: Type of the input element where it is typed.
    """

    name: str
    label: Bilingual
    value: str
    is_needed: bool
    choices: tuple[tuple[str, Mapping[str, str]], ...] = ()
    input_type: str = "text"


def grouped_queries(served: Serving) -> list[tuple[str, list[StoredQuery]]]:
    """Return all stored queries by their first tag, the larger groups first."""
    found: dict[str, list[StoredQuery]] = {}
    for query in served.queries.values():
        found.setdefault(query.tags[0], []).append(query)
    return sorted(found.items(), key=lambda group: -len(group[1]))


def stored_query(served: Serving, name: str) -> StoredQuery:
    """Return a stored query.

    Raises:
        Problem: ``not-found``.
    """
    if name not in served.queries:
        raise Problem("not-found", f"there is no stored query {name!r}", "the page lists all")
    return served.queries[name]


async def bound_text(
    served: Serving, query: StoredQuery, given: Mapping[str, Sequence[str]]
) -> str | None:
    """Return the SPARQL of a stored query; None while a value that it needs is missing.

    Raises:
        Problem: ``invalid-parameter``.
    """
    if any(_is_needed(each) and each.name not in given for each in query.parameters):
        return None
    return query.bind(await parameter_values(served, query, given))


async def fields_of(
    request: Request, query: StoredQuery, given: Mapping[str, Sequence[str]]
) -> list[Field]:
    """Return the form of a stored query, filled with what was given or else with its defaults."""
    fields = []
    for each in query.parameters:
        value = given.get(each.name, [""])[0]
        if not value and each.default is not None:
            value = str(each.default)
        kind = each.of_kind
        choices = (
            (("true", {}), ("false", {}))
            if each.type == "boolean"
            else ()
            if kind is None
            else await _members(request, kind.collection)
        )
        fields.append(
            Field(
                name=each.name,
                label=each.description,
                value=value.lower() if each.type == "boolean" else value,
                is_needed=_is_needed(each),
                choices=choices,
                input_type=_INPUTS.get(each.type, "text"),
            )
        )
    return fields


def _is_needed(each: Parameter) -> bool:
    return each.default is None and not each.optional


async def _members(request: Request, collection: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Return slugs and labels of the members of a collection, where they are few."""
    found = await ask(request, collections()[collection].path, {"limit": _MOST_CHOICES})
    if found["total"] > _MOST_CHOICES:
        return ()
    return tuple((item["slug"], item["label"]) for item in found["items"])
