"""Proposals on a document that was curated by hand too: what is right, what is missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from medrd_kg.sources.documents.known import FACETS, Known
from medrd_kg.sources.documents.proposing import Proposals
from medrd_kg.vocabulary import ID, MRD, MRDS

__all__ = ["Score", "score"]

_GENERAL: Final = frozenset({str(MRDS["disease-all"]), str(MRDS["modality-any"])})
"""Concepts that the linker leaves out on purpose; see docs/linking.md."""


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one facet.

    Attributes:
        right: Proposed pairs of unit and concept that something stated in the unit has.
        wrong: Proposed pairs that nothing stated in the unit has.
        found: Curated pairs of statement and concept that some cited unit is proposed to state.
        missed: Curated pairs that no cited unit is proposed to state.
    """

    right: int
    wrong: int
    found: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the proposals that are right; 1 where there is none."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the curated pairs that are found; 1 where there is none."""
        return self.found / (self.found + self.missed) if self.found + self.missed else 1.0


def score(proposals: Proposals, curated: Known) -> dict[str, Score]:
    """Hold proposals against what people drew from the same document.

    Args:
        proposals: On all units.
        curated: The graph as it was curated, read for the same document.

    Returns:
        One score a facet, and ``named``: things that the units name.
    """
    found = {
        facet: _facet_score(proposals, curated, predicate) for facet, predicate in FACETS.items()
    }
    return {**found, "named": _named_score(proposals, curated)}


def _facet_score(proposals: Proposals, curated: Known, predicate: str) -> Score:
    proposed = {(each.unit, each.target) for each in proposals.facts if each.predicate == predicate}
    things: dict[str, set[str]] = {}
    for unit, citing in curated.citing.items():
        for thing in citing:
            things.setdefault(thing, set()).add(unit)
    stated = {
        (thing, target)
        for thing in things
        for name, target in curated.facets.get(thing, ())
        if name == str(MRD[predicate]) and target not in _GENERAL
    }
    in_units = {(unit, target) for thing, target in stated for unit in things[thing]}
    found = sum(
        any((unit, target) in proposed for unit in things[thing]) for thing, target in stated
    )
    proposed -= {(unit, target) for unit, target in proposed if target in _GENERAL}
    right = len(proposed & in_units)
    return Score(right, len(proposed) - right, found, len(stated) - found)


def _named_score(proposals: Proposals, curated: Known) -> Score:
    kinds = ("organization", "agent-group", "document", "fund", "project", "moonshot")
    starts = tuple(f"{ID}{kind}/" for kind in (*kinds, "research-activity", "programme"))
    proposed = {
        (each.unit, each.target) for each in proposals.facts if each.target.startswith(starts)
    }
    stated = set(_citations(curated, starts))
    right = len(proposed & stated)
    return Score(right, len(proposed) - right, right, len(stated) - right)


def _citations(curated: Known, starts: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    for unit, things in curated.citing.items():
        yield from ((unit, thing) for thing in things if thing.startswith(starts))
