"""Sizes asked of a store, each once: how many subjects have a value."""

from typing import Final

from pyoxigraph import Literal

from medrd_kg.sparql.planning.plans import Extents
from medrd_kg.store.base import Store

__all__ = ["StoreExtents"]

_LIMIT: Final = 20_000
"""Where counting ends: about 2 ms, and large enough to be called large."""

_REMEMBERED: Final = 4_096


class StoreExtents(Extents):
    """Extents of one state of a store; to be replaced with another one when the state changes."""

    def __init__(self, store: Store) -> None:
        """Ask ``store``, whose default graph is the graph that queries see."""
        self._store = store
        self._known: dict[tuple[str, str], int] = {}

    def of(self, predicate: str, value: str) -> int | None:
        """Return the number of subjects, at most `_LIMIT`; see `Extents.of`."""
        key = predicate, value
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = found = self._count(predicate, value)
        return found

    def _count(self, predicate: str, value: str) -> int:
        # Both are terms that the reader of queries understood, in N-Triples form.
        pattern = f"SELECT ?s {{ ?s {predicate} {value} }} LIMIT {_LIMIT}"
        row = next(self._store.query(f"SELECT (COUNT(*) AS ?n) {{ {{ {pattern} }} }}").rows())
        count = row["n"]
        if not isinstance(count, Literal):
            raise TypeError("COUNT yields a literal")
        return int(count.value)
