"""Cells of tables: numbers, dates and amounts, read exactly or refused."""

from decimal import Decimal

import pytest
from csvw.metadata import Column
from pyoxigraph import Literal, NamedNode

from medrd_kg.sources.tables.columns import ColumnMap
from medrd_kg.sources.tables.reading import Cell
from medrd_kg.sources.tables.templates import EmptyVariable, Template, expanded
from medrd_kg.sources.tables.values import literals, parts, yen
from medrd_kg.vocabulary import MRD

XSD = "http://www.w3.org/2001/XMLSchema#"
GROUPED = {"base": "decimal", "format": {"groupChar": ","}}


def column(
    datatype: object = None,
    *,
    language: str | None = None,
    unit: str | None = None,
    **described: object,
) -> ColumnMap:
    reader = Column.fromvalue({"name": "x", "datatype": datatype, **described})
    predicate = str(MRD.nonAdditiveAmountJPY) if unit else "urn:p"
    about = Template("urn:s")
    return ColumnMap(
        "x",
        ("x",),
        about,
        Template(predicate),
        None,
        language,
        unit,
        None,
        is_virtual=False,
        reader=reader,
    )


def typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(f"{XSD}{datatype}"))


@pytest.mark.parametrize(
    ("datatype", "value", "expected"),
    [
        (None, " 文 ", Literal(" 文 ")),
        ("integer", "０１２", typed("12", "integer")),
        ("decimal", "-676.85", typed("-676.85", "decimal")),
        (GROUPED, "1,234,567.5", typed("1234567.5", "decimal")),
        (GROUPED, "1234567.5", typed("1234567.5", "decimal")),
        ({"base": "decimal", "format": {"groupChar": ".", "decimalChar": ","}}, "1.234,5",
         typed("1234.5", "decimal")),
        ({"base": "integer", "format": "#,##0"}, "12,345", typed("12345", "integer")),
        ("date", "2022-04-01", typed("2022-04-01", "date")),
        ({"base": "date", "format": "dd.MM.yyyy"}, "01.04.2022", typed("2022-04-01", "date")),
        ("dateTime", "2022-04-01T10:00:00+09:00", typed("2022-04-01T10:00:00+09:00", "dateTime")),
        ({"base": "boolean", "format": "有|無"}, "有", typed("true", "boolean")),
        ("gYear", "2022", typed("2022", "gYear")),
        ("anyURI", "https://example.org/日本", typed("https://example.org/日本", "anyURI")),
        ("number", "1.5", typed("1.5", "double")),
    ],
)  # fmt: skip
def test_a_cell_becomes_a_literal(datatype: object, value: str, expected: Literal) -> None:
    assert literals(column(datatype), [value]) == [expected]


@pytest.mark.parametrize(
    ("datatype", "value", "told"),
    [
        ("decimal", "1,2a0", "'1,2a0' is no decimal"),
        ("decimal", "1,200", "groupChar"),
        (GROUPED, "12,00", "'12,00' is no decimal"),
        (GROUPED, "1,,200", "is no decimal"),
        ("decimal", "1e3", "is no decimal"),
        ("decimal", "NaN", "is no decimal"),
        ("decimal", "約100", "is no decimal"),
        ("integer", "1_000", "is no integer"),
        ("integer", "4.5", "is no integer"),
        ({"base": "integer", "minimum": 2015}, "2014", "value must be >= 2015"),
        ("date", "2022/04/01", "is no date"),
        ("date", "2022-02-30", "is no date"),
        ("boolean", "はい", "is no boolean"),
    ],
)
def test_a_cell_that_is_not_of_its_type_is_told(datatype: object, value: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"no |must") as caught:
        literals(column(datatype), [value])
    assert told in str(caught.value)


def test_free_text_is_never_quoted() -> None:
    strict = column({"base": "string", "format": "[A-Z]+"})
    with pytest.raises(ValueError, match="the value is no string of the form") as caught:
        literals(strict, ["山田太郎"])
    assert "山田" not in str(caught.value)


def test_texts_have_the_language_of_their_column() -> None:
    assert literals(column("string", language="ja"), ["予算"]) == [Literal("予算", language="ja")]
    assert literals(column(language="en"), ["x"]) == [Literal("x", language="en")]


def test_a_spreadsheet_s_date_needs_no_format() -> None:
    odd = column({"base": "date", "format": "d.M.yyyy"})
    assert literals(odd, ["2022-04-01"], is_date=True) == [typed("2022-04-01", "date")]


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("676.85", "百万円", 676_850_000),
        ("1,234.567", "千円", 1_234_567),
        ("0.1", "億円", 10_000_000),
        ("-3", "円", -3),
        ("0.000001", "million yen", 1),
        ("9007199254740993", "円", 9_007_199_254_740_993),
    ],
)
def test_amounts_are_whole_yen(value: str, unit: str, expected: int) -> None:
    assert literals(column(GROUPED, unit=unit), [value]) == [typed(str(expected), "integer")]


def test_an_amount_that_is_no_whole_yen_is_told() -> None:
    with pytest.raises(ValueError, match="no whole number of yen"):
        yen(Decimal("0.0000001"), "百万円")


def test_separators_and_null_values() -> None:
    several = column(separator=";", null=["-", ""])
    assert parts(several, Cell("a;-;b")) == ["a", "b"]
    assert parts(several, Cell("-")) == []
    with pytest.raises(ValueError, match="required"):
        parts(column(required=True, null="なし"), Cell("なし"))


def test_templates_have_prefixes_and_name_what_is_missing() -> None:
    template = Template("prg:{id}/{part}")
    assert template.variables == ("id", "part")
    iri = template.expand({"id": "a b", "part": "部"})
    assert iri.value == "https://w3id.org/medrd-kg/id/programme/a%20b/%E9%83%A8"
    with pytest.raises(EmptyVariable, match="part"):
        template.expand({"id": "a", "part": ""})
    assert Template("{+iri}").expand({"iri": "urn:x:1"}).value == "urn:x:1"
    with pytest.raises(ValueError, match="not absolute"):
        Template("{+iri}").expand({"iri": "x y"})


def test_an_unknown_prefix_is_no_scheme() -> None:
    assert expanded("qb:x") == "http://purl.org/linked-data/cube#x"
    with pytest.raises(ValueError, match="known prefix"):
        expanded("mrdx:amountJPY")
    with pytest.raises(ValueError, match="known prefix"):
        expanded("#name")
