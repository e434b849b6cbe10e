"""The web that paths walk: what is linked with what, and how much each thing tells.

A thing tells log2(N / n) bits, as a concept does in `linkages`: N things are in the web, n of them
are linked to it or, where it is a concept, to something narrower. A hub that everything is linked
to tells next to nothing.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medrd_kg.linkage.items import Thing
from medrd_kg.linkage.paths_links import BROADER

__all__ = ["MICROBITS", "Web", "web_between"]

MICROBITS: Final = 1_000_000
"""Information is added up in millionths of a bit, so that the order of summands changes nothing."""


@dataclass(frozen=True, slots=True)
class Web:
    """Things and what each is linked with, in either direction.

    Attributes:
        names: The things by number.
        numbers: Numbers of the things by IRI.
        links: Numbers of the links between two things, by the numbers of both, the lower first.
        neighbours: What each thing is linked with, in the order of numbers.
        lost: What a path loses at each thing, log2(n) in `MICROBITS`.
        size: N, how many things are linked with anything.
    """

    names: Sequence[Thing]
    numbers: Mapping[str, int]
    links: Mapping[tuple[int, int], Sequence[int]]
    neighbours: Sequence[Sequence[int]]
    lost: Sequence[int]
    size: int

    def bits(self, thing: int) -> float:
        """Return how much a thing tells, in bits."""
        return max(self.microbits(thing), 0) / MICROBITS

    def microbits(self, thing: int) -> int:
        """Return how much a thing tells, in millionths of a bit."""
        return round(math.log2(self.size) * MICROBITS) - self.lost[thing]


def web_between(names: Sequence[Thing], links: Iterable[tuple[Any, ...]]) -> Web:
    """Return the web of some links.

    Args:
        names: The things, by number.
        links: Number, subject, object (both as numbers) and property of each link.
    """
    around: list[set[int]] = [set() for _ in names]
    between: dict[tuple[int, int], list[int]] = {}
    below: dict[int, list[int]] = {}
    for link, one, two, property_ in links:
        around[one].add(two)
        around[two].add(one)
        between.setdefault((min(one, two), max(one, two)), []).append(link)
        if property_ == BROADER:
            below.setdefault(two, []).append(one)
    lost = [
        round(math.log2(max(len(_reached(number, around, below)), 1)) * MICROBITS)
        for number in range(len(names))
    ]
    return Web(
        names,
        {name.iri: number for number, name in enumerate(names)},
        between,
        [tuple(sorted(each)) for each in around],
        lost,
        sum(1 for each in around if each),
    )


def _reached(
    thing: int, around: Sequence[set[int]], below: Mapping[int, Sequence[int]]
) -> set[int]:
    """Return what is linked to a thing or to something narrower."""
    if thing not in below:
        return around[thing]
    family, waiting = {thing}, [thing]
    while waiting:
        for narrow in below.get(waiting.pop(), ()):
            if narrow not in family:
                family.add(narrow)
                waiting.append(narrow)
    return set().union(*(around[each] for each in family))
