"""The recipes of the cookbook, and how their two ways to an answer are read into rows.

A recipe is a YAML file: the question in both languages, a REST call with what is taken from its
answer, and a SPARQL query. Its answer is a CSV file of the same name. Rows are tuples of texts: an
IRI is written with the prefix that the service knows for it, a number without superfluous zeros,
and what is missing is empty, so that JSON, SPARQL results and CSV can be compared.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from medrd_kg.vocabulary import PREFIXES

__all__ = ["FOLDER", "Recipe", "Row", "read_answer", "recipes", "rest_rows", "sparql_rows"]

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "cookbook" / "recipes"

Row = tuple[str, ...]

Topic = Literal[
    "coverage",
    "links",
    "gaps",
    "overlaps",
    "payers",
    "flows",
    "results",
    "process",
    "pdca",
    "changes",
    "paths",
    "evidence",
    "search",
    "reconciliation",
]

_NAMESPACES: Final = sorted(PREFIXES.items(), key=lambda each: -len(each[1]))


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Form):
    """A text in both languages."""

    ja: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Call(_Form):
    """A REST call.

    Attributes:
        path: The address below the service.
        parameters: Parameters; several values for a repeated one.
        each: Steps to the entries that become rows, between dots; every list on the way is gone
            through.
        where: What a place of an entry must hold for the entry to become a row.
        take: The place of each column in an entry; every ``^`` before it is a step back to the
            entry around it.
    """

    path: str
    parameters: dict[str, str | int | list[str]] = {}
    each: str
    where: dict[str, str | int | bool] = {}
    take: dict[str, str]


class Recipe(_Form):
    """A question with two ways to its answer.

    Attributes:
        name: Name of its files.
        topic: What it is about, for the index.
        question: In both languages.
        rest: The REST call.
        sparql: The query.
        note: What a reader must know of the answer.
        checked: Where a person found the figures in the sources; none for the others.
    """

    name: str
    topic: Topic
    question: Text
    rest: Call
    sparql: str
    note: Text | None = None
    checked: Text | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the answer."""
        return tuple(self.rest.take)


def recipes() -> list[Recipe]:
    """Return all recipes in the order of their file names."""
    return [
        Recipe.model_validate(
            {"name": path.stem, **yaml.safe_load(path.read_text(encoding="utf-8"))}
        )
        for path in sorted(FOLDER.glob("*.yaml"))
    ]


def read_answer(recipe: Recipe) -> list[Row]:
    """Return the answer that the cookbook prints.

    Raises:
        ValueError: Its columns are others than those of the recipe.
    """
    with (FOLDER / f"{recipe.name}.csv").open(encoding="utf-8", newline="") as table:
        header, *rows = csv.reader(table)
    if tuple(header) != recipe.columns:
        raise ValueError(f"{recipe.name}: the answer has the columns {header}")
    return [tuple(row) for row in rows]


def rest_rows(recipe: Recipe, document: Any) -> list[Row]:  # noqa: ANN401 - JSON
    """Return the rows that a REST answer gives, in its order."""
    return [
        tuple(_cell(_found(entry, place)) for place in recipe.rest.take.values())
        for entry in _entries((document,), recipe.rest.each.split("."))
        if all(_cell(_found(entry, at)) == _cell(value) for at, value in recipe.rest.where.items())
    ]


def sparql_rows(recipe: Recipe, document: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a SPARQL answer in JSON, in its order.

    Raises:
        ValueError: The query gives other columns than the recipe has.
    """
    if tuple(document["head"]["vars"]) != recipe.columns:
        raise ValueError(f"{recipe.name}: the query gives the columns {document['head']['vars']}")
    return [
        tuple(_term(binding.get(column)) for column in recipe.columns)
        for binding in document["results"]["bindings"]
    ]


def _entries(chain: tuple[Any, ...], steps: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the entries at the end of some steps, each after those around it."""
    if not steps:
        yield chain
        return
    found = chain[-1].get(steps[0])
    for each in found if isinstance(found, list) else [found]:
        if each is not None:
            yield from _entries((*chain, each), steps[1:])


def _found(chain: tuple[Any, ...], place: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands at a place in an entry; None where nothing does."""
    steps = place.lstrip("^")
    found = chain[-1 - (len(place) - len(steps))]
    for step in filter(None, steps.split(".")):
        if isinstance(found, list):
            found = found[0] if len(found) == 1 else None
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _cell(value: Any) -> str:  # noqa: ANN401 - JSON
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(str(value))
    if isinstance(value, list):
        return " | ".join(sorted(map(_cell, value)))
    if isinstance(value, dict):
        return _cell(value["id"])
    return _shortened(str(value))


def _term(term: Mapping[str, str] | None) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return _shortened(term["value"])
    numbers = ("#integer", "#decimal", "#double")
    return _number(term["value"]) if term.get("datatype", "").endswith(numbers) else term["value"]


def _number(text: str) -> str:
    number = Decimal(text)
    return str(int(number)) if number == int(number) else f"{number.normalize():f}"


def _shortened(text: str) -> str:
    for prefix, namespace in _NAMESPACES:
        if text.startswith(namespace):
            return f"{prefix}:{text.removeprefix(namespace)}"
    return text
