"""What a document's units state, as far as words tell: proposals for a person to judge."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from medrd_kg.linking import Linker
from medrd_kg.sources.documents.known import FACETS, Known
from medrd_kg.sources.documents.naming import Names, Place
from medrd_kg.sources.documents.statuses import statuses
from medrd_kg.sources.documents.terms import NewTerm, Seen, new_terms
from medrd_kg.sources.policy_document import TextUnit, matching_form
from medrd_kg.vocabulary import ID, KINDS, MRD, MRDS

__all__ = ["Fact", "Frame", "Proposals", "fingerprint", "propose"]

_PREFIXES: Final = {path: prefix.rstrip("-") for prefix, path in KINDS.items()}
_LOCATED: Final = frozenset({"moonshot", "research-activity"})
_RESEARCH: Final = re.compile("重点|研究領域|研究開発")
_YEARLY: Final = re.compile(
    r"(?:令和|平成)[元0-9０-９一二三四五六七八九十\s]{1,4}年度(?:において|は、|には|に)"
)
_STATUS_CONFIDENCE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a unit is proposed to state.

    Attributes:
        id: Number of the unit, a point, and a short name of what it is linked to.
        unit: Number of the unit.
        predicate: Local name of the property in the core vocabulary. ``statedIn`` says that the
            target is named in the unit; every other one is of the unit's statement.
        target: IRI of the concept or thing.
        label: Its labels by language.
        surface: The words of the text.
        start: First character of the words in the unit's text.
        end: One past the last one.
        rule: Rule that found it.
        confidence: Rank between 0 and 1.
        known: Whether the graph has it already.
    """

    id: str
    unit: str
    predicate: str
    target: str
    label: Mapping[str, str]
    surface: str
    start: int
    end: int
    rule: str
    confidence: float
    known: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The statement of a unit: what its facets belong to.

    Attributes:
        unit: Number of the unit.
        kind: ``PriorityTopic``, ``ScopeItem`` or ``Principle``.
        undertaking: IRI of the project or other undertaking whose section it stands in.
        statuses: Slugs of its action statuses.
        fingerprint: Digest of the unit's text, by which decisions are kept.
    """

    unit: str
    kind: str
    undertaking: str | None
    statuses: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """All proposals on one document.

    Attributes:
        facts: In the order of the text.
        frames: By number of the unit.
        terms: New terms, the surest first.
    """

    facts: tuple[Fact, ...]
    frames: Mapping[str, Frame]
    terms: tuple[NewTerm, ...]

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON."""
        return {
            "facts": [asdict(each) for each in self.facts],
            "frames": [asdict(each) for each in self.frames.values()],
            "terms": [asdict(each) for each in self.terms],
        }

    @classmethod
    def of_json(cls, document: Mapping[str, Any]) -> "Proposals":
        """Read what `to_json` wrote."""
        frames = [
            Frame(**{**each, "statuses": tuple(each["statuses"])}) for each in document["frames"]
        ]
        terms = [
            NewTerm(
                **{**each, "places": [(unit, start, end) for unit, start, end in each["places"]]}
            )
            for each in document["terms"]
        ]
        return cls(
            tuple(Fact(**each) for each in document["facts"]),
            {each.unit: each for each in frames},
            tuple(terms),
        )


def fingerprint(unit: TextUnit) -> str:
    """Return a digest of a unit's text that layout and width do not change."""
    return hashlib.sha256(matching_form(unit.text).encode()).hexdigest()[:16]


def propose(units: Sequence[TextUnit], known: Known, names: Names) -> Proposals:
    """Propose what each unit of a document states.

    Args:
        units: Units of a document in order.
        known: The graph without what earlier imports of this document made.
        names: Finds the names of the graph.
    """
    linker = Linker.shipped()
    facts: list[Fact] = []
    seen: list[Seen] = []
    frames: dict[str, Frame] = {}
    sections = _Sections(known)
    yearly = _yearly_paragraphs(units)
    for unit in units:
        places = names.find(unit.text)
        if unit.unit_type == "heading":
            sections.open(unit, places)
        found = [*_named(unit, places, known)]
        spans = [(each.start, each.end) for each in places]
        if unit.unit_type == "sentence":
            mentions = linker.mentions(unit.text)
            spans += [(each.start, each.end) for each in mentions]
            found += [
                _fact(
                    unit,
                    known,
                    each.concept,
                    Place(
                        each.concept,
                        *(each.surface, each.start, each.end, each.rule, each.confidence),
                    ),
                )
                for each in mentions
            ]
            frames[unit.unit_id] = sections.frame(
                unit, is_yearly=(unit.section, unit.paragraph) in yearly
            )
            found += _status_facts(unit, known, frames[unit.unit_id])
        facts += _best(found)
        if unit.unit_type != "title":
            seen.append(Seen(unit.unit_id, unit.text, spans))
    return Proposals(tuple(facts), frames, tuple(new_terms(seen)))


