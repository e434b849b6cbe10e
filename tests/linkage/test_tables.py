"""The engine of the fact tables reads its folder and nothing else, within time and memory."""

import threading
import time
from collections import Counter
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


@pytest.mark.parametrize(
    ("kept", "whole"),
    [
        (
            "SELECT * FROM listed_item",
            "SELECT * FROM item WHERE kind NOT IN ('budget-statement', 'funding-flow')",
        ),
        (
            "SELECT * FROM named_facet",
            """SELECT item_facet.* FROM item_facet JOIN item USING (item)
            WHERE facet = 'project'
                OR kind IN ('topic', 'scope-item', 'programme', 'indicator')
                OR item IN (SELECT item FROM total_member)""",
        ),
        (
            "SELECT item, stage, level, amount, programme, block FROM programme_figure",
            "SELECT item, stage, level, amount, programme, block FROM figure",
        ),
        (
            "SELECT iri, item, amount FROM total_figure",
            """SELECT total.iri, item, amount
            FROM total JOIN total_member USING (total) JOIN figure USING (item)""",
        ),
        (
            "SELECT fiscal_year, indicator FROM yearly_result",
            """SELECT DISTINCT fiscal_year, indicator FROM indicator_result
            WHERE NOT restated AND fiscal_year IS NOT NULL""",
        ),
    ],
)
def test_what_is_kept_of_tables_is_what_they_say(facts: FactTables, kept: str, whole: str) -> None:
    with facts.session() as session:
        rows = session.rows(kept)
        assert rows
        assert Counter(rows) == Counter(session.rows(whole))


def test_the_result_that_tells_most_stands_for_a_year(facts: FactTables) -> None:
    with facts.session() as session:
        poorer = session.rows(
            """SELECT count(*)
            FROM yearly_result AS kept
            JOIN indicator_result AS other USING (fiscal_year, indicator)
            WHERE NOT restated
                AND (kept.achieved IS NULL AND other.achieved IS NOT NULL
                    OR (kept.target IS NULL OR kept.achieved IS NULL)
                    AND other.target IS NOT NULL AND other.achieved IS NOT NULL)"""
        )
    assert poorer == [(0,)]


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
