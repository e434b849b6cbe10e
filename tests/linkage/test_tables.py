"""The engine of the fact tables reads its folder and nothing else, within time and memory."""

import threading
import time
from pathlib import Path

import duckdb
import pytest

from medrd_kg.linkage.coverage import Coverage, CoverageQuestion, coverage
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem

ENDLESS = """
    WITH RECURSIVE n(i) AS (SELECT 1::BIGINT UNION ALL SELECT i + 1 FROM n WHERE i < 10**15)
    SELECT count(*) FROM n"""


@pytest.mark.parametrize(
    "sql",
    [
        "FROM read_csv('/etc/passwd')",
        "COPY item TO '/tmp/medrd-kg-must-not-be-written.csv'",
        "ATTACH '/tmp/medrd-kg-must-not-be-written.duckdb' AS other",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ],
)
def test_nothing_outside_the_folder_is_reached(facts: FactTables, sql: str) -> None:
    with facts.session() as session, pytest.raises(duckdb.Error):
        session.rows(sql)


def test_a_question_ends_at_its_deadline(facts: FactTables) -> None:
    began = time.monotonic()
    with pytest.raises(Problem) as caught, facts.session(deadline_seconds=0.2) as session:
        session.rows(ENDLESS)
    assert caught.value.slug == "query-timeout"
    assert time.monotonic() - began < 5
    with facts.session() as session:
        assert session.rows("SELECT 1") == [(1,)]


def test_memory_is_bounded(tables_folder: Path) -> None:
    facts = FactTables(tables_folder, memory_megabytes=100)
    with pytest.raises(Problem) as caught, facts.session() as session:
        session.rows("SELECT list(i || repeat('x', 500)) FROM range(2000000) AS t(i)")
    assert caught.value.slug == "query-memory"
    facts.close()


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="item_facet"):
        FactTables(tmp_path)


def test_values_are_bound_and_never_part_of_the_statement(facts: FactTables) -> None:
    hostile = "'; DROP TABLE item; --"
    with facts.session() as session:
        assert session.rows("SELECT $name, $name", {"name": hostile}) == [(hostile, hostile)]
        assert session.rows("SELECT count(*) > 0 FROM item") == [(True,)]


def test_threads_get_the_same_answers(facts: FactTables) -> None:
    questions = [
        CoverageQuestion(rows, "project", fiscal_year=2022)
        for rows in ("disease-area", "modality", "theme", "phase")
    ]
    expected = [coverage(facts, question) for question in questions]
    found: dict[int, list[Coverage]] = {}

    def ask(number: int) -> None:
        found[number] = [coverage(facts, question) for question in questions for _ in range(3)]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    repeated = [answer for answer in expected for _ in range(3)]
    assert found == dict.fromkeys(range(4), repeated)
