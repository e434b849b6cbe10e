"""Answers kept for their next use, within a bound on their weight."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Kept"]

_Value = TypeVar("_Value")


class Kept(Generic[_Value]):
    """Values by key; those used longest ago give way.

    What weighs more than the whole bound is not kept at all.
    """

    def __init__(self, bound: int, weigh: Callable[[_Value], int]) -> None:
        """Keep values that together weigh at most ``bound``."""
        self._bound = bound
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[str, _Value] = OrderedDict()

    def get(self, key: str) -> _Value | None:
        """Return the value of ``key``, or None when it is not kept."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: str, value: _Value) -> None:
        """Keep ``value``, at the cost of others where it must be."""
        weight = self._weigh(value)
        if weight > self._bound or key in self._values:
            return
        self._values[key] = value
        self._weight += weight
        while self._weight > self._bound:
            _, dropped = self._values.popitem(last=False)
            self._weight -= self._weigh(dropped)
