"""What the tables say of single things, found by key in one file beside them.

To plan a statement takes the tables' engine a millisecond and more, whatever the size of the
tables, and the first question about a programme needs a dozen of them; names and evidence of
figures lie far apart in large tables. A B-tree gives the rows of a key in microseconds. The file is
made from the tables by the statements that it spares (`single_writing`), so both say the same, and
what it does not hold is asked of the tables.
"""

import sqlite3
import threading
from collections.abc import Hashable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson

__all__ = ["FILE", "FORMAT", "Single"]

FILE: Final = "single.sqlite"
"""Name of the file in the folder of the tables."""

FORMAT: Final = 1
"""Version of what the file holds; another one is not read."""

Key = TypeVar("Key", bound=Hashable)


class Single:
    """The file of a release, for any number of threads, one after the other."""

    def __init__(self, folder: Path) -> None:
        """Open the file in a folder of tables; without one, as in older releases, nothing is held.

        Raises:
            ValueError: The file cannot be read.
        """
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._decimals: dict[str, list[int]] = {}
        path = folder.resolve() / FILE
        if not path.is_file():
            return
        opened = sqlite3.connect(
            f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        try:
            (written,) = opened.execute("PRAGMA user_version").fetchone()
            if written == FORMAT:
                kinds = opened.execute("SELECT kind, decimals FROM about").fetchall()
                self._decimals = {kind: orjson.loads(places) for kind, places in kinds}
        except sqlite3.DatabaseError as error:
            opened.close()
            raise ValueError(f"{path} cannot be read: {error}") from error
        self._connection = opened

    def close(self) -> None:
        """Close the file; it holds nothing any more."""
        with self._lock:
            self._decimals = {}
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def found(self, kind: str, keys: Iterable[Key]) -> dict[Key, Any]:
        """Return what is held of some things; those of which nothing is known are left out.

        Args:
            kind: What is said, one of those in `single_writing`.
            keys: The things: numbers, or text where the kind has such keys.
        """
        if kind not in self._decimals:
            return {}
        # The kind is one of the file's own, never a caller's word.
        text = f'SELECT key, said FROM "{kind}" WHERE key IN (SELECT value FROM json_each(?))'  # noqa: S608
        with self._lock:
            if self._connection is None:
                return {}
            rows = self._connection.execute(text, (orjson.dumps(list(keys)).decode(),)).fetchall()
        decimals = self._decimals[kind]
        return {key: _read(said, decimals) for key, said in rows}

    def bytes_of(self, kind: str, key: str) -> bytes | None:
        """Return what is held as it was written; None where nothing is.

        Args:
            kind: What is held.
            key: Of what.
        """
        if kind not in self._decimals:
            return None
        with self._lock:
            if self._connection is None:
                return None
            text = f'SELECT said FROM "{kind}" WHERE key = ?'  # noqa: S608 - a kind of the file
            row = self._connection.execute(text, (key,)).fetchone()
        return None if row is None else bytes(row[0])


def _read(said: bytes, decimals: list[int]) -> Any:  # noqa: ANN401 - as the kind has it
    """Return what was written; numbers with a fraction stand in it as text."""
    found = orjson.loads(said)
    for place in decimals:
        for row in found:
            if row[place] is not None:
                row[place] = Decimal(row[place])
    return found
