"""Writes what the tables say of single things into one file beside them, found by key."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson

from medrd_kg.linkage.paths_packed import made_web, packed
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.single import FILE, FORMAT
from medrd_kg.linkage.tables import FactTables, Session, statement

__all__ = ["STATEMENTS", "write_single"]

_PROGRAMMES: Final = "SELECT item FROM listed_item WHERE kind = 'programme'"
_PROJECTS: Final = "SELECT concept FROM facet_value WHERE facet = 'project'"
_PAYEES: Final = """
SELECT concept FROM facet_value WHERE facet IN ('organization', 'ministry')
UNION SELECT payee FROM programme_figure WHERE payee IS NOT NULL
"""
_POLICY: Final = "SELECT item FROM listed_item WHERE kind IN ('topic', 'scope-item')"

STATEMENTS: Final = {
    "changes_editions": _PROGRAMMES,
    "naming": f"{_POLICY} UNION {_PROGRAMMES}",
    "payments_payee": _PAYEES,
    "payments_programme": _PROGRAMMES,
    "pdca_editions": _PROGRAMMES,
    "pdca_figures": _PROGRAMMES,
    "pdca_goals": _POLICY,
    "pdca_indicators": _PROGRAMMES,
    "pdca_programmes": "SELECT concept FROM facet_value WHERE facet IN ('project', 'programme')",
    "pdca_projects": _PROGRAMMES,
    "pdca_results": _PROGRAMMES,
    "pdca_statements": _PROJECTS,
}
"""Statements whose rows are held, each with what gives the things for which they are."""

_AT_A_TIME: Final = 2_000
"""Things whose rows are in memory together: hundreds of figures each at most."""

_ITEMS_AT_A_TIME: Final = 50_000

_SECONDS: Final = 3600.0


def write_single(folder: Path) -> None:
    """Write the file of a folder of tables; the same tables give the same bytes.

    Args:
        folder: Where the tables are; a file of that name is replaced.

    Raises:
        sqlite3.Error: The file cannot be written.
    """
    path = folder / FILE
    path.unlink(missing_ok=True)
    tables = FactTables(folder)
    written = sqlite3.connect(path, isolation_level=None)
    try:
        written.execute("PRAGMA journal_mode = OFF")
        written.execute("PRAGMA synchronous = OFF")
        written.execute("BEGIN")
        written.execute("CREATE TABLE about (kind TEXT PRIMARY KEY, decimals TEXT) WITHOUT ROWID")
        with tables.session(deadline_seconds=_SECONDS) as session:
            _things(session, written)
            _items(session, written)
            _listed(session, written)
            _paths(session, written)
            for name, domain in STATEMENTS.items():
                _said(session, written, name, domain)
        written.execute("COMMIT")
        written.execute(f"PRAGMA user_version = {FORMAT}")
    finally:
        written.close()
        tables.close()


def _kind(written: sqlite3.Connection, kind: str, *, key: str = "INTEGER", rest: str = "") -> None:
    written.execute(f'CREATE TABLE "{kind}" (key {key} PRIMARY KEY, said BLOB NOT NULL) {rest}')
    written.execute("INSERT INTO about VALUES (?, '[]')", (kind,))


def _put(written: sqlite3.Connection, kind: str, rows: Iterable[tuple[Any, Any]]) -> None:
    written.executemany(
        f'INSERT INTO "{kind}" VALUES (?, ?)',  # noqa: S608 - a name of this module
        ((key, orjson.dumps(said)) for key, said in rows),
    )


def _things(session: Session, written: sqlite3.Connection) -> None:
    """Write concepts, projects, organisations and the like, and sources, by their numbers."""
    concepts = session.rows("SELECT concept, iri, label_ja, label_en FROM concept ORDER BY concept")
    _kind(written, "thing")
    _put(written, "thing", ((number, said) for number, *said in concepts))
    _kind(written, "number", key="TEXT", rest="WITHOUT ROWID")
    _put(written, "number", ((iri, number) for number, iri, *_ in sorted(concepts, key=_iri)))
    sources = session.rows("SELECT source, iri, kind, unit FROM source ORDER BY source")
    _kind(written, "source")
    _put(written, "source", ((number, said) for number, *said in sources))


def _iri(row: Sequence[Any]) -> str:
    return str(row[1])


def _items(session: Session, written: sqlite3.Connection) -> None:
    """Write names of all items with the numbers of their sources, in the order of evidence."""
    numbers = {iri: number for number, iri in session.rows("SELECT source, iri FROM source")}
    _kind(written, "item")
    for keys in _batches(session, "SELECT item FROM item", _ITEMS_AT_A_TIME):
        cited: dict[int, list[int]] = {}
        for item, iri, *_ in session.rows(statement("evidence"), {"keys": keys}):
            cited.setdefault(item, []).append(numbers[iri])
        rows = session.rows(statement("items"), {"items": keys})
        _put(written, "item", ((key, (*said, cited.get(key, ()))) for key, *said in rows))


def _listed(session: Session, written: sqlite3.Connection) -> None:
    """Write numbers and kinds of programmes, topics and standing scope, by their IRIs."""
    rows = session.rows(
        "SELECT iri, item, kind FROM listed_item"
        " WHERE kind IN ('programme', 'topic', 'scope-item') ORDER BY iri"
    )
    _kind(written, "listed", key="TEXT", rest="WITHOUT ROWID")
    _put(written, "listed", ((iri, said) for iri, *said in rows))


def _paths(session: Session, written: sqlite3.Connection) -> None:
    """Write the web that paths walk, the names of its things, and what is said of its links."""
    names = session.rows(statement("path_nodes"))
    _kind(written, "path_thing")
    _put(written, "path_thing", enumerate(names))
    _kind(written, "path_number", key="TEXT", rest="WITHOUT ROWID")
    _put(written, "path_number", ((iri, at) for at, (iri, *_) in enumerate(names)))
    _kind(written, "web", key="TEXT", rest="WITHOUT ROWID")
    for basis in BASES:
        web = packed(made_web(session, basis))
        written.execute("INSERT INTO web VALUES (?, ?)", (basis, web))
    ranks = {row[0]: at for at, row in enumerate(session.rows(statement("path_sources")))}
    _kind(written, "link")
    for keys in _batches(session, "SELECT edge FROM path_edge", _ITEMS_AT_A_TIME):
        said: dict[int, list[Any]] = {}
        cited: dict[int, list[int]] = {}
        for link, *row, source in session.rows(statement("path_said"), {"links": keys}):
            said[link] = row
            if source is not None:
                cited.setdefault(link, []).append(source)
        _put(
            written,
            "link",
            (
                (link, (*said[link], sorted(cited.get(link, ()), key=ranks.__getitem__)))
                for link in keys
            ),
        )


def _said(session: Session, written: sqlite3.Connection, name: str, domain: str) -> None:
    """Write what a statement says of each thing."""
    _kind(written, name)
    decimals: set[int] = set()
    for keys in _batches(session, domain, _AT_A_TIME):
        said: dict[int, list[list[Any]]] = {key: [] for key in keys}
        for key, *row in session.rows(statement(name), {"keys": keys}):
            decimals |= {at for at, value in enumerate(row) if isinstance(value, Decimal)}
            said[key].append([str(each) if isinstance(each, Decimal) else each for each in row])
        _put(written, name, said.items())
    places = orjson.dumps(sorted(decimals)).decode()
    written.execute("UPDATE about SET decimals = ? WHERE kind = ?", (places, name))


def _batches(session: Session, domain: str, size: int) -> Iterator[list[int]]:
    """Yield the numbers that a statement gives, in their order, some at a time."""
    keys = sorted(number for (number,) in session.rows(domain))
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
