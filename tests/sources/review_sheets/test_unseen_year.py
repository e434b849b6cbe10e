"""A later year that nobody has seen: every yen of its file, every surprise in the report."""

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import zstandard
from tests.sources.review_sheets.recomputed import of_json, of_turtle

from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.ministries import authority
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.review_sheets.summary import ImportSummary
from medrd_kg.vocabulary import MRD, kind_iri

EVERY = 40
NEW_MINISTRY = "未来庁"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

Row = dict[str, Any]


def _shifted(row: Row, number: int) -> Row:
    """Return a sheet of 2022 as if it were of 2023: later years, other figures, other numbers."""
    factor = 1.07 + number % 7 / 100  # products of floats: noise as in the real files
    cells = [*row["予算"], *row["支出先"]]
    cells += [result for outcome in row["アウトカム"] for result in outcome["成果実績"]]
    for each in cells:
        for field, value in each.items():
            if field == "年度":
                each[field] = value + 1
            elif isinstance(value, float):
                each[field] = value * factor
    changed = {"公開年度": 2023, "事業番号": row["事業番号"].replace("2022-", "2023-")}
    return row | changed


def _surprises(row: Row, number: int) -> Row:
    """Return the sheet with something that no earlier year has."""
    match number % 9:
        case 0:
            return row | {"様式番号": "改2", "事業区分": {"大": 1}}
        case 1 if row["予算"]:
            row["予算"][0]["流用額"] = 12.5
        case 2 if row["支出先"]:
            row["支出先"][0]["入札方式"] = "一般競争"
            del row["支出先"][0]["番号"]
        case 3:
            row = {key: value for key, value in row.items() if key != "アウトカム"}
            return row | {"終了年度": "未定", "主要施策": None}
        case 4:
            return row | {"府省庁": NEW_MINISTRY, "事業番号": f"2023-未来-22-{number:04}"}
        case 5:
            return row | {"実施方法": ["新方式"], "会計区分": "一般会計", "事業目的": None}
        case 6 if row["支出先"]:
            row["支出先"][-1]["グループ"] = None
        case 7:
            return row | {"関連する過去のレビューシート": [{"年度": None}, 3], "アウトプット": 0}
        case _:
            pass
    return row


