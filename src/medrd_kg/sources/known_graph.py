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
from typing import Final

import pyoxigraph as ox

from medrd_kg.sources.known_programmes import (
    KnownEdition,
    KnownFigure,
    KnownLines,
    KnownProgramme,
)
from medrd_kg.sources.review_sheets.names import clean, match_key
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.vocabulary import ID, KINDS, MRD, MRDS

__all__ = ["KnownGraph", "line_key", "read_known_graph"]

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


@dataclass(slots=True)
class KnownGraph:
    """What an importer asks of the graph.

    Attributes:
        labelled: Japanese labels of everything that bears any, by prefixed name.
        programmes: Programmes by local name.
        numbers: 法人番号 by the key of a name that an organisation with a number bears.
        numbered: Local name of an organisation by its 法人番号.
        documents: Prefixed names of documents by the key of a title.
        lines: Figures of a budget line by fiscal year, stage and the keys of 所管, 組織 and 項, as
            the newest edition states them.
        totals: Fiscal year, stage and level of every total, by its local name.
        wholes: Local names of figures that have parts of other programmes.
    """

    labelled: dict[str, tuple[str, ...]] = field(default_factory=dict)
    programmes: dict[str, KnownProgramme] = field(default_factory=dict)
    numbers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    numbered: dict[str, str] = field(default_factory=dict)
    documents: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lines: dict[LineKey, KnownLines] = field(default_factory=dict)
    totals: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    wholes: set[str] = field(default_factory=set)

    def take(self, path: Path) -> None:
        """Learn what another Turtle file says.

        Raises:
            OSError: The file cannot be read.
            SyntaxError: It is not Turtle.
        """
        for subject, said in _subjects(path):
            _take(self, subject, said)

    def is_settled(self, figure: KnownFigure) -> bool:
        """Return whether totals, parts or a whole rest on a figure, so that it must stay."""
        return figure.summed or figure.part or figure.name in self.wholes

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
        known.take(path)
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
    if labels := _japanese(said, _LABEL):
        known.labelled[subject] = (*known.labelled.get(subject, ()), *labels)
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
    stated_in = tuple(sorted(_names(said, "statedIn")))
    published = max(
        (int(found[1]) for each in stated_in if (found := _YEAR.match(each))), default=0
    )
    place = int(years[0].partition(":")[2]), Stage(stages[0])
    for printed in _texts(said, "printedName"):
        key = line_key(printed.split(_BETWEEN))
        if key is not None:
            held = known.lines.get((*place, key))
            if held is None or held.publication_year < published:
                held = known.lines[*place, key] = KnownLines(published, [])
            if held.publication_year == published:
                held.figures.append((local, int(amounts[0])))
    whole = _names(said, "includedIn")
    figure = KnownFigure(
        published, int(amounts[0]), local, stated_in, bool(said.get("additiveIn")), bool(whole)
    )
    for name in _names(said, "forProgramme"):
        programme = known.programme(name.partition(":")[2])
        if not figure.part:
            _keep_newest(programme.figures, place, figure)
        known.wholes.update(each.partition(":")[2] for each in whole)
        current = programme.current.get(place)
        if current is None or (current.summed, *current) < (figure.summed, *figure):
            programme.current[place] = figure


def _keep_newest(
    figures: dict[tuple[int, Stage], KnownFigure], place: tuple[int, Stage], figure: KnownFigure
) -> None:
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
