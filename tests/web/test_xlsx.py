"""XLSX: the rows of the CSV in typed cells, text that stays text, the same bytes each time."""

import csv
import io
import zipfile
from typing import Any

import httpx
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from medrd_kg.problems import Problem
from medrd_kg.web.table_formats import XLSX, write_csv, write_xlsx
from medrd_kg.web.tables import Table


def sheet_of(data: bytes) -> Worksheet:
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert len(book.worksheets) == 1
    return book.worksheets[0]


def opened(response: httpx.Response) -> Worksheet:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == XLSX
    return sheet_of(response.content)


def as_csv(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def rows_of(sheet: Worksheet) -> list[list[str]]:
    return [[as_csv(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def records(sheet: Worksheet) -> dict[Any, dict[Any, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    named = [dict(zip(header, row, strict=True)) for row in rows]
    return {row["slug"]: row for row in named}


@pytest.mark.parametrize(
    "path",
    [
        "topics",
        "topics?project=drugs",
        "topics?limit=2",
        "topics/plain-data",
        "funding-flows",
        "indicator-results",
        "goals",
        "queries/topics-of-project",
    ],
)
def test_the_rows_are_those_of_the_csv_and_the_json(server: httpx.Client, path: str) -> None:
    address = f"/api/v1/{path}"
    mark = "&" if "?" in path else "?"
    found = opened(server.get(f"{address}{mark}format=xlsx"))
    text = server.get(f"{address}{mark}format=csv").text
    assert rows_of(found) == list(csv.reader(io.StringIO(text, newline="")))
    document = server.get(address).json()
    items = document.get("items", [document])
    first = (
        "id" if "id" in document and "columns" not in document else document["columns"][0]["name"]
    )
    assert [row[0] for row in rows_of(found)][1:] == [item[first] for item in items]


def test_accept_gives_a_file_under_a_name(server: httpx.Client) -> None:
    response = server.get("/api/v1/topics", headers={"Accept": XLSX})
    opened(response)
    assert response.headers["content-disposition"] == 'attachment; filename="topics.xlsx"'
    assert "Accept" in response.headers["vary"]
    response = server.get("/api/v1/queries/topics-of-project", headers={"Accept": XLSX})
    assert 'filename="topics-of-project.xlsx"' in response.headers["content-disposition"]


def test_cells_are_typed_and_the_header_is_frozen(server: httpx.Client) -> None:
    sheet = opened(server.get("/api/v1/funding-flows?format=xlsx"))
    assert sheet.freeze_panes == "A2"
    flows = records(sheet)
    assert flows["f1"]["amountJPY"] == 17_500_000_000
    assert flows["f2"]["nonAdditiveAmountJPY"] == 0
    assert flows["f2"]["amountJPY"] is None
    assert flows["f1"]["payee_ja"] == "日本医療研究開発機構"
    assert flows["f1"]["payee_en"] == "AMED"
    assert (
        records(opened(server.get("/api/v1/topics?format=xlsx")))["aids-antibody"]["openList"]
        is True
    )
    results = records(opened(server.get("/api/v1/indicator-results?format=xlsx")))
    assert results["papers-2021"]["targetValue"] == 12.5
    ministries = records(opened(server.get("/api/v1/ministries?format=xlsx")))
    assert ministries["mext"]["corporateNumber"] == "7000012060001"


@pytest.mark.parametrize(
    ("collection", "slug", "column", "text"),
    [
        ("topics", "plain-data", "altLabel_ja", "=1+1"),
        ("topics", "plain-data", "altLabel_en", "@SUM(A1)"),
        ("funding-flows", "f2", "amountAsPrinted", "-1+2"),
        ("funding-flows", "f2", "blockLabel", "+A"),
    ],
)
def test_text_like_a_formula_stays_text(
    server: httpx.Client, collection: str, slug: str, column: str, text: str
) -> None:
    response = server.get(f"/api/v1/{collection}/{slug}?format=xlsx")
    sheet = opened(response)
    (cell,) = [each[1] for each in sheet.iter_cols() if each[0].value == column]
    assert (cell.value, cell.data_type) == (text, "s")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_a_tag_holds_for_the_same_state(server: httpx.Client) -> None:
    first = server.get("/api/v1/topics?format=xlsx")
    again = server.get(
        "/api/v1/topics?format=xlsx", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert server.get("/api/v1/topics", headers={"Accept": XLSX}).content == first.content


def test_kept_tables_are_told_apart(server: httpx.Client) -> None:
    marked = [server.get(f"/api/v1/topics?format=csv&bom={bom}").content for bom in (1, 0, 1, 0)]
    assert [each.startswith(b"\xef\xbb\xbf") for each in marked] == [True, False, True, False]
    counts = [
        len(rows_of(opened(server.get(f"/api/v1/topics?format=xlsx{each}"))))
        for each in ("&limit=1", "", "&limit=1", "&project=drugs")
    ]
    assert counts == [2, 6, 2, 3]


def test_the_same_table_makes_the_same_bytes() -> None:
    table = Table(["label", "yen"], [["=A1", 1], ["b", 10**14]])
    assert write_xlsx(table, "sheet") == write_xlsx(table, "sheet")
    with zipfile.ZipFile(io.BytesIO(write_xlsx(table, "sheet"))) as archive:
        assert {each.date_time[0] for each in archive.infolist()} == {1980}
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (999_999_999_999_999, 999_999_999_999_999),
        (-999_999_999_999_999, -999_999_999_999_999),
        (9_007_199_254_740_993, "9007199254740993"),
        ("0012", "0012"),
        ("<r><t>bold</t></r>", "<r><t>bold</t></r>"),
        ("<r></r>", "<r></r>"),
        (" two\nlines ", " two\nlines "),
        ("<&\">'", "<&\">'"),
        ("{=A1}", "{=A1}"),
        ("https://example.org/#a", "https://example.org/#a"),
        ("薬💊", "薬💊"),
        ("", None),
        (None, None),
        (False, False),
    ],
)
def test_cells_come_back_as_they_were(cell: object, shown: object) -> None:
    sheet = sheet_of(write_xlsx(Table(["first", "second"], [[cell, "end"]]), "sheet"))
    assert sheet["A2"].value == shown
    assert type(sheet["A2"].value) is type(shown)
    assert sheet["B2"].value == "end"


def test_decimals_are_numbers_while_exact() -> None:
    cells = ["12.5", "-0.25", "1234567890.1234567", "1 | 2", "12.5", None]
    table = Table(["value"], [[cell] for cell in cells], frozenset({"value"}))
    found = [row[0] for row in sheet_of(write_xlsx(table, "s")).iter_rows(2, values_only=True)]
    assert found[:5] == [12.5, -0.25, "1234567890.1234567", "1 | 2", 12.5]


def test_what_does_not_fit_is_refused() -> None:
    fitting = Table(["text"], [["あ" * 32_767]])
    assert sheet_of(write_xlsx(fitting, "s"))["A2"].value == "あ" * 32_767
    with pytest.raises(Problem, match="column text does not fit") as raised:
        write_xlsx(Table(["text"], [["short"], ["あ" * 32_768]]), "s")
    assert raised.value.kind.slug == "not-acceptable"


def test_a_long_name_is_cut_to_what_a_sheet_may_have() -> None:
    assert sheet_of(write_xlsx(Table(["a"], []), "x" * 40)).title == "x" * 31


def test_csv_gives_values_as_they_are() -> None:
    table = Table(["a", "b", "c"], [["=1+1", True, None], ["@x", 3, "a,b"]])
    assert write_csv(table).decode() == 'a,b,c\r\n=1+1,true,\r\n@x,3,"a,b"\r\n'
