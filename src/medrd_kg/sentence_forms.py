"""Sentences with values in them: the form of one in English, with the words for it in Japanese."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

__all__ = ["Form", "Forms", "read_forms", "worded"]

_PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
_SPACED: Final = re.compile(r"( ?)\{([a-z_]+)\}( ?)")


Forms = Sequence["Form"]


class Form:
    """A sentence with placeholders, ``there is no table {name}``, and the words for it."""

    def __init__(self, english: str, japanese: str) -> None:
        """Read a form."""
        # Every second part of the split is a name.
        parts = _PLACEHOLDER.split(english)
        self._texts, self._names = parts[::2], parts[1::2]
        self._japanese = japanese

    def filled(self, sentence: str, values: Mapping[str, Forms]) -> str | None:
        """Return the words for a sentence, or None if it is not of this form.

        Args:
            sentence: In English.
            values: Words for values, by the name of the placeholder; they may hold values too.
        """
        found = self._read(sentence)
        if found is None:
            return None

        def value(place: re.Match[str]) -> str:
            given = found[place[2]]
            words = worded(given, values.get(place[2], ()), values)
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


def worded(
    sentence: str, forms: Iterable[Form], values: Mapping[str, Forms] | None = None
) -> str | None:
    """Return the words for a sentence by the first form that fits, or None.

    >>> worded("3 of 4", read_forms({"{n} of {all}": "{all}のうち{n}"}))
    '4のうち3'
    """
    return next((words for each in forms if (words := each.filled(sentence, values or {}))), None)


def read_forms(table: Mapping[str, str]) -> tuple[Form, ...]:
    """Return forms from English sentences with their Japanese."""
    return tuple(Form(english, japanese) for english, japanese in table.items())
