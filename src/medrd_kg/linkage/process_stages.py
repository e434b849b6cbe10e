"""Processes and their steps as the policy lays them down, in their order."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from medrd_kg.linkage.items import Evidence, Thing
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.vocabulary import MRD

__all__ = ["AGENTS", "Named", "Stage", "Timing", "stages_of"]

AGENTS: Final[Mapping[str, str]] = {
    "actor": "actors",
    "partner": "partners",
    "addressee": "addressees",
    "approver": "approvers",
    "decider": "deciders",
    "overseer": "overseers",
}
"""The roles in which somebody takes part in a step, each with the attribute of `Stage`."""

_ATTRIBUTES: Final[Mapping[str, str]] = {
    "carriedOutBy": "actors",
    "jointlyWith": "partners",
    "addressedTo": "addressees",
    "approvedBy": "approvers",
    "decidedBy": "deciders",
    "overseenBy": "overseers",
    "requires": "conditions",
    "triggeredBy": "triggers",
    "hasInput": "inputs",
    "hasOutput": "outputs",
    "precedes": "following",
    "feedsBackTo": "feeds_back_to",
    "basedOn": "based_on",
    "aimsAt": "aims",
    "appliesTo": "applies_to",
    "allocatedTo": "allocated_to",
    "concerns": "concerns",
}
"""Properties of the model, each with the attribute of `Stage` that has its values."""

_PART_OF: Final = "partOf"


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that a stage names.

    Attributes:
        iri: Its IRI.
        ja: Its Japanese label.
        en: Its English label; None where it has none.
        inferred: Whether we read it into the text, which only implies it.
        evidence: The units that state it.
    """

    iri: str
    ja: str | None
    en: str | None
    inferred: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """When something happens, in the text's words.

    Attributes:
        ja: In Japanese.
        en: In English.
    """

    ja: str | None
    en: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """A process, or a step of one.

    Attributes:
        iri: Its IRI.
        ja: Its Japanese label.
        en: Its English label.
        kind: ``process`` or ``step``.
        process: The nearest process that it is part of; None where there is none.
        part_of: The process or step that it is part of directly; None likewise.
        number: Its place in that process, such as ``3.2``; None where the text gives it none.
        timing: When it happens; None where the text does not say.
        open_list: True where the text's list is open; None where nothing is said of that.
        actors: Who carries it out.
        partners: Jointly with whom.
        addressees: To whom something is submitted, explained or reported in it.
        approvers: Whose approval it needs.
        deciders: Who decides on it.
        overseers: Who oversees it.
        conditions: What must hold before it.
        triggers: What sets it off.
        inputs: What goes into it.
        outputs: What comes out of it.
        preceding: The steps that come right before it.
        following: The steps that come right after it.
        feeds_back_to: What its results return to.
        based_on: What it builds on.
        aims: What it aims at.
        applies_to: What it applies to.
        allocated_to: To what it allocates money.
        concerns: What else it is about.
        evidence: The units that state it.
    """

    iri: str
    ja: str | None
    en: str | None
    kind: str
    process: Thing | None
    part_of: Thing | None
    number: str | None
    timing: Timing | None
    open_list: bool | None
    actors: tuple[Named, ...]
    partners: tuple[Named, ...]
    addressees: tuple[Named, ...]
    approvers: tuple[Named, ...]
    deciders: tuple[Named, ...]
    overseers: tuple[Named, ...]
    conditions: tuple[Named, ...]
    triggers: tuple[Named, ...]
    inputs: tuple[Named, ...]
    outputs: tuple[Named, ...]
    preceding: tuple[Named, ...]
    following: tuple[Named, ...]
    feeds_back_to: tuple[Named, ...]
    based_on: tuple[Named, ...]
    aims: tuple[Named, ...]
    applies_to: tuple[Named, ...]
    allocated_to: tuple[Named, ...]
    concerns: tuple[Named, ...]
    evidence: tuple[Evidence, ...]


@dataclass(slots=True)
class _Part:
    """A process or step as the tables have it."""

    thing: Thing
    kind: str
    place: int | None
    timing: Timing | None
    open_list: bool
    evidence: list[Evidence]
    rank: int


_KEPT: Final[WeakKeyDictionary[FactTables, tuple[Stage, ...]]] = WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def stages_of(tables: FactTables) -> tuple[Stage, ...]:
    """Return all processes and steps of a release: each whole before its parts, these in order.

    They are read once and kept with the tables.
    """
    with _LOCK:
        if tables not in _KEPT:
            with tables.session() as session:
                _KEPT[tables] = tuple(_Stages(session).in_order())
        return _KEPT[tables]


