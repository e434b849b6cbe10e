"""A difference between two releases that was compared already, asked page by page."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

__all__ = ["DifferencePage", "KeptDifference"]

_BOTH: Final = (
    "FROM of_class AS o JOIN change USING (place) WHERE class = :class AND o.kind = :kind"
)

_FILTERS: Final = {
    (False, False): ("FROM change WHERE place >= :after", "FROM change"),
    (True, False): (
        "FROM change WHERE kind = :kind AND place >= :after",
        "FROM change WHERE kind = :kind",
    ),
    (False, True): (
        "FROM of_class JOIN change USING (place) WHERE class = :class AND place >= :after",
        "FROM of_class WHERE class = :class",
    ),
    (True, True): (
        f"{_BOTH} AND place >= :after",
        "FROM of_class WHERE class = :class AND kind = :kind",
    ),
}
"""Which changes a page holds, and how many there are, by whether kind and class are given."""


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Some of the changes.

    Attributes:
        changes: They, in order of the entities.
        total: How many there are on all pages.
        following: Where the next page begins; None where this is the last one.
    """

    changes: Sequence[dict[str, Any]]
    total: int
    following: int | None


class KeptDifference:
    """The file that `comparing.keep_difference` wrote."""

    def __init__(self, file: Path) -> None:
        """Open a file for reading; each call reads it anew, from any thread."""
        self._file = file

    def summary(self) -> dict[str, Any]:
        """Return the numbers: statements, entities, and both by class and by graph."""
        with self._open() as connection:
            (document,) = connection.execute("SELECT document FROM summary").fetchone()
        found: dict[str, Any] = orjson.loads(document)
        return found

    def page(
        self, *, kind: str | None, of_class: str | None, after: int, limit: int
    ) -> DifferencePage:
        """Return some changes.

        Args:
            kind: ``added``, ``removed`` or ``changed``; None for all.
            of_class: IRI of a class, empty for what has none; None for all.
            after: Where the page begins; 0 for the first.
            limit: How many changes it holds at most.
        """
        found, counted = _FILTERS[kind is not None, of_class is not None]
        values = {"kind": kind, "class": of_class, "after": after, "limit": limit + 1}
        with self._open() as connection:
            rows = connection.execute(
                f"SELECT place, document {found} ORDER BY place LIMIT :limit",
                values,
            ).fetchall()
            (total,) = connection.execute(f"SELECT count(*) {counted}", values).fetchone()
        more = rows[limit:]
        return DifferencePage(
            changes=[orjson.loads(document) for _, document in rows[:limit]],
            total=total,
            following=more[0][0] if more else None,
        )

    def _open(self) -> "_Reading":
        return _Reading(self._file)


class _Reading:
    """A connection for one question."""

    def __init__(self, file: Path) -> None:
        address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
