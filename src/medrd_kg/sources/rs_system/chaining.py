"""Which programme of the graph a sheet of the RS system continues.

Tried in this order, each with the evidence that `medrd_kg.sources.review_sheets.chains` asks for:

1. ``reviewed``: the reviewed list gives ministry and name a programme;
2. ``rs-id``: a sheet of another year in the RS system has the same 予算事業ID;
3. ``predecessor``: 旧事業番号 is the number of a sheet of the programme;
4. ``name``: the same ministry and name;
5. ``inner-name``: the name says (うち…) the name of the programme, its share of a larger one.

Two sheets must restate an equal figure (one of 50 million yen or more where the names differ), or
bear one name with no figure against it. Everything else is a doubt for a person: reported, never
merged. The later structure of integrated projects is not mapped to the six: a programme is in a
project only where the reviewed list says so.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.known_programmes import KnownProgramme
from medrd_kg.sources.review_sheets.chains import overlap, telling_overlap, without_former_names
from medrd_kg.sources.review_sheets.names import match_key, programme_key
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.selection import find_reviewed
from medrd_kg.sources.rs_system.records import RsSheet

__all__ = ["Link", "ProgrammeFinder"]

_COMPARED: Final = frozenset({Stage.INITIAL, Stage.SUPPLEMENTARY, Stage.CARRIED_IN, Stage.EXECUTED})
"""計 and 翌年度への繰越し are defined otherwise on the earlier sheets."""
_DOUBTFUL_OVERLAP: Final = 3
_RS_EDITION: Final = "-rs-"
_INNER = re.compile(r"\(うち(?P<name>.+)\)$")


class Doubt(NamedTuple):
    """A programme that a sheet may continue, and why it was not taken for it."""

    programme: str
    why: str


@dataclass(frozen=True, slots=True)
class Link:
    """The programme of a sheet.

    Attributes:
        programme: Local name.
        rule: Rule that found it; ``first`` for a programme that the graph does not have.
        equal: How many figures both state equal.
        doubts: Programmes that a person might have chosen.
    """

    programme: str
    rule: str
    equal: int = 0
    doubts: tuple[Doubt, ...] = ()


def _name_key(name: str) -> str:
    return without_former_names(programme_key(name))


class ProgrammeFinder:
    """Finds programmes of the graph by number, identifier, name and figures."""

    def __init__(self, known: KnownGraph) -> None:
        """Index the editions of the graph."""
        self._known = known
        self._by_name: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._by_number: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._by_identifier: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._of: defaultdict[str, list[KnownProgramme]] = defaultdict(list)
        for slug, programme in sorted(known.programmes.items()):
            self._of[programme.ministry].append(programme)
            for edition in programme.editions:
                where = programme.ministry
                self._by_name[where, _name_key(edition.name)][slug] = None
                if _RS_EDITION in edition.slug:
                    self._by_identifier[where, edition.programme_id][slug] = None
                else:
                    self._by_number[where, match_key(edition.sheet_number)][slug] = None

    @staticmethod
    def _figures(sheet: RsSheet) -> Mapping[tuple[int, Stage], int]:
        return {
            place: figure.amount.yen
            for place, figure in sheet.figures.items()
            if place[1] in _COMPARED
        }

    @staticmethod
    def _restated(programme: KnownProgramme) -> Mapping[tuple[int, Stage], int]:
        return {
            place: figure.yen
            for place, figure in programme.figures.items()
            if place[1] in _COMPARED and figure.yen
        }

    def find(self, sheet: RsSheet) -> Link:
        """Return the programme that a sheet continues, or a new one of its own."""
        ministry, name = sheet.ministry.slug, _name_key(sheet.name)
        figures = self._figures(sheet)
        reviewed = find_reviewed(ministry, sheet.name)
        if reviewed is not None:
            equal = 0
            if reviewed.slug in self._known.programmes:
                restated = self._restated(self._known.programmes[reviewed.slug])
                equal, _ = overlap(figures, restated)
            return Link(reviewed.slug, "reviewed", equal)
        doubts: list[Doubt] = []
        numbered = [
            slug
            for number in sheet.former_numbers
            for slug in self._by_number.get((ministry, match_key(number)), ())
        ]
        for rule, candidates in (
            ("rs-id", list(self._by_identifier.get((ministry, str(sheet.identifier)), ()))),
            ("predecessor", list(dict.fromkeys(numbered))),
            ("name", list(self._by_name.get((ministry, name), ()))),
            ("inner-name", self._inner(ministry, name)),
        ):
            held = [(slug, self._evidence(slug, name, figures)) for slug in candidates]
            good = [(slug, equal) for slug, equal in held if equal is not None]
            if len(good) == 1:
                # A sheet does not continue a later one: it is the one that begins the programme.
                begins = self._first_year(good[0][0]) > sheet.year
                return Link(good[0][0], "first" if begins else rule, good[0][1])
            why = "several programmes fit" if good else "no figure confirms it"
            doubts += [Doubt(slug, f"{rule}: {why}") for slug in candidates]
        doubts += [
            Doubt(each.slug, "restates its figures under another name")
            for each in self._of.get(ministry, ())
            if telling_overlap(figures, self._restated(each)) >= _DOUBTFUL_OVERLAP
        ]
        return Link(self._own(sheet), "first", 0, tuple(dict.fromkeys(doubts)))

    def _first_year(self, slug: str) -> int:
        return min(each.publication_year for each in self._known.programmes[slug].editions)

    def _inner(self, ministry: str, name: str) -> list[str]:
        found = _INNER.search(name)
        return list(self._by_name.get((ministry, found["name"]), ())) if found else []

    def _evidence(
        self, slug: str, name: str, figures: Mapping[tuple[int, Stage], int]
    ) -> int | None:
        """Return how many figures are equal, or None where the evidence does not suffice."""
        programme = self._known.programmes[slug]
        restated = self._restated(programme)
        equal, different = overlap(figures, restated)
        if any(_name_key(each.name) == name for each in programme.editions):
            return equal if equal or not different else None
        return equal if telling_overlap(figures, restated) else None

    def _own(self, sheet: RsSheet) -> str:
        """Return a name for a programme that the graph does not have.

        予算事業ID stays from year to year; where the graph has it for another programme, the year
        tells the two apart.
        """
        slug = f"rs-{sheet.identifier}"
        return slug if slug not in self._known.programmes else f"{slug}-{sheet.year}"
