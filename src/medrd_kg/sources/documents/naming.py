"""Places in a text that use the name of something known: the longest name wins."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from medrd_kg.linking.normalisation import NormalisedText, normalise
from medrd_kg.sources.documents.known import Known, Name

__all__ = ["Names", "Place"]

_SHORTEST_DRAWN: Final = 2
_SHORTEST: Final = 4
"""Characters of the shortest name that is looked for: of things drawn from a policy by hand, and of
all others, whose short names are everyday words."""

_AMBIGUOUS: Final = 0.5
"""Factor of the confidence of a name that several things of one kind bear."""

_LATIN: Final = re.compile(r"[a-z0-9]")
_KATAKANA: Final = re.compile("[ァ-ヶー]")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text.

    Attributes:
        iri: What is named.
        surface: The characters as they stand there.
        start: First character.
        end: One past the last character.
        rule: Kind of the name.
        confidence: Between 0 and 1.
    """

    iri: str
    surface: str
    start: int
    end: int
    rule: str
    confidence: float


class Names:
    """Finds names; has no state that changes."""

    def __init__(self, known: Known) -> None:
        """Take the names of ``known`` that are long enough to mean something."""
        by_text: dict[str, dict[str, Name]] = {}
        for each in known.names:
            text = normalise(each.text).text
            shortest = _SHORTEST_DRAWN if each.iri in known.defined else _SHORTEST
            if len(text) >= shortest and not text.isdecimal():
                bearers = by_text.setdefault(text, {})
                best = bearers.get(each.iri)
                if best is None or best.confidence < each.confidence:
                    bearers[each.iri] = each
        self._bearers: Mapping[str, tuple[Name, ...]] = {
            text: tuple(bearers[iri] for iri in sorted(bearers))
            for text, bearers in by_text.items()
        }
        lengths: dict[str, set[int]] = {}
        for text in self._bearers:
            lengths.setdefault(text[:2], set()).add(len(text))
        self._lengths = {start: sorted(each, reverse=True) for start, each in lengths.items()}

    def find(self, text: str) -> list[Place]:
        """Return the places of names, by start; none overlaps another."""
        normal = normalise(text)
        found: list[Place] = []
        at = 0
        while at < len(normal.text):
            end = self._longest(normal.text, at)
            if end is None:
                at += 1
                continue
            found.extend(self._places(text, normal, at, end))
            at = end
        return found

    def _longest(self, text: str, at: int) -> int | None:
        for length in self._lengths.get(text[at : at + 2], ()):
            end = at + length
            if end <= len(text) and text[at:end] in self._bearers and _stands_alone(text, at, end):
                return end
        return None

    def _places(self, text: str, normal: NormalisedText, at: int, end: int) -> Iterable[Place]:
        start, stop = normal.original_span(at, end)
        bearers = self._bearers[normal.text[at:end]]
        kinds = Counter(_kind(each.iri) for each in bearers)
        for each in bearers:
            sure = 1.0 if kinds[_kind(each.iri)] == 1 else _AMBIGUOUS
            yield Place(
                each.iri,
                text[start:stop],
                start,
                stop,
                f"name:{each.rule}",
                round(each.confidence * sure, 3),
            )


def _kind(iri: str) -> str:
    """Return what tells the kind of a thing: one name for a resource and a group is no doubt."""
    _, hash_sign, slug = iri.rpartition("#")
    return slug.partition("-")[0] if hash_sign else iri.rpartition("/")[0]


def _stands_alone(text: str, at: int, end: int) -> bool:
    """Whether a name is no part of a longer word in Latin letters or katakana."""
    before, after = text[max(0, at - 1) : at], text[end : end + 1]
    for kind in (_LATIN, _KATAKANA):
        if kind.match(text[at]) and before and kind.match(before):
            return False
        if kind.match(text[end - 1]) and after and kind.match(after):
            return False
    return True