@pytest.fixture(scope="session")
def later(sheet_files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made file of 2023 out of real sheets of 2022."""
    path = tmp_path_factory.mktemp("later") / "judgit-2023.ndjson"
    with zstandard.open(sheet_files[-1], "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, 0, None, EVERY)]
    made = (_surprises(_shifted(row, number), number) for number, row in enumerate(rows))
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in made)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def report() -> ImportReport:
    """The findings of the import of the made year."""
    return ImportReport()


@pytest.fixture(scope="session")
def made(
    later: Path, report: ImportReport, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ImportSummary, Path]:
    """The import of the made year alone, into an empty graph."""
    out = tmp_path_factory.mktemp("made")
    summary = import_review_sheets(
        [later],
        selection=Selection.ALL,
        out_dir=out,
        texts_path=None,
        report=report,
        beside=out / "nothing",
    )
    return summary, out


@pytest.mark.shared
def test_every_yen_and_every_result_of_the_file_is_in_the_graph(
    made: tuple[ImportSummary, Path], later: Path, report: ImportReport
) -> None:
    stated, wanted = of_turtle(made[1].glob("review-sheets-2023*.ttl")), of_json([later])
    assert stated.budgets == wanted.budgets
    assert stated.payments == wanted.payments
    assert stated.paid == wanted.paid
    assert stated.achieved == wanted.achieved
    assert sum(wanted.budgets.values()) > 10**12
    counts = report.counts()
    assert counts[Severity.SHEET_SKIPPED] == 0
    assert made[0].sheets_read == made[0].editions == later.read_text("utf-8").count("\n")


@pytest.mark.shared
def test_each_surprise_is_told_once_with_its_place(
    made: tuple[ImportSummary, Path], report: ImportReport
) -> None:
    assert made
    told = {each.field: each for each in report if "does not know" in each.reason}
    assert set(told) == {"/様式番号", "/事業区分", "予算/流用額", "支出先/入札方式"}
    assert all(each.line and "places of the file" in each.reason for each in told.values())
    fields = {each.field.rpartition("/")[2] for each in report if "block or rank" in each.reason}
    assert fields
    (ministry,) = (each for each in report if NEW_MINISTRY in each.reason)
    assert ministry.severity is Severity.DOUBT


@pytest.mark.shared
def test_an_unknown_ministry_is_a_ministry_of_its_own(made: tuple[ImportSummary, Path]) -> None:
    minted = authority(NEW_MINISTRY)
    assert minted is not None
    node = kind_iri("org-", minted.slug)
    quads = [
        quad
        for path in made[1].glob("organizations*.ttl")
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if quad.subject == ox.NamedNode(node)
    ]
    assert {str(quad.object) for quad in quads if quad.predicate.value == RDF_TYPE} == {
        f"<{MRD}Ministry>"
    }
    assert any(quad.object == ox.Literal(NEW_MINISTRY, language="ja") for quad in quads)


@pytest.mark.shared
def test_with_the_years_before_the_sums_are_the_same(
    later: Path, sheet_files: list[Path], tmp_path: Path
) -> None:
    before = tmp_path / "judgit-2022.ndjson"
    with zstandard.open(sheet_files[-1], "rt", encoding="utf-8") as lines:
        before.write_text("".join(islice(lines, 0, None, EVERY)), encoding="utf-8")
    out = tmp_path / "out"
    summary = import_review_sheets(
        [before, later],
        selection=Selection.ALL,
        out_dir=out,
        texts_path=None,
        report=ImportReport(),
        beside=out / "nothing",
    )
    assert summary.programmes < summary.editions  # sheets of 2023 continue those of 2022
    stated, wanted = of_turtle(out.glob("review-sheets-*.ttl")), of_json([before, later])
    assert stated.budgets == wanted.budgets
    assert stated.payments == wanted.payments
    assert stated.paid == wanted.paid


def _import_one(tmp_path: Path, text: str) -> ImportReport:
    path = tmp_path / "odd.ndjson"
    path.write_text(text, encoding="utf-8")
    report = ImportReport()
    import_review_sheets(
        [path],
        selection=Selection.ALL,
        out_dir=tmp_path / "out",
        texts_path=None,
        report=report,
        beside=tmp_path / "nothing",
    )
    return report


@pytest.mark.parametrize("value", [None, 0, "x", [], {}, [[]], True, -1.5, "9" * 60])
def test_no_value_of_any_cell_stops_the_import(
    tmp_path: Path, make_row: Callable[..., Row], value: object
) -> None:
    payment = {"年度": 2022, "グループ": "A", "番号": 1, "支出先名": "甲", "支出額": 1.0}
    whole = make_row(
        予算=[{"年度": 2022, "当初予算": 1.0}],
        支出先=[payment],
        アウトカム=[{"成果指標": "件数", "成果実績": [{"年度": 2022, "成果実績": 1.0}]}],
    )
    rows = [whole | {"事業番号": "2022-厚労-21-0001"}]
    for number, field in enumerate(whole, 2):
        rows.append(whole | {"事業番号": f"2022-厚労-21-{number:04}"} | {field: value})
    for each in ("予算", "支出先", "アウトカム"):
        inner = whole[each][0]
        for field in inner:
            number = len(rows) + 100
            changed = {each: [inner | {field: value}], "事業番号": f"2022-厚労-21-{number:04}"}
            rows.append(whole | changed)
    report = _import_one(tmp_path, "".join(f"{json.dumps(row)}\n" for row in rows))
    skipped = [each for each in report if each.severity is Severity.SHEET_SKIPPED]
    assert {each.field for each in skipped} <= {"/公開年度", "/府省庁", "/事業番号", "/事業名"}
    stated = of_turtle((tmp_path / "out").glob("review-sheets-*.ttl"))
    assert stated.budgets[2022, 2022, "initial"] >= 1_000_000


def test_decimal_sums_are_exact(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    noisy = make_row(予算=[{"年度": 2022, "予算計": 4642.215999999999, "執行額": 0.1}])
    _import_one(tmp_path, f"{json.dumps(noisy)}\n")
    stated = of_turtle((tmp_path / "out").glob("review-sheets-*.ttl"))
    assert stated.budgets[2022, 2022, "total"] == int(Decimal(4642216000))
