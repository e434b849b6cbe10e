"""The query page without scripts: a form whose answers are those of the SPARQL endpoint."""

import asyncio
import csv
import gzip
import io
import json
import re
from pathlib import Path
from typing import cast

import httpx
import openpyxl
import pytest
from tests.web.pages.reading_pages import read_page

import medrd_kg.web
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.web.pages.query_stored import bound_text
from medrd_kg.web.pages.words import words
from medrd_kg.web.state import Serving

PREFIXES = """PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
PROJECTS = (
    f"{PREFIXES}SELECT ?p ?l WHERE {{ ?p a mrd:IntegratedProject ; rdfs:label ?l }} ORDER BY ?p ?l"
)
MANY = f"{PREFIXES}SELECT ?s ?y WHERE {{ ?s mrd:amountJPY ?y }} ORDER BY ?s LIMIT 3000"


def rows_of(client: httpx.Client, query: str) -> list[list[str]]:
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text)))


def settings_of(page: str) -> dict[str, object]:
    found = re.search(r'id="workbench-settings">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    settings: dict[str, object] = json.loads(found.group(1))
    return settings


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_form_shows_the_rows_of_the_endpoint(
    shipped_server: httpx.Client, language: str
) -> None:
    answer = shipped_server.get(f"/{language}/query", params={"query": PROJECTS})
    assert answer.status_code == 200
    page = read_page(answer.text)
    assert page.lang == language
    _, *expected = rows_of(shipped_server, PROJECTS)
    (table,) = page.tables
    assert [row[1] for row in table.body] == [row[1] for row in expected]
    names = {
        each["slug"]: each["label"][language]
        for each in shipped_server.get("/api/v1/projects").json()["items"]
    }
    slugs = [row[0].rpartition("/")[2] for row in expected]
    assert [row[0] for row in table.body] == [f"{names[slug]}prj:{slug}" for slug in slugs]
    assert f"/{language}/projects/drugs" in {address for address, _ in page.links}


NUMBERS = """SELECT ?year ?yen ?part ?note {
  VALUES (?year ?yen ?part ?note) {
    (2022 125144000000 -12345.5 "125144000000") (2021 5000 0.5 "2021") } }"""


def test_large_numbers_have_their_thousands_apart_and_years_do_not(
    shipped_server: httpx.Client,
) -> None:
    answer = shipped_server.get("/ja/query", params={"query": NUMBERS})
    (table,) = read_page(answer.text).tables
    assert table.body == [
        ["2022", "125,144,000,000", "-12,345.5", "125144000000"],
        ["2021", "5,000", "0.5", "2021"],
    ]
    assert answer.text.count('<td class="n">') == 6
    assert answer.text.count('<th scope="col" class="n">') == 3
    file = shipped_server.get("/ja/query/download", params={"query": NUMBERS, "format": "csv"})
    assert list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))[1:] == [
        ["2022", "125144000000", "-12345.5", "125144000000"],
        ["2021", "5000", "0.5", "2021"],
    ]


def test_what_the_graph_does_not_name_is_shown_by_its_iri(shipped_server: httpx.Client) -> None:
    query = (
        "SELECT ?x { VALUES ?x { <urn:x> <https://w3id.org/medrd-kg/id/project/none> rdf:type } }"
    )
    query = f"PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> {query}"
    (table,) = read_page(shipped_server.get("/en/query", params={"query": query}).text).tables
    assert table.body == [["urn:x"], ["prj:none"], ["rdf:type"]]


def test_a_long_answer_is_shown_in_part_and_says_so(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/en/query", params={"query": MANY})
    page = read_page(answer.text)
    assert len(page.tables[0].body) == 100
    assert words("en").query.more in page.text
    assert 'data-whole="false"' in answer.text
    whole = shipped_server.get("/en/query", params={"query": MANY.replace("3000", "100")})
    assert words("en").query.more not in read_page(whole.text).text
    assert 'data-whole="true"' in whole.text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (f"{PREFIXES}ASK {{ ?p a mrd:IntegratedProject }}", "Yes (true)"),
        (f"{PREFIXES}ASK {{ ?p a mrd:NoSuchClass }}", "No (false)"),
        (f"{PREFIXES}SELECT ?p {{ ?p a mrd:NoSuchClass }}", "No rows match."),
        ("CONSTRUCT { <urn:s> <urn:p> 'a\\nb' } WHERE {}", '"a\\nb"'),
        ("SELECT ?nothing {}", "1 row"),
        ("SELECT * {}", "1 row"),
        ('SELECT ("<script>alert(1)</script>" AS ?x) {}', "<script>alert(1)</script>"),
    ],
)
def test_each_form_of_answer_is_shown(shipped_server: httpx.Client, query: str, shown: str) -> None:
    answer = shipped_server.get("/en/query", params={"query": query})
    assert answer.status_code == 200, answer.text
    assert shown in read_page(answer.text).text
    assert "<script>alert" not in answer.text


def test_a_fault_is_told_in_the_language_of_the_page(shipped_server: httpx.Client) -> None:
    query = "SELECT ?s WHERE { ?s a mrd:Programme }"
    japanese = shipped_server.get("/ja/query", params={"query": query})
    assert japanese.status_code == 400
    assert japanese.headers["cache-control"] == "no-store"
    text = read_page(japanese.text).text
    assert "接頭辞 mrd: が宣言されていません" in text
    assert "1行24文字目" in text
    english = read_page(shipped_server.get("/en/query", params={"query": query}).text).text
    assert "the prefix mrd: is not declared" in english
    assert "line 1, column 24" in english


def test_what_the_service_says_of_faults_has_japanese_words(shipped_server: httpx.Client) -> None:
    faults = [
        "SELECT ?s WHERE { ?s a ",
        "SELECT ?s WHERE { ?s a ?t } }",
        "SELECT ?s, ?t WHERE { ?s a ?t }",
        "SELECT s WHERE { ?s a ?t }",
        "SELECT ?s WHERE { ?s a ?t FILTER ?s = ?t }",
        "SELECT ?s WHERE { ?s a ?t FILTER (?s == ?t) }",
        "SELECT ?s WHERE { ?s a ?t } ORDER ?s",
        "@prefix a: <urn:a> . SELECT ?s WHERE { ?s a ?t }",
        "SELECT * WHERE { ?s a ?t } GROUP BY ?t",
        "SELECT ?s WHERE { ?s ?t }",
    ]
    for query in faults:
        answer = shipped_server.post(
            "/sparql", data={"query": query}, headers={"Accept-Language": "ja"}
        )
        told = answer.json()
        assert (answer.status_code, answer.headers["content-language"]) == (400, "ja")
        assert set(told["english"]) == {"detail", "hint"}
        plain = shipped_server.post("/sparql", data={"query": query}).json()
        assert {name: plain[name] for name in ("detail", "hint")} == told["english"]
        assert all(plain[name] != told[name] for name in told["english"])


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_stored_query_is_offered_as_a_form(
    shipped_server: httpx.Client, language: str
) -> None:
    page = read_page(shipped_server.get(f"/{language}/query").text)
    listed = shipped_server.get("/api/v1/queries").json()["items"]
    for query in listed:
        assert page.address(query["label"][language]) == f"/{language}/query?stored={query['slug']}"


def test_a_stored_query_gives_the_rows_of_its_address(shipped_server: httpx.Client) -> None:
    values = {"fiscal_year": "2022", "stage": "initial", "project": "disease-basics"}
    answer = shipped_server.get(
        "/ja/query", params={"stored": "budget-by-project-and-year", **values}
    )
    page = read_page(answer.text)
    assert {"2022", "initial", "disease-basics"} <= set(page.chosen)
    expected = shipped_server.get("/api/v1/queries/budget-by-project-and-year", params=values)
    items = expected.json()["items"]
    assert items
    assert [int(row[6].replace(",", "")) for row in page.tables[0].body] == [
        item["amount"] for item in items
    ]


def test_a_stored_query_waits_for_the_value_that_it_needs() -> None:
    text = {"ja": "文", "en": "text"}
    needy = StoredQuery.model_validate(
        {
            "name": "needy",
            "title": text,
            "description": text,
            "tags": ["lookup"],
            "parameters": [{"name": "label", "type": "string", "description": text}],
            "columns": [{"name": "x", "type": "iri", "description": text}],
            "text": "SELECT ?x WHERE { ?x ?p ?_label }",
        }
    )
    served = cast("Serving", None)  # which is not looked at
    assert asyncio.run(bound_text(served, needy, {})) is None
    assert asyncio.run(bound_text(served, needy, {"label": ["a"]})) == (
        'SELECT ?x WHERE { ?x ?p "a" }'
    )


def test_a_wrong_value_is_told_beside_the_form(shipped_server: httpx.Client) -> None:
    asked = {"stored": "budget-by-project-and-year", "project": "no-such-project"}
    answer = shipped_server.get("/en/query", params=asked)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert shipped_server.get("/en/query", params={"stored": "none"}).status_code == 404
    assert shipped_server.get("/en/query", params={"strange": "1"}).status_code == 400


def test_the_plan_is_shown(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/en/query", params={"query": PROJECTS, "explain": "true"})
    assert answer.status_code == 200
    text = read_page(answer.text).text
    assert words("en").query.plan.title in text
    assert "mrd:IntegratedProject" in text


def test_files_hold_what_the_endpoint_answers(shipped_server: httpx.Client) -> None:
    head, *expected = rows_of(shipped_server, MANY)

    def download(chosen: str) -> httpx.Response:
        answer = shipped_server.get("/ja/query/download", params={"query": MANY, "format": chosen})
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == f'attachment; filename="answer.{chosen}"'
        return answer

    body = download("csv").content
    assert body.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(body.decode("utf-8-sig")))) == [head, *expected]
    sheet = openpyxl.load_workbook(io.BytesIO(download("xlsx").content)).active
    assert sheet is not None
    found = list(sheet.iter_rows(values_only=True))
    assert found == [tuple(head), *((name, int(amount)) for name, amount in expected)]
    bindings = download("json").json()["results"]["bindings"]
    assert [each["y"]["value"] for each in bindings] == [row[1] for row in expected]


def test_spreadsheets_take_no_text_for_a_formula(shipped_server: httpx.Client) -> None:
    query = 'SELECT ("=1+1" AS ?a) (-5 AS ?b) (-2.5 AS ?c) ("a\\"b\\nc" AS ?d) ("" AS ?e) {}'
    body = shipped_server.get("/en/query/download", params={"query": query}).text
    _, row = csv.reader(io.StringIO(body.removeprefix("\ufeff"), newline=""))
    assert row == ["'=1+1", "-5", "-2.5", 'a"b\nc', ""]


def test_a_graph_is_saved_as_turtle(shipped_server: httpx.Client) -> None:
    query = "CONSTRUCT { <urn:s> <urn:p> 1 } WHERE {}"
    answer = shipped_server.get("/en/query/download", params={"query": query, "format": "xlsx"})
    assert answer.headers["content-type"].startswith("text/turtle")
    assert "urn:s" in answer.text


def test_a_fault_in_a_download_is_told(shipped_server: httpx.Client) -> None:
    wrong = shipped_server.get("/en/query/download", params={"query": "SELECT", "format": "csv"})
    assert wrong.status_code == 400
    assert (
        shipped_server.get(
            "/en/query/download", params={"query": PROJECTS, "format": "pdf"}
        ).status_code
        == 400
    )


def test_the_editor_gets_every_term_in_both_languages(shipped_server: httpx.Client) -> None:
    terms = shipped_server.get("/ja/query/terms.json").json()["terms"]
    by_iri = {term["iri"]: term for term in terms}
    programme = by_iri["https://w3id.org/medrd-kg/core#Programme"]
    assert (programme["ja"], programme["en"], programme["kind"]) == ("事業", "programme", "class")
    count = f"{PREFIXES}SELECT (COUNT(*) AS ?n) WHERE {{ ?x a mrd:Programme }}"
    assert programme["uses"] == int(rows_of(shipped_server, count)[1][0])
    unnamed = [term["iri"] for term in terms if not (term.get("ja") and term.get("en"))]
    assert unnamed == []
    assert "https://w3id.org/medrd-kg/schemes#disease-infectious" in by_iri


def test_the_page_obeys_its_policy(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/ja/query", params={"query": PROJECTS})
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(
        r"<[^>]* style=|<style|<script(?![^>]*(src=|type=\"application/json\"))", answer.text
    )
    settings = settings_of(answer.text)
    assert settings["language"] == "ja"


def test_the_script_is_small_enough() -> None:
    folder = Path(medrd_kg.web.__file__).parent / "static" / "query"
    assert len(gzip.compress((folder / "workbench.js").read_bytes(), 9)) <= 140_000
    assert "MIT" in (folder / "licences.txt").read_text("utf-8")
