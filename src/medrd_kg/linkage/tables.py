"""Fact tables opened with DuckDB: one folder of Parquet, read-only, bounded, interruptible.

Small tables are kept in memory, where a question costs less; large ones are read as it goes. What
most questions look at of these is kept in memory too, in the order in which it is looked for: a
graph with hundreds of times as many figures has few more topics, programmes and totals. After
they are opened, the engine may read that folder and nothing else, write nothing, load no
extension and change no setting. Memory is bounded without spilling to disk. Every session has a
cursor of its own, so that sessions of several threads do not meet.
"""

import re
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, cached_property
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb

from medrd_kg.linkage.remembering import Remembered
from medrd_kg.linkage.single import Single
from medrd_kg.linkage.table_names import TABLES
from medrd_kg.problems import Problem

__all__ = ["FactTables", "Row", "Session", "statement"]

_MEGABYTES: Final = 512
_SECONDS: Final = 20.0
_KEPT: Final = 4_000_000
"""Size of a Parquet file, in bytes, up to which its rows are kept in memory."""
_OPENED: Final = (
    "opened_item",
    "opened_evidence",
    "opened_facet",
    "opened_words",
    "opened_figure",
    "opened_total",
    "opened_result",
)
"""Statements that make what is kept of the tables, in their order."""
_NAME: Final = re.compile(r"\$([a-z_]+)")

Row = tuple[Any, ...]
"""One row, typed by the statement that asked for it."""

Key = TypeVar("Key", bound=Hashable)


class FactTables:
    """The fact tables of one release."""

    def __init__(self, folder: Path, *, memory_megabytes: int = _MEGABYTES) -> None:
        """Open the tables in a folder that `projection.project` filled.

        Args:
            folder: Where the Parquet files are; nobody may change them meanwhile.
            memory_megabytes: What the engine's buffers of all sessions together may take, in 10^6
                bytes; a question that needs more fails.

        Raises:
            FileNotFoundError: A table is missing.
        """
        _settle_absent_modules()
        self._remembered = Remembered()
        folder = folder.resolve()
        missing = [name for name in TABLES if not (folder / f"{name}.parquet").is_file()]
        if missing:
            raise FileNotFoundError(f"fact tables are missing in {folder}: {', '.join(missing)}")
        self._engine = duckdb.connect(
            config={
                "threads": 1,
                "memory_limit": f"{memory_megabytes}MB",
                "temp_directory": "",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        for name in TABLES:
            file = str(folder / f"{name}.parquet").replace("'", "''")
            kind = "TABLE" if (folder / f"{name}.parquet").stat().st_size <= _KEPT else "VIEW"
            self._engine.execute(f"CREATE {kind} {name} AS FROM read_parquet('{file}')")
        for name in _OPENED:
            self._engine.execute(statement(name))
        readable = str(folder).replace("'", "''")
        self._engine.execute(f"SET allowed_directories = ['{readable}']")
        self._engine.execute("SET enable_external_access = false")
        self._engine.execute("SET lock_configuration = true")
        self._single = Single(folder)

    def close(self) -> None:
        """Release the engine; open sessions fail at their next statement."""
        self._engine.close()
        self._single.close()

    @contextmanager
    def session(self, *, deadline_seconds: float = _SECONDS) -> Iterator["Session"]:
        """Open a session for the statements of one question.

        Args:
            deadline_seconds: Seconds that the question may take from its first statement on.

        Raises:
            Problem: ``query-timeout``: the deadline passed. ``query-memory``: the engine's memory
                was not enough.
        """
        opened = ExitStack()

        def cursor() -> duckdb.DuckDBPyConnection:
            found = self._engine.cursor()
            opened.callback(found.close)
            alarm = threading.Timer(deadline_seconds, found.interrupt)
            alarm.daemon = True
            alarm.start()
            opened.callback(alarm.cancel)
            return found

        try:
            yield Session(cursor, self._remembered, self._single)
        except duckdb.InterruptException:
            raise Problem(
                "query-timeout",
                f"the question was not answered within {deadline_seconds:g} seconds",
                "ask for fewer facets, a fiscal year, or a smaller page",
            ) from None
        except duckdb.OutOfMemoryException:
            raise Problem(
                "query-memory",
                "the question needed more memory than the fact tables may take",
                "ask for fewer facets, a fiscal year, or a smaller page",
            ) from None
        finally:
            opened.close()


class Session:
    """A cursor of `FactTables`, for one thread; many a question needs none."""

    def __init__(
        self,
        cursor: Callable[[], duckdb.DuckDBPyConnection],
        remembered: Remembered,
        single: Single,
    ) -> None:
        """Keep what opens the cursor, what sessions before this one looked up, and the file."""
        self._open = cursor
        self.remembered = remembered
        self.single = single

    @cached_property
    def _cursor(self) -> duckdb.DuckDBPyConnection:
        return self._open()

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """Return all rows of a statement.

        Args:
            sql: The statement; values stand in it as ``$name`` only.
            parameters: Those values; a sequence is a list. Names that the statement does not use
                are left out.
        """
        bound = {
            name: _bindable(value)
            for name, value in (parameters or {}).items()
            if name in _names(sql)
        }
        return self._cursor.execute(sql, bound or None).fetchall()

    def said_of(self, name: str, keys: Iterable[Key]) -> dict[Key, list[Row]]:
        """Return what a statement says of single things, which is kept for later questions.

        Args:
            name: The statement, ``sql/<name>.sql``. It takes the things as ``$keys`` and nothing
                else; the first value of its rows is the thing that they are of.
            keys: The things.

        Returns:
            The rows of each, in the order of the statement and without their first value; an empty
            list for what it says nothing of.
        """

        def load(missing: list[Key]) -> dict[Key, list[Row]]:
            found: dict[Key, list[Row]] = {
                key: [tuple(row) for row in rows]
                for key, rows in self.single.found(name, missing).items()
            }
            absent = [key for key in missing if key not in found]
            if absent:
                found |= {key: [] for key in absent}
                for key, *row in self.rows(statement(name), {"keys": absent}):
                    found[key].append(tuple(row))
            return found

        return self.remembered.looked_up(name, keys, load)


def _settle_absent_modules() -> None:
    """Spare the engine its search for pandas.

    It looks for that package, twice for each value that is bound, to tell its missing values from
    others, and where it is not installed it looks through all folders each time: half the cost of
    a small statement. ``None`` among the modules says that there is none (Python's reference, "The
    import system").
    """
    if "pandas" not in sys.modules and find_spec("pandas") is None:
        sys.modules["pandas"] = None  # type: ignore[assignment]


def _bindable(value: object) -> object:
    """Return a value as the engine binds it best.

    A list of numbers goes as text, which the statement's ``::INTEGER[]`` reads: bound one by one,
    a hundred numbers cost more than the question that they are for.
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    if all(isinstance(each, int) for each in value):
        return f"[{', '.join(map(str, value))}]"
    return list(value)


@cache
def _names(sql: str) -> frozenset[str]:
    """Return the names of the values that a statement asks for."""
    return frozenset(_NAME.findall(sql))


@cache
def statement(name: str) -> str:
    """Return a statement of ``sql/<name>.sql``; ``{{part}}`` in it stands for another one.

    Args:
        name: Name of the file without its ending.
    """
    text = (files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    while "{{" in text:
        start = text.index("{{")
        end = text.index("}}", start)
        text = f"{text[:start]}{statement(text[start + 2 : end].strip())}{text[end + 2 :]}"
    return text
