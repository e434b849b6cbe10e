"""Paths: how two things connect, the shortest first, and of these the most specific first.

A path leads from thing to thing over links that sources state or our linker computed, in either
direction: shared concepts and what is broader or narrower, projects, those who administer, steer,
pay or are paid, documents, units that state both. It visits nothing twice. What would connect
everything is not walked: fiscal years, stages, levels, action status, types, bookkeeping of graphs
(``projection/path_links.rq`` lists what is).

A thing on the way tells log2(N / n) bits (see `paths_web`), as a shared concept does in `linkages`;
a path is the more specific, the more its things tell together. Things that tell less than a least
number of bits are not passed through; they may be ends.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from medrd_kg.kinds import kinds
from medrd_kg.linkage.facets import require
from medrd_kg.linkage.items import PAGE, Evidence, Page, Thing, check_page
from medrd_kg.linkage.paths_links import Link, links_of
from medrd_kg.linkage.paths_packed import web_of
from medrd_kg.linkage.paths_search import Effort, Steps, paths_in_order
from medrd_kg.linkage.paths_web import MICROBITS, Web
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.vocabulary import ID, KINDS, PREFIXES, full_iri

__all__ = [
    "LEAST_BITS",
    "LONGEST",
    "MOST",
    "USUAL_LENGTH",
    "Connection",
    "PathQuestion",
    "Paths",
    "Relation",
    "Step",
    "iri_of_thing",
    "paths",
]

LONGEST: Final = 6
"""The most steps that may be asked for."""

USUAL_LENGTH: Final = 4
"""The most steps unless the caller says otherwise."""

LEAST_BITS: Final = 3
"""What a thing on the way must tell unless the caller says otherwise: an eighth of all things may
be linked to it."""

MOST: Final = 200
"""The most paths of an answer, on all its pages."""

_LOOKS: Final = 400_000
"""Links that a search may look at: some tenths of a second."""

_KIND: Final = re.compile(r"([a-z][a-z-]*)/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PathQuestion:
    """Which things are to be connected, and over what.

    Attributes:
        source: IRI, prefixed name or ``kind/slug`` of the one thing.
        target: The same of the other.
        max_length: The most steps, up to `LONGEST`.
        min_bits: What each thing on the way must tell at least, in bits.
        basis: One of `selection.BASES`.
    """

    source: str
    target: str
    max_length: int = USUAL_LENGTH
    min_bits: int = LEAST_BITS
    basis: str = "all"


@dataclass(frozen=True, slots=True)
class Relation:
    """A link between the two ends of a step.

    Attributes:
        iri: IRI of the property.
        ja: Its Japanese label.
        en: Its English label.
        direction: ``forward`` where the step goes from subject to object, else ``backward``.
        basis: ``stated`` or ``computed``.
        inferred: Whether we read it into the text, which only implies it.
        axiom: IRI of the axiom that says so, or how it was computed; None where there is none.
        figures: How many figures of money make the link; 0 for what figures do not make.
        evidence: Where it is stated.
    """

    iri: str
    ja: str | None
    en: str | None
    direction: str
    basis: str
    inferred: bool
    axiom: str | None
    figures: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a path.

    Attributes:
        origin: Where it begins.
        target: Where it ends.
        bits: What its end tells; None for the end of the path.
        relations: How the two are linked, at least one.
    """

    origin: Thing
    target: Thing
    bits: float | None
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """A path.

    Attributes:
        length: How many steps it has.
        bits: What the things on its way tell together.
        steps: Its steps from the source to the target.
    """

    length: int
    bits: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Paths:
    """A page of paths.

    Attributes:
        source: The one thing.
        target: The other.
        paths: The paths, in their order.
        complete: Whether these are all; otherwise the first `MOST`, or what the search came to.
    """

    source: Thing
    target: Thing
    paths: Page[Connection]
    complete: bool


