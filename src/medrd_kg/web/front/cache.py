"""Ready answers of one state of the data, within a bound on their bytes."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from medrd_kg.web.front.answers import Ready
from medrd_kg.web.front.asked import Key

__all__ = ["CacheFigures", "ReadyCache"]

LARGEST_BODY: Final = 16_000_000
"""Bytes of the largest answer that is kept."""

_KEY_WEIGHT: Final = 512


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """What a cache did so far.

    Attributes:
        hits: Requests answered from it, 304 included.
        misses: Requests that were evaluated and could have been answered from it.
        joined: Requests that waited for the same evaluation as another one.
        evicted: Answers that gave way to others.
        entries: Answers that it holds.
        weight: Bytes that they take.
    """

    hits: int
    misses: int
    joined: int
    evicted: int
    entries: int
    weight: int


class ReadyCache:
    """Answers by key; those used longest ago give way, and a new state of the data drops all."""

    def __init__(self, bound: int) -> None:
        """Keep answers that take at most ``bound`` bytes together; 0 keeps none."""
        self._bound = bound
        self._weight = 0
        self._state: str | None = None
        self._answers: OrderedDict[Key, tuple[Ready, int]] = OrderedDict()
        self._targets: dict[bytes, int] = {}
        self.hits = 0
        self.misses = 0
        self.joined = 0
        self._evicted = 0

    @property
    def largest(self) -> int:
        """Bytes of the largest body that it takes."""
        return min(LARGEST_BODY, self._bound)

    def holds_target(self, target: bytes) -> bool:
        """Whether any answer to a target is held, whatever else its key says."""
        return target in self._targets

    def get(self, state: str, key: Key) -> Ready | None:
        """Return the answer to ``key`` in a state of the data, or None."""
        if state != self._state:
            self._enter(state)
            return None
        found = self._answers.get(key)
        if found is None:
            return None
        self._answers.move_to_end(key)
        return found[0]

    def put(self, state: str, key: Key, ready: Ready) -> None:
        """Keep an answer, at the cost of others where it must be.

        Args:
            state: State of the data that it was made from.
            key: What it answers.
            ready: The answer.
        """
        target = key[0]
        weight = ready.weight + len(target) + _KEY_WEIGHT
        if state != self._state or weight > self._bound or len(ready.body) > LARGEST_BODY:
            return
        replaced = self._answers.pop(key, None)
        if replaced is not None:
            self._weight -= replaced[1]
        else:
            self._targets[target] = self._targets.get(target, 0) + 1
        self._answers[key] = (ready, weight)
        self._weight += weight
        while self._weight > self._bound:
            (oldest, *_), (_, dropped) = self._answers.popitem(last=False)
            self._weight -= dropped
            self._targets[oldest] -= 1
            if not self._targets[oldest]:
                del self._targets[oldest]
            self._evicted += 1

    def figures(self) -> CacheFigures:
        """Return what it did so far."""
        return CacheFigures(
            hits=self.hits,
            misses=self.misses,
            joined=self.joined,
            evicted=self._evicted,
            entries=len(self._answers),
            weight=self._weight,
        )

    def _enter(self, state: str) -> None:
        """Begin a new state: what was true in the last one may no longer be."""
        self._state = state
        self._answers.clear()
        self._targets.clear()
        self._weight = 0
