"""What is found of single things by key is what the tables themselves say."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from medrd_kg.linkage.items import described, number_of, sources_of, things_of
from medrd_kg.linkage.pdca import CycleQuestion, pdca
from medrd_kg.linkage.single import FILE
from medrd_kg.linkage.single_writing import STATEMENTS
from medrd_kg.linkage.tables import FactTables, Session


@pytest.fixture(scope="module")
def bare(tables_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FactTables]:
    """The tables as releases of before the file have them."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copytree(tables_folder, folder, dirs_exist_ok=True)
    (folder / FILE).unlink()
    tables = FactTables(folder)
    yield tables
    tables.close()


def numbers(session: Session, sql: str) -> list[int]:
    """Return the numbers that a statement gives, and one that nothing has."""
    return [row[0] for row in session.rows(sql)] + [10**6]


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_says_the_same(name: str, facts: FactTables, bare: FactTables) -> None:
    with facts.session() as session, bare.session() as other:
        keys = numbers(session, STATEMENTS[name])
        held = session.said_of(name, keys)
        assert held == other.said_of(name, keys)
        assert any(held.values())
        assert len(session.single.found(name, keys)) == len(keys) - 1, "each was held"


def test_items_things_sources_and_numbers_are_the_same(facts: FactTables, bare: FactTables) -> None:
    with facts.session() as session, bare.session() as other:
        items = numbers(session, "SELECT item FROM item WHERE item % 7 = 0")
        assert described(session, items) == described(other, items)
        concepts = numbers(session, "SELECT concept FROM concept")
        things = things_of(session, concepts)
        assert things == things_of(other, concepts)
        sources = numbers(session, "SELECT source FROM source")
        assert sources_of(session, sources) == sources_of(other, sources)
        for number, thing in list(things.items())[::50]:
            assert number_of(session, thing.iri) == number_of(other, thing.iri) == number


def test_a_release_without_the_file_gives_the_same_answer(
    facts: FactTables, bare: FactTables
) -> None:
    question = CycleQuestion(project="drugs")
    assert pdca(bare, question) == pdca(facts, question)


def test_a_file_of_another_format_is_not_read(tables_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(tables_folder, tmp_path, dirs_exist_ok=True)
    with sqlite3.connect(tmp_path / FILE) as changed:
        changed.execute('DELETE FROM "pdca_figures"')
        changed.execute("UPDATE thing SET said = '[]'")
        changed.execute("PRAGMA user_version = 1000")
    changed.close()
    tables = FactTables(tmp_path)
    with tables.session() as session:
        number = number_of(session, "https://w3id.org/medrd-kg/id/project/drugs")
        assert things_of(session, [number])[number].ja
    tables.close()


def test_what_is_no_such_file_is_refused(tables_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(tables_folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / FILE).write_bytes(b"no database at all, but longer than a page header is" * 100)
    with pytest.raises(ValueError, match=FILE):
        FactTables(tmp_path)
