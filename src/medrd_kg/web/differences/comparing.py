"""The process that compares two releases: ``python -m medrd_kg.web.differences.comparing …``.

It reads both dumps from end to end, which takes minutes for large ones; so it runs apart from the
server, at the lowest priority, within its own memory, and ends with the server. ``keep`` writes a
file that `kept.KeptDifference` opens, ``patch`` writes an RDF Patch to standard output.
"""

import os
import sqlite3
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import orjson

from medrd_kg.build.difference_summary import UNTYPED, DifferenceSummary
from medrd_kg.build.differences import EntityChange, changed_lines, entity_changes
from medrd_kg.build.rdf_patch import patch_lines
from medrd_kg.parents import die_with_parent
from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.confinement import leave_network, limit_memory, yield_processor

__all__ = ["FAULTY", "SCHEMA", "keep_difference"]

FAULTY: Final = 3
"""Exit code for a release that cannot be read."""

MOST_TOLD: Final = 200_000
"""Changes that are kept one by one; all others are only counted."""

_MOST_VALUES: Final = 100
"""Values of one property that are kept of one entity, on either side."""

_LONGEST_VALUE: Final = 2000
"""Characters of a value that are kept."""

_MEMORY: Final = 2_000_000_000

SCHEMA: Final = """
CREATE TABLE summary (document TEXT NOT NULL);
CREATE TABLE change (place INTEGER PRIMARY KEY, kind TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE of_class (
    class TEXT NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (class, place)
) WITHOUT ROWID;
"""


def keep_difference(older: Path, newer: Path, file: Path) -> None:
    """Compare two releases and write what differs into a new file.

    Args:
        older: Folder of the one release.
        newer: Folder of the other one.
        file: Is created; whole once this returns.

    Raises:
        Problem: ``damaged-release``.
    """
    summary = DifferenceSummary()
    with sqlite3.connect(file) as connection:
        connection.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}")
        if older != newer:
            for place, change in enumerate(entity_changes(older, newer)):
                summary.count(change)
                if place < MOST_TOLD:
                    _write(connection, place, change)
        connection.execute("CREATE INDEX by_kind ON change (kind, place)")
        connection.execute("INSERT INTO summary VALUES (?)", (_summary_text(summary),))
    connection.close()


def _write(connection: sqlite3.Connection, place: int, change: EntityChange) -> None:
    document = {
        "entity": change.entity,
        "kind": change.kind,
        "classes": change.classes,
        "labels": dict(change.labels),
        "removed": len(change.removed),
        "added": len(change.added),
        "changes": [
            {
                "property": each.predicate.strip("<>"),
                "graph": each.graph,
                "before": [value[:_LONGEST_VALUE] for value in each.before[:_MOST_VALUES]],
                "after": [value[:_LONGEST_VALUE] for value in each.after[:_MOST_VALUES]],
                "beforeTotal": len(each.before),
                "afterTotal": len(each.after),
            }
            for each in change.alterations()
        ],
    }
    text = orjson.dumps(document).decode()
    connection.execute("INSERT INTO change VALUES (?, ?, ?)", (place, change.kind, text))
    connection.executemany(
        "INSERT INTO of_class VALUES (?, ?, ?)",
        [(name, place, change.kind) for name in change.classes or (UNTYPED,)],
    )


def _summary_text(summary: DifferenceSummary) -> str:
    return orjson.dumps(
        {
            "statements": asdict(summary.statements),
            "entities": asdict(summary.entities),
            "classes": {name: asdict(each) for name, each in sorted(summary.classes.items())},
            "graphs": {name: asdict(each) for name, each in sorted(summary.graphs.items())},
        }
    ).decode()


def main() -> int:
    """Compare, and tell by the exit code whether it could be done."""
    what, parent, older, newer, *file = sys.argv[1:]
    die_with_parent(int(parent))
    leave_network()
    yield_processor(os.getpid())
    limit_memory(_MEMORY)
    one, other = Path(older), Path(newer)
    try:
        if what == "keep":
            keep_difference(one, other, Path(file[0]))
        else:
            changes = () if one == other else changed_lines(one, other)
            for line in patch_lines(changes, one.name, other.name):
                sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return FAULTY
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
