"""Items as JSON-LD: what a processor reads from them is what the store holds."""

import json

import httpx
import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import RDF
from tests.web.reading import read_rdf

from medrd_kg.kinds import kinds
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRD
from medrd_kg.web.collections import collections


@pytest.fixture(scope="module")
def context(server: httpx.Client) -> object:
    response = server.get("/api/v1/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    return response.json()["@context"]


@pytest.fixture(scope="module")
def stored(store: Store) -> Graph:
    """The default graph: the merge of all named graphs."""
    everything = store.query("CONSTRUCT WHERE { ?s ?p ?o }").serialise("application/n-triples")
    return Graph().parse(data=everything, format="nt")


def expand(document: dict[str, object], context: object) -> Graph:
    """Read a document as JSON-LD with the service's context, and no network."""
    return read_rdf(json.dumps(document | {"@context": context}), "application/ld+json")


@pytest.mark.parametrize("name", collections())
def test_an_item_says_what_the_store_holds(
    server: httpx.Client, stored: Graph, context: dict[str, object], name: str
) -> None:
    page = server.get(f"/api/v1/{name}").json()
    found = expand(page, context)
    assert set(found) <= set(stored)
    named = {entry["@id"] for entry in context.values() if isinstance(entry, dict)}
    classes = {entry for entry in context.values() if isinstance(entry, str)}
    for item in page["items"]:
        subject = URIRef(item["id"])
        expected = {
            triple
            for triple in stored.triples((subject, None, None))
            if str(triple[1]) in named or (triple[1] == RDF.type and str(triple[2]) in classes)
        }
        assert set(found.triples((subject, None, None))) == expected


@pytest.mark.parametrize("path", ["evidence/policy-fy2022/S002", "process", "prefixes"])
def test_other_lists_are_json_ld_too(
    server: httpx.Client, stored: Graph, context: object, path: str
) -> None:
    found = expand(server.get(f"/api/v1/{path}").json(), context)
    assert len(found) > 0
    if path != "prefixes":
        assert set(found) <= set(stored)


def test_the_context_is_found_where_items_say(server: httpx.Client) -> None:
    item = server.get("/api/v1/topics/cancer-drugs").json()
    found = Graph().parse(data=json.dumps(item), format="json-ld")
    topic = URIRef("https://w3id.org/medrd-kg/id/topic/cancer-drugs")
    drugs = URIRef("https://w3id.org/medrd-kg/id/project/drugs")
    assert (topic, MRD.inProject, drugs) in found


def test_the_shape_of_an_item(server: httpx.Client) -> None:
    item = server.get("/api/v1/topics/aids-antibody").json()
    assert list(item)[:8] == [
        "@context",
        "id",
        "slug",
        "href",
        "type",
        "label",
        "evidence",
        "actionStatus",
    ]
    assert item["type"] == ["PriorityTopic"]
    assert item["label"] == {"en": "Antibody drugs against AIDS", "ja": "エイズの抗体医薬"}
    assert [each["unitId"] for each in item["evidence"]] == ["S001", "S002"]
    assert item["evidence"][1]["sectionNumber"] == "5(1)①"
    assert item["altLabel"] == {"ja": ["エイズ薬", "抗体"]}
    assert item["openList"] is True
    assert item["hasDiseaseArea"] == [
        {
            "id": "https://w3id.org/medrd-kg/schemes#disease-aids",
            "label": {"en": "AIDS", "ja": "エイズ"},
        }
    ]
    assert item["release"] == "2022-01-01-fixture00000"


def test_every_item_has_its_first_members(server: httpx.Client) -> None:
    for name in collections():
        for item in server.get(f"/api/v1/{name}").json()["items"]:
            assert isinstance(item["type"], list)
            assert isinstance(item["label"], dict)
            assert isinstance(item["evidence"], list)


@pytest.mark.parametrize("name", ["documents", "topics", "process-steps", "organizations"])
def test_an_item_is_the_same_alone_and_in_company(shipped_server: httpx.Client, name: str) -> None:
    for item in shipped_server.get(f"/api/v1/{name}?limit=20").json()["items"]:
        alone = shipped_server.get(f"/api/v1/{name}/{item['slug']}").json()
        assert {key: alone[key] for key in item} == item


def test_unbounded_inverses_are_left_to_filters(server: httpx.Client) -> None:
    project = server.get("/api/v1/projects/drugs").json()
    assert "hasProjectItem" not in project
    assert "fedBy" in project


def test_each_kind_knows_its_slugs() -> None:
    for kind in kinds().values():
        assert kind.slug(kind.iri("some-slug")) == "some-slug"
        assert kind.slug("http://example.org/some-slug") is None
