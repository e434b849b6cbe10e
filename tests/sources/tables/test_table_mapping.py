"""Mappings: what CSVW metadata may say, and what is refused rather than passed over."""

import json
from pathlib import Path
from typing import Any

import pytest

from medrd_kg.problems import Problem
from medrd_kg.sources.tables.columns import TableMapping
from medrd_kg.sources.tables.mapping import read_mapping

COLUMN = {"name": "a", "propertyUrl": "rdfs:label"}
AMOUNT = {"name": "a", "propertyUrl": "mrd:amountJPY", "datatype": "decimal"}


def mapping(tmp_path: Path, columns: list[Any], **given: object) -> TableMapping:
    more: dict[str, Any] = dict(given)
    path = tmp_path / "mapping.json"
    schema = {"aboutUrl": "urn:x:{a}", "columns": columns, **more.pop("schema", {})}
    document = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": more.pop("url", "a.csv"),
        "tableSchema": schema,
        **more,
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_mapping(path)


def test_a_mapping_is_read(tmp_path: Path) -> None:
    read = mapping(
        tmp_path,
        [{**COLUMN, "titles": {"ja": "名", "en": ["name", "label"]}, "lang": "ja"}],
        url="book.xlsx#予算",
        dialect={"headerRowCount": 2, "skipRows": 1, "encoding": "cp932"},
        schema={"primaryKey": "a"},
        **{"dc:title": "題", "dc:license": "https://example.org/l"},
    )
    [table] = read.tables
    [column] = table.columns
    assert (read.title, read.licence) == ("題", "https://example.org/l")
    assert (table.sheet, table.header_rows, table.encoding) == ("予算", 2, "cp932")
    assert table.key == ("a",)
    assert column.titles == ("名", "name", "label")
    assert column.predicate is not None
    assert column.predicate.text == "http://www.w3.org/2000/01/rdf-schema#label"
    assert column.language == "ja"


def test_languages_are_inherited(tmp_path: Path) -> None:
    [table] = mapping(tmp_path, [COLUMN, {"name": "b", "lang": "en"}], schema={"lang": "ja"}).tables
    assert [each.language for each in table.columns] == ["ja", "en"]


def test_several_sheets_have_one_mapping(tmp_path: Path) -> None:
    path = tmp_path / "mapping.json"
    tables = [
        {"url": f"b.xlsx#{name}", "tableSchema": {"aboutUrl": "urn:x:{a}", "columns": [COLUMN]}}
        for name in ("一", "二")
    ]
    document = {"@context": "http://www.w3.org/ns/csvw", "tables": tables, "dc:title": "題"}
    path.write_text(json.dumps(document), encoding="utf-8")
    read = read_mapping(path)
    assert [each.sheet for each in read.tables] == ["一", "二"]
    assert read.title == "題"


@pytest.mark.parametrize(
    ("columns", "more", "told"),
    [
        ([{"name": "a", "bogus": 1, "propertyUrl": "rdfs:label"}], {}, "bogus"),
        ([{"name": "a"}], {}, "propertyUrl"),
        ([{"propertyUrl": "rdfs:label"}], {}, "neither name nor titles"),
        ([{**COLUMN, "datatype": "money"}], {}, "money"),
        ([{**COLUMN, "propertyUrl": "nope:x"}], {}, "known prefix"),
        ([{**COLUMN, "valueUrl": "prg:{b}"}], {}, "'b', which is no column"),
        ([{**COLUMN, "ordered": True}], {}, "ordered"),
        ([COLUMN, {"name": "v", "virtual": True, "propertyUrl": "rdf:type"}], {}, "valueUrl"),
        ([COLUMN], {"schema": {"primaryKey": "b"}}, "primaryKey"),
        ([COLUMN], {"schema": {"aboutUrl": None}}, "aboutUrl"),
        ([COLUMN], {"schema": {"foreignKeys": [{"columnReference": "a"}]}}, "foreignKeys"),
        ([COLUMN], {"transformations": [{"url": "x"}]}, "transformations"),
        ([COLUMN], {"dialect": "https://example.org/dialect.json"}, "nothing is fetched"),
        ([COLUMN], {"tableSchema": "https://example.org/schema.json"}, "nothing is fetched"),
        ([COLUMN], {"dialect": {"trim": "perhaps"}}, "trim"),
        ([COLUMN], {"@context": "https://example.org/"}, "CSVW"),
        ([AMOUNT], {}, "schema:unitText"),
        ([{**AMOUNT, "schema:unitText": "両"}], {}, "両"),
        ([{**AMOUNT, "datatype": "string", "schema:unitText": "円"}], {}, "decimal or integer"),
        ([{**COLUMN, "schema:unitText": "円"}], {}, "mrd:amountJPY"),
        (
            [COLUMN, {"name": "v", "virtual": True, "propertyUrl": "rdf:type",
                      "valueUrl": "foaf:Person"}],
            {}, "persons are not imported",
        ),
    ],
)  # fmt: skip
def test_a_faulty_mapping_is_refused(
    tmp_path: Path, columns: list[Any], more: dict[str, Any], told: str
) -> None:
    with pytest.raises(Problem) as caught:
        mapping(tmp_path, columns, **more)
    assert told in str(caught.value)
    assert caught.value.slug == "invalid-data"


def test_json_faults_have_their_place(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text('{"a": 1,\n "b" 2}', encoding="utf-8")
    with pytest.raises(Problem, match=r"m\.json: line 2, column 6"):
        read_mapping(path)
    path.write_bytes('{"a": "予"}'.encode("cp932"))
    with pytest.raises(Problem, match="not in UTF-8"):
        read_mapping(path)
    with pytest.raises(Problem, match=r"none\.json"):
        read_mapping(tmp_path / "none.json")