def paths(tables: FactTables, question: PathQuestion, *, offset: int = 0, limit: int = 20) -> Paths:
    """Return the paths between two things.

    Args:
        tables: The fact tables.
        question: What is to be connected.
        offset: Paths to pass over.
        limit: Paths to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range, or both things are the
            same; ``not-found``: nothing is linked with one of them; ``query-timeout`` or
            ``query-memory``: the answer is too costly.
    """
    page = check_page(offset, limit, PAGE)
    require("basis", question.basis, BASES)
    if not 1 <= question.max_length <= LONGEST:
        raise _invalid("max_length", f"{question.max_length} is not from 1 to {LONGEST}")
    source, target = (
        iri_of_thing("source", question.source),
        iri_of_thing("target", question.target),
    )
    if source == target:
        raise _invalid("target", "source and target are the same thing", "name two things")
    with tables.session() as session:
        web = web_of(tables, session, question.basis)
        ends = _number(web, "source", source), _number(web, "target", target)
        effort = Effort(_LOOKS)
        ordered = paths_in_order(
            web,
            *ends,
            longest=question.max_length,
            least=question.min_bits * MICROBITS,
            effort=effort,
        )
        found = list(islice(ordered, MOST + 1))
        shown = found[:MOST][offset : offset + page["limit"]]
        walked = (link for path in shown for ends in _pairs(path) for link in _links(web, *ends))
        links = links_of(tables, session, walked)
    return Paths(
        web.names[ends[0]],
        web.names[ends[1]],
        Page(
            tuple(_connection(web, each, links) for each in shown),
            min(len(found), MOST),
            offset,
        ),
        complete=len(found) <= MOST and effort.left >= 0,
    )


def iri_of_thing(parameter: str, name: str) -> str:
    """Return the IRI of a thing that a caller named.

    Args:
        parameter: The parameter, for the message.
        name: A full IRI, a prefixed name such as ``prj:drugs``, or a kind and a slug with ``/``
            between them such as ``disease-area/cancer``.

    Raises:
        Problem: ``invalid-parameter``: it is none of these.

    >>> iri_of_thing("source", "prj:drugs")
    'https://w3id.org/medrd-kg/id/project/drugs'
    >>> iri_of_thing("source", "disease-area/cancer")
    'https://w3id.org/medrd-kg/schemes#disease-cancer'
    """
    prefix, colon, local = name.partition(":")
    if colon and (local.startswith("//") or prefix in PREFIXES):
        return full_iri(name)
    kind, slug = found.groups() if (found := _KIND.fullmatch(name)) else ("", "")
    for known in kinds().values():
        if kind in (known.name, known.collection):
            return known.named(slug)
    if kind in KINDS.values():
        return f"{ID}{kind}/{slug}"
    raise _invalid(
        parameter,
        f"{name!r} names nothing",
        "write an IRI, a prefixed name such as prj:drugs, or kind/slug such as disease-area/cancer",
        [*kinds(), *(each for each in KINDS.values() if each not in kinds())],
    )


def _number(web: Web, parameter: str, iri: str) -> int:
    number = web.numbers.get(iri)
    if number is None:
        raise Problem(
            "not-found",
            f"{parameter}: no path leads to {iri}",
            "figures, years, stages are not walked: name a programme, an organisation, a concept",
            extra={"parameter": parameter},
        )
    return number


def _pairs(path: Steps) -> Iterable[tuple[int, int]]:
    return pairwise(path)


def _links(web: Web, one: int, two: int) -> Sequence[int]:
    return web.links[min(one, two), max(one, two)]


def _connection(web: Web, path: Steps, links: Mapping[int, Link]) -> Connection:
    steps = tuple(
        Step(
            web.names[one],
            web.names[two],
            None if two == path[-1] else round(web.bits(two), 6),
            tuple(_relation(links[link], web.names[one].iri) for link in _links(web, one, two)),
        )
        for one, two in _pairs(path)
    )
    told = sum(web.microbits(each) for each in path[1:-1])
    return Connection(len(steps), round(told / MICROBITS, 6), steps)


def _relation(link: Link, origin: str) -> Relation:
    return Relation(
        link.property.iri,
        link.property.ja,
        link.property.en,
        "forward" if link.subject == origin else "backward",
        link.basis,
        link.inferred,
        link.axiom,
        link.figures,
        link.evidence,
    )


def _invalid(
    parameter: str, detail: str, hint: str = "", known: Iterable[str] | None = None
) -> Problem:
    extra: dict[str, object] = {"parameter": parameter}
    if known is not None:
        extra["known"] = list(known)
    return Problem("invalid-parameter", f"{parameter}: {detail}", hint or None, extra=extra)
