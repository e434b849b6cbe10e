"""The page of releases: what differs, thing by thing, and where the files are."""

import json
import re
from html import unescape

import httpx
import pytest
from tests.web.releases.conftest import Kept
from tests.web.releases.test_as_of import NAMES


def links(page: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="([^"#]+)', page)]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_two_releases_are_compared_thing_by_thing(
    kept_server: httpx.Client, kept: Kept, language: str
) -> None:
    question = {"from": kept.older, "to": kept.newer}
    page = kept_server.get(f"/{language}/releases", params=question)
    assert page.status_code == 200, page.text
    for value in ("局", "機構", "新機構"):
        assert f'<li lang="ja">{value}</li>' in page.text
    narrowed = [each for each in links(page.text) if "kind=added&class=Organization" in each]
    assert narrowed
    shown = kept_server.get(narrowed[0]).text
    entities = shown[shown.index('id="entities"') :]
    assert "局" in entities
    assert "新機構" not in entities
    bureau = next(each for each in links(page.text) if "/organizations/bureau" in each)
    assert bureau == f"/{language}/organizations/bureau?release={kept.newer}"
    assert kept_server.get(bureau).status_code == 200


def test_what_the_page_offers_is_there(kept_server: httpx.Client, kept: Kept) -> None:
    page = kept_server.get("/en/releases", params={"from": kept.older, "to": kept.newer}).text
    offered = [each for each in links(page) if each.startswith(("/dumps/", "/api/v1/releases"))]
    offered += ["/.well-known/void", "/catalog", f"/en/?release={kept.older}"]
    assert any("format=rdf-patch" in each for each in offered)
    assert any(each.endswith("facts.ttl.zst") for each in offered)
    for each in offered:
        assert each in [*links(page), unescape(each)]
        assert kept_server.get(each).status_code == 200, each


def test_nothing_is_compared_before_somebody_asks(kept_server: httpx.Client) -> None:
    page = kept_server.get("/en/releases").text
    assert 'id="entities"' not in page
    assert 'id="changes"' in page


def test_the_page_is_not_kept_when_releases_come_and_go(
    kept_server: httpx.Client, kept: Kept
) -> None:
    first = kept_server.get("/en/releases")
    again = kept_server.get("/en/releases")
    assert first.text.count(kept.older) == again.text.count(kept.older)
    assert "hit" not in again.headers.get("server-timing", "")
    listed = kept_server.get("/api/v1/releases")
    assert "hit" not in kept_server.get("/api/v1/releases").headers.get("server-timing", "")
    unless = {"If-None-Match": listed.headers["etag"]}
    assert kept_server.get("/api/v1/releases", headers=unless).status_code == 304


def test_the_query_page_asks_the_release_that_it_is_of(
    kept_server: httpx.Client, kept: Kept
) -> None:
    for release, name in ((kept.older, ">機構<"), (kept.newer, ">新機構<")):
        page = kept_server.get("/en/query", params={"query": NAMES, "release": release}).text
        assert name in page
        settings = json.loads(re.findall(r'<script type="application/json"[^>]*>([^<]+)', page)[0])
        assert settings["sparql"] == f"/sparql?release={release}"
        assert "release" not in settings["complete"]