class _Stages:
    """Processes and steps that are being put together."""

    def __init__(self, session: Session) -> None:
        self._parts = _parts(session)
        self._said: dict[str, dict[str, dict[str, Named]]] = {}
        self._wholes: dict[str, str] = {}
        for subject, property_, named in _links(session):
            attribute = _ATTRIBUTES.get(property_)
            if attribute is not None:
                self._say(subject, attribute, named)
            if property_ == "precedes":
                thing = self._parts[subject].thing
                before = Named(thing.iri, thing.ja, thing.en, named.inferred, named.evidence)
                self._say(named.iri, "preceding", before)
            if property_ == _PART_OF and named.iri in self._parts:
                self._wholes.setdefault(subject, named.iri)

    def _say(self, subject: str, attribute: str, named: Named) -> None:
        self._said.setdefault(subject, {}).setdefault(attribute, {})[named.iri] = named

    def in_order(self) -> Iterator[Stage]:
        """Yield the stages; what is part of itself over others stands at the top."""
        below: dict[str | None, list[str]] = {}
        for iri in self._parts:
            below.setdefault(self._whole(iri), []).append(iri)
        for each in below.values():
            each.sort(key=self._key)
        waiting = list(reversed(below.get(None, [])))
        while waiting:
            iri = waiting.pop()
            yield self._stage(iri)
            waiting += reversed(below.get(iri, []))

    def _key(self, iri: str) -> tuple[bool, bool, int, int]:
        part = self._parts[iri]
        return (part.kind != "process", part.place is None, part.place or 0, part.rank)

    def _whole(self, iri: str) -> str | None:
        """Return what a stage is part of; nothing where that leads round in a circle."""
        seen, here = {iri}, self._wholes.get(iri)
        while here is not None:
            if here in seen:
                return None
            seen.add(here)
            here = self._wholes.get(here)
        return self._wholes.get(iri)

    def _stage(self, iri: str) -> Stage:
        part = self._parts[iri]
        whole = self._whole(iri)
        process = whole
        while process is not None and self._parts[process].kind != "process":
            process = self._whole(process)
        said = self._said.get(iri, {})
        names = {"preceding", *_ATTRIBUTES.values()}
        return Stage(
            part.thing.iri,
            part.thing.ja,
            part.thing.en,
            part.kind,
            None if process is None else self._parts[process].thing,
            None if whole is None else self._parts[whole].thing,
            self._number(iri),
            part.timing,
            part.open_list or None,
            evidence=tuple(part.evidence),
            **{name: tuple(said.get(name, {}).values()) for name in names},
        )

    def _number(self, iri: str) -> str | None:
        """Return the place of a step within its process."""
        part = self._parts[iri]
        if part.kind == "process" or part.place is None:
            return None
        whole = self._whole(iri)
        above = None if whole is None else self._number(whole)
        return str(part.place) if above is None else f"{above}.{part.place}"


def _parts(session: Session) -> dict[str, _Part]:
    found: dict[str, _Part] = {}
    for row in session.rows(statement("process_stages")):
        iri, kind, ja, en, place, timing_ja, timing_en, open_list, *cited, _ = row
        if iri not in found:
            timed = timing_ja is not None or timing_en is not None
            found[iri] = _Part(
                Thing(iri, ja, en),
                kind,
                place,
                Timing(timing_ja, timing_en) if timed else None,
                open_list,
                [],
                len(found),
            )
        if cited[0] is not None:
            found[iri].evidence.append(Evidence(*cited))
    return found


def _links(session: Session) -> Iterator[tuple[str, str, Named]]:
    """Yield what is said of processes and steps: subject, local name of the property, object."""
    found: dict[int, tuple[str, str, Thing, bool, list[Evidence]]] = {}
    for edge, subject, property_, iri, ja, en, inferred, *cited in session.rows(
        statement("process_links")
    ):
        if not property_.startswith(MRD):
            continue
        link = found.setdefault(
            edge, (subject, property_.removeprefix(MRD), Thing(iri, ja, en), inferred, [])
        )
        if cited[0] is not None:
            link[4].append(Evidence(*cited))
    for subject, property_, thing, inferred, evidence in found.values():
        named = Named(thing.iri, thing.ja, thing.en, inferred, tuple(evidence))
        yield subject, property_, named
