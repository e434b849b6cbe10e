"""What problems say in Japanese.

The code writes English sentences with values in them. ``problem_words.yaml`` has the form of each
sentence, ``there is no table {name}``, with the Japanese for it. So a fault is still written in one
place and in one line, and a sentence for which nobody has Japanese words stays English.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from medrd_kg.sentence_forms import Forms, read_forms, worded

__all__ = ["detail_in_japanese", "hint_in_japanese", "slugs_with_words"]


def detail_in_japanese(slug: str, sentence: str) -> str | None:
    """Return what is wrong in Japanese, or None where there are no words for it.

    >>> detail_in_japanese("not-found", "there is no table 'x'")
    "表 'x' はありません"
    >>> detail_in_japanese("not-found", "nobody has put this into Japanese") is None
    True
    """
    return worded(sentence, _forms("details").get(slug, ()), _forms("values"))


def hint_in_japanese(sentence: str) -> str | None:
    """Return how to mend it in Japanese, or None where there are no words for it.

    >>> hint_in_japanese("did you mean SELECT?")
    'SELECT の誤りではありませんか'
    """
    return worded(sentence, _forms("hints")[""], _forms("values"))


def slugs_with_words() -> frozenset[str]:
    """Return the kinds of problems for which there are Japanese sentences."""
    return frozenset(_forms("details"))


@cache
def _forms(part: str) -> Mapping[str, Forms]:
    """Return the forms of a part of the file by their groups; hints are one group."""
    table = _table()[part]
    groups: Mapping[str, Mapping[str, str]] = {"": table} if part == "hints" else table
    return {name: read_forms(group) for name, group in groups.items()}


@cache
def _table() -> dict[str, Any]:
    text = files("medrd_kg").joinpath("problem_words.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table
