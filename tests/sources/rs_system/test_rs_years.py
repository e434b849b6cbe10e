"""Sheets of two years side by side: one programme, and each yen in one sum."""

from collections.abc import Callable
from pathlib import Path

from tests.sources.rs_system.conftest import Imported, Write
from tests.sources.rs_system.csv_files import Rows

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.totals import check_totals
from medrd_kg.build.validation import validate_files
from medrd_kg.content import content_root
from medrd_kg.sources.content import content_files
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, graph_iri

Run = Callable[..., Imported]

SUMS = f"""
PREFIX mrd: <{MRD}>
SELECT ?year ?stage ?level (SUM(?yen) AS ?sum) (COUNT(DISTINCT ?total) AS ?totals) WHERE {{
    ?figure mrd:amountJPY ?yen ; mrd:additiveIn ?total ; mrd:fiscalYear/mrd:yearNumber ?year ;
        mrd:budgetStage ?stage ; mrd:level ?level .
}} GROUP BY ?year ?stage ?level
"""


def sheets(year: int) -> Rows:
    """Return one sheet that states its year and both years around it, as every edition does."""
    stated = {
        "当初予算（合計）": 60_000_000,
        "計（歳出予算現額合計）": 60_000_000,
        "執行額（合計）": 50_000_000,
        "翌年度要求額（合計）": 70_000_000,
    }
    own = {"事業年度": str(year)}
    return {
        "1-1": [own],
        "2-1": [
            own | {"予算年度": str(each)} | {column: str(yen) for column, yen in stated.items()}
            for each in (year - 2, year - 1, year)
        ],
        "5-1": [own | {"支出先ブロック番号": "A", "ブロックの合計支出額": "50000000"}],
        "5-2": [own | {"担当組織からの支出": "TRUE", "支出先の支出先ブロック": "A"}],
    }


def test_two_years_are_one_programme_and_no_sum_holds_both(
    write_csv: Write, run_import: Run, tmp_path: Path
) -> None:
    first, second = write_csv(sheets(2024), "first"), write_csv(sheets(2025), "second")
    run_import(first)
    imported = run_import(second)
    assert imported.summary.rules == {"rs-id": 1}
    assert imported.said("2024-mhlw-rs-9001", "editionOf") == ["rs-9001"]
    assert imported.said("2025-mhlw-rs-9001", "editionOf") == ["rs-9001"]
    store = EmbeddedStore()
    files = sorted((tmp_path / "out").glob("rs-system-*.ttl"))
    for path in files:
        store.bulk_load(path, graph=graph_iri(path.stem))
    found = {
        tuple(
            str(getattr(row[name], "value", "")).rpartition("#")[2] for name in ("year", "stage")
        ): (
            int(getattr(row["sum"], "value", 0)),
            int(getattr(row["totals"], "value", 0)),
        )
        for row in store.query(SUMS).rows()
        if str(getattr(row["level"], "value", "")).endswith("appropriation")
    }
    assert found == {
        ("2024", "stage-initial"): (60_000_000, 1),
        ("2025", "stage-initial"): (60_000_000, 1),
        ("2023", "stage-executed"): (50_000_000, 1),
        ("2024", "stage-executed"): (50_000_000, 1),
        ("2023", "stage-total"): (60_000_000, 1),
        ("2024", "stage-total"): (60_000_000, 1),
        ("2025", "stage-request"): (70_000_000, 1),
        ("2026", "stage-request"): (70_000_000, 1),
    }
    assert check_totals(store) == []
    store.close()
    ontology = [each.path for each in content_files(content_root()) if "ontology/" in each.name]
    described = content_root() / "data" / "ttl" / "policy-fy2022"
    ontology += [path for path in described.rglob("*.ttl") if "fy:2022" in path.read_text("utf-8")]
    report = validate_files([*ontology, *files], ShapesGraph.load())
    ours = [each for each in report.findings if "-rs-" in each.focus_node]
    assert [str(each) for each in ours] == []


def test_importing_one_year_again_changes_neither(
    write_csv: Write, run_import: Run, tmp_path: Path
) -> None:
    first, second = write_csv(sheets(2024), "first"), write_csv(sheets(2025), "second")
    run_import(first)
    run_import(second)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert run_import(first).summary.changed == set()
    assert run_import(second).summary.changed == set()
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_both_years_in_one_run_are_the_same(
    write_csv: Write, run_import: Run, tmp_path: Path
) -> None:
    first, second = write_csv(sheets(2024), "first"), write_csv(sheets(2025), "second")
    run_import(first, second, out="together")
    run_import(first)
    run_import(second)
    together = {path.name: path.read_bytes() for path in (tmp_path / "together").iterdir()}
    apart = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert together == apart
