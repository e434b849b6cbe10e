"""What the index holds, put together from what the parts of a graph hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medrd_kg.search.contents import Contents
from medrd_kg.search.extracting import unpacked_facts, unpacked_names
from medrd_kg.search.facts import Described, Facts, Said, numbered
from medrd_kg.search.subjects import Name, Subject, weighed

__all__ = ["Extracts", "joined"]


@dataclass(frozen=True, slots=True)
class Extracts:
    """What the parts of a graph hold for the index.

    Attributes:
        properties: Those that things can be asked for, by their IRI.
        files: An `Extract` of each part, packed.
    """

    properties: Mapping[str, Described]
    files: Sequence[Path]


def joined(extracts: Extracts, contents: Contents) -> tuple[list[Subject], Facts]:
    """Return what can be found, in order, and what is said of it.

    Raises:
        OSError: A file cannot be read.
    """
    subjects = _subjects(extracts.files, contents)
    return subjects, numbered(_said(extracts.files), subjects, extracts.properties)


def _subjects(files: Sequence[Path], contents: Contents) -> list[Subject]:
    kinds: dict[str, frozenset[int]] = {}
    names: dict[str, frozenset[Name]] = {}
    degrees: dict[str, int] = {}
    for path in files:
        things, pointed = unpacked_names(path.read_bytes())
        for thing in things:
            kinds[thing.iri] = frozenset(thing.kinds)
            names[thing.iri] = frozenset(thing.names)
        for iri, count in pointed.items():
            degrees[iri] = degrees.get(iri, 0) + count
    return weighed(kinds, names, degrees, contents)


def _said(files: Sequence[Path]) -> Iterator[Said]:
    # Once more from the files: things have their numbers only when all parts are read.
    for path in files:
        yield from unpacked_facts(path.read_bytes())
