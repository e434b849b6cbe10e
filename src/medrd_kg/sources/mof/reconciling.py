"""Which item and which sheet speak of one line, and by how much they differ.

Two rules, each asking for exactly one candidate on either side:

1. ``name``: 組織 (or 所管) is the programme's ministry and the 事項, without に必要な経費, is the
   programme's name; else the 項 is, where it has this one 事項. Initial, supplementary and executed
   amounts are compared.
2. ``line``: 所管, 組織 (or 勘定) and 項 are those of lines of 歳出予算項目 (RS system). The lines
   of the newest edition that states any are compared with the whole 項: what the sheets leave is
   no disagreement, what they exceed it by is one.

計 is not compared: the sheets take what is carried out off, the settlement does not.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.sources.known_graph import KnownGraph, line_key
from medrd_kg.sources.mof.reading import Item
from medrd_kg.sources.review_sheets.amounts import exceeds
from medrd_kg.sources.review_sheets.chains import without_former_names
from medrd_kg.sources.review_sheets.ministries import authority
from medrd_kg.sources.review_sheets.names import programme_key
from medrd_kg.sources.review_sheets.records import Stage

__all__ = ["Doubt", "LineMatch", "NameMatch", "Reconciliation"]

_ENDING: Final = "に必要な経費"
_COMPARED: Final = frozenset({Stage.INITIAL, Stage.SUPPLEMENTARY, Stage.EXECUTED})


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A figure of an item and the newest figure of a programme for the same year and stage.

    Attributes:
        rule: ``item`` or ``section``: whose name is the programme's.
        programme: Local name.
        figure: Local name of the sheet's figure.
        difference: Yen of the item less yen of the sheet; 0 within the rounding of the sheet.
    """

    rule: str
    programme: str
    figure: str
    difference: int


@dataclass(frozen=True, slots=True)
class LineMatch:
    """A 項 of an initial budget and the lines of sheets that draw on it.

    Attributes:
        items: Its items.
        yen: What they sum to.
        lines: Local names of the lines.
        difference: Yen of the 項 less yen of the lines.
    """

    items: tuple[Item, ...]
    yen: int
    lines: tuple[str, ...]
    difference: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """An item that may speak of a programme's line, and why it was not matched."""

    item: Item
    reason: str


def _key(name: str) -> str:
    return without_former_names(programme_key(name)).removesuffix(_ENDING)


def ministry_of(item: Item) -> str | None:
    """Return the local name of the listed authority that 組織 or else 所管 names."""
    for name in (item.organization, item.jurisdiction):
        found = authority(name) if name else None
        if found is not None and found.listed:
            return found.slug
    return None


class Reconciliation:
    """Matches the items of one fiscal year with the graph."""

    def __init__(self, fiscal_year: int, items: Sequence[Item], known: KnownGraph) -> None:
        """Index both sides and match."""
        self._year = fiscal_year
        self._known = known
        self.doubts: list[Doubt] = []
        self.names: dict[tuple[str, Stage], NameMatch] = {}
        """Match by local name of the item and stage."""
        self.lines: list[LineMatch] = []
        self._match_names(items)
        self._match_lines(items)

    def _programmes(self) -> Mapping[tuple[str, str], set[str]]:
        found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for programme in self._known.programmes.values():
            for edition in programme.editions:
                found[programme.ministry, _key(edition.name)].add(programme.slug)
        return found

    def _match_names(self, items: Sequence[Item]) -> None:
        programmes = self._programmes()
        held: defaultdict[tuple[str, Stage], list[tuple[Item, str]]] = defaultdict(list)
        for item, rule, slugs in self._candidates(items, programmes):
            if len(slugs) > 1:
                self.doubts.append(Doubt(item, "several programmes bear its name: not matched"))
                continue
            for stage in item.figures.keys() & _COMPARED:
                held[next(iter(slugs)), stage].append((item, rule))
        for (slug, stage), found in sorted(held.items()):
            figure = self._known.programmes[slug].figures.get((self._year, stage))
            if figure is None:
                continue
            if len(found) > 1:
                reason = f"several items are {stage} of {slug}: not matched"
                self.doubts += [Doubt(item, reason) for item, _ in found]
                continue
            item, rule = found[0]
            yen = item.figures[stage].yen
            apart = exceeds(yen, figure.yen) or exceeds(figure.yen, yen)
            difference = yen - figure.yen if apart else 0
            self.names[item.slug, stage] = NameMatch(rule, slug, figure.name, difference)

    @staticmethod
    def _candidates(
        items: Sequence[Item], programmes: Mapping[tuple[str, str], set[str]]
    ) -> Iterator[tuple[Item, str, set[str]]]:
        of_section: defaultdict[tuple[str, str, str], list[Item]] = defaultdict(list)
        for item in items:
            of_section[item.document, item.organization, item.section].append(item)
        for item in items:
            ministry = ministry_of(item)
            if ministry is None:
                continue
            by_name = programmes.get((ministry, _key(item.name)))
            alone = len(of_section[item.document, item.organization, item.section]) == 1
            by_section = programmes.get((ministry, _key(item.section))) if alone else None
            if by_name:
                yield item, "item", by_name
            elif by_section:
                yield item, "section", by_section

    def _match_lines(self, items: Sequence[Item]) -> None:
        sections: defaultdict[tuple[str, tuple[str, str, str]], list[Item]] = defaultdict(list)
        for item in items:
            key = line_key((item.jurisdiction, item.organization, item.section))
            if key is not None and Stage.INITIAL in item.figures:
                sections[item.document, key].append(item)
        documents: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        for document, key in sections:
            documents[key].add(document)
        for (_, key), own in sorted(sections.items()):
            held = self._known.lines.get((self._year, Stage.INITIAL, key))
            if held is None:
                continue
            if len(documents[key]) > 1:
                reason = "the 項 stands in several documents: not compared with the sheets' lines"
                self.doubts.append(Doubt(own[0], reason))
                continue
            yen = sum(item.figures[Stage.INITIAL].yen for item in own)
            spent = sum(amount for _, amount in held.figures)
            names = tuple(sorted(name for name, _ in held.figures))
            self.lines.append(LineMatch(tuple(own), yen, names, yen - spent))
