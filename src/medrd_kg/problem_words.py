"""What problems say in Japanese.

The code writes English sentences with values in them. ``problem_words.yaml`` has the form of each
sentence, ``there is no table {name}``, with the Japanese for it. So a fault is still written in one
place and in one line, and a sentence for which nobody has Japanese words stays English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

__all__ = ["detail_in_japanese", "hint_in_japanese", "slugs_with_words"]

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_SPACED: Final = re.compile(r"( ?)\{([a-z_]+)\}( ?)")


class _Form:
    """A sentence with placeholders, and the words for it."""

    def __init__(self, english: str, japanese: str) -> None:
        # Every second part of the split is a name.
        parts = _PLACEHOLDER.split(english)
        self._texts, self._names = parts[::2], parts[1::2]
        self._japanese = japanese

    def filled(self, sentence: str, values: Mapping[str, Sequence["_Form"]]) -> str | None:
        """Return the words for a sentence, or None if it is not of this form."""
        found = self._read(sentence)
        if found is None:
            return None

        def value(place: re.Match[str]) -> str:
            given = found[place[2]]
            words = _first(values.get(place[2], ()), given, {})
            # Spaces set off what is Latin, not words of the sentence's own language.
            return f"{place[1]}{given}{place[3]}" if words is None else words

        return _SPACED.sub(value, self._japanese)

    def _read(self, sentence: str) -> dict[str, str] | None:
        """Return the values by name.

        Each ends at the first place where the form goes on, which takes linear time; a regular
        expression could take very long on a sentence that quotes what somebody has sent.
        """
        first, *others = self._texts
        if not sentence.startswith(first):
            return None
        if not others:
            return {} if sentence == first else None
        found = {}
        at = len(first)
        for name, text in zip(self._names[:-1], others[:-1], strict=True):
            end = sentence.find(text, at)
            if end < 0:
                return None
            found[name] = sentence[at:end]
            at = end + len(text)
        end = len(sentence) - len(others[-1])
        if end < at or not sentence.endswith(others[-1]):
            return None
        return {**found, self._names[-1]: sentence[at:end]}


def detail_in_japanese(slug: str, sentence: str) -> str | None:
    """Return what is wrong in Japanese, or None where there are no words for it.

    >>> detail_in_japanese("not-found", "there is no table 'x'")
    "表 'x' はありません"
    >>> detail_in_japanese("not-found", "nobody has put this into Japanese") is None
    True
    """
    return _first(_forms("details").get(slug, ()), sentence, _forms("values"))


def hint_in_japanese(sentence: str) -> str | None:
    """Return how to mend it in Japanese, or None where there are no words for it.

    >>> hint_in_japanese("did you mean SELECT?")
    'SELECT の誤りではありませんか'
    """
    return _first(_forms("hints")[""], sentence, _forms("values"))


def slugs_with_words() -> frozenset[str]:
    """Return the kinds of problems for which there are Japanese sentences."""
    return frozenset(_forms("details"))


def _first(
    forms: Sequence[_Form], sentence: str, values: Mapping[str, Sequence[_Form]]
) -> str | None:
    return next((words for each in forms if (words := each.filled(sentence, values))), None)


@cache
def _forms(part: str) -> Mapping[str, tuple[_Form, ...]]:
    """Return the forms of a part of the file by their groups; hints are one group."""
    table = _table()[part]
    groups: Mapping[str, Mapping[str, str]] = {"": table} if part == "hints" else table
    return {name: tuple(_read(group)) for name, group in groups.items()}


def _read(group: Mapping[str, str]) -> Iterator[_Form]:
    for english, japanese in group.items():
        yield _Form(english, japanese)


@cache
def _table() -> dict[str, Any]:
    text = files("medrd_kg").joinpath("problem_words.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.safe_load(text)
    return table
