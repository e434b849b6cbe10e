"""What the graph already describes, so that an import of a few sheets can add to it.

Whole answers need all years in one import: which figure is current is decided among them. An
import that lacks years of the graph must not contradict what the graph says, so it leaves out
sheets that are there, repeats no label, and sums nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from medrd_kg.vocabulary import ID, KINDS

__all__ = ["Described", "read_described", "years_of"]

_LABEL: Final = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
_YEAR_FILE = re.compile(r"review-sheets-(\d{4})\.ttl")
_NUMBERED = re.compile(r"(?P<programme>.+)-(?P<number>\d+)")
_PREFIXES: Final = {f"{ID}{path}/": prefix for prefix, path in KINDS.items()}


@dataclass(slots=True)
class Described:
    """Subjects that bear a Japanese label elsewhere in the graph.

    Attributes:
        subjects: Prefixed names.
        indicators: Highest number of an indicator by slug of its programme.
    """

    subjects: set[str] = field(default_factory=set)
    indicators: dict[str, int] = field(default_factory=dict)

    def note(self, subject: str) -> None:
        """Take note of a labelled subject, given as a full IRI."""
        base, _, local = subject.rpartition("/")
        prefix = _PREFIXES.get(f"{base}/")
        if prefix is None:
            return
        self.subjects.add(f"{prefix}:{local}")
        numbered = _NUMBERED.fullmatch(local)
        if prefix == "ind" and numbered is not None:
            programme, number = numbered["programme"], int(numbered["number"])
            self.indicators[programme] = max(number, self.indicators.get(programme, 0))


def years_of(folder: Path) -> frozenset[int]:
    """Return the publication years whose sheets a folder of the graph holds whole."""
    found = (_YEAR_FILE.fullmatch(path.name) for path in folder.glob("review-sheets-*.ttl"))
    return frozenset(int(match[1]) for match in found if match is not None)


def read_described(files: Iterable[Path]) -> Described:
    """Return what Turtle files describe.

    Raises:
        OSError: A file cannot be read.
        SyntaxError: A file is not Turtle.
    """
    described = Described()
    for path in files:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if (
                quad.predicate == _LABEL
                and isinstance(quad.object, ox.Literal)
                and quad.object.language == "ja"
                and isinstance(quad.subject, ox.NamedNode)
            ):
                described.note(quad.subject.value)
    return described
