"""The reader: every bad row ends in the report with file, line and field, none in a crash."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.reader import read_line, read_sheets
from medrd_kg.sources.review_sheets.records import Sheet, Stage
from medrd_kg.sources.review_sheets.report import Finding, ImportReport, Severity

MakeRow = Callable[..., dict[str, Any]]


def read(row: object) -> tuple[Sheet | None, list[Finding]]:
    report = ImportReport()
    line = row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()
    return read_line("f.ndjson", 7, line, report), list(report)


def test_a_good_row_is_read_without_findings(make_row: MakeRow) -> None:
    budget = [{"年度": 2021, "当初予算": 10.0, "予算計": 10.0, "執行額": 9.5}]
    payee = {"年度": 2021, "グループ": "A", "番号": 1, "支出先名": "国立大学法人東京大学"}
    payee |= {"法人番号": "5010005007398", "支出額": 3.25}
    sheet, findings = read(make_row(予算=budget, 支出先=[payee]))
    assert findings == []
    assert sheet is not None
    assert sheet.figure(2021, Stage.EXECUTED) == 9_500_000
    assert sheet.payments[0].corporate_number == "5010005007398"
    assert sheet.payments[0].amount.printed == "3.25百万円"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"公開年度": None}, "/公開年度"),
        ({"公開年度": "不明"}, "/公開年度"),
        ({"事業番号": ""}, "/事業番号"),
        ({"事業名": None}, "/事業名"),
        ({"府省庁": "山田太郎"}, "/府省庁"),
        ({"府省庁": 5}, "/府省庁"),
    ],
)
def test_a_sheet_that_cannot_be_identified_is_skipped(
    make_row: MakeRow, cells: dict[str, object], field: str
) -> None:
    sheet, findings = read(make_row(**cells))
    assert sheet is None
    assert [(each.line, each.field, each.severity) for each in findings] == [
        (7, field, Severity.SHEET_SKIPPED)
    ]


def test_text_in_a_number_costs_that_cell_only(make_row: MakeRow) -> None:
    rows = [{"年度": 2021, "当初予算": "十億", "執行額": 2.0}]
    sheet, findings = read(make_row(予算=rows))
    assert sheet is not None
    assert [each.stage for each in sheet.budget] == [Stage.EXECUTED]
    assert [(each.field, each.severity) for each in findings] == [
        ("/予算/0/当初予算", Severity.ROW_SKIPPED)
    ]


def test_a_missing_fiscal_year_costs_that_row_only(make_row: MakeRow) -> None:
    rows = [{"当初予算": 1.0}, {"年度": 2021, "当初予算": 2.0}]
    sheet, findings = read(make_row(予算=rows, 支出先=[{"グループ": "A", "番号": 1}]))
    assert sheet is not None
    assert len(sheet.budget) == 1
    assert {each.field for each in findings} == {"/予算/0/年度", "/支出先/0/年度"}


def test_one_year_stated_twice_is_no_guess(make_row: MakeRow) -> None:
    rows = [{"年度": 2021, "当初予算": 1.0}, {"年度": 2021, "当初予算": 2.0}]
    sheet, findings = read(make_row(予算=rows))
    assert sheet is not None
    assert [each.amount.yen for each in sheet.budget] == [1_000_000]
    assert findings[0].field == "/予算/1/当初予算"


def test_an_impossible_corporate_number_is_dropped_and_told(make_row: MakeRow) -> None:
    payee = {"年度": 2021, "グループ": "A", "番号": 1, "支出先名": "個人山田", "支出額": 1.0}
    sheet, findings = read(make_row(支出先=[payee | {"法人番号": "1234567890123"}]))
    assert sheet is not None
    assert sheet.payments[0].corporate_number is None
    assert [each.field for each in findings] == ["/支出先/0/法人番号"]
    assert "山田" not in "".join(map(str, findings))


@pytest.mark.parametrize("rank", [None, "一", 1.5, -1])
def test_a_payment_without_block_or_rank_is_taken_and_told(make_row: MakeRow, rank: object) -> None:
    payee = {"年度": 2021, "グループ": "A", "番号": rank, "支出先名": "甲", "支出額": 1.0}
    sheet, findings = read(make_row(支出先=[payee]))
    assert sheet is not None
    assert [(each.rank, each.amount.yen) for each in sheet.payments] == [(None, 1_000_000)]
    assert [each.severity for each in findings] == [Severity.NOTICE]


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}'])
def test_a_line_that_is_no_sheet_is_skipped(line: bytes) -> None:
    sheet, findings = read(line)
    assert sheet is None
    assert [each.severity for each in findings] == [Severity.SHEET_SKIPPED]


def test_a_missing_number_is_made_of_its_parts(make_row: MakeRow) -> None:
    parts = {"事業番号1": "2023", "事業番号2": "厚労", "事業番号3": "22", "事業番号4": "0001"}
    sheet, findings = read(make_row(事業番号=None, **parts))
    assert sheet is not None
    assert sheet.number == "2023-厚労-22-0001"
    assert [each.field for each in findings] == ["/事業番号"]


def test_lists_that_are_missing_or_of_another_type_are_no_crash(make_row: MakeRow) -> None:
    row = make_row(予算=None, 支出先="なし", アウトカム=[3, None], 主要施策=None)
    del row["関連する過去のレビューシート"]
    sheet, findings = read(row)
    assert sheet is not None
    assert {each.field for each in findings} == {"/支出先", "/アウトカム/0", "/アウトカム/1"}


def test_outcomes_keep_targets_and_results(make_row: MakeRow) -> None:
    outcome = {
        "成果目標": "目標の文",
        "成果指標": "承認件数",
        "単位": "件",
        "目標値": "10",
        "目標最終年度": 2024,
        "成果実績": [
            {"年度": 2020, "成果実績": 5.0, "目標値": None},
            {"年度": 2021, "成果実績": "未定", "目標値": 7.0},
        ],
    }
    sheet, findings = read(make_row(アウトカム=[outcome]))
    assert sheet is not None
    first = sheet.outcomes[0]
    assert (first.measure, first.final_year, first.final_target) == (
        "承認件数",
        2024,
        Decimal(10),
    )
    assert [(each.achieved, each.target) for each in first.results] == [
        (Decimal(5), None),
        (None, Decimal(7)),
    ]
    assert [each.field for each in findings] == ["/アウトカム/0/成果実績/1/成果実績"]


def test_plain_and_compressed_files_read_alike(make_row: MakeRow, tmp_path: Path) -> None:
    content = (json.dumps(make_row(), ensure_ascii=False) + "\n\n").encode() * 3
    plain = tmp_path / "a.ndjson"
    plain.write_bytes(content)
    packed = tmp_path / "a.ndjson.zst"
    packed.write_bytes(zstandard.compress(content))
    report = ImportReport()
    names = [[s.name for s in read_sheets(path, report)] for path in (plain, packed)]
    assert names == [["試験研究事業"] * 3] * 2
    assert len(report) == 0


@pytest.mark.parametrize("damage", [b"damaged!!", b""], ids=["changed", "cut off"])
def test_a_damaged_archive_is_refused_as_a_whole(
    make_row: MakeRow, tmp_path: Path, damage: bytes
) -> None:
    path = tmp_path / "a.ndjson.zst"
    content = (json.dumps(make_row(), ensure_ascii=False) + "\n").encode() * 1000
    path.write_bytes(zstandard.compress(content)[:-9] + damage)
    with pytest.raises(Problem, match=r"a\.ndjson\.zst: its compression is damaged or cut off"):
        list(read_sheets(path, ImportReport()))


def test_all_frames_of_an_archive_are_read(make_row: MakeRow, tmp_path: Path) -> None:
    line = (json.dumps(make_row(), ensure_ascii=False) + "\n").encode()
    path = tmp_path / "a.ndjson.zst"
    path.write_bytes(zstandard.compress(line[:200]) + zstandard.compress(line[200:] + line))
    report = ImportReport()
    assert len(list(read_sheets(path, report))) == 2
    assert len(report) == 0


junk = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
cells = st.sampled_from(
    [
        "公開年度",
        "事業名",
        "府省庁",
        "事業番号",
        "予算",
        "支出先",
        "アウトカム",
        "実施方法",
        "開始年度",
    ]
)
budget_rows = st.fixed_dictionaries({"年度": junk, "当初予算": junk, "予算計": junk})
payment_rows = st.fixed_dictionaries(
    dict.fromkeys(("年度", "グループ", "番号", "支出先名", "法人番号", "支出額"), junk)
)


@settings(max_examples=300)
@given(
    changes=st.dictionaries(cells, junk, max_size=3),
    budget=st.lists(budget_rows, max_size=2),
    payments=st.lists(payment_rows, max_size=2),
)
def test_no_row_crashes_the_reader(
    changes: dict[str, object], budget: list[object], payments: list[object]
) -> None:
    row: dict[str, object] = {
        "公開年度": 2022,
        "事業名": "事業",
        "府省庁": "内閣府",
        "事業番号": "1",
        "予算": budget,
        "支出先": payments,
    }
    sheet, findings = read(row | changes)
    assert sheet is not None or findings
    for each in findings:
        assert each.file == "f.ndjson"
        assert each.line == 7


@given(line=st.binary(max_size=60))
def test_no_bytes_crash_the_reader(line: bytes) -> None:
    sheet, findings = read(line)
    assert sheet is None
    assert len(findings) == 1
