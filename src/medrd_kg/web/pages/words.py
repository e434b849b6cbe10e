"""Every word of the interface, read from ``words/ja.yaml`` and ``words/en.yaml``."""

from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, Final

import yaml

__all__ = ["LANGUAGES", "counted", "table_of_words", "words"]

LANGUAGES: Final = ("ja", "en")
"""Languages of the pages, the default of a Japanese reader first."""


@cache
def table_of_words(language: str) -> dict[str, Any]:
    """Return the words of a language as the file has them."""
    text = files("medrd_kg.web.pages").joinpath(f"words/{language}.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table


@cache
def words(language: str) -> SimpleNamespace:
    """Return the words of a language, groups as attributes.

    Templates look up ``t.search.button``. A group is no dictionary, because a template would take
    a word named like a method of dictionaries for that method.

    >>> words("en").site.language
    'English'
    """
    group = _group(table_of_words(language))
    if not isinstance(group, SimpleNamespace):
        raise TypeError(f"words/{language}.yaml holds no groups")
    return group


def _group(value: object) -> object:
    if isinstance(value, dict):
        return SimpleNamespace(**{str(name): _group(each) for name, each in value.items()})
    return value


def counted(number: int, forms: str | list[str]) -> str:
    """Return a count with its noun.

    Args:
        number: How many.
        forms: A text with ``{n}``; or two, for one and for several.

    >>> counted(1, ["{n} programme", "{n} programmes"])
    '1 programme'
    >>> counted(1234, "{n}件")
    '1,234件'
    """
    form = forms if isinstance(forms, str) else forms[0 if number == 1 else 1]
    return form.format(n=f"{number:,}")
