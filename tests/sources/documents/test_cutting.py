"""Units: those of the FY2022 policy exactly, however it is set; other ways of numbering."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.sources.documents.pdfs import Layout, set_lines, write_pdf

from medrd_kg.problems import Problem
from medrd_kg.sources.documents.cutting import cut
from medrd_kg.sources.documents.headings import numbered
from medrd_kg.sources.documents.reading import read
from medrd_kg.sources.policy_document import TextUnit, matching_form

HALF_WIDTH = {
    ord(full): half for full, half in zip("０１２３４５６７８９", "0123456789", strict=True)
}
FULL_WIDTH = {ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789AIMEDPRQOLT"}

LAYOUTS = (
    Layout(),
    Layout(columns=33, rows=22, title="資料１", number="{}"),
    Layout(columns=45, size=9, number="{} / 20"),
    Layout(columns=28, rows=40, size=9, number="p. {}"),
    Layout(columns=24, rows=27, size=9, title="（案）第{}版"),
)


def _compared(units: Sequence[TextUnit]) -> list[TextUnit]:
    return [replace(each, text=matching_form(each.text)) for each in units]


def _cut_text(path: Path, text: str) -> list[TextUnit]:
    path.write_text(text, encoding="utf-8")
    return cut(read(path).lines)


@pytest.mark.shared
def test_text_of_the_policy_gives_the_given_units(
    policy_text_file: Path, policy_units: Sequence[TextUnit]
) -> None:
    assert cut(read(policy_text_file).lines) == policy_units


@pytest.mark.shared
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: f"{each.columns} columns")
def test_policy_as_pdf_gives_the_given_units(
    tmp_path: Path, policy_units: Sequence[TextUnit], layout: Layout
) -> None:
    path = write_pdf(tmp_path / "policy.pdf", set_lines(policy_units, layout), layout)
    assert _compared(cut(read(path).lines)) == _compared(policy_units)


@pytest.mark.shared
@pytest.mark.long
@pytest.mark.parametrize("columns", range(24, 51))
def test_policy_in_any_measure_gives_the_given_units(
    tmp_path: Path, policy_units: Sequence[TextUnit], columns: int
) -> None:
    layout = Layout(columns=columns, rows=31, size=9, title="資料２")
    path = write_pdf(tmp_path / "policy.pdf", set_lines(policy_units, layout), layout)
    assert _compared(cut(read(path).lines)) == _compared(policy_units)


@pytest.mark.shared
@pytest.mark.parametrize("table", [HALF_WIDTH, FULL_WIDTH], ids=["half width", "full width"])
def test_width_of_characters_moves_no_boundary(
    tmp_path: Path, policy_units: Sequence[TextUnit], table: dict[int, int | str]
) -> None:
    changed = [replace(each, text=each.text.translate(table)) for each in policy_units]
    layout = Layout(columns=37)
    path = write_pdf(tmp_path / "policy.pdf", set_lines(changed, layout), layout)
    assert _compared(cut(read(path).lines)) == _compared(policy_units)


def test_next_year_has_other_headings(next_year: Path) -> None:
    units = cut(read(next_year).lines)
    headings = [(each.section, each.text) for each in units if each.unit_type == "heading"]
    assert headings == [
        ("第1", "第１　基本的な考え方"),
        ("第2", "第２　重点的に取り組む事項"),
        ("第2.1", "１　医薬品プロジェクト"),
        ("第2.1.ア", "ア　がんの研究"),
        ("第2.1.イ", "イ　難病の研究"),
        ("第2.2", "２　医療機器・ヘルスケアプロジェクト"),
    ]
    assert [each.unit_id for each in units] == [f"S{n:03}" for n in range(1, len(units) + 1)]
    assert [each.unit_type for each in units[:3]] == ["title"] * 3


@pytest.mark.parametrize(
    ("headings", "sections"),
    [
        (
            ("1. 総論", "(1) 趣旨", "① 経緯", "② 範囲", "(2) 方法", "2. 各論"),
            "1 1(1) 1(1)① 1(1)② 1(2) 2",
        ),
        (("Ⅰ．総論", "１）趣旨", "２）方法", "Ⅱ．各論", "１）範囲"), "I I.1) I.2) II II.1)"),
        (
            ("第一章 総論", "一、趣旨", "二、方法", "第二章 各論"),
            "第一章 第一章.一 第一章.二 第二章",
        ),
        (("１ 総論", "１－１ 趣旨", "１－２ 方法", "２ 各論", "２－１ 範囲"), "1 1-1 1-2 2 2-1"),
        (
            ("１．総論", "（ア）趣旨", "（イ）方法", "（a）細目", "２．各論"),
            "1 1(ア) 1(イ) 1(イ)(a) 2",
        ),
        (("【総論】", "1. 趣旨", "【各論】", "1. 範囲"), "[1] [1]1 [2] [2]1"),
    ],
)
def test_ways_of_numbering(tmp_path: Path, headings: Sequence[str], sections: str) -> None:
    body = "これは試験のための文であり、一行の終わりまで続いてから次の行に折り返して\n終わる。"
    text = "試験の方針\n" + "".join(f"{heading}\n{body}\n" for heading in headings)
    units = _cut_text(tmp_path / "policy.txt", text)
    found = [each.section for each in units if each.unit_type == "heading"]
    assert found == sections.split()
    sentences = [each for each in units if each.unit_type == "sentence"]
    assert [each.section for each in sentences] == found
    assert {(each.paragraph, each.sentence) for each in sentences} == {(1, 1)}


@pytest.mark.parametrize(
    "text",
    [
        "（２）の説明も踏まえ",
        "①～④のプロジェクトに",
        "100 歳まで",
        "2040 年の人口",
        "３ 年の間",
        "アカデミアの",
    ],
)
def test_numbers_that_are_only_spoken_of(text: str) -> None:
    assert numbered(text) is None


def test_number_out_of_order_begins_no_section(tmp_path: Path) -> None:
    text = "試験の方針\n１．総論\n一文目である。\n（４）の前に\n（４）別の話\n二文目である。\n"
    units = _cut_text(tmp_path / "policy.txt", text)
    assert [each.section for each in units if each.unit_type == "heading"] == ["1"]


def test_full_stop_in_brackets_ends_no_sentence(tmp_path: Path) -> None:
    text = "方針\n１．総論\n甲（乙という。）は丙である。丁「戊。」も己である。\n"
    sentences = [
        each.text for each in _cut_text(tmp_path / "a.txt", text) if each.unit_type == "sentence"
    ]
    assert sentences == ["甲（乙という。）は丙である。", "丁「戊。」も己である。"]


def test_bracket_that_is_never_closed_swallows_nothing(tmp_path: Path) -> None:
    text = "方針\n１．総論\n甲（乙は丙である。丁は戊である。\n"
    units = _cut_text(tmp_path / "a.txt", text)
    assert [each.text for each in units][2:] == ["甲（乙は丙である。", "丁は戊である。"]


def test_each_bullet_is_a_paragraph(tmp_path: Path) -> None:
    text = "方針\n１．総論\n次による。\n・甲を行う。\n・乙\n・丙を行う。\n"
    units = _cut_text(tmp_path / "a.txt", text)
    assert [(each.paragraph, each.text) for each in units[2:]] == [
        (1, "次による。"),
        (2, "・甲を行う。"),
        (3, "・乙"),
        (4, "・丙を行う。"),
    ]


def test_latin_words_keep_their_gap_where_lines_join(tmp_path: Path) -> None:
    line = "研究を支えるために長い一行を置き、その終わりに英語の語を置いて続ける clinical"
    units = _cut_text(tmp_path / "a.txt", f"方針\n１．総論\n{line}\ntrial を行う。\n")
    assert units[-1].text.endswith("clinical trial を行う。")


def test_text_of_endless_sentences_is_refused(tmp_path: Path) -> None:
    # Reading on with each bracket that stays open would take hours.
    with pytest.raises(Problem, match="100000 units"):
        _cut_text(tmp_path / "a.txt", "方針\n１．総論\n" + "（。\n" * 100_000)


def test_number_of_a_million_digits(tmp_path: Path) -> None:
    (unit,) = _cut_text(tmp_path / "a.txt", "1" * 1_000_000)
    assert len(unit.text) == 1_000_000
