"""Programmes of one name are told apart wherever pages name them."""

import re
from collections import defaultdict
from html import unescape

import httpx
import pytest

PATHS = [
    "/programmes",
    "/programmes?limit=500",
    "/flows",
    "/flows?stage=executed&level=transfer",
    "/flows?stage=executed&level=transfer&compare=2021",
    "/linkage?rows=programme&columns=modality&measure=amount",
    "/linkage?view=network&rows=programme&columns=programme",
    "/linkage?view=list&rows=programme&columns=disease-area",
    "/linkage?view=overlaps",
    "/search?q=ナショナルバイオリソースプロジェクト",
    "/organizations/meti",
    "/programmes/meti-robotic-care-devices",
]
_LINK = re.compile(r'<a\b[^>]*href="([^"]*/programmes/[^"?#]+)[^>]*>(.*?)</a>', re.DOTALL)
_NAME = re.compile(r'aria-label="([^"]*)"')
BIO = "ナショナルバイオリソースプロジェクト"


def _names(html: str) -> dict[str, set[str]]:
    """Return the addresses of programmes by the names that links to them have, figures apart."""
    found: dict[str, set[str]] = defaultdict(set)
    for match in _LINK.finditer(html):
        said = _NAME.search(match[0].partition(">")[0])
        text = said[1] if said else re.sub(r"<[^>]*>", "", match[2])
        found[re.sub(r"\s+", " ", unescape(text)).strip()].add(match[1])
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_no_two_programmes_of_a_page_have_one_name(
    shipped_server: httpx.Client, language: str, path: str
) -> None:
    answer = shipped_server.get(f"/{language}{path}")
    assert answer.status_code == 200
    names = _names(answer.text)
    assert names
    assert {name: sorted(each) for name, each in names.items() if len(each) > 1} == {}


def test_what_tells_them_apart_is_no_more_than_is_needed(shipped_server: httpx.Client) -> None:
    found = _names(shipped_server.get("/ja/search", params={"q": BIO}).text)
    assert f"{BIO}（2015年公表のシート）" in found
    assert f"{BIO}（シートなし）" in found
    moonshot = "健康・医療分野におけるムーンショット型研究開発等事業"
    told = set(_names(shipped_server.get("/ja/search", params={"q": moonshot}).text))
    assert {f"{moonshot}（{each}）" for each in ("経済産業省", "文部科学省", "内閣府")} <= told


def test_a_name_of_its_own_stays_and_rest_names_things_as_the_graph_does(
    shipped_server: httpx.Client,
) -> None:
    page = shipped_server.get("/ja/programmes/amed-operating-grant").text
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert heading is not None
    assert "シート" not in heading[1]
    item = shipped_server.get("/api/v1/programmes/mext-national-bioresource-2015").json()
    assert item["label"]["ja"] == BIO
    assert "ownLabel" not in item


def test_indicators_are_named_within_their_programme(shipped_server: httpx.Client) -> None:
    page = shipped_server.get("/ja/programmes/meti-robotic-care-devices").text
    table = page.partition('id="outcomes"')[2].partition("</table>")[0]
    assert "成果指標" in table
    assert "ロボット介護機器開発・導入促進事業 成果指標" not in table
