"""The format of stored queries, and values that never become query text."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from medrd_kg.sparql.parameters import Parameter
from medrd_kg.sparql.stored import StoredQuery, StoredQueryFault, load_stored_queries
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import PREFIXES

HEAD = """#+ title: {ja: 題, en: title}
#+ description: {ja: 説明, en: description}
#+ tags: [lookup]
"""
PARAMETER = "#+ parameters: [{name: value, type: string, description: {ja: 値, en: value}}]\n"
COLUMN = "#+ columns: [{name: found, type: string, description: {ja: 値, en: value}}]\n"
ECHO = f"{HEAD}{PARAMETER}{COLUMN}SELECT ?found {{ BIND(?_value AS ?found) }} ORDER BY ?found\n"


def read(folder: Path, text: str, name: str = "echo") -> StoredQuery:
    path = folder / f"{name}.rq"
    path.write_text(text, encoding="utf-8")
    return StoredQuery.read(path)


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> StoredQuery:
    return read(tmp_path_factory.mktemp("queries"), ECHO)


def test_a_file_is_read_whole(echo: StoredQuery) -> None:
    assert echo.name == "echo"
    assert echo.title.ja == "題"
    assert [column.name for column in echo.columns] == ["found"]
    assert echo.text.startswith("SELECT ?found")


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(value=_TEXTS)
def test_any_text_comes_back_as_it_was_given(echo: StoredQuery, value: str) -> None:
    rows = list(EmbeddedStore().query(echo.bind({"value": value})).rows())
    assert rows == [{"found": Literal(value)}]


@given(
    value=st.builds(
        "{}{}".format, st.sampled_from(["", *(f"{prefix}:" for prefix in PREFIXES)]), _TEXTS
    )
)
@example(value="mrd:")
@example(value="prj:drugs")
@example(value="no-such-prefix:drugs")
def test_an_iri_is_one_or_a_prefixed_name_or_is_refused(value: str) -> None:
    parameter = Parameter.model_validate(
        {"name": "thing", "type": "iri", "description": {"ja": "物", "en": "thing"}}
    )
    try:
        term = parameter.term(value)
    except ValueError:
        return
    rows = EmbeddedStore().query(f"SELECT ?x {{ BIND({term} AS ?x) }}").rows()
    prefix, _, local = value.partition(":")
    namespace = PREFIXES.get(prefix)
    named = value if namespace is None else f"{namespace}{local}"
    assert list(rows) == [{"x": NamedNode(named)}]


@pytest.mark.parametrize(
    ("declared", "given_value", "expected"),
    [
        ("type: iri, kind: project", "drugs", "<https://w3id.org/medrd-kg/id/project/drugs>"),
        ("type: iri, kind: project", "http://a/b", "<http://a/b>"),
        ("type: iri, kind: fiscal-year", 2022, "<https://w3id.org/medrd-kg/id/fiscal-year/2022>"),
        ("type: integer", "-5", '"-5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("type: decimal", 0.5, '"0.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("type: boolean", True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("type: lang-string, language: ja", "がん", '"がん"@ja'),
        (
            "type: date-time",
            "2022-04-01T00:00:00+09:00",
            '"2022-04-01T00:00:00+09:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        ),
    ],
)
def test_values_become_terms(
    tmp_path: Path, declared: str, given_value: str | float | bool, expected: str
) -> None:
    query = read(
        tmp_path,
        f"{HEAD}#+ parameters: [{{name: a-value, {declared}, description: {{ja: 値, en: v}}}}]\n"
        f"{COLUMN}SELECT ?found {{ BIND({_variable(declared)} AS ?found) }}",
    )
    assert f"BIND({expected} AS ?found)" in query.bind({"a-value": given_value})


def _variable(declared: str) -> str:
    name = declared.removeprefix("type: ").partition(",")[0]
    suffix = {"lang-string": "ja", "date-time": "datetime"}.get(name, name)
    return f"?_a_value_{suffix}"


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("iri", "a b"),
        ("iri", "no-scheme"),
        ("integer", "1.5"),
        ("integer", "１"),
        ("integer", ""),
        ("decimal", "1e5"),
        ("boolean", "yes"),
        ("date-time", "2022-04-01"),
        ("date-time", "2022-04-01T00:00:00"),
    ],
)
def test_values_of_a_wrong_type_are_refused(declared: str, value: str) -> None:
    parameter = Parameter.model_validate(
        {"name": "x", "type": declared, "description": {"ja": "値", "en": "value"}}
    )
    with pytest.raises(ValueError, match=r"."):
        parameter.term(value)


def test_strings_and_comments_keep_what_looks_like_a_parameter(tmp_path: Path) -> None:
    text = ECHO.replace("?_value AS", "CONCAT(?_value, '?_value') AS") + "# ?_value\n"
    bound = read(tmp_path, text).bind({"value": "x"})
    assert "CONCAT(\"x\", '?_value')" in bound
    assert "# ?_value" in bound


def test_an_optional_parameter_stays_free_and_bound_tells(tmp_path: Path) -> None:
    text = ECHO.replace("type: string,", "type: string, optional: true,", 1).replace(
        "BIND(?_value AS ?found)", "BIND(IF(bound( ?_value ), ?_value, 'none') AS ?found)"
    )
    query = read(tmp_path, text)
    store = EmbeddedStore()
    assert list(store.query(query.bind({})).rows()) == [{"found": Literal("none")}]
    assert list(store.query(query.bind({"value": "x"})).rows()) == [{"found": Literal("x")}]


def test_a_value_that_is_missing_or_unknown_is_refused(echo: StoredQuery) -> None:
    with pytest.raises(KeyError, match="value"):
        echo.bind({})
    with pytest.raises(KeyError, match="other"):
        echo.bind({"value": "x", "other": "y"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?found {}", "no front matter"),
        (ECHO + "#+ tags: [late]\n", "stand together at the top"),
        (ECHO.replace("?_value AS", "?_vlue AS"), r"no parameter declares \?_vlue"),
        (ECHO.replace("?_value AS", "1 AS"), r"does not use \?_value"),
        (ECHO.replace("SELECT ?found", "SELECT ?other"), "the query selects"),
        (ECHO.replace("SELECT ?found", "SELECT *"), "the query selects"),
        (ECHO.replace("type: string", "type: text", 1), "type"),
        (ECHO.replace("type: string", "type: string, kind: project", 1), "needs type iri"),
        (ECHO.replace("type: string", "type: iri, kind: planet", 1), "known kind"),
        (ECHO.replace("type: string", "type: string, language: ja", 1), "language goes with"),
        (ECHO.replace("type: string", "type: string, optional: true, default: x", 1), "optional"),
        (ECHO.replace("type: string", "type: integer, default: x", 1), "not of type integer"),
        (ECHO.replace("tags: [lookup]", "tags: []"), "tags"),
        (ECHO.replace("tags: [lookup]", "tags: [lookup"), "expected"),
        (ECHO.replace("en: title", "en: ''"), "title"),
        (ECHO.replace("tags:", "labels: x\n#+ tags:"), "labels"),
        (ECHO.replace("BIND(", "BIND('"), "no end"),
    ],
)
def test_faulty_files_are_named_with_their_fault(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(StoredQueryFault, match=message) as caught:
        read(tmp_path, text)
    assert "echo.rq" in str(caught.value)


def test_a_folder_is_read_in_alphabetical_order(tmp_path: Path) -> None:
    for name in ("b-query", "a-query"):
        read(tmp_path, ECHO, name)
    (tmp_path / "README.md").write_text("no query", encoding="utf-8")
    assert list(load_stored_queries(tmp_path)) == ["a-query", "b-query"]


def test_projections_with_expressions_and_subqueries(tmp_path: Path) -> None:
    query = read(
        tmp_path,
        f"""{HEAD}#+ columns:
#+   - {{name: a, type: iri, description: {{ja: あ, en: a}}}}
#+   - {{name: n, type: integer, description: {{ja: 数, en: number}}}}
SELECT DISTINCT ?a (COUNT(DISTINCT ?b) AS ?n)
{{ SELECT ?a ?b {{ ?a ?p ?b }} }} GROUP BY ?a ORDER BY ?a""",
    )
    assert [column.name for column in query.columns] == ["a", "n"]
