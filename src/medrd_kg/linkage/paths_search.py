"""Search for paths, the shortest first, and of the same length the most specific first.

Paths of each length are looked for from both ends: what the way to the target loses at least is
found from the target for the half that is near it, and then for what the source reaches. Then the
search is best-first and exact: the paths come in their order, and those that nobody asks for are
never made.
"""

import heapq
from collections.abc import Iterator

from medrd_kg.linkage.paths_web import Web

__all__ = ["Steps", "paths_in_order"]

Steps = tuple[int, ...]
"""A path as the numbers of its things, the source first and the target last."""


class Effort:
    """How much work a search may still do, counted in looks at a link."""

    def __init__(self, looks: int) -> None:
        """Grant a number of looks."""
        self.left = looks

    def spend(self, looks: int) -> bool:
        """Take some looks; return whether enough were left."""
        self.left -= looks
        return self.left >= 0


def paths_in_order(
    web: Web, source: int, target: int, *, longest: int, least: int, effort: Effort
) -> Iterator[Steps]:
    """Yield the paths between two things that visit nothing twice.

    Shorter ones come first; of the same length those on whose way less is lost; of the same loss in
    the order of the things' numbers. The iteration ends early when the effort is spent, which
    ``effort.left < 0`` tells.

    Args:
        web: What is linked with what.
        source: Number of the thing to begin at.
        target: Number of the thing to reach; another one.
        longest: The most steps of a path.
        least: Least information, in millionths of a bit, of each thing on the way.
        effort: The work that may be done; it is spent.
    """
    search = _Search(web, source, target, least, effort)
    for length in range(1, longest + 1):
        yield from search.of_length(length)
        if effort.left < 0:
            return


class _Search:
    """A search between two things."""

    def __init__(self, web: Web, source: int, target: int, least: int, effort: Effort) -> None:
        self._web = web
        self._source = source
        self._target = target
        self._least = least
        self._effort = effort
        self._open: dict[int, bool] = {}
        self._ahead: list[set[int]] = [{source}]
        self._behind: list[dict[int, int]] = [{target: 0}]

    def of_length(self, length: int) -> Iterator[Steps]:
        """Yield the paths of one length."""
        costs = self._costs(length)
        if self._effort.left < 0 or self._source not in costs[length]:
            return
        waiting: list[tuple[int, Steps, int]] = [(costs[length][self._source], (self._source,), 0)]
        while waiting:
            _, path, lost = heapq.heappop(waiting)
            left = length - len(path)
            if left < 0:
                yield path
                continue
            if not self._effort.spend(len(self._web.neighbours[path[-1]])):
                return
            following = costs[left]
            for each in self._web.neighbours[path[-1]]:
                if each in following and each not in path:
                    so_far = lost if not left else lost + self._web.lost[each]
                    rest = following[each]
                    heapq.heappush(waiting, (so_far + rest, (*path, each), so_far))

    def _costs(self, length: int) -> list[dict[int, int]]:
        """Return, by steps left, the least that is lost from each thing on to the target.

        What a thing itself loses is not among it. Steps near the target are known for all things
        that reach it, the others only for things that can be reached in the steps before.
        """
        near = max((length + 1) // 2, 1)
        while len(self._behind) <= near:
            self._behind.append(self._one_step_back(self._behind[-1]))
        while len(self._ahead) < length - near:
            self._ahead.append(self._one_step_on(self._ahead[-1]))
        costs = self._behind[: near + 1]
        for left in range(near + 1, length + 1):
            costs.append(self._pulled(self._ahead[length - left], costs[-1]))
        return costs

    def _one_step_back(self, costs: dict[int, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for each, rest in costs.items():
            if each == self._source:
                continue
            if not self._effort.spend(len(self._web.neighbours[each])):
                return found
            cost = rest + (0 if each == self._target else self._web.lost[each])
            for other in self._web.neighbours[each]:
                if self._may_pass(other) and found.get(other, cost + 1) > cost:
                    found[other] = cost
        return found

    def _one_step_on(self, things: set[int]) -> set[int]:
        found: set[int] = set()
        for each in things:
            if not self._effort.spend(len(self._web.neighbours[each])):
                return found
            found.update(other for other in self._web.neighbours[each] if self._may_pass(other))
        found.discard(self._source)
        return found

    def _pulled(self, things: set[int], costs: dict[int, int]) -> dict[int, int]:
        found: dict[int, int] = {}
        for each in things:
            if not self._effort.spend(len(self._web.neighbours[each])):
                return found
            rests = [
                costs[other] + self._web.lost[other]
                for other in self._web.neighbours[each]
                if other in costs and other not in (self._source, self._target)
            ]
            if rests:
                found[each] = min(rests)
        return found

    def _may_pass(self, thing: int) -> bool:
        """Whether a path may lead through a thing, or begin at it."""
        known = self._open.get(thing)
        if known is None:
            known = thing == self._source or (
                thing != self._target and self._web.microbits(thing) >= self._least
            )
            self._open[thing] = known
        return known
