"""What a search has found: each thing with the text that answers best, and how many there are."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from medrd_kg.search.matching import Found
from medrd_kg.search.ranking import Match, match_of

__all__ = ["Few", "Gathered"]


class Gathered(Protocol):
    """Things that were found."""

    def add(self, further: Iterable[Found]) -> None:
        """Take further texts; of each thing the best one counts."""

    def has_name(self) -> bool:
        """Tell whether the query is a name of a thing."""

    def kinds(self) -> Mapping[int, int]:
        """Return how many things there are of each combination of kinds, as bits."""

    def page(self, mask: int, first: int, limit: int) -> list[Found]:
        """Return some of the things of any of some kinds, the best first."""


class Few:
    """Things with all their texts weighed."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: dict[int, Found] = {}

    def add(self, further: Iterable[Found]) -> None:
        """Take further texts; of each thing the best one counts."""
        for each in further:
            known = self._found.get(each.subject)
            if known is None or each.key < known.key:
                self._found[each.subject] = each

    def has_name(self) -> bool:
        """Tell whether the query is a name of a thing."""
        return any(match_of(each.key) <= Match.EXACT_NAME for each in self._found.values())

    def kinds(self) -> Mapping[int, int]:
        """Return how many things there are of each combination of kinds, as bits."""
        return Counter(each.kinds for each in self._found.values())

    def page(self, mask: int, first: int, limit: int) -> list[Found]:
        """Return some of the things of any of some kinds, the best first."""
        chosen = (each for each in self._found.values() if each.kinds & mask)
        return sorted(chosen, key=_key)[first : first + limit]


def _key(each: Found) -> int:
    return each.key
