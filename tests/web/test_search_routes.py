"""Search and completion over HTTP: pages, facets, highlights, and what is refused."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.web.conftest import free_port, running

from medrd_kg.search.folding import fold

pytestmark = pytest.mark.xdist_group("release")

_PATH = "/api/v1/search"
_COMPLETE = f"{_PATH}/complete"
_AMED = "https://w3id.org/medrd-kg/id/organization/amed"
_CANCER = "https://w3id.org/medrd-kg/schemes#disease-cancer"


def ask(server: httpx.Client, path: str = _PATH, **asked: object) -> dict[str, Any]:
    response = server.get(path, params={name: str(value) for name, value in asked.items()})
    assert response.status_code == httpx.codes.OK, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.parametrize(
    ("q", "first"), [("がん", _CANCER), ("癌", _CANCER), ("ＡＭＥＤ", _AMED), ("amed", _AMED)]
)
def test_the_thing_of_that_name_comes_first(
    shipped_server: httpx.Client, q: str, first: str
) -> None:
    found = ask(shipped_server, q=q)
    best = found["items"][0]
    assert best["id"] == first
    assert best["match"] in {"exact-label", "exact-name"}
    scores = [each["score"] for each in found["items"]]
    assert scores == sorted(scores, reverse=True)
    assert {"@context", "id", "items", "total", "next", "release", "facets", "asOf"} <= set(found)
    assert found["release"].startswith(found["asOf"])


@pytest.mark.parametrize("q", ["がん", "iPS", "調整費", "ＡＭＥＤ"])
def test_the_words_are_marked_where_they_stand(shipped_server: httpx.Client, q: str) -> None:
    found = ask(shipped_server, q=q, limit=100)
    marked = 0
    for each in found["items"]:
        matched = each["matched"]
        if each["match"] in {"synonym", "approximate"}:
            continue
        for place in matched["ranges"]:
            assert fold(matched["text"][place["start"] : place["end"]]).count(fold(q)) >= 1
            marked += 1
    assert marked > 0


def test_pages_hold_every_hit_once(shipped_server: httpx.Client) -> None:
    whole = ask(shipped_server, q="iPS", limit=100)
    page = ask(shipped_server, q="iPS", limit=3)
    found: list[str] = []
    while True:
        assert page["total"] == whole["total"]
        found += [each["id"] for each in page["items"]]
        if page["next"] is None or len(found) >= 100:
            break
        page = shipped_server.get(f"{_PATH}?{urlsplit(page['next']).query}").json()
    assert len(found) > 3
    assert len(set(found)) == len(found)
    assert found[: len(whole["items"])] == [each["id"] for each in whole["items"]][: len(found)]


def test_facets_count_what_each_kind_alone_finds(shipped_server: httpx.Client) -> None:
    found = ask(shipped_server, q="がん")
    assert len(found["facets"]) > 3
    for kind, count in found["facets"].items():
        alone = ask(shipped_server, q="がん", type=kind, limit=100)
        assert alone["total"] == count
        assert all(kind in each["type"] for each in alone["items"])


def test_kinds_add_up_and_languages_keep_apart(shipped_server: httpx.Client) -> None:
    both = shipped_server.get(f"{_PATH}?q=がん&type=disease-area&type=programme&limit=100").json()
    assert all({"disease-area", "programme"} & set(each["type"]) for each in both["items"])
    assert both["items"]
    english = ask(shipped_server, q="cancer", lang="en")
    assert english["total"] > 0
    assert {each["matched"]["language"] for each in english["items"]} <= {"en", None}


def test_addresses_of_hits_lead_to_them(shipped_server: httpx.Client) -> None:
    facets = ask(shipped_server, q="研究")["facets"]
    assert len(facets) > 5
    for kind in facets:
        hit = ask(shipped_server, q="研究", type=kind, limit=1)["items"][0]
        parts = urlsplit(hit["href"])
        assert shipped_server.get(parts.path).status_code == httpx.codes.OK, hit["href"]


def test_completion_begins_with_what_was_typed(shipped_server: httpx.Client) -> None:
    assert len(ask(shipped_server, _COMPLETE, q="研究", limit=5)["items"]) == 5
    found = ask(shipped_server, _COMPLETE, q="文部科", type="ministry")
    best = found["items"][0]
    assert best["matched"]["text"].startswith("文部科学省")
    assert best["matched"]["ranges"][0] == {"start": 0, "end": 3}
    assert all("ministry" in each["type"] for each in found["items"])
    assert found["total"] == len(found["items"])
    assert found["next"] is None


@pytest.mark.parametrize("path", [_PATH, _COMPLETE])
@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("", "q"),
        ("q=a&q=b", "q"),
        (f"q={'a' * 201}", "q"),
        ("q=a&type=none", "type"),
        ("q=a&lang=fr", "lang"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=101", "limit"),
        ("q=a&limit=%EF%BC%95", "limit"),
    ],
)
def test_what_is_wrong_is_named(
    shipped_server: httpx.Client, path: str, asked: str, parameter: str
) -> None:
    response = shipped_server.get(f"{path}?{asked}")
    assert response.status_code == httpx.codes.BAD_REQUEST
    problem = response.json()
    assert problem["type"].endswith("/invalid-parameter")
    assert problem["parameter"] == parameter


def test_a_cursor_of_another_search_is_refused(shipped_server: httpx.Client) -> None:
    (cursor,) = parse_qs(urlsplit(ask(shipped_server, q="研究")["next"]).query)["cursor"]
    for given in (f"q=癌&cursor={cursor}", "q=癌&cursor=!", "q=研究&cursor=AAAA"):
        response = shipped_server.get(f"{_PATH}?{given}")
        assert response.status_code == httpx.codes.BAD_REQUEST
        assert response.json()["type"].endswith("/invalid-parameter")


@pytest.mark.parametrize("path", [_PATH, _COMPLETE])
def test_an_unknown_parameter_is_refused(shipped_server: httpx.Client, path: str) -> None:
    problem = shipped_server.get(f"{path}?q=a&kind=programme").json()
    assert problem["type"].endswith("/unknown-parameter")
    assert {"q", "type", "lang", "limit"} <= set(problem["known"])


@pytest.mark.parametrize("path", [_PATH, _COMPLETE])
@pytest.mark.parametrize(
    "hostile",
    [
        "' OR 1=1 --",
        '"がん" OR "*"',
        "NEAR(がん 研究)",
        "x'); DROP TABLE name; --",
        "\x00",
        "%",
        "_" * 200,
        "\U0010ffff\u202e\ufe0f",
        "{{id}}<script>",
        "a b c d e f g h i j",
        "",
    ],
)
def test_hostile_words_are_words(shipped_server: httpx.Client, path: str, hostile: str) -> None:
    found = ask(shipped_server, path, q=hostile)
    assert found["total"] >= len(found["items"])
    assert ask(shipped_server, q="がん")["total"] > 0


def test_bytes_that_are_no_text_are_refused(shipped_server: httpx.Client) -> None:
    assert shipped_server.get(f"{_PATH}?q=%FF").status_code == httpx.codes.BAD_REQUEST


def test_without_an_index_nothing_is_there(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "medrd_kg", "serve", "--empty", f"--port={port}"]
    with running([*command, f"--data-dir={tmp_path}"], f"http://127.0.0.1:{port}") as client:
        for path in (f"{_PATH}?q=a", f"{_COMPLETE}?q=a", "/reconcile"):
            problem = client.get(path).json()
            assert problem["type"].endswith("/not-found")
            assert "release" in problem["hint"]
