"""Reconciliation over HTTP: a session as a client of tables has it, and what is refused."""

import json
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from tests.search.reconciliation_forms import (
    Extended,
    Manifest,
    Proposal,
    ResultBatch,
    Suggested,
    SuggestedEntities,
)
from tests.web.conftest import fixture_server

pytestmark = pytest.mark.xdist_group("release")

_PATH = "/reconcile"
_RIKEN = "https://w3id.org/medrd-kg/id/organization/riken"
_JAPANESE = {"Accept-Language": "ja"}


def path_of(address: str) -> str:
    """Return path and query of an address that the service gave."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def test_a_session_from_manifest_to_preview(shipped_server: httpx.Client) -> None:
    service = shipped_server.get(_PATH, headers=_JAPANESE).json()
    Manifest.model_validate(service)

    cells = {"q0": "理化学研究所", "q1": "ＡＭＥＤ", "q2": "ほげほげ株式会社"}
    batch = {name: {"query": cell, "type": "organization"} for name, cell in cells.items()}
    response = shipped_server.post(
        _PATH, data={"queries": json.dumps(batch)}, headers={**_JAPANESE, "Origin": "null"}
    )
    assert response.headers["access-control-allow-origin"] == "*"
    found = response.json()
    ResultBatch.model_validate(found)
    assert list(found) == list(cells)
    best = found["q0"]["result"][0]
    assert (best["id"], best["match"]) == (_RIKEN, True)
    assert not any(each["match"] for each in found["q2"]["result"])

    suggest = service["suggest"]
    address = suggest["entity"]["service_url"] + suggest["entity"]["service_path"]
    entities = shipped_server.get(
        path_of(f"{address}?prefix={quote('理化学')}&type=organization"), headers=_JAPANESE
    ).json()
    SuggestedEntities.model_validate(entities)
    assert _RIKEN in {each["id"] for each in entities["result"]}
    address = suggest["type"]["service_url"] + suggest["type"]["service_path"]
    types = shipped_server.get(path_of(f"{address}?prefix=organi")).json()
    Suggested.model_validate(types)
    assert types["result"][0]["id"] == "organization"

    propose = service["extend"]["propose_properties"]
    address = propose["service_url"] + propose["service_path"]
    proposed = shipped_server.get(path_of(f"{address}?type=organization&limit=5")).json()
    Proposal.model_validate(proposed)
    assert len(proposed["properties"]) == 5
    chosen = [{"id": each["id"]} for each in proposed["properties"]]
    address = suggest["property"]["service_url"] + suggest["property"]["service_path"]
    local = chosen[0]["id"].rpartition("#")[2]
    properties = shipped_server.get(path_of(f"{address}?prefix={local}")).json()
    Suggested.model_validate(properties)
    assert chosen[0]["id"] in {each["id"] for each in properties["result"]}

    asked = json.dumps({"ids": [_RIKEN], "properties": chosen})
    extended = shipped_server.post(_PATH, data={"extend": asked}).json()
    Extended.model_validate(extended)
    assert [each["id"] for each in extended["meta"]] == [each["id"] for each in chosen]
    assert any(extended["rows"][_RIKEN].values())
    assert shipped_server.get(_PATH, params={"extend": asked}).json() == extended

    address = service["preview"]["url"].replace("{{id}}", quote(_RIKEN, safe=""))
    page = shipped_server.get(path_of(address), headers=_JAPANESE)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "ja"
    assert "理化学研究所" in page.text
    address = service["view"]["url"].replace("{{id}}", quote(_RIKEN, safe=""))
    view = shipped_server.get(path_of(address))
    assert view.status_code == httpx.codes.SEE_OTHER
    shown = shipped_server.get(urlsplit(view.headers["location"]).path)
    assert shown.json()["id"] == _RIKEN


def test_get_answers_as_post_does(shipped_server: httpx.Client) -> None:
    queries = json.dumps({"a": {"query": "がん", "limit": 3}})
    by_get = shipped_server.get(_PATH, params={"queries": queries})
    by_post = shipped_server.post(_PATH, data={"queries": queries})
    assert by_get.json() == by_post.json()
    assert 1 <= len(by_get.json()["a"]["result"]) <= 3


def test_names_are_in_the_language_asked_for(shipped_server: httpx.Client) -> None:
    queries = json.dumps({"a": {"query": "cancer", "type": "disease-area"}})
    names = {}
    for language in ("ja", "en"):
        response = shipped_server.post(
            _PATH, data={"queries": queries}, headers={"Accept-Language": language}
        )
        assert response.headers["content-language"] == language
        assert "Accept-Language" in response.headers["vary"]
        names[language] = response.json()["a"]["result"][0]["name"]
    assert names["ja"] != names["en"]
    manifests = {
        language: shipped_server.get(_PATH, headers={"Accept-Language": language}).json()["name"]
        for language in ("ja", "en")
    }
    assert manifests["ja"] != manifests["en"]


def test_jsonp_is_not_spoken(shipped_server: httpx.Client) -> None:
    plain = shipped_server.get(_PATH)
    padded = shipped_server.get(_PATH, params={"callback": "alert"})
    assert padded.headers["content-type"] == plain.headers["content-type"] == "application/json"
    assert padded.json() == plain.json()


def test_a_final_slash_makes_no_difference(shipped_server: httpx.Client) -> None:
    assert shipped_server.get(f"{_PATH}/").json() == shipped_server.get(_PATH).json()


def test_a_large_batch_is_answered_whole(shipped_server: httpx.Client) -> None:
    batch = {f"q{number}": {"query": f"研究{number}"} for number in range(1000)}
    found = shipped_server.post(_PATH, data={"queries": json.dumps(batch)}).json()
    assert list(found) == list(batch)
    batch["one more"] = {"query": "研究"}
    response = shipped_server.post(_PATH, data={"queries": json.dumps(batch)})
    assert response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


class _Tags(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ANN401, ARG002
        self.seen.add(tag)


@pytest.mark.parametrize("kind", ["organization", "disease-area", "topic", "document-unit"])
def test_previews_load_nothing(shipped_server: httpx.Client, kind: str) -> None:
    hits = shipped_server.get("/api/v1/search", params={"q": "研究", "type": kind}).json()
    page = shipped_server.get(f"{_PATH}/preview", params={"id": hits["items"][0]["id"]})
    assert page.status_code == httpx.codes.OK
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    tags = _Tags()
    tags.feed(page.text)
    assert tags.seen <= {
        *("html", "head", "meta", "title", "style", "body"),
        *("h1", "a", "p", "span", "code"),
    }


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("?queries=nonsense", 400, "invalid-parameter"),
        ("?queries=[]", 400, "invalid-parameter"),
        ("?queries={}&extend={}", 400, "malformed-request"),
        ("?queries={}&queries={}", 400, "malformed-request"),
        ('?queries={"a":{"query":"x","type":"none"}}', 400, "invalid-parameter"),
        ('?queries={"a":{"query":"\\ud800"}}', 400, "invalid-parameter"),
        ('?extend={"ids":[],"properties":[{"id":"urn:none"}]}', 400, "invalid-parameter"),
        ("/suggest/entity", 400, "invalid-parameter"),
        ("/suggest/entity?prefix=a&prefix=b", 400, "invalid-parameter"),
        ("/suggest/entity?prefix=a&type=none", 400, "invalid-parameter"),
        ("/suggest/type?prefix=a&cursor=-1", 400, "invalid-parameter"),
        (f"/suggest/property?prefix={'a' * 201}", 400, "invalid-parameter"),
        ("/suggest/none?prefix=a", 404, "not-found"),
        ("/extend/propose", 400, "invalid-parameter"),
        ("/extend/propose?type=none", 400, "invalid-parameter"),
        ("/extend/propose?type=topic&limit=0", 400, "invalid-parameter"),
        ("/preview", 400, "invalid-parameter"),
        ("/preview?id=<script>alert(1)</script>", 404, "not-found"),
        ("/preview?id=%00", 404, "not-found"),
        ("/preview?id=%FF", 400, "malformed-request"),
        ("/view?id=https://evil.example/", 404, "not-found"),
    ],
)
def test_faults_are_problems(
    shipped_server: httpx.Client, path: str, status: int, slug: str
) -> None:
    response = shipped_server.get(_PATH + path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith(f"/{slug}")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 400),
        (b"other=1", "application/x-www-form-urlencoded", 400),
        (b"queries=%FF", "application/x-www-form-urlencoded", 400),
        (b"queries=\xff", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"queries={}", "text/plain", 415),
    ],
)
def test_what_is_no_form_is_refused(
    shipped_server: httpx.Client, body: bytes, content_type: str, status: int
) -> None:
    response = shipped_server.post(_PATH, content=body, headers={"Content-Type": content_type})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_an_empty_batch_has_an_empty_answer(shipped_server: httpx.Client) -> None:
    assert shipped_server.post(_PATH, data={"queries": "{}"}).json() == {}


@pytest.mark.parametrize(
    "hostile", ["' OR 1=1 --", '"*" OR がん', "x'); DROP TABLE name; --", "\0"]
)
def test_hostile_cells_are_cells(shipped_server: httpx.Client, hostile: str) -> None:
    queries = {"a": {"query": hostile}, "__proto__": {"query": hostile, "limit": 1}}
    found = shipped_server.post(_PATH, data={"queries": json.dumps(queries)}).json()
    assert set(found) == set(queries)
    assert not any(each["match"] for each in found["a"]["result"])


def test_reading_by_post_needs_what_reading_by_get_needs() -> None:
    queries = {"queries": json.dumps({"a": {"query": "がん"}})}
    token = "reader" * 4
    with fixture_server("editor_token=" + "editor" * 4) as open_server:
        assert open_server.post(_PATH, data=queries).status_code == httpx.codes.OK
    with fixture_server(f"reader_token={token}") as closed:
        assert closed.post(_PATH, data=queries).status_code == httpx.codes.UNAUTHORIZED
        allowed = closed.post(_PATH, data=queries, headers={"Authorization": f"Bearer {token}"})
        assert allowed.status_code == httpx.codes.OK
