"""Text made comparable, with the way back to the characters as they were given.

Sheets mix full and half width, Kangxi radicals (⽣ for 生), zero-width characters and line breaks
in the middle of words. Matching works on the normalised form; what is reported are offsets in the
original.
"""

import unicodedata
from dataclasses import dataclass

__all__ = ["NormalisedText", "normalise"]

_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")
_VOICING_MARKS = frozenset("\uff9e\uff9f\u3099\u309a")
_ONE_FORM = {"‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "·": "・", "•": "・"}


@dataclass(frozen=True, slots=True)
class NormalisedText:
    """A normalised text and where each of its characters comes from.

    Attributes:
        text: The normalised characters (NFKC, lower case, no blanks beside Japanese characters).
        starts: For each normalised character, where its original begins.
        ends: For each normalised character, where its original ends (exclusive).
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a non-empty stretch of the normalised text lies in the original.

        Args:
            start: First normalised character.
            end: One past the last normalised character; greater than ``start``.
        """
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> NormalisedText:
    """Bring a text into the form that rules are written in.

    Args:
        text: Any text; empty is fine.

    Returns:
        The normalised text with its offsets. Nothing is reordered, so offsets grow monotonically.
    """
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text):
        end = position + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        if text[position] not in _INVISIBLE:
            composed = unicodedata.normalize("NFKC", text[position:end])
            for character in composed.lower():
                if character in _INVISIBLE:
                    continue
                characters.append(_ONE_FORM.get(character, character))
                starts.append(position)
                ends.append(end)
        position = end
    return _without_blanks(characters, starts, ends)


def _joins(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    return character in _VOICING_MARKS or unicodedata.combining(character) != 0


def _without_blanks(characters: list[str], starts: list[int], ends: list[int]) -> NormalisedText:
    """Drop blanks beside Japanese characters; make other runs of blanks one space."""
    kept: list[int] = []
    blank: int | None = None
    for index, character in enumerate(characters):
        if character.isspace():
            blank = index if blank is None else blank
            continue
        if blank is not None and kept and characters[kept[-1]].isascii() and character.isascii():
            kept.append(blank)
        blank = None
        kept.append(index)
    return NormalisedText(
        "".join(" " if characters[i].isspace() else characters[i] for i in kept),
        tuple(starts[i] for i in kept),
        tuple(ends[i] for i in kept),
    )
