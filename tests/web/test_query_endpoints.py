"""Stored queries as endpoints."""

import csv
import io
import json

import httpx
import pytest
from pyoxigraph import Store
from rdflib import URIRef
from tests.web.reading import read_rdf

from medrd_kg.content import queries_dir
from medrd_kg.sparql.stored import load_stored_queries

PATH = "/api/v1/queries/topics-of-project"
HOSTILE = [
    "drugs> } INSERT DATA { <x:a> <x:b> <x:c> } #",
    "https://w3id.org/medrd-kg/id/project/drugs> . ?s ?p ?o #",
    '"""',
    "drugs' UNION {",
    "?x",
    "\\u003e",
    "\x00",
    "drugs\n",
]


def test_the_list_describes_every_query(server: httpx.Client) -> None:
    shipped = load_stored_queries(queries_dir())
    found = server.get("/api/v1/queries").json()
    assert [item["slug"] for item in found["items"]] == list(shipped)
    item = next(each for each in found["items"] if each["slug"] == "topics-of-project")
    assert item["label"]["ja"] == shipped["topics-of-project"].title.ja
    assert item["parameters"][0] == {
        "name": "project",
        "type": "iri",
        "kind": "project",
        "default": "drugs",
        "optional": False,
        "description": {"ja": "統合プロジェクト", "en": "the integrated project"},
        "variable": "_project_iri",
    }
    assert "SELECT" in item["query"]


def test_defaults_and_values(server: httpx.Client) -> None:
    default = server.get(PATH).json()
    assert [column["name"] for column in default["columns"]] == list(default["items"][0])
    assert {row["topic"].rpartition("/")[2] for row in default["items"]} == {
        "aids-antibody",
        "cancer-drugs",
    }
    other = server.get(PATH, params={"project": "genome-data", "fiscal_year": "2021"}).json()
    assert [row["label_en"] for row in other["items"]] == ["HIV registry"]
    assert other["items"][0]["status"] is None
    by_iri = server.get(PATH, params={"project": "https://w3id.org/medrd-kg/id/project/drugs"})
    assert by_iri.json()["items"] == default["items"]


def test_rows_come_in_pages(server: httpx.Client) -> None:
    whole = server.get(PATH).json()
    found = []
    address: str | None = f"{PATH}?limit=1"
    while address is not None:
        response = server.get(address)
        page = response.json()
        found += page["items"]
        assert page["total"] == whole["total"]
        address = page["next"]
        assert ('rel="next"' in response.headers.get("link", "")) == (address is not None)
    assert found == whole["items"]


def test_csv_and_the_query_itself(server: httpx.Client) -> None:
    rows = server.get(PATH).json()["items"]
    response = server.get(PATH, params={"format": "csv"})
    cells = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert cells == [{name: value or "" for name, value in row.items()} for row in rows]
    for way in (
        {"params": {"format": "query"}},
        {"headers": {"Accept": "application/sparql-query"}},
    ):
        text = server.get(PATH, **way)  # type: ignore[arg-type]
        assert text.headers["content-type"] == "application/sparql-query"
        assert "<https://w3id.org/medrd-kg/id/project/drugs>" in text.text
        answer = server.get("/sparql", params={"query": text.text}).json()
        assert len(answer["results"]["bindings"]) == len(rows)


def test_rows_are_json_ld(server: httpx.Client) -> None:
    document = server.get(PATH).json()
    found = read_rdf(json.dumps(document), "application/ld+json")
    column = URIRef("https://w3id.org/medrd-kg/queries/topics-of-project#topic")
    assert {str(value) for value in found.objects(None, column)} == {
        row["topic"] for row in document["items"]
    }


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["project", "fiscal_year"])
def test_hostile_values_are_refused_or_harmless(
    server: httpx.Client, name: str, value: str
) -> None:
    response = server.get(PATH, params={name: value})
    assert response.status_code == 400
    assert response.json()["parameter"] == name


@pytest.mark.parametrize(
    ("parameters", "slug"),
    [
        ({"project": "planets"}, "invalid-parameter"),
        ({"project": ["drugs", "genome-data"]}, "invalid-parameter"),
        ({"colour": "red"}, "unknown-parameter"),
        ({"cursor": "MQ", "limit": "x"}, "invalid-parameter"),
        ({"cursor": "YWJj"}, "invalid-parameter"),
        ({"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"}, "invalid-parameter"),
    ],
)
def test_strict_parameters(
    server: httpx.Client, parameters: dict[str, str | list[str]], slug: str
) -> None:
    response = server.get(PATH, params=parameters)
    assert response.status_code == 400
    assert response.json()["type"].endswith(f"/{slug}")


def test_a_page_beyond_the_end_is_empty(server: httpx.Client) -> None:
    found = server.get(PATH, params={"cursor": "OTk5"}).json()
    assert (found["items"], found["next"]) == ([], None)


def test_an_unknown_query(server: httpx.Client) -> None:
    assert server.get("/api/v1/queries/none").status_code == 404


def test_bound_text_is_what_a_reader_can_paste(server: httpx.Client) -> None:
    """No parameter variable is left, so that any engine takes the text."""
    for item in server.get("/api/v1/queries").json()["items"]:
        needed = [each for each in item["parameters"] if not each["optional"]]
        if all("default" in each for each in needed):
            response = server.get(item["href"], params={"format": "query"})
            if response.status_code == 400:  # its default is not in the fixture data
                continue
            Store().query(response.text)
