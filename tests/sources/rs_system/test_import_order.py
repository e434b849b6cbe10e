"""Sheets, RS files and items of the Ministry of Finance: the order of imports is no difference."""

import json
from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.sources.rs_system.conftest import Write
from tests.sources.rs_system.csv_files import Rows

from medrd_kg.build.totals import check_totals
from medrd_kg.commands import dependent_imports, mof, review_sheets, rs_csv
from medrd_kg.commands.imports import remove
from medrd_kg.problems import Problem
from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.import_sets import import_sets
from medrd_kg.sources.review_sheets import importer
from medrd_kg.sources.review_sheets.selection import Selection, reviewed_programmes
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, graph_iri

SUMMED = next(
    each
    for each in reviewed_programmes().values()
    if each.ministry == "mhlw" and each.perimeter == "other-medical-rd" and not each.part_of
)
"""A programme of the reviewed list: totals rest on what its sheets state."""


def sheet_row(number: str, name: str, year: int, **budgets: float) -> dict[str, object]:
    return {
        "公開年度": year,
        "事業名": name,
        "府省庁": "厚生労働省",
        "事業番号": f"{year}-厚労-21-{number}",
        "担当部局庁": "医政局",
        "実施方法": ["補助"],
        "予算": [{"年度": int(key[2:]), "当初予算": amount} for key, amount in budgets.items()],
        "支出先": [],
        "アウトカム": [],
    }


def rs_rows(year: int, restated: int) -> Rows:
    """Return two sheets: one agrees with what was stated before, one restates it."""
    rows: Rows = {"1-1": [], "2-1": []}
    for identifier, name, initial in (
        ("9001", "試験研究事業", 70_000_000),
        ("9002", SUMMED.names[-1], restated),
    ):
        own = {"事業年度": str(year), "予算事業ID": identifier, "事業名": name}
        rows["1-1"].append(own)
        for fiscal_year in (2022, year):
            figures = {"予算年度": str(fiscal_year), "当初予算（合計）": str(initial)}
            rows["2-1"].append(own | figures)
    return rows


