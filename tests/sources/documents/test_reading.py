"""Files that are read, and files that are refused in one line."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.sources.documents.pdfs import Layout, write_pdf

from medrd_kg.problems import Problem
from medrd_kg.sources.documents import reading
from medrd_kg.sources.documents.reading import read

LINES = [f"これは{number}番目の行であり、文として終わる。" for number in range(1, 25)]


def _texts(path: Path) -> list[str]:
    return [each.text for each in read(path).lines]


def _refused(path: Path) -> str:
    with pytest.raises(Problem) as fault:
        read(path)
    assert fault.value.kind.exit_code == 1
    assert "\n" not in str(fault.value)
    return str(fault.value)


def test_page_numbers_and_running_titles_go(tmp_path: Path) -> None:
    layout = Layout(rows=6, title="資料１ 令和５年度", number="{}")
    found = read(write_pdf(tmp_path / "a.pdf", LINES, layout))
    assert [each.text for each in found.lines] == LINES
    assert found.pages == 4
    assert found.notes == ("8 page numbers and running titles left out",)


def test_sentence_at_the_foot_of_each_page_stays(tmp_path: Path) -> None:
    lines = ["別の文である。" if number % 6 == 5 else line for number, line in enumerate(LINES)]
    assert _texts(write_pdf(tmp_path / "a.pdf", lines, Layout(rows=6, number=""))) == lines


def test_page_numbers_of_a_text_go_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("一行目。\n- 1 -\n二行目。\n2\n三行目。\n3\n四行目。\n4\n", encoding="utf-8")
    assert _texts(path) == ["一行目。", "二行目。", "三行目。", "四行目。"]


def test_single_number_in_a_text_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("一行目。\n2022\n二行目。\n", encoding="utf-8")
    assert _texts(path) == ["一行目。", "2022", "二行目。"]


def test_text_set_from_top_to_bottom_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("一行目。\n取\n扱\n注\n意\n二行目。\n", encoding="utf-8")
    found = read(path)
    assert [each.text for each in found.lines] == ["一行目。", "二行目。"]
    assert "4 lines of one character each" in found.notes[0]


def test_turned_text_goes(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", LINES, Layout(number=""))
    turned = tmp_path / "b.pdf"
    canvas = Canvas(str(turned))
    for number in range(8):
        canvas.drawString(50, 700 - 20 * number, "An upright line of text that stands here")
    canvas.rotate(90)
    canvas.drawString(100, -40, "DRAFT")
    canvas.save()
    assert "DRAFT" not in " ".join(_texts(turned))
    assert read(turned).notes == ("5 turned characters left out",)
    assert read(path).notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings_of_texts(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("方針①\r\nﾃﾞｰﾀの⽣成".encode(encoding, errors="replace"))
    first, second = _texts(path)
    assert first == "方針①"
    assert second.startswith("データの")


def test_encrypted_pdf(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", LINES, Layout(), password="secret")  # noqa: S106 - a test
    assert "encrypted" in _refused(path)


def test_scan_without_a_text_layer(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path))
    for _ in range(3):
        canvas.rect(100, 100, 300, 300, fill=1)
        canvas.showPage()
    canvas.save()
    assert "scan" in _refused(path)


def test_damaged_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"\x00garbage" * 100)
    assert "cannot be read" in _refused(path)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"PK\x03\x04rest", "Office"),
        (b"\x89PNG\r\n", "image"),
        (b"<!DOCTYPE html>", "web page"),
        (b"\x00\x01\xfe\xff\x00", "UTF-8"),
        (b"  \n\n", "no text"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    assert word in _refused(path)


def test_missing_file(tmp_path: Path) -> None:
    assert "nowhere.pdf" in _refused(tmp_path / "nowhere.pdf")


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_pdf(tmp_path / "a.pdf", LINES, Layout(rows=6))
    for name, value, word in (
        ("MOST_PAGES", 3, "4 pages"),
        ("MOST_CHARACTERS", 100, "characters"),
        ("MOST_BYTES", 100, "MB"),
        ("MOST_SECONDS", 0.001, "not read within"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(reading, name, value)
            assert word in _refused(path)
    assert len(_texts(path)) == len(LINES)
