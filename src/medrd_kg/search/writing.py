"""Makes the index of a release: one SQLite file, the same bytes for the same graph.

Everything is numbered by weight, so that reading in order of the numbers reads the best first:
things by how often they are referred to, texts by role and then by their things.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.search.contents import Contents, Role, contents
from medrd_kg.search.contractions import ends_of
from medrd_kg.search.facts import Facts, read_facts
from medrd_kg.search.folding import fold
from medrd_kg.search.grams import grams
from medrd_kg.search.joining import Extracts, joined
from medrd_kg.search.leading import Completable, leading_names
from medrd_kg.search.ranking import weight
from medrd_kg.search.subjects import Subject, read_subjects
from medrd_kg.store.base import Store

__all__ = ["FORMAT", "IndexSummary", "index_subjects", "write_index", "write_joined_index"]

FORMAT: Final = 2
"""Number of the layout below; a reader refuses any other."""

_LAYOUT: Final = f"""
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA user_version = {FORMAT};
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE kind (
    position INTEGER PRIMARY KEY, name TEXT NOT NULL, label_ja TEXT NOT NULL,
    label_en TEXT NOT NULL, synonyms INTEGER NOT NULL);
CREATE TABLE subject (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL, kinds INTEGER NOT NULL,
    popularity INTEGER NOT NULL, label_ja TEXT, label_en TEXT);
CREATE TABLE name (
    id INTEGER PRIMARY KEY, subject INTEGER NOT NULL, kinds INTEGER NOT NULL,
    role INTEGER NOT NULL, weight INTEGER NOT NULL, language TEXT NOT NULL, value TEXT NOT NULL,
    folded TEXT NOT NULL);
CREATE VIRTUAL TABLE gram USING fts5 (
    tokens, content = '', columnsize = 0, tokenize = 'ascii', prefix = '1');
CREATE TABLE property (
    id INTEGER PRIMARY KEY, iri TEXT NOT NULL, label_ja TEXT NOT NULL, label_en TEXT NOT NULL);
CREATE TABLE fact (
    id INTEGER PRIMARY KEY, subject INTEGER NOT NULL, property INTEGER NOT NULL, object INTEGER,
    value TEXT NOT NULL, folded TEXT NOT NULL, datatype TEXT NOT NULL, language TEXT NOT NULL);
CREATE TABLE shortened (
    ends TEXT NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (ends, name)) WITHOUT ROWID;
CREATE TABLE leading (
    prefix TEXT NOT NULL, kind INTEGER NOT NULL, position INTEGER NOT NULL, name INTEGER NOT NULL,
    PRIMARY KEY (prefix, kind, position)) WITHOUT ROWID;
"""

_INDEXES: Final = """
CREATE UNIQUE INDEX subject_iri ON subject (iri);
CREATE INDEX name_subject ON name (subject);
CREATE INDEX name_folded ON name (folded) WHERE role <= 3;
CREATE UNIQUE INDEX property_iri ON property (iri);
CREATE INDEX fact_subject ON fact (subject, property);
CREATE INDEX fact_object ON fact (property, object);
CREATE INDEX fact_value ON fact (property, folded);
INSERT INTO gram (gram) VALUES ('optimize');
"""


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What an index holds.

    Attributes:
        version: Checksum over all that it was made from.
        subjects: How many things can be found.
        names: By how many texts.
        bytes: Size of the file.
    """

    version: str
    subjects: int
    names: int
    bytes: int


def write_index(store: Store, path: Path) -> IndexSummary:
    """Write the index of a graph.

    Args:
        store: The graph, inferred types included.
        path: The file; it must not exist.

    Raises:
        FileExistsError: It exists.
    """
    made_of = contents()
    subjects = read_subjects(store, made_of)
    return index_subjects(subjects, made_of, path, facts=read_facts(store, subjects, made_of))


def write_joined_index(extracts: Extracts, path: Path) -> IndexSummary:
    """Write the index of a graph that was read in parts: the bytes of `write_index`.

    Args:
        extracts: What the parts hold.
        path: The file; it must not exist.

    Raises:
        FileExistsError: It exists.
        OSError: What a part holds cannot be read.
    """
    made_of = contents()
    subjects, facts = joined(extracts, made_of)
    return index_subjects(subjects, made_of, path, facts=facts)


