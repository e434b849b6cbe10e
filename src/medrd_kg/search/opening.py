"""An index opened for reading, by any number of threads."""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from medrd_kg.problems import Problem
from medrd_kg.search.contents import Role
from medrd_kg.search.many import Places
from medrd_kg.search.ranking import inside_tier
from medrd_kg.search.writing import FORMAT

__all__ = ["SearchIndex"]

_STEPS: Final = 20_000
"""Virtual machine steps of SQLite between two looks at the clock: well under a millisecond."""


class SearchIndex:
    """The names of a release, ready to be searched.

    The file never changes, so that it is read without locks; each thread has its own connection.

    Attributes:
        path: The file.
        version: Checksum over what the index was made from.
        kinds: Names of the kinds, in the order in which they are told.
        kind_labels: Names of the kinds for people, by language.
        synonyms_mask: The kinds, as bits, whose names are words for the same thing.
        last_name: The greatest number of a text that is a name.
        places: What fixes the places of texts, whatever is searched for.
    """

    def __init__(self, path: Path) -> None:
        """Open an index.

        Raises:
            FileNotFoundError: There is none.
            ValueError: The file is no index of this version of the program.
        """
        if not path.is_file():
            raise FileNotFoundError(f"there is no search index at {path}")
        self.path = path
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            connection = self._connection()
            (written,) = connection.execute("PRAGMA user_version").fetchone()
            (self.version,) = connection.execute(
                "SELECT value FROM about WHERE name = 'version'"
            ).fetchone()
            rows = connection.execute(
                "SELECT name, synonyms, label_ja, label_en FROM kind ORDER BY position"
            )
            listed: list[tuple[str, int, str, str]] = rows.fetchall()
            self.places = Places(connection)
            (last,) = connection.execute(
                f"SELECT max(id) FROM name WHERE role <= {Role.HIDDEN:d}"  # noqa: S608 - constant
            ).fetchone()
        except (sqlite3.DatabaseError, TypeError) as error:
            self.close()
            raise ValueError(f"{path} is no search index: {error}") from error
        if written != FORMAT:
            self.close()
            raise ValueError(f"{path} is a search index of another version: {written}")
        self.kinds = tuple(row[0] for row in listed)
        self.kind_labels = {row[0]: {"ja": row[2], "en": row[3]} for row in listed}
        self._positions = {name: position for position, name in enumerate(self.kinds)}
        self.last_name: int = last or 0
        self.synonyms_mask = sum(1 << at for at, row in enumerate(listed) if row[1])

    def mask(self, kinds: Iterable[str]) -> int:
        """Return the kinds as bits; all bits for none.

        Raises:
            Problem: ``invalid-parameter``: there is no such kind.
        """
        mask = 0
        for name in kinds:
            if name not in self._positions:
                raise Problem(
                    "invalid-parameter",
                    f"there is no kind {name[:50]!r} to search for",
                    f"use one of {', '.join(self.kinds)}",
                    {"known": list(self.kinds)},
                )
            mask |= 1 << self._positions[name]
        return mask or (1 << len(self.kinds)) - 1

    def position(self, kind: str) -> int:
        """Return the position of a kind whose name is known to exist."""
        return self._positions[kind]

    def names_of(self, mask: int) -> tuple[str, ...]:
        """Return the names of the kinds in a mask."""
        return tuple(name for at, name in enumerate(self.kinds) if mask >> at & 1)

    @contextmanager
    def reading(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """Yield this thread's connection, whose statements end with the time.

        Args:
            seconds: Time that all reading within may take together.

        Raises:
            Problem: ``query-timeout``: it took longer.
        """
        connection = self._connection()
        deadline = time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            yield connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            raise Problem(
                "query-timeout",
                f"the search took longer than {seconds:g} s",
                "search for something longer, or for fewer kinds",
            ) from error
        finally:
            connection.set_progress_handler(None, 0)

    def close(self) -> None:
        """Close all connections; later searches are errors."""
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def __enter__(self) -> Self:
        """Return the index itself."""
        return self

    def __exit__(self, *_: Any) -> None:  # noqa: ANN401 - what a block ended with
        """Close the index."""
        self.close()

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
            connection.create_function("inside_tier", 3, inside_tier, deterministic=True)
            with self._lock:
                self._all.append(connection)
            self._own.connection = connection
        return connection
