"""What the graph already says, as far as an importer must agree with it.

Read from the Turtle files of the content, subject by subject, so that a graph of the whole
government's sheets needs the memory of its programmes, not that of its triples.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from medrd_kg.sources.review_sheets.names import clean, match_key
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.vocabulary import ID, KINDS, MRD, MRDS

__all__ = [
    "KnownEdition",
    "KnownFigure",
    "KnownGraph",
    "KnownProgramme",
    "line_key",
    "read_known_graph",
]

Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Said = dict[str, list[Node]]
LineKey = tuple[int, Stage, tuple[str, str, str]]

_PREFIXES: Final = {f"{ID}{path}/": prefix for prefix, path in KINDS.items()}
_LABEL: Final = "http://www.w3.org/2000/01/rdf-schema#label"
_ALTERNATIVE: Final = "http://www.w3.org/2004/02/skos/core#altLabel"
_GENERATED: Final = "browse.ttl"
_YEAR = re.compile(r"(?:sheet:)?(\d{4})-")
_BETWEEN: Final = "／"
_PARTS: Final = 3
_YEN: Final = ("amountJPY", "nonAdditiveAmountJPY")


class KnownFigure(NamedTuple):
    """The newest statement of a programme's figure for one fiscal year and stage."""

    publication_year: int
    yen: int
    name: str
    stated_in: tuple[str, ...]


class KnownEdition(NamedTuple):
    """A sheet of a programme."""

    publication_year: int
    name: str
    sheet_number: str
    programme_id: str
    slug: str


@dataclass(slots=True)
class KnownProgramme:
    """A programme of the graph.

    Attributes:
        slug: Local name.
        ministry: Local name of who administers it.
        reasons: Local names of the concepts for which it was selected.
        editions: Its sheets, in no order.
        figures: Newest figure by fiscal year and stage.
    """

    slug: str
    ministry: str = ""
    reasons: set[str] = field(default_factory=set)
    editions: list[KnownEdition] = field(default_factory=list)
    figures: dict[tuple[int, Stage], KnownFigure] = field(default_factory=dict)


