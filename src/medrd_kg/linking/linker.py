"""The linker: mentions in a text, and the concepts of a programme."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from medrd_kg.linking.lexicon import Lexicon, shipped_lexicon
from medrd_kg.linking.matching import Mention, find_mentions
from medrd_kg.linking.medical import MedicalJudgement, judge
from medrd_kg.vocabulary import MRDS

__all__ = ["NAME_FIELD", "FieldMention", "Linker", "Survey", "TaggedConcept", "Tagging"]

NAME_FIELD = "name"
"""How the name of a programme is called among its fields."""

_FIRST_SENTENCE: Final = re.compile(r"\s*(?P<heading>\S[^\n。]*[^\n。\s]|\S)")

_IN_NAME = 1.0
_IN_TEXTS_ONLY = 0.97


@dataclass(frozen=True, slots=True)
class FieldMention:
    """A mention and the field of the programme that holds it (``name`` or a key of the texts)."""

    field: str
    mention: Mention


@dataclass(frozen=True, slots=True)
class TaggedConcept:
    """A concept that a programme gets.

    Attributes:
        concept: IRI of the concept.
        facet: Name of its facet.
        confidence: Between 0 and 1: the best of its mentions, a little less outside the name.
        mentions: All places that name it, in the order of the fields.
    """

    concept: str
    facet: str
    confidence: float
    mentions: tuple[FieldMention, ...]

    @property
    def best(self) -> FieldMention:
        """The mention that its confidence comes from; the first of equals."""
        return max(self.mentions, key=_weighed)


@dataclass(frozen=True, slots=True)
class Tagging:
    """What the linker says of a programme.

    Attributes:
        medical: Whether it is medical R&D; if not, it gets no concepts.
        concepts: Its concepts, by IRI.
    """

    medical: MedicalJudgement
    concepts: tuple[TaggedConcept, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that the linker finds in a programme or text.

    Attributes:
        tagging: What it says of the programme.
        places: All mentions in the order of the fields, negated ones too.
    """

    tagging: Tagging
    places: tuple[FieldMention, ...]


class Linker:
    """Tags texts with concepts of the schemes; has no state that changes: threads may share it."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Make a linker over a lexicon; most callers want :meth:`shipped`."""
        self._lexicon = lexicon

    @classmethod
    def shipped(cls) -> "Linker":
        """Return the linker of the shipped schemes and rules; built once a process.

        Raises:
            FileNotFoundError: The shipped schemes are missing.
            ValueError: A rule names a concept that no scheme has.
        """
        return _shipped()

    def mentions(self, text: str, *, with_negated: bool = False) -> list[Mention]:
        """Find the concepts that a text names, whatever the text is about.

        Args:
            text: Japanese or English, as its source has it.
            with_negated: Whether places that the text takes back are told too, marked as such.

        Returns:
            Mentions by start, with offsets in characters of ``text``.
        """
        return find_mentions(text, self._lexicon, with_negated=with_negated)

    def tag(self, name: str, texts: Mapping[str, str] | None = None) -> Tagging:
        """Tag a programme from its own name and texts.

        Args:
            name: The programme's name.
            texts: Other texts by field name, such as ``purpose`` and ``overview``; may be left out.

        Returns:
            The judgement and the concepts: each that is named, without those above it. A
            programme that is not medical R&D gets none. Without a name the first sentence of the
            texts is judged as one.
        """
        fields = dict(texts or {})
        judgement = judge(*_headed(name, fields))
        if not judgement.is_medical_rd:  # most sheets: their texts need no search
            return Tagging(judgement, ())
        return Tagging(judgement, self._concepts(self._places(name, fields)))

    def survey(self, name: str, texts: Mapping[str, str] | None = None) -> Survey:
        """Say what a programme names in which place, and what follows for it.

        Args:
            name: The programme's name; may be empty.
            texts: Other texts by field name; may be left out.

        Returns:
            Every mention of a concept, also where the text takes it back and where the programme
            is not medical R&D, and the tagging that :meth:`tag` gives.
        """
        fields = dict(texts or {})
        judgement = judge(*_headed(name, fields))
        places = self._places(name, fields)
        concepts = self._concepts(places) if judgement.is_medical_rd else ()
        return Survey(Tagging(judgement, concepts), tuple(places))

    def _places(self, name: str, fields: Mapping[str, str]) -> list[FieldMention]:
        """Return all mentions in the order of the fields, negated ones too."""
        heading, _ = _headed(name, fields)
        return [
            FieldMention(field, mention)
            for field, text in ((NAME_FIELD, name), *fields.items())
            for mention in find_mentions(
                text,
                self._lexicon,
                NAME_FIELD if field == NAME_FIELD or text.strip() == heading else "texts",
                with_negated=True,
            )
        ]

    def with_broader(self, concepts: Iterable[str]) -> set[str]:
        """Return concepts together with all that are above them in their schemes.

        Args:
            concepts: IRIs of concepts; what no scheme has is kept as it is.
        """
        given = set(concepts)
        slugs = (concept.removeprefix(str(MRDS)) for concept in given)
        above = {up for slug in slugs for up in self._lexicon.broader.get(slug, ())}
        return given | {f"{MRDS}{slug}" for slug in above}

    def _concepts(self, places: Iterable[FieldMention]) -> tuple[TaggedConcept, ...]:
        """Return the concepts that a programme of medical R&D gets, by IRI."""
        by_concept: dict[str, list[FieldMention]] = {}
        for place in places:
            if not place.mention.negated:
                by_concept.setdefault(place.mention.concept, []).append(place)
        return tuple(_tagged(concept, named) for concept, named in sorted(by_concept.items()))


def _headed(name: str, fields: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return a name and texts; texts without a name give their first sentence as one."""
    if name.strip():
        return name, fields
    for field, text in fields.items():
        if sentence := _FIRST_SENTENCE.match(text):
            return sentence["heading"], {**fields, field: text[sentence.end() :]}
    return "", fields


@cache
def _shipped() -> Linker:
    return Linker(shipped_lexicon())


def _weighed(place: FieldMention) -> float:
    weight = _IN_NAME if place.field == NAME_FIELD else _IN_TEXTS_ONLY
    return place.mention.confidence * weight


def _tagged(concept: str, places: list[FieldMention]) -> TaggedConcept:
    confidence = max(map(_weighed, places))
    return TaggedConcept(concept, places[0].mention.facet, round(confidence, 3), tuple(places))
