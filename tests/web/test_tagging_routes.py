"""Tagging a given text over HTTP: what is found, and what is refused."""

import json
from typing import Any

import httpx
import pytest
from rdflib import Literal, URIRef
from tests.web.reading import read_rdf

from medrd_kg.linking.lexicon import FACETS
from medrd_kg.vocabulary import MRD
from medrd_kg.web.tagging_routes import MAX_CHARACTERS

_PATH = "/api/v1/tag"
_SCHEMES = "https://w3id.org/medrd-kg/schemes#"
_PLAIN = {"content-type": "text/plain; charset=utf-8"}
_NAME = "次世代がん医療加速化研究事業"


def tag(server: httpx.Client, given: dict[str, Any]) -> dict[str, Any]:
    response = server.post(_PATH, json=given)
    assert response.status_code == httpx.codes.OK, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_programme_gets_its_concepts_and_the_places_that_name_them(server: httpx.Client) -> None:
    texts = {
        "purpose": "難病を除き、ｉＰＳ細胞で診断法を開発する。",
        "overview": "精神・神経疾患も扱う。",
    }
    found = tag(server, {"name": _NAME, "texts": texts})
    assert {"@context", "id", "items", "total", "next", "release"} <= set(found)
    assert found["medicalResearch"]["value"] is True
    assert {"rule": "disease-research", "speaks": "for"} in found["medicalResearch"]["reasons"]
    assert found["total"] == len(found["items"]) > 0
    fields = {"name": _NAME, **texts}
    for each in found["items"]:
        assert fields[each["field"]][each["startOffset"] : each["endOffset"]] == each["surface"]
        assert each["facet"] in FACETS.values()
        assert set(each["label"]) == {"ja", "en"}
        assert 0 < each["confidence"] <= 1
        assert each["rule"]
    by_slug = {each["id"].removeprefix(_SCHEMES): each for each in found["items"]}
    assert by_slug["disease-cancer"]["field"] == "name"
    assert by_slug["technology-ips-cells"]["surface"] == "ｉＰＳ細胞"
    assert by_slug["disease-intractable"]["negated"] is True
    assert by_slug["disease-psychiatric"]["listed"] is True
    assert by_slug["disease-neurological"]["listed"] is False
    given = {each["id"].removeprefix(_SCHEMES) for each in found["concepts"]}
    assert {"disease-cancer", "technology-ips-cells", "disease-psychiatric"} <= given
    assert "disease-intractable" not in given


def test_the_places_are_json_ld_in_the_words_of_computed_links(server: httpx.Client) -> None:
    found = tag(server, {"name": _NAME})
    context = server.get("/api/v1/context.jsonld").json()["@context"]
    for entry in (found, *found["items"]):
        assert entry.keys() - {"@context"} <= context.keys()
    read = read_rdf(json.dumps(found | {"@context": context}), "application/ld+json")
    cancer = URIRef(f"{_SCHEMES}disease-cancer")
    place = next(each for each in found["items"] if each["id"] == str(cancer))
    assert (cancer, MRD.surfaceForm, Literal(place["surface"])) in read
    assert (cancer, MRD.textField, Literal("name")) in read
    assert (cancer, MRD.linkingRule, Literal(place["rule"])) in read
    assert (cancer, MRD.startOffset, Literal(place["startOffset"])) in read
    assert (cancer, MRD.endOffset, Literal(place["endOffset"])) in read
    assert any(read.objects(cancer, MRD.confidence))


def test_what_is_no_medical_research_has_places_but_no_concepts(server: httpx.Client) -> None:
    found = tag(
        server, {"name": "がん検診の受診促進", "texts": {"purpose": "がんの早期診断を広める。"}}
    )
    assert found["medicalResearch"]["value"] is False
    assert found["concepts"] == []
    assert any(each["id"] == f"{_SCHEMES}disease-cancer" for each in found["items"])


@pytest.mark.parametrize(
    "text", ["難病の全ゲノム解析等実証事業", "難病の全ゲノム解析等実証事業\nがんも扱う。"]
)
def test_plain_text_is_read_without_a_name(server: httpx.Client, text: str) -> None:
    response = server.post(_PATH, content=text.encode(), headers=_PLAIN)
    assert response.status_code == httpx.codes.OK, response.text
    found = response.json()
    assert found["medicalResearch"]["value"] is True
    assert {each["field"] for each in found["items"]} == {"text"}
    assert f"{_SCHEMES}disease-intractable" in {each["id"] for each in found["concepts"]}
    for each in found["items"]:
        assert text[each["startOffset"] : each["endOffset"]] == each["surface"]


def test_a_text_that_names_nothing_has_no_items(server: httpx.Client) -> None:
    found = tag(server, {"text": ""})
    assert (found["items"], found["concepts"], found["total"]) == ([], [], 0)
    assert found["medicalResearch"]["value"] is False


@pytest.mark.parametrize(
    "body",
    [
        "",
        "がん",
        "[]",
        "{}",
        '{"texts": {}}',
        '{"texts": []}',
        '{"name": 1}',
        '{"name": "\\ud800"}',
        '{"texts": {"name": "がん"}}',
        '{"text": "がん", "texts": {"purpose": "がん"}}',
        '{"titel": "がん"}',
        "[" * 100_000,
    ],
)
def test_a_body_of_another_form_is_refused(server: httpx.Client, body: str) -> None:
    headers = {"content-type": "application/json"}
    response = server.post(_PATH, content=body.encode(), headers=headers)
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["type"].endswith("/malformed-request")
    assert "texts" in response.json()["hint"]


def test_text_that_is_no_utf_8_is_refused(server: httpx.Client) -> None:
    response = server.post(_PATH, content="がん".encode("euc-jp"), headers=_PLAIN)
    assert response.status_code == httpx.codes.BAD_REQUEST
    assert response.json()["type"].endswith("/malformed-request")


def test_the_longest_text_is_read_and_a_longer_one_refused(server: httpx.Client) -> None:
    longest = ("がん" * MAX_CHARACTERS)[:MAX_CHARACTERS]
    response = server.post(_PATH, content=longest.encode(), headers=_PLAIN, timeout=60)
    assert response.status_code == httpx.codes.OK
    refused = server.post(_PATH, content=f"{longest}。".encode(), headers=_PLAIN)
    assert refused.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
    assert refused.json()["limit"] == MAX_CHARACTERS


def test_other_types_methods_and_parameters_are_refused(server: httpx.Client) -> None:
    refused = server.post(_PATH, content=b"<a/>", headers={"content-type": "text/xml"})
    assert refused.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    assert "application/json" in refused.headers["accept-post"]
    assert server.get(_PATH).status_code == httpx.codes.METHOD_NOT_ALLOWED
    unknown = server.post(f"{_PATH}?lang=en", json={"name": _NAME})
    assert unknown.json()["type"].endswith("/unknown-parameter")


def test_the_answer_is_as_the_document_says(server: httpx.Client) -> None:
    described = server.get("/openapi.json").json()["paths"][_PATH]["post"]
    example = described["requestBody"]["content"]["application/json"]["example"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    own = schema["allOf"][1]["properties"]
    found = tag(server, example)
    mention = own["items"]["items"]["allOf"]
    required = {name for part in mention for name in part["required"]}
    assert all(set(each) == required for each in found["items"])
    assert all(set(each) == set(own["concepts"]["items"]["required"]) for each in found["concepts"])
    assert set(found["medicalResearch"]) == set(own["medicalResearch"]["required"])