@dataclass(slots=True)
class KnownGraph:
    """What an importer asks of the graph.

    Attributes:
        labelled: Prefixed names of everything that bears a Japanese label.
        programmes: Programmes by local name.
        numbers: 法人番号 by the key of a name that an organisation with a number bears.
        numbered: Local name of an organisation by its 法人番号.
        documents: Prefixed names of documents by the key of a title.
        lines: Figures of a budget line by fiscal year, stage and the keys of 所管, 組織 and 項.
        totals: Fiscal year, stage and level of every total, by its local name.
    """

    labelled: set[str] = field(default_factory=set)
    programmes: dict[str, KnownProgramme] = field(default_factory=dict)
    numbers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    numbered: dict[str, str] = field(default_factory=dict)
    documents: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lines: defaultdict[LineKey, list[tuple[str, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    totals: dict[str, tuple[int, str, str]] = field(default_factory=dict)

    def programme(self, slug: str) -> KnownProgramme:
        """Return the programme of a local name, new where it was not heard of."""
        return self.programmes.setdefault(slug, KnownProgramme(slug))

    def bearers(self) -> dict[str, frozenset[str]]:
        """Return the 法人番号 that bear a name, by its key."""
        return {key: frozenset(numbers) for key, numbers in self.numbers.items()}


def line_key(parts: Sequence[str]) -> tuple[str, str, str] | None:
    """Return the key of a budget line from 所管, 組織 (or 勘定) and 項, or None without a 項."""
    keys = [match_key(each) for each in parts[:_PARTS]]
    return (keys[0], keys[1], keys[2]) if len(keys) == _PARTS and keys[2] else None


def read_known_graph(folders: Iterable[Path], leave_out: Iterable[str] = ()) -> KnownGraph:
    """Return what the Turtle files of the content say.

    Args:
        folders: Shipped and imported content; a file name of a later folder replaces the same
            name of an earlier one.
        leave_out: Patterns of names of files that the import is about to replace.

    Raises:
        OSError: A file cannot be read.
        SyntaxError: A file is not Turtle.
    """
    skipped = (_GENERATED, *leave_out)
    files: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.ttl")) if folder.is_dir() else ():
            if not any(fnmatch(path.name, each) for each in skipped):
                files[path.relative_to(folder).as_posix()] = path
    known = KnownGraph()
    for _, path in sorted(files.items()):
        for subject, said in _subjects(path):
            _take(known, subject, said)
    return known


def _subjects(path: Path) -> Iterator[tuple[str, Said]]:
    quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    for subject, own in groupby(quads, key=lambda quad: quad.subject):
        name = _name(subject)
        if name is None:
            continue
        said: defaultdict[str, list[Node]] = defaultdict(list)
        for quad in own:
            said[quad.predicate.value.removeprefix(str(MRD))].append(quad.object)
        yield name, said


def _name(node: object) -> str | None:
    """Return the prefixed name of an individual of the model."""
    if not isinstance(node, ox.NamedNode):
        return None
    base, _, local = node.value.rpartition("/")
    prefix = _PREFIXES.get(f"{base}/")
    return None if prefix is None else f"{prefix}:{local}"


def _names(said: Said, predicate: str) -> list[str]:
    return [name for each in said.get(predicate, ()) if (name := _name(each)) is not None]


def _texts(said: Said, predicate: str) -> list[str]:
    return [each.value for each in said.get(predicate, ()) if isinstance(each, ox.Literal)]


def _japanese(said: Said, predicate: str) -> list[str]:
    return [
        each.value
        for each in said.get(predicate, ())
        if isinstance(each, ox.Literal) and each.language == "ja"
    ]


def _concepts(said: Said, predicate: str, facet: str) -> list[str]:
    start = f"{MRDS}{facet}-"
    return [
        each.value.removeprefix(start)
        for each in said.get(predicate, ())
        if isinstance(each, ox.NamedNode) and each.value.startswith(start)
    ]


def _take(known: KnownGraph, subject: str, said: Said) -> None:
    kind, _, local = subject.partition(":")
    if _japanese(said, _LABEL):
        known.labelled.add(subject)
    take = _TAKERS.get(kind)
    if take is not None:
        take(known, local, said)


def _take_organisation(known: KnownGraph, local: str, said: Said) -> None:
    for number in _texts(said, "corporateNumber"):
        known.numbered[number] = local
        for name in (*_japanese(said, _LABEL), *_japanese(said, _ALTERNATIVE)):
            known.numbers[match_key(name)].add(number)


def _take_document(known: KnownGraph, local: str, said: Said) -> None:
    for title in (*_japanese(said, _LABEL), *_japanese(said, _ALTERNATIVE)):
        known.documents[match_key(title)].add(f"doc:{local}")


def _take_programme(known: KnownGraph, local: str, said: Said) -> None:
    programme = known.programme(local)
    for ministry in _names(said, "administeredBy"):
        programme.ministry = ministry.partition(":")[2]
    programme.reasons.update(_concepts(said, "selectedBecause", "selection"))


def _take_total(known: KnownGraph, local: str, said: Said) -> None:
    for year in _names(said, "fiscalYear"):
        for stage in _concepts(said, "budgetStage", "stage"):
            for level in _concepts(said, "level", "level"):
                known.totals[local] = (int(year.partition(":")[2]), stage, level)


def _take_edition(known: KnownGraph, local: str, said: Said) -> None:
    names, years = _texts(said, "printedName"), _texts(said, "publicationYear")
    for programme in _names(said, "editionOf"):
        if names and years:
            known.programme(programme.partition(":")[2]).editions.append(
                KnownEdition(
                    int(years[0]),
                    clean(names[0]),
                    "".join(_texts(said, "sheetNumber")),
                    "".join(_texts(said, "programmeId")),
                    local,
                )
            )


def _take_figure(known: KnownGraph, local: str, said: Said) -> None:
    years = _names(said, "fiscalYear")
    stages = _concepts(said, "budgetStage", "stage")
    amounts = [amount for each in _YEN for amount in _texts(said, each)]
    if not (years and stages and amounts):
        return
    for printed in _texts(said, "printedName"):
        key = line_key(printed.split(_BETWEEN))
        if key is not None:
            place_of_line = int(years[0].partition(":")[2]), Stage(stages[0]), key
            known.lines[place_of_line].append((local, int(amounts[0])))
    if said.get("includedIn"):
        return
    stated_in = tuple(sorted(_names(said, "statedIn")))
    published = max(
        (int(found[1]) for each in stated_in if (found := _YEAR.match(each))), default=0
    )
    place = int(years[0].partition(":")[2]), Stage(stages[0])
    figure = KnownFigure(published, int(amounts[0]), local, stated_in)
    for programme in _names(said, "forProgramme"):
        figures = known.programme(programme.partition(":")[2]).figures
        if place not in figures or figures[place] < figure:
            figures[place] = figure


_TAKERS: Final = {
    "org-": _take_organisation,
    "doc": _take_document,
    "prg": _take_programme,
    "edition": _take_edition,
    "budget": _take_figure,
    "total": _take_total,
}
