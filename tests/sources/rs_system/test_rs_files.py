"""Files of other years, damaged files and bad cells: one clear line each, and nothing guessed."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.rs_system.conftest import Imported, Write
from tests.sources.rs_system.csv_files import Rows, table_bytes

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.rs_system.tables import find_tables, header_key

Run = Callable[..., Imported]

SHEET: Rows = {"1-1": [{}], "2-1": [{"予算年度": "2023", "執行額（合計）": "7000000"}]}
EXECUTED = "2024-mhlw-rs-9001-fy2023-executed"


def lines(imported: Imported) -> list[str]:
    """Return the report as the command prints it."""
    return [str(each) for each in imported.report]


def test_columns_may_be_added_missing_and_in_another_order(
    write_csv: Write, run_import: Run
) -> None:
    columns = {
        "2-1": [
            "執行額（合計）",
            "新しい列",
            "事業名",
            "予算年度",
            "府省庁",
            "予算事業ID",
            "事業年度",
        ]
    }
    imported = run_import(write_csv(SHEET, columns=columns))
    assert imported.addends("appropriation") == {EXECUTED: 7000000}
    reported = lines(imported)
    unknown = "a column that this program does not know: left out"
    assert f"2-1_RS_2024_表.csv:1: 新しい列: notice: {unknown}" in reported
    assert any(
        "当初予算(合計): notice: a column of the year 2024 is missing" in each for each in reported
    )


def test_a_table_is_known_by_its_columns_where_its_name_says_nothing(
    write_csv: Write, run_import: Run
) -> None:
    folder = write_csv(SHEET)
    (folder / "2-1_RS_2024_表.csv").rename(folder / "予算.csv")
    assert run_import(folder).addends("appropriation") == {EXECUTED: 7000000}


def test_zips_and_plain_files_give_the_same(
    write_csv: Write, run_import: Run, tmp_path: Path
) -> None:
    folder = write_csv(SHEET)
    zipped = []
    for each in folder.iterdir():
        zipped.append(tmp_path / f"{each.stem}.zip")
        with zipfile.ZipFile(zipped[-1], "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(each, f"../../{each.name}")
    plain = run_import(folder, out="plain")
    packed = run_import(*zipped, out="packed")
    name = "rs-system-2024.ttl"
    assert (plain.folder / name).read_bytes() == (packed.folder / name).read_bytes()
    assert not (tmp_path.parent / "1-1_RS_2024_表.csv").exists(), "nothing is unpacked"


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("執行額（合計）", "約七百万", "not a finite decimal number"),
        ("執行額（合計）", "1e99", "larger than ten whole government budgets"),
        ("予算年度", "令和五年", "missing, or no year"),
        ("予算事業ID", "九", "missing, or no whole number"),
    ],
)
def test_a_bad_cell_is_reported_by_file_row_and_column(
    write_csv: Write, run_import: Run, column: str, cell: str, reason: str
) -> None:
    rows = {**SHEET, "2-1": [*SHEET["2-1"], {"予算年度": "2024", column: cell}]}
    imported = run_import(write_csv(rows))
    (said,) = [each for each in lines(imported) if reason in each]
    assert said.startswith(f"2-1_RS_2024_表.csv:3: {column}: ")
    assert imported.addends("appropriation") == {EXECUTED: 7000000}


def test_two_amounts_for_one_figure_are_reported_and_the_first_is_kept(
    write_csv: Write, run_import: Run
) -> None:
    again = {"予算年度": "2023", "執行額（合計）": "8000000"}
    imported = run_import(write_csv({**SHEET, "2-1": [*SHEET["2-1"], again]}))
    assert imported.addends("appropriation") == {EXECUTED: 7000000}
    assert any("another amount than in 2-1_RS_2024_表.csv:2" in each for each in lines(imported))


def test_accounts_without_their_sum_are_not_added_up(write_csv: Write, run_import: Run) -> None:
    accounts = [
        {"予算年度": "2023", "会計": name, "執行額": "5"} for name in ("一般会計", "労働保険")
    ]
    assert run_import(write_csv({**SHEET, "2-1": accounts}, "two")).summary.statements == 0
    one = run_import(write_csv({**SHEET, "2-1": accounts[:1]}, "one"), out="single")
    assert one.addends("appropriation") == {EXECUTED: 5}


def test_a_wrong_corporate_number_is_no_key(write_csv: Write, run_import: Run) -> None:
    payee = {
        "支出先ブロック番号": "A",
        "支出先名": "株式会社試験",
        "法人番号": "1010001129759",
        "支出先の合計支出額": "10",
    }
    imported = run_import(write_csv({**SHEET, "5-1": [payee]}))
    (organisation,) = imported.said("2024-mhlw-rs-9001-a-1", "payee")
    assert organisation.startswith("n-")
    assert imported.said(organisation, "corporateNumber") == []


def test_a_row_with_too_few_cells_is_left_out(write_csv: Write, run_import: Run) -> None:
    folder = write_csv(SHEET)
    with (folder / "2-1_RS_2024_表.csv").open("ab") as stream:
        stream.write(b"2024,9001\r\n")
    assert any("cells stand where the header has" in each for each in lines(run_import(folder)))


def _zip(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda at: _zip(at, ("2-1_a.csv", b"0" * 64_000_000)), "unpacks to 64000000 bytes"),
        (lambda at: _zip(at, *((f"{n}.csv", b"") for n in range(17))), "more than 16 files"),
        (lambda at: at.write_bytes(b"no zip"), "not a readable zip file"),
        (lambda at: at.with_suffix(".txt").write_bytes(b""), "does not exist"),
    ],
)
def test_an_archive_that_is_no_table_is_refused(
    tmp_path: Path, make: Callable[[Path], object], reason: str
) -> None:
    path = tmp_path / "2-1.zip"
    make(path)
    with pytest.raises(Problem, match=reason):
        find_tables([path], ImportReport())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("予算事業ID\r\nあ\r\n".encode("cp932"), "not UTF-8"),
        (b'"a\r\n', "not a readable CSV file"),
        (table_bytes(["事業年度", "事業年度"], []), "stands twice"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_by_name(
    tmp_path: Path, run_import: Run, content: bytes, reason: str
) -> None:
    path = tmp_path / "2-1_x.csv"
    path.write_bytes(content)
    with pytest.raises(Problem, match=rf"2-1_x\.csv: .*{reason}"):
        run_import(path)


def test_spellings_of_a_column_meet() -> None:
    assert header_key("実施方法ー補助") == header_key("実施方法－補助")
    assert header_key("計（歳出予算現額合計）") == header_key("計(歳出予算現額合計)")
