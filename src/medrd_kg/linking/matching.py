"""Mentions of concepts in one text."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from medrd_kg.linking.lexicon import FACETS, Lexicon
from medrd_kg.linking.normalisation import NormalisedText, normalise
from medrd_kg.vocabulary import MRDS

__all__ = ["Mention", "find_mentions"]

_SEPARATOR = re.compile(r"[・、,/]|及び|並びに|または|又は|や|と")
_WORD = "[一-龠々ァ-ヶーa-z0-9]"
_MEMBERS = f"(?:{_WORD}{{1,8}}(?:{_SEPARATOR.pattern})){{0,3}}{_WORD}{{0,6}}?"
LIST_RULE: Final = "list-head"
"""Rule of a member of a list that shares the head of the last one."""

_LIST_CONFIDENCE = 0.85
_SHORT_KATAKANA = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text that names a concept.

    Attributes:
        concept: IRI of the concept.
        facet: ``disease-area``, ``modality``, ``purpose``, ``phase`` or ``technology``.
        surface: The characters as they stand in the text: ``text[start:end]``.
        start: First character in the original text.
        end: One past the last character in the original text.
        rule: Name of the rule that made it.
        confidence: Between 0 and 1; how often such a rule is right, by judgement.
        negated: Whether the text takes the concept back (がんを除く); such places are only told
            to who asks for them.
    """

    concept: str
    facet: str
    surface: str
    start: int
    end: int
    rule: str
    confidence: float
    negated: bool = False

    @property
    def listed(self) -> bool:
        """Whether it is a member of a list whose last member has the head (精神・神経疾患)."""
        return self.rule == LIST_RULE


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A mention before the rules that take back; offsets in the normalised text."""

    start: int
    end: int
    concept: str
    rule: str
    confidence: float

    @property
    def facet(self) -> str:
        return self.concept.partition("-")[0]


def find_mentions(
    text: str, lexicon: Lexicon, field: str = "texts", *, with_negated: bool = False
) -> list[Mention]:
    """Find the concepts that a text names.

    Within a facet the longest words win; a word may name concepts of several facets (がん免疫療法
    is a disease area and a modality).

    Args:
        text: Any text, as the source has it.
        lexicon: What to look for.
        field: ``name`` for the name of a programme, ``texts`` for anything else.
        with_negated: Whether places that the text takes back are told too, marked as such.

    Returns:
        The mentions, by start, end and concept.
    """
    normalised = normalise(text)
    silences = _silences(normalised.text, lexicon, field)
    found = [
        candidate
        for candidate in (
            *_words(normalised.text, lexicon),
            *_pattern_matches(normalised.text, lexicon),
            *_list_members(normalised.text, lexicon),
        )
        if not silences[candidate.facet].covers(candidate)
    ]
    told = (
        (candidate, _is_taken_back(candidate, normalised.text, lexicon))
        for candidate in _longest(found)
    )
    return sorted(
        (
            _mention(candidate, text, normalised, negated=negated)
            for candidate, negated in told
            if with_negated or not negated
        ),
        key=lambda mention: (mention.start, mention.end, mention.concept),
    )


def _words(text: str, lexicon: Lexicon) -> Iterator[_Candidate]:
    for start, first in enumerate(text):
        for entry in lexicon.entries.get(first, ()):
            end = start + len(entry.word)
            if text.startswith(entry.word, start) and _stands_alone(text, start, end):
                yield _Candidate(start, end, entry.concept, entry.rule, entry.confidence)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a match ends where words end: Latin words and short katakana are not cut out."""
    short = end - start <= _SHORT_KATAKANA and all(map(_is_katakana, text[start:end]))
    return not (_runs_on(text, start, short) or _runs_on(text, end, short))


def _runs_on(text: str, border: int, katakana: bool) -> bool:
    """Whether the characters on both sides of a border belong to one word by their script."""
    if not 0 < border < len(text):
        return False
    before, after = text[border - 1], text[border]
    if before.isascii() and after.isascii():
        plural = after == "s" and not text[border + 1 : border + 2].isalpha()
        return before.isalnum() and after.isalnum() and not plural
    return katakana and _is_katakana(before) and _is_katakana(after)


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヶ" or character == "ー"


