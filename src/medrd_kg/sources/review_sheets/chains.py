"""Enduring programmes out of yearly sheets: which sheet continues which.

A sheet of publication year N continues the chain that its evidence names, tried in this order:

1. ``predecessor``: its reference to an earlier sheet is a sheet of that chain;
2. ``programme-id``: the same 事業ID (2015-2020 only);
3. ``name``: the same ministry and name;
4. ``former-name``: its name says (旧…) or (旧名称…) the name of that chain.

Every rule also asks that the two sheets restate at least one equal figure (one of 50 million yen
or more where the names differ), or that the names are equal and no figure contradicts them.
Sheets that restate three or more such figures of another programme under an unrelated name are a
doubt: reported, never merged. A reviewed list (``reviewed/programmes.tsv``) goes before all rules.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.judgements import Reason
from medrd_kg.sources.review_sheets.names import programme_key
from medrd_kg.sources.review_sheets.records import Sheet, Stage

__all__ = ["Chain", "ChainBuilder", "ChainLink", "Doubt", "SheetKey", "former_names", "overlap"]

_TOLERANCE_YEN: Final = 1_000_000  # sheets cut or round to the million yen
_DOUBTFUL_OVERLAP: Final = 3
_TELLING_YEN: Final = 50_000_000  # below it, equal figures rounded to the million are chance
_LONGEST_GAP_YEARS: Final = 2
_STRENGTH: Final = {"predecessor": 4, "programme-id": 3, "name": 2, "former-name": 1}
_MOST_FIGURES: Final = 100
_FORMER = re.compile(r"\((?:旧名称|旧事業名|旧|改称前)[::]?(?P<name>[^()]+(?:\([^()]*\)[^()]*)*)\)")
_COMPARED: Final = frozenset(Stage) - {Stage.REQUEST}

Figures = Mapping[tuple[int, Stage], int]


@cache
def _place(year: int, stage: Stage) -> tuple[int, Stage]:
    """Return the one tuple of a year and stage; the sheets of a decade share a few hundred."""
    return year, stage


def former_names(key: str) -> tuple[str, ...]:
    """Return the matching keys of the former names that a programme's key states.

    >>> former_names("b事業(旧:a事業)")
    ('a事業',)
    """
    return tuple(programme_key(found["name"]) for found in _FORMER.finditer(key))


def without_former_names(key: str) -> str:
    """Return the key without what it says of former names."""
    return _FORMER.sub("", key)


@dataclass(frozen=True, slots=True)
class SheetKey:
    """What chaining needs of a sheet."""

    publication_year: int
    ministry: str
    number: str
    printed: str
    name: str
    formers: tuple[str, ...]
    programme_id: str | None
    predecessors: tuple[tuple[int, str], ...]
    figures: Figures

    @property
    def slug(self) -> str:
        """Local name of the sheet."""
        return sheet_slug(self.publication_year, self.ministry, self.number)

    @classmethod
    def of(cls, sheet: Sheet) -> "SheetKey":
        """Return the key of a sheet; zeros are no evidence and are left out."""
        key = programme_key(sheet.name)
        return cls(
            publication_year=sheet.publication_year,
            ministry=sheet.ministry.slug,
            number=sheet.number,
            printed=sheet.name,
            name=without_former_names(key),
            formers=former_names(key),
            programme_id=sheet.programme_id,
            predecessors=tuple((each.year, each.number) for each in sheet.predecessors),
            figures={
                _place(each.fiscal_year, each.stage): each.amount.yen
                for each in sheet.budget
                if each.amount.yen and each.stage in _COMPARED
            },
        )


def overlap(one: Figures, other: Figures) -> tuple[int, int]:
    """Return how many figures of the same year and stage agree, and how many differ."""
    common = one.keys() & other.keys()
    equal = sum(abs(one[place] - other[place]) <= _TOLERANCE_YEN for place in common)
    return equal, len(common) - equal


def telling_overlap(one: Figures, other: Figures) -> int:
    """Return how many equal figures are too large to be equal by chance."""
    return sum(
        abs(one[place] - other[place]) <= _TOLERANCE_YEN and abs(one[place]) >= _TELLING_YEN
        for place in one.keys() & other.keys()
    )


@dataclass(frozen=True, slots=True)
class ChainLink:
    """Why a sheet belongs to its chain.

    Attributes:
        key: The sheet.
        rule: Name of the rule; ``first`` for the sheet that begins the chain.
        equal: How many figures of the edition before it restates.
        different: How many figures it states otherwise than the edition before.
    """

    key: SheetKey
    rule: str
    equal: int = 0
    different: int = 0


class Doubt(NamedTuple):
    """Two sheets that may be one programme and were kept apart, and why."""

    key: SheetKey
    other: SheetKey
    why: str


@dataclass(slots=True, eq=False)
class Chain:
    """One enduring programme.

    Attributes:
        slug: Local name below ``id/programme/``.
        links: Its editions of this import, oldest first.
        reviewed: Whether the slug comes from the reviewed list.
        before: Its editions that the graph has already, oldest first.
    """

    slug: str
    links: list[ChainLink] = field(default_factory=list)
    reviewed: bool = False
    before: list[SheetKey] = field(default_factory=list)

    @property
    def first(self) -> SheetKey:
        """The oldest edition."""
        return self.before[0] if self.before else self.links[0].key

    @property
    def last(self) -> SheetKey:
        """The newest edition so far."""
        return self.links[-1].key if self.links else self.before[-1]

    def pairs(self) -> Iterator[tuple[SheetKey, ChainLink]]:
        """Yield each edition of this import that continues another, with that other."""
        before = self.before[-1] if self.before else None
        for link in self.links:
            if before is not None:
                yield before, link
            before = link.key


class ChainBuilder:
    """Chains sheets year by year; feed it in the order of publication years."""

    def __init__(self, separate: Container[tuple[str, str]] = frozenset()) -> None:
        """Start without chains.

        Args:
            separate: Local names of two sheets that a person judged to be of two programmes, the
                later first.
        """
        self._separate = separate
        self.chains: dict[str, Chain] = {}
        self.doubts: list[Doubt] = []
        self._by_number: dict[tuple[int, str, str], Chain] = {}
        self._by_identifier: dict[tuple[str, str], Chain] = {}
        self._by_name: defaultdict[tuple[str, str], list[Chain]] = defaultdict(list)
        self._of_year: defaultdict[tuple[int, str], list[Chain]] = defaultdict(list)

    def continue_from(self, slug: str, keys: Iterable[SheetKey]) -> None:
        """Take note of a programme that the graph has; call before the first `add_year`.

        Args:
            slug: Local name of the programme.
            keys: Its editions, oldest first; at least one.
        """
        chain = self.chains[slug] = Chain(slug)
        for key in keys:
            chain.before.append(key)
            self._index(chain, key)

    def _register(self, chain: Chain, key: SheetKey, rule: str) -> None:
        before = chain.last.figures if chain.links or chain.before else {}
        chain.links.append(ChainLink(key, rule, *overlap(key.figures, before)))
        self._index(chain, key)

    def _index(self, chain: Chain, key: SheetKey) -> None:
        self._by_number[key.publication_year, key.ministry, key.number] = chain
        self._of_year[key.publication_year, key.ministry].append(chain)
        if key.programme_id:
            self._by_identifier[key.ministry, key.programme_id] = chain
        named = self._by_name[key.ministry, key.name]
        if chain not in named:
            named.append(chain)

    def add_year(
        self,
        keys: Iterable[SheetKey],
        reviewed: Mapping[str, str],
        judged: Container[str] = frozenset(),
    ) -> None:
        """Chain the sheets of one publication year.

        Args:
            keys: All sheets of the year.
            reviewed: Slug of the programme by sheet number with ministry (``ministry/number``),
                where a person has decided it.
            judged: Those of them that are no row of the reviewed list but a judgement on a pair.
        """
        ordered = sorted(keys, key=lambda key: (key.ministry, key.number))
        claims: defaultdict[str, list[tuple[int, SheetKey, str]]] = defaultdict(list)
        fresh: list[SheetKey] = []
        for key in ordered:
            name = f"{key.ministry}/{key.number}"
            slug = reviewed.get(name)
            if slug is not None:
                chain = self.chains.setdefault(slug, Chain(slug, reviewed=True))
                self._register(chain, key, "judged" if name in judged else "reviewed")
                continue
            found = self._continued(key)
            if found is None:
                fresh.append(key)
            else:
                chain, rule, strength = found
                claims[chain.slug].append((strength, key, rule))
        for slug, claimants in claims.items():
            claimants.sort(key=lambda claim: (-claim[0], claim[1].number))
            best = claimants[0]
            tied = len(claimants) > 1 and claimants[1][0] == best[0]
            if not tied:
                self._register(self.chains[slug], best[1], best[2])
            for _, key, _ in claimants[0 if tied else 1 :]:
                why = Reason.EQUAL_EVIDENCE if tied else Reason.STRONGER_EVIDENCE
                self.doubts.append(Doubt(key, self.chains[slug].first, why))
                fresh.append(key)
        for key in sorted(fresh, key=lambda key: (key.ministry, key.number)):
            self._start(key)

    def _start(self, key: SheetKey) -> None:
        chain = self.chains[key.slug] = Chain(key.slug)
        self._register(chain, key, "first")

    def _claimed(self, key: SheetKey) -> Iterator[tuple[Chain, str]]:
        """Yield the chains that a sheet may continue, with the rule, strongest rule first."""
        for year, number in key.predecessors:
            for published in (year, key.publication_year - 1):
                chain = self._by_number.get((published, key.ministry, number))
                if chain is not None:
                    yield chain, "predecessor"
        if key.programme_id:
            chain = self._by_identifier.get((key.ministry, key.programme_id))
            if chain is not None:
                yield chain, "programme-id"
        yield from ((each, "name") for each in self._by_name[key.ministry, key.name])
        for former in key.formers:
            yield from ((each, "former-name") for each in self._by_name[key.ministry, former])

    def _continued(self, key: SheetKey) -> tuple[Chain, str, int] | None:
        """Return the chain that the sheet continues, the rule and the strength of its evidence."""
        accepted = []
        for chain, rule in self._claimed(key):
            last = chain.last
            if not 0 < key.publication_year - last.publication_year <= _LONGEST_GAP_YEARS:
                continue
            if (key.slug, last.slug) in self._separate:
                continue
            equal, different = overlap(key.figures, last.figures)
            same_name = last.name == key.name
            evidence = equal if same_name else telling_overlap(key.figures, last.figures)
            if evidence or (same_name and not different):
                strength = _STRENGTH[rule] * _MOST_FIGURES + min(equal, _MOST_FIGURES - 1)
                accepted.append((chain, rule, strength))
        if not accepted:
            self._note_doubt(key)
            return None
        return max(accepted, key=lambda found: (found[2], found[0].slug))

    def _note_doubt(self, key: SheetKey) -> None:
        if len(key.figures) < _DOUBTFUL_OVERLAP:
            return
        for chain in self._of_year[key.publication_year - 1, key.ministry]:
            if chain.last.publication_year == key.publication_year - 1 and (
                telling_overlap(key.figures, chain.last.figures) >= _DOUBTFUL_OVERLAP
            ):
                self.doubts.append(Doubt(key, chain.last, Reason.EQUAL_FIGURES))
