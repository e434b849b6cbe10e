"""What each number of an answer means, in Japanese and English: read from ``numbers/*.yaml``."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from medrd_kg.web.analytics.entries import numbers_in
from medrd_kg.web.analytics.question import Answer, Question, Values
from medrd_kg.web.analytics.shown import Json

__all__ = ["Definitions", "definitions", "numbers_of", "stated"]

Definitions = Mapping[str, Mapping[str, str]]
"""Text by language, by the names of the members that lead to a number with ``.`` between."""

_COMMON: Final = "common"


def definitions(question: Question, values: Values, answer: Answer) -> dict[str, Mapping[str, str]]:
    """Return the definition of every number that an answer has.

    Raises:
        KeyError: A number has none.
    """
    own, common = stated(question.path.replace("/", "-")), stated(_COMMON)
    return {
        name: own[name] if name in own else common[_last_of_year(name)]
        for name in numbers_of(question, values, answer)
    }


def numbers_of(question: Question, values: Values, answer: Answer) -> tuple[str, ...]:
    """Return the names of all numbers of an answer: those of entries and parts by their classes."""
    found = ["total", *numbers_in(question.entry_of(values))]
    for name, entry in question.parts.items():
        found += [f"{name}.{each}" for each in numbers_in(entry)]
    for name, value in answer.more.items():
        if name not in question.parts:
            found += _within(name, value)
    return tuple(dict.fromkeys(found))


@cache
def stated(name: str) -> Definitions:
    """Return the definitions of a file, by its name without ending; none where there is no file."""
    file = files(__package__) / "numbers" / f"{name}.yaml"
    if not file.is_file():
        return {}
    found: Definitions = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _last_of_year(name: str) -> str:
    """Name a year as the common definitions do, whatever has it."""
    return "fiscalYear" if name.endswith(".fiscalYear") and "namedTotal" not in name else name


def _within(name: str, value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _within(f"{name}.{key}", each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name
