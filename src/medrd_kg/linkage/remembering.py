"""What the tables said of single things, kept for the questions to come.

A release never changes, so what was once read of an item, a concept, a programme or a year stays
true. To read a few rows by their numbers costs the engine as much as a small question, for it plans
every statement anew, and every answer does it several times; a dictionary gives them for nothing.
Kept is what is said of single things, never an answer.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final, TypeVar

__all__ = ["KEPT", "Remembered"]

KEPT: Final = 20_000
"""Rows of each kind that are kept; an item with its evidence, or a row, takes up to a kilobyte."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Kind:
    """Entries of one kind, the oldest first, and how many rows they have."""

    def __init__(self) -> None:
        self.entries: dict[Any, Any] = {}
        self.rows = 0

    def put(self, key: Hashable, entry: object) -> None:
        self.drop(key)
        self.entries[key] = entry
        self.rows += _rows(entry)

    def drop(self, key: Hashable) -> None:
        if key in self.entries:
            self.rows -= _rows(self.entries.pop(key))


class Remembered:
    """Entries by kind and key, for all sessions of a release; the oldest give way."""

    def __init__(self, most: int = KEPT) -> None:
        """Start empty.

        Args:
            most: Rows of each kind that are kept: a list counts by its length, anything else as
                one.
        """
        self._most = most
        self._kinds: dict[str, _Kind] = {}
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
        kept = self._kinds.setdefault(kind, _Kind())
        found: dict[Key, Value] = {}
        for key in wanted:
            entry = kept.entries.get(key)
            if entry is not None:
                found[key] = entry
        if len(found) < len(wanted):
            loaded = load([key for key in wanted if key not in found])
            self._keep(kept, loaded)
            found |= loaded
            return {key: found[key] for key in wanted if key in found}
        return found

    def _keep(self, kept: _Kind, loaded: Mapping[Any, Any]) -> None:
        room = self._most
        with self._lock:
            for key, entry in loaded.items():
                if _rows(entry) <= room:
                    room -= _rows(entry)
                    kept.put(key, entry)
            while kept.rows > self._most:
                kept.drop(next(iter(kept.entries)))


def _rows(entry: object) -> int:
    """Return how much room an entry takes."""
    return max(len(entry), 1) if isinstance(entry, list) else 1