def index_subjects(
    subjects: Sequence[Subject], made_of: Contents, path: Path, *, facts: Facts | None = None
) -> IndexSummary:
    """Write the index of some things.

    Args:
        subjects: The things, in the order in which equal ones are told.
        made_of: What the index is made of.
        path: The file; it must not exist.
        facts: What is said of them, for reconciliation; nothing by default.

    Raises:
        FileExistsError: It exists.
    """
    path.touch(exist_ok=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_LAYOUT)
        connection.execute("BEGIN")
        digest = _fill(connection, subjects, made_of)
        _fill_facts(connection, facts or Facts((), ()), digest)
        version = digest.hexdigest()
        connection.execute("INSERT INTO about VALUES ('version', ?)", (version,))
        connection.execute("COMMIT")
        connection.executescript(_INDEXES)
        (names,) = connection.execute("SELECT count(*) FROM name").fetchone()
        connection.execute("VACUUM")
    return IndexSummary(version, len(subjects), names, path.stat().st_size)


def _fill(
    connection: sqlite3.Connection, subjects: Sequence[Subject], made_of: Contents
) -> "hashlib._Hash":
    """Write the things and their names, and return the checksum over what they say."""
    digest = hashlib.sha256(repr((FORMAT, made_of.kinds)).encode())
    connection.executemany(
        "INSERT INTO kind VALUES (?, ?, ?, ?, ?)",
        (
            (
                position,
                kind.name,
                kind.label_ja,
                kind.label_en,
                kind.name in made_of.synonyms_of,
            )
            for position, kind in enumerate(made_of.kinds)
        ),
    )
    texts: list[tuple[Role, int, str, str]] = []
    for number, subject in enumerate(subjects, start=1):
        mask = _mask(subject)
        connection.execute(
            "INSERT INTO subject VALUES (?, ?, ?, ?, ?, ?)",
            (
                number,
                subject.iri,
                mask,
                subject.popularity,
                subject.label("ja"),
                subject.label("en"),
            ),
        )
        digest.update(repr((subject.iri, mask, subject.popularity)).encode())
        texts.extend((name.role, number, name.language, name.value) for name in subject.names)
    texts.sort()
    completable = []
    for number, (role, of, language, value) in enumerate(texts, start=1):
        folded, owner = fold(value), subjects[of - 1]
        rank = weight(owner.popularity, len(folded), number)
        connection.execute(
            "INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, of, _mask(owner), role, rank, language, value, folded),
        )
        connection.execute(
            "INSERT INTO gram (rowid, tokens) VALUES (?, ?)", (number, grams(folded))
        )
        digest.update(repr((role, of, language, value, folded)).encode())
        if language == "ja" and role.is_name and made_of.shortened_of.intersection(owner.kinds):
            connection.executemany(
                "INSERT INTO shortened VALUES (?, ?)",
                ((ends, number) for ends in sorted(ends_of(value, folded))),
            )
        if role <= Role.IDENTIFIER:
            completable.append(Completable(folded, -owner.popularity, number, of, owner.kinds))
    _fill_leading(connection, completable, range(len(made_of.kinds)))
    return digest


def _mask(subject: Subject) -> int:
    """Return the kinds of a thing as bits."""
    return sum(1 << position for position in subject.kinds)


def _fill_facts(connection: sqlite3.Connection, facts: Facts, digest: "hashlib._Hash") -> None:
    """Write what is said of the things."""
    digest.update(repr(facts.properties).encode())
    connection.executemany(
        "INSERT INTO property VALUES (?, ?, ?, ?)",
        ((at, *described) for at, described in enumerate(facts.properties, start=1)),
    )
    for number, fact in enumerate(facts.facts, start=1):
        digest.update(repr(tuple(fact)).encode())
        of, by, thing, value, datatype, language = fact
        connection.execute(
            "INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (number, of, by, thing or None, value, fold(value), datatype, language),
        )


def _fill_leading(
    connection: sqlite3.Connection, names: list[Completable], kinds: Iterable[int]
) -> None:
    """Write the best completions of the beginnings that many names share."""
    names.sort()
    for kind in (None, *kinds):
        chosen = names if kind is None else [each for each in names if kind in each.kinds]
        connection.executemany(
            "INSERT INTO leading VALUES (?, ?, ?, ?)",
            (
                (prefix, -1 if kind is None else kind, position, name)
                for prefix, best in leading_names(chosen)
                for position, name in enumerate(best)
            ),
        )