class _Sections:
    """The sections so far, with the undertaking that each is about."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._undertakings: dict[str, str] = {}
        self._headings: dict[str, str] = {}

    def open(self, heading: TextUnit, places: Iterable[Place]) -> None:
        self._headings[heading.section] = heading.text
        about = [each.iri for each in places if self._is_undertaking(each.iri)]
        if len(set(about)) == 1:
            self._undertakings[heading.section] = about[0]

    def frame(self, unit: TextUnit, *, is_yearly: bool) -> Frame:
        about = self._of(unit.section, self._undertakings)
        headings = [
            text for section, text in self._headings.items() if unit.section.startswith(section)
        ]
        research = about is not None or any(map(_RESEARCH.search, headings))
        slugs = tuple(slug for slug, *_ in statuses(unit.text))
        if about is not None and not is_yearly:
            kind = "ScopeItem"
        elif research and slugs:
            kind = "PriorityTopic"
        else:
            kind, slugs = "Principle", ()
        return Frame(unit.unit_id, kind, about, slugs, fingerprint(unit))

    def _is_undertaking(self, iri: str) -> bool:
        kind = iri.removeprefix(str(ID)).partition("/")[0]
        return "IntegratedProject" in self._known.typed.get(iri, ()) or kind in _LOCATED

    @staticmethod
    def _of(section: str, table: Mapping[str, str]) -> str | None:
        above = [each for each in table if section.startswith(each)]
        return table[max(above, key=len)] if above else None


def _yearly_paragraphs(units: Iterable[TextUnit]) -> set[tuple[str, int]]:
    """Return the paragraphs whose first sentence speaks of what is done in one fiscal year."""
    return {
        (unit.section, unit.paragraph)
        for unit in units
        if unit.unit_type == "sentence" and unit.sentence == 1 and _YEARLY.match(unit.text)
    }


def _named(unit: TextUnit, places: Iterable[Place], known: Known) -> Iterable[Fact]:
    for place in places:
        is_concept = place.iri.startswith(str(MRDS))
        if is_concept and unit.unit_type != "sentence":
            continue
        yield _fact(unit, known, place.iri, place)


def _status_facts(unit: TextUnit, known: Known, frame: Frame) -> Iterable[Fact]:
    for slug, surface, start, end in statuses(unit.text):
        if slug in frame.statuses:
            iri = str(MRDS[f"status-{slug}"])
            place = Place(iri, surface, start, end, f"status:{slug}", _STATUS_CONFIDENCE)
            yield _fact(unit, known, iri, place)


def _fact(unit: TextUnit, known: Known, target: str, place: Place) -> Fact:
    if target.startswith(str(MRDS)):
        short = target.removeprefix(str(MRDS))
        predicate = FACETS[short.partition("-")[0]]
        is_known = (str(MRD[predicate]), target) in known.stated(unit.unit_id)
    else:
        kind, _, slug = target.removeprefix(str(ID)).partition("/")
        short = f"{_PREFIXES[kind]}-{slug}"
        # What was drawn from a policy by hand may cite units; a programme of a sheet may not.
        predicate = "statedIn" if target in known.defined else "concerns"
        is_known = target in known.citing.get(unit.unit_id, ())
    return Fact(
        id=f"{unit.unit_id}.{short}",
        unit=unit.unit_id,
        predicate=predicate,
        target=target,
        label=known.label(target),
        surface=place.surface,
        start=place.start,
        end=place.end,
        rule=place.rule,
        confidence=place.confidence,
        known=is_known,
    )


def _best(facts: Iterable[Fact]) -> list[Fact]:
    """Return one fact for each target: its surest place, by start."""
    best: dict[str, Fact] = {}
    for each in facts:
        before = best.get(each.id)
        if before is None or each.confidence > before.confidence:
            best[each.id] = each
    return sorted(best.values(), key=lambda each: (each.start, each.id))
