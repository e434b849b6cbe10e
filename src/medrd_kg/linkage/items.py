"""Items, things and evidence as every answer shows them, and pages of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from medrd_kg.linkage.tables import Session, statement
from medrd_kg.problems import Problem

__all__ = [
    "PAGE",
    "Evidence",
    "Item",
    "Page",
    "Thing",
    "check_page",
    "described",
    "item_of_kind",
    "number_of",
    "sources_of",
    "things_of",
]

PAGE: Final = 100
"""The most items that a page holds."""

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with an IRI and names.

    Attributes:
        iri: Its IRI.
        ja: Its Japanese label; None where it has none.
        en: Its English label; None where it has none.
    """

    iri: str
    ja: str | None
    en: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where something is stated.

    Attributes:
        iri: IRI of the document unit, sheet, data source or other document.
        kind: ``unit``, ``sheet``, ``data-source`` or ``document``.
        unit: Number of a unit, such as S045; None for the others.
    """

    iri: str
    kind: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """A topic, scope item, programme, figure or indicator.

    Attributes:
        iri: Its IRI.
        kind: ``topic``, ``scope-item``, ``programme``, ``programme-edition``, ``funding-flow``,
            ``budget-statement`` or ``indicator``.
        ja: Its Japanese label.
        en: Its English label; None where it has none.
        fiscal_year: Western year; None for what stands irrespective of the year.
        evidence: Where it is stated: units in the document's order first.
    """

    iri: str
    kind: str
    ja: str | None
    en: str | None
    fiscal_year: int | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """A part of a list.

    Attributes:
        entries: The entries of this page.
        total: How many entries the whole list has.
        offset: How many come before this page.
    """

    entries: tuple[Entry, ...]
    total: int
    offset: int

    @property
    def next_offset(self) -> int | None:
        """Where the next page begins; None after the last."""
        end = self.offset + len(self.entries)
        return end if self.entries and end < self.total else None


def check_page(offset: int, limit: int, most: int = PAGE) -> dict[str, int]:
    """Return the parameters of a page.

    Args:
        offset: Entries to pass over.
        limit: Entries to show.
        most: The highest limit.

    Raises:
        Problem: ``invalid-parameter``: one of them is out of range.
    """
    if offset < 0:
        raise Problem("invalid-parameter", "offset cannot be negative", "0 is the first page")
    if not 1 <= limit <= most:
        raise Problem("invalid-parameter", f"limit cannot be {limit}", f"1 to {most}")
    return {"offset": offset, "limit": limit}


def described(session: Session, numbers: Iterable[int]) -> dict[int, Item]:
    """Return items with their evidence.

    Args:
        session: A session of the tables.
        numbers: Numbers of the items.
    """

    def load(missing: list[int]) -> dict[int, Item]:
        held = session.single.found("item", missing)
        cited = sources_of(session, (source for *_, sources in held.values() for source in sources))
        found = {
            number: Item(iri, kind, ja, en, year, tuple(cited[source] for source in sources))
            for number, (iri, kind, ja, en, year, sources) in held.items()
        }
        return found | _read_items(session, [each for each in missing if each not in found])

    return session.remembered.looked_up("item", sorted(set(numbers)), load)


def _read_items(session: Session, numbers: list[int]) -> dict[int, Item]:
    """Return items from the tables themselves, as releases without the file of them need it."""
    if not numbers:
        return {}
    rows = session.rows(statement("listed_items"), {"items": numbers})
    listed = [row[0] for row in rows]
    figures = sorted(set(numbers).difference(listed))
    cited = session.rows(statement("listed_evidence"), {"keys": listed}) if listed else []
    if figures:
        rows += session.rows(statement("items"), {"items": figures})
        cited += session.rows(statement("evidence"), {"keys": figures})
    evidence: dict[int, list[Evidence]] = {}
    for item, *source, _ in cited:
        evidence.setdefault(item, []).append(Evidence(*source))
    return {
        item: Item(iri, kind, ja, en, year, tuple(evidence.get(item, ())))
        for item, iri, kind, ja, en, year in rows
    }


def sources_of(session: Session, numbers: Iterable[int]) -> dict[int, Evidence]:
    """Return sources by their numbers."""

    def load(missing: list[int]) -> dict[int, Evidence]:
        found = {
            key: Evidence(*said) for key, said in session.single.found("source", missing).items()
        }
        absent = [each for each in missing if each not in found]
        if absent:
            rows = session.rows(statement("sources"), {"sources": absent})
            found |= {number: Evidence(*cited) for number, *cited in rows}
        return found

    return session.remembered.looked_up("source", numbers, load)


def things_of(session: Session, numbers: Iterable[int | None]) -> dict[int, Thing]:
    """Return concepts, projects, organisations and the like by their numbers; None is left out."""

    def load(missing: list[int]) -> dict[int, Thing]:
        found = {key: Thing(*said) for key, said in session.single.found("thing", missing).items()}
        absent = [each for each in missing if each not in found]
        if absent:
            rows = session.rows(statement("things"), {"concepts": absent})
            found |= {number: Thing(iri, ja, en) for number, iri, ja, en in rows}
        return found

    wanted = sorted({number for number in numbers if number is not None})
    return session.remembered.looked_up("thing", wanted, load)


def number_of(session: Session, iri: str) -> int:
    """Return the number of a concept, project, organisation or the like.

    Raises:
        Problem: ``not-found``: the tables know nothing of that IRI.
    """

    def load(missing: list[str]) -> dict[str, int]:
        return session.single.found("number", missing) or {
            each: int(row[0])
            for each in missing
            for row in session.rows(statement("number"), {"iri": each})
        }

    found = session.remembered.looked_up("number", [iri], load)
    if not found:
        raise Problem("not-found", f"nothing is known of {iri}")
    return found[iri]


def item_of_kind(session: Session, kind: str, iri: str) -> int | None:
    """Return the number of an item; None where there is no such item of that kind.

    Args:
        session: A session of the tables.
        kind: ``topic``, ``scope-item`` or ``programme``.
        iri: Its IRI.
    """
    held = session.single.found("listed", [iri])
    if iri in held:
        number, its_kind = held[iri]
        return int(number) if its_kind == kind else None
    found = session.rows(statement("item_of_kind"), {"iri": iri, "kind": kind})
    return int(found[0][0]) if found else None
