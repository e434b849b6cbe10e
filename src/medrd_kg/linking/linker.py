"""The linker: mentions in a text, and the concepts of a programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from medrd_kg.linking.lexicon import Lexicon, shipped_lexicon
from medrd_kg.linking.matching import Mention, find_mentions
from medrd_kg.linking.medical import MedicalJudgement, judge
from medrd_kg.vocabulary import MRDS

__all__ = ["NAME_FIELD", "FieldMention", "Linker", "TaggedConcept", "Tagging"]

NAME_FIELD = "name"
"""How the name of a programme is called among its fields."""

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

    def mentions(self, text: str) -> list[Mention]:
        """Find the concepts that a text names, whatever the text is about.

        Args:
            text: Japanese or English, as its source has it.

        Returns:
            Mentions by start, with offsets in characters of ``text``.
        """
        return find_mentions(text, self._lexicon)

    def tag(self, name: str, texts: Mapping[str, str] | None = None) -> Tagging:
        """Tag a programme from its own name and texts.

        Args:
            name: The programme's name.
            texts: Other texts by field name, such as ``purpose`` and ``overview``; may be left out.

        Returns:
            The judgement and the concepts. A programme that is not medical R&D gets none.
        """
        fields = dict(texts or {})
        judgement = judge(name, fields)
        if not judgement.is_medical_rd:
            return Tagging(judgement, ())
        by_concept: dict[str, list[FieldMention]] = {}
        for field, text in ((NAME_FIELD, name), *fields.items()):
            kind = NAME_FIELD if field == NAME_FIELD else "texts"
            for mention in find_mentions(text, self._lexicon, kind):
                by_concept.setdefault(mention.concept, []).append(FieldMention(field, mention))
        needless = self._needless_umbrellas(by_concept)
        return Tagging(
            judgement,
            tuple(
                _tagged(concept, places)
                for concept, places in sorted(by_concept.items())
                if concept not in needless
            ),
        )

    def _needless_umbrellas(self, concepts: Iterable[str]) -> set[str]:
        """Return the IRIs of umbrella concepts beside something narrower of theirs."""
        slugs = {concept.removeprefix(str(MRDS)) for concept in concepts}
        covered = {above for slug in slugs for above in self._lexicon.broader.get(slug, ())}
        return {f"{MRDS}{slug}" for slug in self._lexicon.umbrellas & covered}


@cache
def _shipped() -> Linker:
    return Linker(shipped_lexicon())


def _weighed(place: FieldMention) -> float:
    weight = _IN_NAME if place.field == NAME_FIELD else _IN_TEXTS_ONLY
    return place.mention.confidence * weight


def _tagged(concept: str, places: list[FieldMention]) -> TaggedConcept:
    confidence = max(map(_weighed, places))
    return TaggedConcept(concept, places[0].mention.facet, round(confidence, 3), tuple(places))
