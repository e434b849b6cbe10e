"""Whole table files: what is read, where the faults are, and whose names stay out."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from medrd_kg.problems import Problem
from medrd_kg.sources.tables.importer import TableImport, read_table_file, table_name
from medrd_kg.sources.tables.mapping import read_mapping
from medrd_kg.vocabulary import PREFIXES, kind_iri

P = PREFIXES
LABEL = NamedNode(f"{P['rdfs']}label")
TYPE = NamedNode(f"{P['rdf']}type")
FLOW = {
    "name": "type",
    "virtual": True,
    "propertyUrl": "rdf:type",
    "valueUrl": "mrd:FundingFlow",
}
COLUMNS: list[dict[str, Any]] = [
    {"name": "id", "titles": "番号", "required": True},
    {"name": "label", "titles": ["事業 名", "name"], "propertyUrl": "rdfs:label", "lang": "ja"},
    {
        "name": "amount",
        "titles": "金額",
        "propertyUrl": "mrd:nonAdditiveAmountJPY",
        "schema:unitText": "百万円",
        "datatype": {"base": "decimal", "format": {"groupChar": ","}},
    },
    {"name": "day", "titles": "日", "datatype": "date", "propertyUrl": "dcterms:date"},
]
PAYEE = [
    {"name": "id", "titles": "番号"},
    {
        "name": "payee",
        "titles": "支出先",
        "lang": "ja",
        "aboutUrl": "org-:x-{id}",
        "propertyUrl": "rdfs:label",
    },
    {"name": "number", "titles": "法人番号", "aboutUrl": "org-:x-{id}",
     "propertyUrl": "mrd:corporateNumber"},
    {"name": "note", "titles": "備考", "propertyUrl": "rdfs:comment"},
    {"name": "kind", "virtual": True, "aboutUrl": "org-:x-{id}", "propertyUrl": "rdf:type",
     "valueUrl": "mrd:ResearchInstitution"},
    {"name": "to", "virtual": True, "propertyUrl": "mrd:payee", "valueUrl": "org-:x-{id}"},
]  # fmt: skip


def imported(path: Path, columns: list[Any], **more: object) -> TableImport:
    mapping = path.with_suffix(".json")
    encoding = more.pop("encoding", None)
    document: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": "t.csv",
        "tableSchema": {"aboutUrl": "flow:t-{id}", "columns": columns, **more.pop("schema", {})},  # type: ignore[dict-item]
        **more,
    }
    mapping.write_text(json.dumps(document), encoding="utf-8")
    assert encoding is None or isinstance(encoding, str)
    return read_table_file(path, read_mapping(mapping), encoding=encoding)


def csv_file(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "予算2022.csv"
    path.write_bytes(text.encode(encoding))
    return path


def flow(number: str) -> NamedNode:
    return NamedNode(kind_iri("flow", f"t-{number}"))


ROWS = '番号,事業名,金額,日\n1,甲,"1,234.5",2022-04-01\n\n2,乙,,\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    found = imported(csv_file(tmp_path, ROWS, encoding), COLUMNS)
    assert not found.faults.found
    assert found.rows == 2
    assert Triple(flow("1"), LABEL, Literal("甲", language="ja")) in found.triples
    assert Triple(flow("2"), LABEL, Literal("乙", language="ja")) in found.triples


def test_a_told_encoding_counts(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ROWS, "euc_jp")
    assert imported(path, COLUMNS, dialect={"encoding": "euc_jp"}).rows == 2
    assert imported(path, COLUMNS, encoding="euc_jp").rows == 2
    with pytest.raises(Problem, match="line 1 is not ascii"):
        imported(path, COLUMNS, encoding="ascii")
    with pytest.raises(Problem, match="unknown encoding"):
        imported(path, COLUMNS, encoding="kanji")


def test_a_row_carries_its_source(tmp_path: Path) -> None:
    found = imported(
        csv_file(tmp_path, ROWS), COLUMNS, **{"dc:title": "題", "dc:issued": "2022-05-01"}
    )
    about = {
        str(each.predicate.value): each.object
        for each in found.triples
        if each.subject == flow("1")
    }
    source = NamedNode(kind_iri("source", f"table-{found.name}"))
    assert about[f"{P['mrd']}statedIn"] == source
    assert about[f"{P['mrd']}sourceLocator"] == Literal("予算2022.csv:2")
    assert about[f"{P['mrd']}amountAsPrinted"] == Literal("1,234.5百万円")
    assert str(about[f"{P['mrd']}nonAdditiveAmountJPY"]).startswith('"1234500000"')
    assert Triple(source, LABEL, Literal("題", language="ja")) in found.triples
    issued = [
        each.object for each in found.triples if each.predicate.value == f"{P['dcterms']}issued"
    ]
    assert [str(each)[:12] for each in issued] == ['"2022-05-01T']


def test_the_same_table_makes_the_same_bytes(tmp_path: Path) -> None:
    first = imported(csv_file(tmp_path, ROWS), COLUMNS)
    second = imported(csv_file(tmp_path, ROWS, "cp932"), COLUMNS)
    assert first.turtle() == second.turtle()
    assert first.file_name == f"table-{first.name}.ttl"
    triples = {each.triple for each in parse(first.turtle(), format=RdfFormat.TURTLE)}
    assert triples == set(first.triples)


def test_all_faults_are_told_with_their_place(tmp_path: Path) -> None:
    rows = ('1,甲,"1,2a0",2022-04-01', ",乙,1,2022/4/1", "3,丙,1,,,x", "1,丁,2,", "4,戊,1,")
    text = "番号,事業名,金額,日\n" + "\n".join(rows)
    found = imported(csv_file(tmp_path, text), COLUMNS, schema={"primaryKey": "id"})
    name = "予算2022.csv"
    assert [str(each) for each in found.faults] == [
        f"{name}, row 2, column C (金額): '1,2a0' is no decimal",
        f"{name}, row 3, column A (番号): a value is required here",
        f"{name}, row 3, column D (日): '2022/4/1' is no date",
        f"{name}, row 4: more than the 4 cells that have a title: is a comma unquoted?",
        f"{name}, row 5: the key (id) is that of row 2 as well",
    ]
    assert found.rows == 1
    assert {each.subject for each in found.triples if each.predicate == LABEL} == {
        flow("4"),
        NamedNode(kind_iri("source", f"table-{found.name}")),
    }


def test_missing_and_doubtful_columns_are_told(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "番号,name,事業名,日\n1,a,b,\n")
    found = imported(path, COLUMNS)
    assert [each.message for each in found.faults] == [
        "2 columns are called 事業 名 or name: titles must tell them apart",
        "there is no column 金額 (there are 番号, name, 事業名, 日)",
    ]
    assert not found.triples


def test_an_empty_table_is_told(tmp_path: Path) -> None:
    found = imported(csv_file(tmp_path, ""), COLUMNS)
    assert "there is no column 番号 (the table has no titles at all)" in [
        each.message for each in found.faults
    ]


def test_what_the_mapping_does_not_speak_of_is_told(tmp_path: Path) -> None:
    found = imported(csv_file(tmp_path, "備考,番号,事業名,金額,日\nx,1,甲,1,\n"), COLUMNS)
    assert found.ignored == {"予算2022.csv": ("備考",)}
    assert found.rows == 1


def test_titles_may_stand_below_other_rows(tmp_path: Path) -> None:
    text = "令和4年度予算,,,\n番号;事業名\n;name\n1; 甲 \n"
    found = imported(
        csv_file(tmp_path, text),
        COLUMNS[:2],
        dialect={"skipRows": 1, "headerRowCount": 2, "delimiter": ";", "trim": "true"},
    )
    assert Triple(flow("1"), LABEL, Literal("甲", language="ja")) in found.triples
    locators = {
        str(each.object) for each in found.triples if "sourceLocator" in str(each.predicate)
    }
    assert locators == {'"予算2022.csv:4"'}


def test_a_table_without_titles_is_read_by_position(tmp_path: Path) -> None:
    found = imported(csv_file(tmp_path, "1,甲,3,\n"), COLUMNS, dialect={"header": False})
    assert Triple(flow("1"), LABEL, Literal("甲", language="ja")) in found.triples


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("yyyy/MM/dd", "2022/04/01"),
        ("yyyy/M/d", "2022/4/1"),
        ("yyyy年M月d日", "２０２２年4月1日"),
        ("dd.MM.yyyy", "01.04.2022"),
    ],
)
def test_dates_have_the_form_that_the_mapping_tells(
    tmp_path: Path, written: str, cell: str
) -> None:
    day = {**COLUMNS[3], "datatype": {"base": "date", "format": written}}
    path = csv_file(tmp_path, f"番号,日\n1,{cell}\n2,2022-04-01\n")
    found = imported(path, [COLUMNS[0], day])
    assert '"2022-04-01"^^xsd:date' in found.turtle().decode()
    assert [str(each) for each in found.faults] == [
        f"予算2022.csv, row 3, column B (日): '2022-04-01' is no date of the form {written}"
    ]


def test_days_that_no_calendar_has_are_told(tmp_path: Path) -> None:
    day = {**COLUMNS[3], "datatype": {"base": "date", "format": "yyyy/M/d"}}
    found = imported(csv_file(tmp_path, "番号,日\n1,2022/2/30\n"), [COLUMNS[0], day])
    assert [each.message for each in found.faults] == ["'2022/2/30' is no day of the calendar"]


def test_quotes_at_fault_are_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"予算2022\.csv, row 3 \(line 4\)"):
        imported(csv_file(tmp_path, '番号,事業名,金額,日\n"1\n1",甲,,\n2,"乙"x,,\n'), COLUMNS)


def test_spreadsheets_are_read_by_sheet(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("表紙").write_row(0, 0, ["番号"])
    sheet = book.add_worksheet("予算")
    sheet.write_row(1, 1, ["番号", "事業名", "金額", "日"])
    sheet.write_row(2, 1, [7010005005425, "甲", 0.1 + 0.2])
    sheet.write_datetime(2, 4, dt.datetime(2022, 4, 1), book.add_format({"num_format": "m/d/yy"}))  # noqa: DTZ001 - spreadsheets have no zones
    sheet.write_row(3, 1, [2, "乙", "x"])
    book.close()
    found = imported(path, COLUMNS, url="any.xlsx#予算", dialect={"skipRows": 1})
    assert [str(each) for each in found.faults] == [
        "sheet 予算, row 4, column D (金額): 'x' is no decimal"
    ]
    text = found.turtle().decode()
    assert "nonAdditiveAmountJPY 300000 " in text
    assert '"2022-04-01"^^xsd:date' in text
    assert '"0.3百万円"' in text
    assert '"book.xlsx#予算:3"' in text
    with pytest.raises(Problem, match="there is no sheet '予'"):
        imported(path, COLUMNS, url="any.xlsx#予")


def test_a_file_that_is_no_spreadsheet_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("番号")
    with pytest.raises(Problem, match="is no spreadsheet"):
        imported(path, COLUMNS)
    with pytest.raises(Problem, match=r"b\.csv"):
        imported(tmp_path / "b.csv", COLUMNS)


def test_names_of_what_may_be_a_person_are_withheld(tmp_path: Path) -> None:
    text = (
        "番号,支出先,法人番号,備考\n"
        "1,山田太郎,,山田太郎への謝金\n"
        "2,国立大学法人東北大学,,東北大学へ\n"
        "3,慶應義塾,4010405001654,\n"
        "4,慶應義塾,4010405001655,\n"
    )
    found = imported(csv_file(tmp_path, text), PAYEE)
    assert not found.faults.found
    assert found.withheld == 2
    written = found.turtle().decode()
    assert "山田" not in written
    assert "国立大学法人東北大学" in written
    assert written.count('"慶應義塾"') == 1
    payee = NamedNode(kind_iri("payee", f"table-{found.name}-2"))
    assert Triple(flow("1"), NamedNode(f"{P['mrd']}payee"), payee) in found.triples
    assert Triple(payee, TYPE, NamedNode(f"{P['mrd']}UnidentifiedPayee")) in found.triples
    assert NamedNode(kind_iri("org-", "x-1")) not in {
        node for each in found.triples for node in (each.subject, each.object)
    }


def test_names_of_imports(tmp_path: Path) -> None:
    assert table_name(Path("Partner Budgets.xlsx"), None) == "partner-budgets"
    assert table_name(tmp_path / "予算.csv", None).isalnum()
    assert table_name(Path("x.csv"), "a-1") == "a-1"
    with pytest.raises(Problem, match="no name of an import"):
        table_name(Path("x.csv"), "../x")