@pytest.fixture
def imports(write_csv: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files to import; nothing is shipped beside them."""
    empty = tmp_path / "shipped"
    empty.mkdir()
    for module, name in (
        (dependent_imports, "shipped_dir"),
        (importer, "data_dir"),
    ):
        monkeypatch.setattr(module, name, lambda: empty)
    monkeypatch.setattr(PublicFacts, "shipped", lambda: PublicFacts(()))
    folder = tmp_path / "given"
    folder.mkdir()
    for year in (2021, 2022):
        rows = (
            sheet_row("9001", "試験研究事業", year, FY2021=60, FY2022=70),
            sheet_row("9002", SUMMED.names[-1], year, FY2021=500, FY2022=600),
        )
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"judgit-{year}.ndjson").write_text("".join(lines), encoding="utf-8")
    for year in (2024, 2025):
        write_csv(rs_rows(year, 650_000_000 + year), f"given/rs{year}")
    item = {
        "id": "g-1",
        "budgetType": "当初予算",
        "documentId": "d1",
        "ministry": "厚生労働省",
        "organization": "厚生労働本省",
        "sourceUrl": "https://example.org/p",
        "sectionName": "医療費",
        "name": "試験研究事業に必要な経費",
        "amount": 70_000_000,
    }
    documents = [{"documentId": "d1", "title": "予算", "url": "https://example.org/"}]
    about = {"fiscalYear": 2022, "unit": "yen", "documents": documents}
    (folder / "mof.json").write_text(json.dumps({"metadata": about, "items": [item]}))
    return folder


def run(data_dir: Path, given: Path, *names: str) -> None:
    for name in names:
        if name.startswith("rs"):
            rs_csv.run_import(
                [given / name],
                selection=Selection.ALL,
                dry_run=False,
                report_file=None,
                data_dir=data_dir,
            )
        elif name == "mof":
            mof.run_import(
                [given / "mof.json"],
                selection=Selection.ALL,
                dry_run=False,
                report_file=None,
                data_dir=data_dir,
            )
        else:
            review_sheets.run_import(
                [given / f"judgit-{name}.ndjson"],
                selection=Selection.ALL,
                out=None,
                report_file=None,
                data_dir=data_dir,
            )


def left(data_dir: Path) -> dict[str, bytes]:
    kept = [*(data_dir / "imported").iterdir(), *(data_dir / "review").iterdir()]
    return {path.name: path.read_bytes() for path in kept}


@pytest.mark.parametrize(
    "order",
    [
        ("mof", "rs2025", "2022", "rs2024", "2021"),
        ("rs2024", "2021", "mof", "2022", "rs2025"),
    ],
)
def test_the_order_of_imports_changes_no_byte(
    order: tuple[str, ...], imports: Path, tmp_path: Path
) -> None:
    run(tmp_path / "one", imports, "2021", "2022", "rs2024", "rs2025", "mof")
    expected = left(tmp_path / "one")
    assert {"rs-system-2024.ttl", "rs-system-2025.ttl", "mof-2022.ttl"} < expected.keys()
    run(tmp_path / "other", imports, *order)
    assert left(tmp_path / "other") == expected


def test_of_what_several_editions_state_one_is_current_and_counted(
    imports: Path, tmp_path: Path
) -> None:
    run(tmp_path / "d", imports, "rs2025", "2021", "2022", "rs2024", "mof")
    said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    store = EmbeddedStore()
    for path in sorted((tmp_path / "d" / "imported").glob("*.ttl")):
        store.bulk_load(path, graph=graph_iri(path.stem))
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            node = quad.object.value if not isinstance(quad.object, ox.Triple) else ""
            name = quad.predicate.value.removeprefix(str(MRD))
            said[str(quad.subject.value).rsplit("/", 1)[-1], name].append(node.rsplit("/", 1)[-1])
    first, second = "2024-mhlw-rs-9001-fy2022-initial", "2025-mhlw-rs-9001-fy2022-initial"
    # No total rests on the one programme: the newest edition is current.
    (sheets,) = said[first, "supersedes"]
    assert (sheets[:5], sheets[-14:]) == ("2022-", "fy2022-initial")
    assert said[second, "supersedes"] == [first]
    assert not any(each.endswith("flag-restated") for each in said[sheets, "hasFlag"])
    # Totals rest on the other: its figure stays, and what later editions state stands beside it.
    for year in (2024, 2025):
        beside = f"{year}-mhlw-rs-9002-fy2022-initial"
        (counted,) = [each for each in said[beside, "concerns"] if each != SUMMED.slug]
        assert counted.startswith("2022-")
        assert said[beside, "forProgramme"] == said[beside, "amountJPY"] == []
        assert said[beside, "nonAdditiveAmountJPY"] == [str(650_000_000 + year)]
        assert any(f"{50_000_000 + year} yen more" in note for note in said[beside, "note"])
        assert said[counted, "amountJPY"] == ["600000000"]
        assert any(each.endswith("flag-restated") for each in said[counted, "hasFlag"])
    # Items are compared with the statement that is current.
    assert second in said["mof-g-1-initial", "concerns"]
    assert check_totals(store) == []
    store.close()


@pytest.mark.parametrize(
    ("removed", "others"),
    [
        ("rs-system-2024", ("2021", "2022", "rs2025", "mof")),
        ("judgit-2021.ndjson", ("2022", "rs2024", "rs2025", "mof")),
        ("review-sheets", ("rs2024", "rs2025", "mof")),
    ],
)
def test_what_was_removed_leaves_what_was_never_imported(
    removed: str,
    others: tuple[str, ...],
    imports: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(tmp_path / "all", imports, "2021", "2022", "rs2024", "rs2025", "mof")
    capsys.readouterr()
    remove(tmp_path / "all", removed)
    told = capsys.readouterr().out
    assert "removed " in told
    assert told.endswith("the next build leaves it out\n") or removed.endswith(".ndjson")
    assert "made again beside it: " in told
    run(tmp_path / "less", imports, *others)
    assert left(tmp_path / "all") == left(tmp_path / "less")


def test_everything_can_be_removed(imports: Path, tmp_path: Path) -> None:
    data = tmp_path / "d"
    run(data, imports, "2021", "rs2024", "mof")
    with pytest.raises(Problem, match="is a part of the import review-sheets"):
        remove(data, "review-sheets-2021")
    for name in [each.name for each in import_sets(data)]:
        remove(data, name)
    assert import_sets(data) == []
    kept = [path for path in data.rglob("*") if path.is_file() and path.name != "import.lock"]
    assert kept == []
    with pytest.raises(Problem, match=r"under the name 'mof-2022' \(nothing is imported at all"):
        remove(data, "mof-2022")
