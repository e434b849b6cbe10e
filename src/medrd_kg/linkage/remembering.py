"""What the tables said of single things, kept for the questions to come.

A release never changes, so what was once read of an item, a concept or a total stays true. To read
a few rows by their numbers costs the engine as much as a small question, and every answer does it
several times; a dictionary gives them for nothing.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

__all__ = ["KEPT", "Remembered"]

KEPT: Final = 20_000
"""Entries of each kind that are kept; an item with its evidence takes about a kilobyte."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered:
    """Entries by kind and key, for all sessions of a release; the oldest give way."""

    def __init__(self, most: int = KEPT) -> None:
        """Start empty.

        Args:
            most: Entries of each kind that are kept.
        """
        self._most = most
        self._kinds: dict[str, dict[Any, Any]] = {}
        self._lock = threading.Lock()

    def looked_up(
        self,
        kind: str,
        keys: Iterable[Key],
        load: Callable[[list[Key]], Mapping[Key, Value]],
    ) -> dict[Key, Value]:
        """Return entries in the order of their keys; those that do not exist are left out.

        Args:
            kind: What they are; one kind has one type of entry.
            keys: Which are wanted; each counts once.
            load: Reads those that are not kept.
        """
        wanted = list(dict.fromkeys(keys))
        kept = self._kinds.setdefault(kind, {})
        found: dict[Key, Value] = {}
        for key in wanted:
            entry = kept.get(key)
            if entry is not None:
                found[key] = entry
        if len(found) < len(wanted):
            loaded = load([key for key in wanted if key not in found])
            self._keep(kept, loaded)
            found |= loaded
            return {key: found[key] for key in wanted if key in found}
        return found

    def _keep(self, kept: dict[Any, Any], loaded: Mapping[Any, Any]) -> None:
        with self._lock:
            kept.update(islice(loaded.items(), self._most))
            for key in list(islice(kept, max(0, len(kept) - self._most))):
                del kept[key]
