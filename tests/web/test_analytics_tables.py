"""Answers as CSV and XLSX: the whole answer, stable columns, and what it is of, in every file."""

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from tests.web.asked_questions import ASKED, GAPS

from medrd_kg.web.analytics.definitions import stated
from medrd_kg.web.analytics.entries import columns_of, numbers_in, rows_of, schema_of
from medrd_kg.web.analytics.questions import QUESTIONS
from medrd_kg.web.table_formats import CSV, XLSX, write_csv
from medrd_kg.web.tables import Table

_CASES = {**ASKED, **{f"gaps {kind}": f"kind={kind}&{more}" for kind, more in GAPS.items()}}
_BY_PATH = {each.path: each for each in QUESTIONS}


@pytest.fixture(scope="module")
def api(shipped_server: httpx.Client) -> str:
    return str(shipped_server.base_url).rstrip("/") + "/api/v1"


def get(api: str, case: str, more: str = "") -> httpx.Response:
    path = case.partition(" ")[0]
    response = httpx.get(f"{api}/{path}?{_CASES[case]}{more}", timeout=60)
    assert response.status_code == httpx.codes.OK, response.text
    return response


def table(response: httpx.Response) -> list[dict[str, str]]:
    assert response.headers["content-type"].startswith(CSV)
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def whole(api: str, case: str) -> tuple[list[Any], dict[str, Any]]:
    """Return all entries of an answer, page after page, and the first page."""
    first = page = get(api, case).json()
    entries = list(page["items"])
    while page["next"]:
        page = httpx.get(page["next"], timeout=60).json()
        entries += page["items"]
    assert len(entries) == first["total"]
    return entries, first


@pytest.mark.parametrize("case", _CASES)
def test_csv_holds_the_whole_answer(api: str, case: str) -> None:
    question = _BY_PATH[case.partition(" ")[0]]
    entries, first = whole(api, case)
    rows = table(get(api, case, "&format=csv"))
    exploded = question.explode
    assert len(rows) == (
        sum(max(len(each[exploded]), 1) for each in entries) if exploded else len(entries)
    )
    assert {each["release"] for each in rows} == {first["release"]}
    total = first.get("namedTotal")
    if total:
        assert {each["namedTotal"] for each in rows} == {total["id"]}
        assert {each["namedTotal_ja"] for each in rows} == {total["label"]["ja"]}
        assert {each["namedTotal_fiscalYear"] for each in rows} == {str(total["fiscalYear"])}
    values = dict(pair.split("=", 1) for pair in _CASES[case].split("&") if pair)
    assert {each["asked_fiscalYear"] for each in rows} == {values.get("fiscal_year", "")}


@pytest.mark.parametrize("path", ["coverage", "flows", "flows/recipients", "overlaps"])
def test_cells_are_the_values_of_the_json(api: str, path: str) -> None:
    entries, first = whole(api, path)
    rows = table(get(api, path, "&format=csv"))
    if path == "coverage":
        names = {each["thing"]["id"]: each["thing"]["label"] for each in first["rows"]}
        found = [(each["row"], each["column"], int(each["value"])) for each in rows]
        assert found == [(each["row"], each["column"], each["value"]) for each in entries]
        for each in rows:
            assert names[each["row"]] == {"ja": each["row_ja"], "en": each["row_en"]}
    elif path == "overlaps":
        amounts = [own["amount"] for each in entries for own in each["programmes"]]
        found_amounts = [each["programmes_amount"] for each in rows]
        assert found_amounts == ["" if each is None else str(each) for each in amounts]
    else:
        assert [int(each["amount"]) for each in rows] == [each["amount"] for each in entries]


@pytest.mark.parametrize(("path", "part"), [("flows", "links"), ("coverage", "rows")])
def test_a_part_of_an_answer_is_a_table(api: str, path: str, part: str) -> None:
    members = get(api, path).json()[part]
    rows = table(get(api, path, f"&format=csv&part={part}"))
    assert len(rows) == len(members)
    name = "amount" if path == "flows" else "value"
    assert [int(each[name]) for each in rows] == [each[name] for each in members]


