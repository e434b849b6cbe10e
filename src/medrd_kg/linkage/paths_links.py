"""The links that paths walk: what each is called, how sure it is, and where it is stated."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final
from weakref import WeakKeyDictionary

from medrd_kg.linkage.items import Evidence, Thing, sources_of
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.vocabulary import BASE, PREFIXES

__all__ = ["BROADER", "Link", "links_of"]

BROADER: Final = f"{PREFIXES['skos']}broader"

_SCHEMES: Final = f"{BASE}schemes"


@dataclass(frozen=True, slots=True)
class Link:
    """A link between two things.

    Attributes:
        subject: IRI of its subject.
        property: Its property.
        basis: ``stated`` or ``computed``.
        inferred: Whether we read it into the text, which only implies it.
        axiom: IRI of the axiom that says so, or how it was computed; None where there is none.
        figures: How many figures of money make it; 0 for what figures do not make.
        evidence: Where it is stated.
    """

    subject: str
    property: Thing
    basis: str
    inferred: bool
    axiom: str | None
    figures: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """What links are called and where they are stated.

    Attributes:
        properties: The properties by IRI.
        sources: What links cite, by its number in the tables, in the order in which it is shown.
    """

    properties: Mapping[str, Thing]
    sources: Mapping[int, tuple[int, Evidence]]


_WORDS: Final[WeakKeyDictionary[FactTables, _Words]] = WeakKeyDictionary()
_LOCK: Final = threading.Lock()


def links_of(tables: FactTables, session: Session, numbers: Iterable[int]) -> dict[int, Link]:
    """Return links by their numbers.

    Args:
        tables: The fact tables.
        session: A session of them.
        numbers: Numbers of the links.
    """

    def load(missing: list[int]) -> dict[int, Link]:
        held = session.single.found("link", missing)
        if len(held) == len(missing):
            return _held_links(session, held)
        words = _words_of(tables, session)
        said: dict[int, tuple[Any, ...]] = {}
        cited: dict[int, list[tuple[int, Evidence]]] = {}
        for link, *more, source in session.rows(statement("path_said"), {"links": missing}):
            said[link] = tuple(more)
            if source is not None:
                cited.setdefault(link, []).append(words.sources[source])
        return {
            link: Link(
                subject, words.properties[iri], basis, inferred, axiom, figures,
                _evidence(iri, cited.get(link, ())),
            )
            for link, (subject, iri, basis, inferred, axiom, figures) in said.items()
        }  # fmt: skip

    return session.remembered.looked_up("link", sorted(set(numbers)), load)


def _held_links(session: Session, held: Mapping[int, Any]) -> dict[int, Link]:
    """Return links of which the file of single things holds all that is said."""
    named = session.said_of("path_property", {said[1] for said in held.values()})
    properties = {iri: Thing(iri, *rows[0]) for iri, rows in named.items()}
    cited = sources_of(session, (source for *_, sources in held.values() for source in sources))
    return {
        link: Link(
            subject, properties[iri], basis, inferred, axiom, figures,
            _evidence(iri, ((at, cited[source]) for at, source in enumerate(sources))),
        )
        for link, (subject, iri, basis, inferred, axiom, figures, sources) in held.items()
    }  # fmt: skip


def _evidence(iri: str, cited: Iterable[tuple[int, Evidence]]) -> tuple[Evidence, ...]:
    """Return what links by a property cite, in its order."""
    found = [each for _, each in sorted(cited, key=itemgetter(0))]
    if iri == BROADER:
        found.append(Evidence(_SCHEMES, "concept-schemes", None))
    return tuple(found)


def _words_of(tables: FactTables, session: Session) -> _Words:
    """Return the words of a release's links; they are read once and kept with the tables."""
    with _LOCK:
        if tables not in _WORDS:
            properties = (Thing(*each) for each in session.rows(statement("path_properties")))
            sources = session.rows(statement("path_sources"))
            _WORDS[tables] = _Words(
                {each.iri: each for each in properties},
                {each[0]: (rank, Evidence(*each[1:])) for rank, each in enumerate(sources)},
            )
        return _WORDS[tables]
