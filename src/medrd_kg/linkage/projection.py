"""The projection of a graph into fact tables: SPARQL out, SQL together, sorted Parquet in a folder.

``projection/*.rq`` reads the graph, ``projection/*.sql`` makes one table each. The same graph gives
the same bytes: numbers follow the order of IRIs, rows are sorted, one thread writes them.
"""

import csv
import tempfile
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

import duckdb

from medrd_kg.linkage.single_writing import write_single
from medrd_kg.linkage.table_names import TABLES
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["OF_SUBJECT", "project", "query_text"]


_READ: Final[Mapping[str, Mapping[str, str]]] = {
    "items": {"published": "INTEGER"},
    "years": {"year": "INTEGER"},
    "labels": {},
    "values": {},
    "facets": {},
    "computed": {},
    "broader": {},
    "figures": {
        "additive": "BIGINT",
        "not_additive": "BIGINT",
        "remainder": "BIGINT",
        "rank": "INTEGER",
        "superseded": "BOOLEAN",
    },
    "totals": {"year": "INTEGER", "printed": "BIGINT", "remainder": "BIGINT"},
    "addends": {},
    "included": {},
    "sources": {"place": "INTEGER"},
    "evidence": {},
    "links": {"inferred": "BOOLEAN"},
    "results": {
        "year": "INTEGER",
        "target": "DECIMAL(38, 18)",
        "achieved": "DECIMAL(38, 18)",
        "restated": "BOOLEAN",
    },
    "programmes": {},
    "editions": {"published": "INTEGER", "start": "INTEGER", "end": "INTEGER"},
    "aims": {},
    "path_links": {},
    "path_axioms": {},
    "path_computed": {},
    "process_parts": {"place": "INTEGER", "open": "BOOLEAN"},
}
"""The queries, with the types of their columns that are not text."""

OF_SUBJECT: Final = ("items", "years", "labels", "facets", "evidence", "figures", "results")
"""The queries of most rows, each row about ``?iri``: they ask for what is said of it, as a subject,
and for the numbers of years. They may be answered in parts."""

_MEGABYTES: Final = 1000
"""Memory for the tables, in 10^6 bytes; what is more goes to files for the while."""

_LONGEST: Final = 100_000_000
"""Bytes of a row of an answer; the engine would take sixteen times as much by itself."""

_LABEL: Final = """
    CREATE VIEW label AS
    SELECT iri,
           min(text) FILTER (language = 'ja') AS label_ja,
           min(text) FILTER (language = 'en') AS label_en
    FROM labels GROUP BY iri"""


def project(
    store: Store, folder: Path, *, rows: Mapping[str, Sequence[Path]] | None = None
) -> dict[str, int]:
    """Write the fact tables of a graph into a folder.

    Args:
        store: The graph; its default graph must be the merge of its named graphs.
        folder: Where ``<table>.parquet`` and what is read of single things go; it is created when
            absent, and files of these names are replaced.
        rows: Answers to some of the queries, where they are known: files of SPARQL's CSV, which
            together hold the rows, compressed with Zstandard.

    Returns:
        The number of rows of each table.

    Raises:
        QueryFault: The store cannot evaluate a query of the projection.
        OSError: The folder cannot be written.
        duckdb.Error: A value of the graph does not fit its column, such as an amount that is no
            integer of 64 bits.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="medrd-kg-tables-") as work,
        duckdb.connect(
            config={"threads": 1, "temp_directory": work, "memory_limit": f"{_MEGABYTES}MB"}
        ) as tables,
    ):
        tables.execute("SET enable_progress_bar = false")
        for name, types in _READ.items():
            if rows is not None and rows.get(name):
                _take(tables, name, types, rows[name], "zstd")
            else:
                _read(store, tables, name, types, Path(work) / f"{name}.csv")
        tables.execute(_LABEL)
        _close_upwards(tables, Path(work) / "closure.csv")
        counts = {}
        for name in TABLES:
            tables.execute(f"CREATE TABLE {name} AS {_text(f'{name}.sql')}")
            target = str(folder / f"{name}.parquet").replace("'", "''")
            tables.execute(f"COPY {name} TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
            counted = tables.execute(f"SELECT count(*) FROM {name}").fetchone()  # noqa: S608
            counts[name] = int(counted[0]) if counted else 0
    write_single(folder)
    return counts


def query_text(name: str) -> str:
    """Return the text of one of the queries."""
    return _text(f"{name}.rq")


def _text(name: str) -> str:
    return (files(__package__) / "projection" / name).read_text(encoding="utf-8")


def _read(
    store: Store,
    tables: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    file: Path,
) -> None:
    """Put the answer of a query into a table of the same name.

    Args:
        store: The graph.
        tables: Where the table is made.
        name: The query, ``projection/<name>.rq``.
        types: Types of its columns that are not text.
        file: The file that carries the rows: the engine's CSV is read several times faster than
            rows are bound one by one.
    """
    file.write_bytes(store.query(query_text(name)).serialise("text/csv"))
    _take(tables, name, types, [file], "none")
    file.unlink()


def _take(
    tables: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    rows: Sequence[Path],
    compression: str,
) -> None:
    """Put rows into a table of the name of their query; see `_read`."""
    columns = ", ".join(
        f"'{column}': '{types.get(column, 'VARCHAR')}'"
        for column in EmbeddedStore().query(query_text(name)).variables
    )
    # Nothing is sniffed: names, types and quoting are those of SPARQL's CSV, where an unbound
    # variable is an empty field.
    tables.execute(
        f"""CREATE TABLE "{name}" AS FROM read_csv($files, columns = {{{columns}}},
            auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
            new_line = '\\r\\n', nullstr = '', max_line_size = {_LONGEST},
            buffer_size = {_LONGEST}, compression = '{compression}')""",
        {"files": [str(file) for file in rows]},
    )


def _close_upwards(tables: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Make the table ``closure``: each concept, all that is above it, and the fewest steps.

    Done here and not by recursive SQL, which would not end on a cycle of ``skos:broader``.
    """
    steps: dict[str, list[str]] = {}
    for narrow, broad in tables.execute("SELECT narrow, broad FROM broader").fetchall():
        steps.setdefault(narrow, []).append(broad)
    with file.open("w", encoding="utf-8", newline="") as stream:
        write = csv.writer(stream)
        for (iri,) in tables.execute(
            """SELECT iri FROM "values" UNION SELECT value FROM facets UNION SELECT narrow
               FROM broader UNION SELECT broad FROM broader
               UNION SELECT iri FROM items WHERE kind IN ('programme', 'topic')"""
        ).fetchall():
            write.writerows((iri, broad, depth) for broad, depth in _above(iri, steps))
    tables.execute(
        """CREATE TABLE closure AS FROM read_csv($file,
            columns = {'narrow': 'VARCHAR', 'broad': 'VARCHAR', 'depth': 'SMALLINT'},
            auto_detect = false, header = false, delim = ',', quote = '"', escape = '"',
            new_line = '\\r\\n')""",
        {"file": str(file)},
    )


def _above(start: str, steps: Mapping[str, Iterable[str]]) -> Iterable[tuple[str, int]]:
    """Yield what is above a concept, itself first, each with the fewest steps to it."""
    depths = {start: 0}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for broad in steps.get(here, ()):
            if broad not in depths:
                depths[broad] = depths[here] + 1
                waiting.append(broad)
    return depths.items()