def _pattern_matches(text: str, lexicon: Lexicon) -> Iterator[_Candidate]:
    for pattern in lexicon.patterns:
        for match in pattern.expression.finditer(text):
            start, end = match.span("m" if match.groupdict().get("m") else 0)
            if start < end:
                yield _Candidate(start, end, pattern.concept, pattern.rule, pattern.confidence)


def _list_members(text: str, lexicon: Lexicon) -> Iterator[_Candidate]:
    """Members of a list that share the head of its last member (精神・神経疾患)."""
    for separator in _SEPARATOR.finditer(text):
        border = separator.start()
        for stem, head, entry in lexicon.stems.get(text[border - 1 : border], ()):
            start = border - len(stem)
            if start < 0 or not text.startswith(stem, start):
                continue
            if re.compile(_MEMBERS + re.escape(head)).match(text, separator.end()):
                yield _Candidate(start, border, entry.concept, LIST_RULE, _LIST_CONFIDENCE)
                break


@dataclass(frozen=True, slots=True)
class _Silence:
    """Stretches that silence a facet, by start; looked up without a walk over all of them."""

    spans: tuple[tuple[int, int], ...]
    longest: int

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> "_Silence":
        ordered = tuple(sorted(spans))
        return cls(ordered, max((end - start for start, end in ordered), default=0))

    def covers(self, candidate: _Candidate) -> bool:
        """Whether a stretch overlaps a candidate that does not contain it with more around it."""
        first = bisect_left(self.spans, (candidate.start - self.longest, 0))
        for index in range(first, len(self.spans)):
            start, end = self.spans[index]
            if start >= candidate.end:
                return False
            contained = candidate.start <= start and end <= candidate.end
            equal = (candidate.start, candidate.end) == (start, end)
            if end > candidate.start and (not contained or equal):
                return True
        return False


def _silences(text: str, lexicon: Lexicon, field: str) -> dict[str, _Silence]:
    """Return what compounds silence in a text, by facet."""
    spans: dict[str, list[tuple[int, int]]] = {facet: [] for facet in FACETS}
    for compound in lexicon.compounds:
        if field in compound.fields:
            for match in compound.expression.finditer(text):
                for facet in compound.facets:
                    spans[facet].append(match.span())
    return {facet: _Silence.of(found) for facet, found in spans.items()}


def _longest(candidates: list[_Candidate]) -> Iterator[_Candidate]:
    """Yield, facet by facet, the candidates that no longer one contains.

    Phases that only overlap in part both stand (創薬基盤技術 and 基盤技術開発).
    """
    taken: dict[tuple[str, int], list[_Candidate]] = {}
    ordered = sorted(candidates, key=lambda c: (c.start - c.end, c.start, -c.confidence, c.concept))
    for candidate in ordered:
        places = [(candidate.facet, at) for at in range(candidate.start, candidate.end)]
        if any(_outdoes(other, candidate) for at in places for other in taken.get(at, ())):
            continue
        for place in places:
            taken.setdefault(place, []).append(candidate)
        yield candidate


def _outdoes(other: _Candidate, candidate: _Candidate) -> bool:
    """Whether a candidate is needless beside another one of its facet that is as long or longer."""
    overlap = other.start < candidate.end and candidate.start < other.end
    if other.concept == candidate.concept or candidate.facet != "phase":
        same_span = (other.start, other.end) == (candidate.start, candidate.end)
        return overlap and not (same_span and other.concept != candidate.concept)
    same_span = (other.start, other.end) == (candidate.start, candidate.end)
    return other.start <= candidate.start and candidate.end <= other.end and not same_span


def _is_taken_back(candidate: _Candidate, text: str, lexicon: Lexicon) -> bool:
    after = any(rule.match(text, candidate.end) for _, rule in lexicon.negations["after"])
    return after or any(
        rule.search(text[max(0, candidate.start - 12) : candidate.start])
        for _, rule in lexicon.negations["before"]
    )


def _mention(
    candidate: _Candidate, text: str, normalised: NormalisedText, *, negated: bool
) -> Mention:
    start, end = normalised.original_span(candidate.start, candidate.end)
    return Mention(
        concept=f"{MRDS}{candidate.concept}",
        facet=FACETS[candidate.facet],
        surface=text[start:end],
        start=start,
        end=end,
        rule=candidate.rule,
        confidence=candidate.confidence,
        negated=negated,
    )
