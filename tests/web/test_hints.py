"""``hints=true`` over HTTP: an empty answer tells its likely causes, whatever its format."""

from urllib.parse import unquote

import httpx
import pyoxigraph as ox
import pytest
from SPARQLWrapper import JSON, SPARQLWrapper

PREFIXES = """\
PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
UNKNOWN = f"{PREFIXES}SELECT * {{ ?topic a mrd:PriorityTopics }}"


def ask(server: httpx.Client, query: str, accept: str = "*/*", **more: str) -> httpx.Response:
    """The answer to a query with hints."""
    answer = server.get(
        "/sparql", params={"query": query, "hints": "true", **more}, headers={"Accept": accept}
    )
    assert answer.status_code == 200, answer.text
    return answer


def test_json_carries_them(server: httpx.Client) -> None:
    (hint,) = ask(server, UNKNOWN).json()["medrd-kg:hints"]
    assert hint["kind"] == "unknown-class"
    assert (hint["line"], hint["column"]) == (3, 21)
    assert hint["suggestions"] == ["mrd:PriorityTopic"]
    assert set(hint["message"]) == {"ja", "en"}


def test_a_false_answer_has_them_too(server: httpx.Client) -> None:
    answer = ask(server, UNKNOWN.replace("SELECT *", "ASK")).json()
    assert answer["boolean"] is False
    assert answer["medrd-kg:hints"][0]["kind"] == "unknown-class"


@pytest.mark.parametrize(
    "accept",
    ["application/sparql-results+xml", "text/csv", "text/tab-separated-values"],
)
def test_other_formats_have_headers_and_stay_as_they_are(server: httpx.Client, accept: str) -> None:
    answer = ask(server, UNKNOWN, accept)
    plain = server.get("/sparql", params={"query": UNKNOWN}, headers={"Accept": accept})
    assert answer.content == plain.content
    assert "medrd-kg-hint" not in plain.headers
    (header,) = answer.headers.get_list("medrd-kg-hint")
    assert header.startswith("unknown-class; line=3; column=21; message*=UTF-8''")
    assert "mrd:PriorityTopic" in unquote(header)


def test_graphs_have_headers_too(server: httpx.Client) -> None:
    query = f"{PREFIXES}CONSTRUCT WHERE {{ ?topic a mrd:PriorityTopics }}"
    answer = ask(server, query, "text/turtle")
    assert answer.headers["medrd-kg-hint"].startswith("unknown-class")


def test_a_graph_of_a_parameter_is_named(server: httpx.Client) -> None:
    query = "SELECT * { ?s ?p ?o }"
    answer = ask(server, query, **{"default-graph-uri": "https://w3id.org/medrd-kg/graph/polcy"})
    (hint,) = [each for each in answer.json()["medrd-kg:hints"] if each["kind"] == "unknown-graph"]
    assert "line" not in hint
    assert all(each.startswith("<https://w3id.org/medrd-kg/graph/") for each in hint["suggestions"])


def test_an_answer_with_rows_has_none(server: httpx.Client) -> None:
    query = f"{PREFIXES}SELECT * {{ ?topic a mrd:PriorityTopic OPTIONAL {{ ?topic mrd:no ?x }} }}"
    answer = ask(server, query)
    assert "medrd-kg:hints" not in answer.json()
    assert "medrd-kg-hint" not in answer.headers


def test_without_the_parameter_nothing_is_said(server: httpx.Client) -> None:
    answer = server.get("/sparql", params={"query": UNKNOWN})
    assert "medrd-kg:hints" not in answer.json()
    assert server.get("/sparql", params={"query": UNKNOWN, "hints": "false"}).json().keys() == {
        "head",
        "results",
    }


def test_a_form_may_ask_for_them(server: httpx.Client) -> None:
    answer = server.post("/sparql", data={"query": UNKNOWN, "hints": "true"})
    assert answer.json()["medrd-kg:hints"]


def test_any_other_value_is_refused(server: httpx.Client) -> None:
    answer = server.get("/sparql", params={"query": UNKNOWN, "hints": "perhaps"})
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/invalid-parameter")


def test_readers_of_the_format_pass_over_them(server: httpx.Client) -> None:
    body = ask(server, UNKNOWN).content
    solutions = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)
    assert isinstance(solutions, ox.QuerySolutions)
    assert list(solutions) == []
    wrapper = SPARQLWrapper(f"{server.base_url}/sparql")
    wrapper.setQuery(UNKNOWN)
    wrapper.addParameter("hints", "true")
    wrapper.setReturnFormat(JSON)
    found = wrapper.query().convert()
    assert isinstance(found, dict)
    assert found["results"]["bindings"] == []
