"""The shipped release behind the real command: what an analyst finds on the first day."""

import csv
import io
import json

import httpx
import pytest
from rdflib import Graph, URIRef
from tests.web.reading import read_rdf

from medrd_kg.build.release import OpenRelease
from medrd_kg.client import Client
from medrd_kg.vocabulary import MRD, PREFIXES, graph_iri
from medrd_kg.web.collections import collections
from medrd_kg.web.context import ONTOLOGY_QUERY, Vocabulary

pytestmark = pytest.mark.xdist_group("release")


@pytest.fixture(scope="module")
def client(shipped_server: httpx.Client) -> Client:
    return Client(str(shipped_server.base_url))


def test_the_release_says_who_it_is(
    shipped_server: httpx.Client, release: OpenRelease, client: Client
) -> None:
    ready = shipped_server.get("/health/ready").json()
    assert ready["release"] == release.manifest.version
    (row,) = client.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert row["n"] == release.manifest.triples


def test_the_six_projects(shipped_server: httpx.Client) -> None:
    found = shipped_server.get("/api/v1/projects").json()
    assert {item["slug"] for item in found["items"]} == {
        "drugs",
        "devices-healthcare",
        "regenerative-cell-gene-therapy",
        "genome-data",
        "disease-basics",
        "seeds-infrastructure",
    }


def test_every_unit_of_the_policy_is_listed(shipped_server: httpx.Client) -> None:
    found = shipped_server.get("/api/v1/evidence/policy-fy2022").json()
    assert [item["unitId"] for item in found["items"]] == [f"S{n:03}" for n in range(1, 100)]
    assert all(item["statements"] > 0 for item in found["items"])


@pytest.mark.parametrize("stage", ["request", "initial", "supplementary", "executed"])
def test_the_stages_of_the_contract_are_known(shipped_server: httpx.Client, stage: str) -> None:
    response = shipped_server.get(f"/api/v1/budget-statements?stage={stage}&limit=1")
    assert response.status_code == 200, response.text


@pytest.mark.parametrize("name", collections())
def test_first_pages_are_true_json_ld(
    shipped_server: httpx.Client, release: OpenRelease, name: str
) -> None:
    context = shipped_server.get("/api/v1/context.jsonld").json()["@context"]
    page = shipped_server.get(f"/api/v1/{name}?limit=5").json()
    found = read_rdf(json.dumps(page | {"@context": context}), "application/ld+json")
    subjects = " ".join(sorted({f"<{subject}>" for subject in found.subjects()}))
    stored = Graph().parse(
        data=release.store.query(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {subjects} }} ?s ?p ?o }}"
        ).serialise("application/n-triples"),
        format="nt",
    )
    assert set(found) <= set(stored)


def test_no_stated_property_of_a_listed_thing_is_lost(release: OpenRelease) -> None:
    """Whatever the sources state of the members of a collection has a JSON name."""
    vocabulary = Vocabulary.read(release.store.query(ONTOLOGY_QUERY).triples())
    named = set(vocabulary.properties) | {f"{PREFIXES['rdf']}type"}
    besides = ", ".join(f"<{graph_iri(name)}>" for name in ("ontology", "inferred"))
    rows = release.store.query(
        f"""SELECT DISTINCT ?p WHERE {{
          GRAPH ?g {{ ?s ?p ?o }} FILTER (?g NOT IN ({besides}))
        }}"""
    ).rows()
    assert {str(row["p"]).strip("<>") for row in rows} <= named


def test_yen_are_exact_everywhere(shipped_server: httpx.Client, client: Client) -> None:
    rows = client.select(
        f"SELECT ?flow ?yen {{ ?flow a <{MRD.FundingFlow}> ; <{MRD.amountJPY}> ?yen }}"
        " ORDER BY DESC(?yen) ?flow LIMIT 1"
    )
    (row,) = rows
    slug = URIRef(row["flow"]).rpartition("/")[2]
    item = shipped_server.get(f"/api/v1/funding-flows/{slug}").json()
    assert item["amountJPY"] == row["yen"]
    text = shipped_server.get(f"/api/v1/funding-flows/{slug}?format=csv").text
    (cells,) = csv.DictReader(io.StringIO(text, newline=""))
    assert cells["amountJPY"] == str(row["yen"])


def test_every_stored_query_answers(shipped_server: httpx.Client) -> None:
    for query in shipped_server.get("/api/v1/queries").json()["items"]:
        needed = [each for each in query["parameters"] if not each["optional"]]
        if not all("default" in each for each in needed):
            continue
        response = shipped_server.get(query["href"])
        assert response.status_code == 200, f"{query['slug']}: {response.text}"
        columns = {column["name"]: column["type"] for column in response.json()["columns"]}
        for row in response.json()["items"]:
            assert row.keys() == columns.keys()
            for name, value in row.items():
                fits = columns[name] == "lang-string" or not isinstance(value, dict)
                assert fits, f"{query['slug']}: {name} is {columns[name]}, not {value}"


def test_every_thing_has_its_own_address(shipped_server: httpx.Client) -> None:
    for name in ("topics", "programmes", "organizations", "funding-flows"):
        (item,) = shipped_server.get(f"/api/v1/{name}?limit=1").json()["items"]
        path = item["id"].removeprefix("https://w3id.org/medrd-kg")
        found = shipped_server.get(path)
        assert len(read_rdf(found.content, found.headers["content-type"])) > 0
        browser = shipped_server.get(path, headers={"Accept": "text/html"})
        told = shipped_server.get(browser.headers["location"])
        assert item["id"] in told.text
