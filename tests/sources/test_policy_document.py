"""Reading a document that has been cut into units."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.problems import Problem
from medrd_kg.sources.policy_document import matching_form, read_units

UNIT = {
    "sid": "S001",
    "section": "1",
    "paragraph": 1,
    "sentence": 1,
    "type": "sentence",
    "text": "試験",
}


def _write(folder: Path, content: object) -> Path:
    path = folder / "units.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def test_reads_every_unit(policy_units_file: Path) -> None:
    units = read_units(policy_units_file)
    assert len(units) == 99
    assert units[0].unit_id == "S001"
    assert units[-1].section == "6"
    assert {unit.unit_type for unit in units} == {"title", "heading", "sentence"}


def test_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "units.json"
    path.write_text(json.dumps([UNIT]), encoding="utf-8-sig")
    assert read_units(path)[0].unit_id == "S001"


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ([], "non-empty"),
        ({"units": []}, "array"),
        (["S001"], "item 0"),
        ([UNIT, UNIT | {"paragraph": "1"}], "item 1: 'paragraph'"),
        ([{k: v for k, v in UNIT.items() if k != "text"}], "'text'"),
        ([UNIT, UNIT], "S001 occurs twice"),
    ],
)
def test_fault_names_the_place(tmp_path: Path, content: object, word: str) -> None:
    with pytest.raises(Problem, match=word) as fault:
        read_units(_write(tmp_path, content))
    assert "units.json" in str(fault.value)
    assert fault.value.kind.exit_code == 1


def test_text_that_is_no_json_names_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "policy.txt"
    path.write_text("[\n令和４年度", encoding="utf-8")
    with pytest.raises(Problem, match="line 2, column 1"):
        read_units(path)


def test_other_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes("令和４年度".encode("shift_jis"))
    with pytest.raises(Problem, match="UTF-8"):
        read_units(path)


def test_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"nowhere\.json"):
        read_units(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("written", "printed"),
    [("iPS細胞", "ｉＰＳ 細胞"), ("AI医療機器", "AI 医療\n機器"), ("令和4年度", "令 和 ４ 年 度")],
)
def test_matching_form_undoes_layout_and_width(written: str, printed: str) -> None:
    assert matching_form(written) == matching_form(printed)


@given(st.text())
def test_matching_form_is_idempotent(text: str) -> None:
    assert matching_form(matching_form(text)) == matching_form(text)
