"""The index file: the same graph gives the same bytes, and no other file is read as one."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from medrd_kg.kinds import kinds
from medrd_kg.search.contents import Role, contents
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.ranking import Match
from medrd_kg.search.searching import search
from medrd_kg.search.subjects import Subject
from medrd_kg.search.writing import index_subjects, write_index
from medrd_kg.store.embedded import EmbeddedStore

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

LEFT_OUT = {
    "programme-edition", "unidentified-payee", "funding-flow", "budget-statement", "total",
    "indicator-result",
}  # fmt: skip


def test_the_same_graph_gives_the_same_bytes(
    shipped: EmbeddedStore, index: SearchIndex, tmp_path: Path
) -> None:
    summary = write_index(shipped, tmp_path / "again.sqlite")
    assert (tmp_path / "again.sqlite").read_bytes() == index.path.read_bytes()
    assert summary.version == index.version
    assert summary.bytes == index.path.stat().st_size


def test_another_name_gives_another_version(
    subjects: Sequence[Subject], index: SearchIndex, tmp_path: Path
) -> None:
    summary = index_subjects(subjects[1:], contents(), tmp_path / "less.sqlite")
    assert summary.version != index.version
    assert summary.subjects == len(subjects) - 1


def test_a_file_that_exists_is_not_overwritten(subjects: Sequence[Subject], tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("something")
    with pytest.raises(FileExistsError):
        index_subjects(subjects[:1], contents(), tmp_path / "kept")
    assert (tmp_path / "kept").read_text() == "something"


def test_only_an_index_of_this_layout_is_opened(
    subjects: Sequence[Subject], tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        SearchIndex(tmp_path / "absent")
    (tmp_path / "text").write_text("no database " * 500)
    with pytest.raises(ValueError, match="no search index"):
        SearchIndex(tmp_path / "text")
    with closing(sqlite3.connect(tmp_path / "empty")) as connection:
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(ValueError, match="no search index"):
        SearchIndex(tmp_path / "empty")
    path = tmp_path / "index"
    index_subjects(subjects[:1], contents(), path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 9999")
    with pytest.raises(ValueError, match="another version"):
        SearchIndex(path)


def test_an_empty_graph_has_an_index(tmp_path: Path) -> None:
    summary = write_index(EmbeddedStore(), tmp_path / "empty")
    assert (summary.subjects, summary.names) == (0, 0)
    with SearchIndex(tmp_path / "empty") as opened:
        assert search(opened, "がん").total == 0


def test_every_kind_of_the_api_is_found_or_left_out_on_purpose(index: SearchIndex) -> None:
    assert set(kinds()) - set(index.kinds) == LEFT_OUT
    assert set(index.kinds) - set(kinds()) == {"document-unit", "term"}


def test_every_kind_has_things(subjects: Sequence[Subject], index: SearchIndex) -> None:
    seen = {index.kinds[position] for subject in subjects for position in subject.kinds}
    assert seen == set(index.kinds)


def test_every_thing_of_a_kind_is_there(
    shipped: EmbeddedStore, subjects: Sequence[Subject], index: SearchIndex
) -> None:
    for name in ("programme", "organization", "topic", "indicator", "disease-area"):
        kind = kinds()[name]
        rows = shipped.query(f"SELECT DISTINCT ?s WHERE {{ ?s a <{kind.class_iri}> }}").rows()
        expected = {str(row["s"]).strip("<>") for row in rows}
        position = index.position(name)
        assert {each.iri for each in subjects if position in each.kinds} == {
            iri for iri in expected if iri.startswith(kind.iri_start)
        }


def test_many_threads_search_at_once(index: SearchIndex) -> None:
    expected = search(index, "研究").hits
    answers: list[object] = []
    threads = [Thread(target=lambda: answers.append(search(index, "研究").hits)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 8


def test_texts_are_found_where_the_graph_has_them(tmp_path: Path) -> None:
    unit = "https://w3id.org/medrd-kg/id/document/other/unit/p1"
    store = EmbeddedStore()
    store.bulk_load_lines(
        f"""<{unit}> <{RDF_TYPE}> <https://w3id.org/medrd-kg/core#DocumentUnit> <urn:g> .
<{unit}> <http://www.w3.org/2000/01/rdf-schema#label> "p1"@ja <urn:g> .
<{unit}> <https://schema.org/text> "研究の成果を社会に還元する。"@ja <urn:g> .
<{unit}> <https://schema.org/text> "Results are to reach patients."@en <urn:g> .
""".encode()
    )
    write_index(store, tmp_path / "texts")
    with SearchIndex(tmp_path / "texts") as opened:
        for q, lang, other in (("社会に還元", "ja", "en"), ("reach patients", "en", "ja")):
            (hit,) = search(opened, q, lang=lang).hits
            assert (hit.iri, hit.match, hit.role) == (unit, Match.IN_TEXT, Role.TEXT)
            assert " ".join(hit.text[start:end] for start, end in hit.ranges) == q
            assert search(opened, q, lang=other).total == 0
