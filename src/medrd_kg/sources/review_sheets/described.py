"""What the graph already describes, so that an import of a few sheets can add to it.

Whole answers need all years in one import: which figure is current is decided among them. An
import that lacks years of the graph must not contradict what the graph says, so it leaves out
sheets that are there, repeats no label, and sums nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Described", "describe", "years_of"]

_YEAR_FILE = re.compile(r"review-sheets-(\d{4})\.ttl")
_NUMBERED = re.compile(r"(?P<programme>.+)-(?P<number>\d+)")


@dataclass(slots=True)
class Described:
    """Subjects that bear a Japanese label elsewhere in the graph.

    Attributes:
        subjects: Their labels by prefixed name.
        indicators: Highest number of an indicator by slug of its programme.
    """

    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indicators: dict[str, int] = field(default_factory=dict)


def years_of(folder: Path) -> frozenset[int]:
    """Return the publication years whose sheets a folder of the graph holds whole."""
    found = (_YEAR_FILE.fullmatch(path.name) for path in folder.glob("review-sheets-*.ttl"))
    return frozenset(int(match[1]) for match in found if match is not None)


def describe(labelled: Mapping[str, tuple[str, ...]]) -> Described:
    """Return what the graph describes.

    Args:
        labelled: Japanese labels of all that bears any, by prefixed name.
    """
    described = Described(labelled)
    for subject in described.subjects:
        prefix, _, local = subject.partition(":")
        numbered = _NUMBERED.fullmatch(local)
        if prefix == "ind" and numbered is not None:
            programme, number = numbered["programme"], int(numbered["number"])
            highest = described.indicators.get(programme, 0)
            described.indicators[programme] = max(number, highest)
    return described