@pytest.mark.parametrize("path", ASKED)
def test_xlsx_holds_every_list_and_notes(api: str, path: str) -> None:
    response = get(api, path, "&format=xlsx")
    assert response.headers["content-type"] == XLSX
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["items", *_BY_PATH[path].parts, "notes"]
    rows = table(get(api, path, "&format=csv"))
    sheet = list(book["items"].iter_rows(values_only=True))
    assert list(sheet[0]) == (list(rows[0]) if rows else list(sheet[0]))
    assert len(sheet) - 1 == len(rows)
    for column, name in enumerate(sheet[0]):
        if str(name).rpartition("_")[2] in {"amount", "value", "executed", "fiscalYear"}:
            for cell, row in zip(sheet[1:], rows, strict=True):
                if row[str(name)].isdigit():
                    assert cell[column] == int(row[str(name)])
    notes = {row[0]: row[1] for row in book["notes"].iter_rows(values_only=True)}
    first = get(api, path).json()
    assert notes["release"] == first["release"]
    assert notes["total"] == first["total"]
    if first.get("namedTotal"):
        assert notes["namedTotal_amount"] == first["namedTotal"]["amount"]


def test_a_limit_cuts_a_table_and_a_bound_is_told(api: str) -> None:
    assert len(table(get(api, "flows/recipients", "&format=csv&limit=3"))) == 3
    response = httpx.get(f"{api}/flows?fiscal_year=2022&part=links")
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["parameter"] == "part"


def test_accept_chooses_like_format(api: str) -> None:
    address = f"{api}/bridges?of=project"
    by_accept = httpx.get(address, headers={"Accept": "text/csv"}, timeout=60)
    assert by_accept.content == httpx.get(f"{address}&format=csv", timeout=60).content
    assert httpx.get(address, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("path", ["flows/recipients", "search"])
def test_a_table_has_a_tag_and_is_told_unchanged(api: str, path: str) -> None:
    asked = {"flows/recipients": "fiscal_year=2021", "search": "q=がん"}[path]
    address = f"{api}/{path}?{asked}&format=csv"
    for coding in ("identity", "gzip"):
        headers = {"Accept-Encoding": coding}
        first = httpx.get(address, headers=headers, timeout=60)
        assert first.headers["etag"]
        again = httpx.get(
            address, headers=headers | {"If-None-Match": first.headers["etag"]}, timeout=60
        )
        assert again.status_code == httpx.codes.NOT_MODIFIED
        assert not again.content


def test_a_search_is_a_table_with_all_its_hits(api: str) -> None:
    first = httpx.get(f"{api}/search", params={"q": "がん"}, timeout=60).json()
    rows = table(httpx.get(f"{api}/search", params={"q": "がん", "format": "csv"}, timeout=60))
    assert len(rows) == first["total"] > len(first["items"]) > 0
    for row, hit in zip(rows, first["items"], strict=False):
        assert row["id"] == hit["id"]
        assert row["matched_text"] == hit["matched"]["text"]
        assert row["label_ja"] == hit["label"].get("ja", "")
    assert {row["release"] for row in rows} == {first["release"]}


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_text_is_no_formula_in_csv_for_spreadsheets(mark: str) -> None:
    written = Table(
        ["text", "number", "decimal"], [[f"{mark}1", -1, "-1.5"]], frozenset({"decimal"})
    )
    plain = next(
        csv.reader(io.StringIO(write_csv(written).decode().partition("\n")[2], newline=""))
    )
    assert plain == [f"{mark}1", "-1", "-1.5"]
    text = write_csv(written, bom=True).decode("utf-8-sig").partition("\n")[2]
    assert next(csv.reader(io.StringIO(text, newline=""))) == [f"'{mark}1", "-1", "-1.5"]


def test_every_number_is_defined_in_both_languages() -> None:
    for question in QUESTIONS:
        own = stated(question.path.replace("/", "-"))
        classes = [("", each) for each in question.entries]
        classes += [(f"{name}.", each) for name, each in question.parts.items()]
        for before, entry in classes:
            for name in numbers_in(entry):
                if not name.endswith("fiscalYear"):
                    assert {"ja", "en"} <= own[f"{before}{name}"].keys(), (question.path, name)


def test_columns_and_schemas_follow_from_classes_alone() -> None:
    for question in QUESTIONS:
        for entry in question.entries:
            columns = columns_of(entry, question.explode, tuple(question.names))
            names = [each.name for each in columns]
            assert len(set(names)) == len(names)
            assert rows_of(columns, [], question.explode) == []
            assert "$ref" in schema_of(entry) or schema_of(entry)["type"] == "object"


def test_the_page_on_answers_is_current(checkout: Path) -> None:
    page = (checkout / "docs" / "answers.md").read_text(encoding="utf-8")
    for question in QUESTIONS:
        section = page.partition(f"## `{question.path}`\n")[2].partition("\n## ")[0]
        for entry in question.entries:
            for column in columns_of(entry, question.explode, tuple(question.names)):
                assert f"`{column.name}`" in section
