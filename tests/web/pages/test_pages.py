"""The pages over HTTP: every kind of page, both languages, links that lead somewhere."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import anyio
import httpx
import pytest
from fastapi import FastAPI, Request

from medrd_kg.problems import Problem
from medrd_kg.web.charts.drawing import NARROW
from medrd_kg.web.pages.addresses import PAGE_KINDS
from medrd_kg.web.pages.sections import Section, section
from medrd_kg.web.pages.words import LANGUAGES, table_of_words

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
THINGS = (
    "/projects/drugs",
    "/projects/genome-data",
    "/diseases/cancer",
    "/modalities/antibody-drug",
    "/purposes/treatment",
    "/phases/clinical-research",
    "/technologies/manufacturing",
    "/programmes/meti-drug-discovery-platform",
    "/programmes/adjustment-fund-programme",
    "/organizations/mhlw",
    "/organizations/aist",
    "/topics/antibody-drug-manufacturing",
)
LISTS = tuple(f"/{segment}" for segment in PAGE_KINDS.values())
OTHERS = ("/", "/search", "/search?q=cancer", "/search?q=がん&type=topic", "/search?q=zzzzzz")
EVERY = (*OTHERS, *LISTS, *THINGS)
VOID = {"meta", "link", "input", "br", "img", "hr", "source", "wbr", "col"}


class Document(HTMLParser):
    """What tests ask of a page."""

    def __init__(self, text: str) -> None:
        """Read a page."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if "h1" in self.open:
            self.headings += data

    def values(self, tag: str, attribute: str) -> Iterator[str]:
        for found, attributes in self.elements:
            value = attributes.get(attribute)
            if found == tag and value is not None:
                yield value


def get(server: httpx.Client, address: str) -> Document:
    response = server.get(address, headers=BROWSER)
    assert response.status_code == 200, f"{address}: {response.text[:400]}"
    document = Document(response.text)
    assert not document.faults, (address, document.faults)
    assert not document.open, (address, document.open)
    return document


def drawings_of(page: str) -> tuple[str, str]:
    """Return the markup of the drawings of a page, and of those for telephones."""
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    telephones = [each for each in drawings if f'viewBox="0 0 {NARROW:.0f} ' in each]
    return "".join(each for each in drawings if each not in telephones), "".join(telephones)


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole(shipped_server: httpx.Client, language: str, path: str) -> None:
    response = shipped_server.get(f"/{language}{path}", headers=BROWSER)
    document = get(shipped_server, f"/{language}{path}")
    assert list(document.values("html", "lang")) == [language]
    assert response.headers["content-language"] == language
    assert document.headings.strip()
    assert sum(tag == "h1" for tag, _ in document.elements) == 1
    identifiers = [each["id"] for _, each in document.elements if "id" in each]
    assert len(identifiers) == len(set(identifiers)), "an id is given twice"
    for anchor in document.values("a", "href"):
        if anchor.startswith("#"):
            assert anchor[1:] in identifiers, anchor


@pytest.mark.parametrize("path", EVERY)
def test_nothing_inline_and_nothing_from_elsewhere(shipped_server: httpx.Client, path: str) -> None:
    response = shipped_server.get(f"/en{path}", headers=BROWSER)
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    for tag, attributes in Document(response.text).elements:
        assert tag != "style"
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        if tag in {"script", "img", "iframe"} or (
            tag == "link" and attributes.get("rel") != "alternate"
        ):
            source = attributes.get("src") or attributes.get("href") or ""
            assert source.startswith("/static/"), (tag, source)


@pytest.mark.parametrize("path", EVERY)
def test_the_other_language_is_one_link_away(shipped_server: httpx.Client, path: str) -> None:
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        document = get(shipped_server, f"/{language}{path}")
        (link,) = [each for tag, each in document.elements if "data-language" in each]
        asked = shipped_server.build_request("GET", f"/{other}{path}").url
        assert urljoin(str(asked), link["href"]) == str(asked)
        alternates = {
            each["hreflang"]: each["href"]
            for tag, each in document.elements
            if tag == "link" and "hreflang" in each
        }
        assert alternates.keys() == set(LANGUAGES)
        assert alternates[other] == str(asked)


@pytest.mark.parametrize("path", THINGS)
def test_both_languages_show_the_same_numbers(shipped_server: httpx.Client, path: str) -> None:
    ja, en = (
        re.findall(
            r"¥?-?¥?(\d{1,3}(?:,\d{3})+)",
            shipped_server.get(f"/{each}{path}", headers=BROWSER).text.replace("<", " <"),
        )
        for each in LANGUAGES
    )
    exact = [each for each in ja if len(each) >= len("1,000,000")]
    assert sorted(exact) == sorted(each for each in en if len(each) >= len("1,000,000"))


def test_all_links_of_the_first_page_lead_somewhere(shipped_server: httpx.Client) -> None:
    base = str(shipped_server.base_url)
    seen = set()
    for language in LANGUAGES:
        for link in get(shipped_server, f"/{language}/").values("a", "href"):
            address = urljoin(f"{base}/{language}/", link).partition("#")[0]
            if urlsplit(address).netloc == urlsplit(base).netloc:
                seen.add(address)
    assert len(seen) > 60
    for address in sorted(seen):
        response = shipped_server.get(address, headers=BROWSER, follow_redirects=True)
        assert response.status_code == 200, address


@pytest.mark.parametrize("path", THINGS[:8])
def test_files_and_queries_of_a_page_are_answered(shipped_server: httpx.Client, path: str) -> None:
    links = [
        each
        for each in get(shipped_server, f"/en{path}").values("a", "href")
        if each.startswith(("/api/", "/sparql", "/en/query"))
    ]
    assert any("format=csv" in each for each in links)
    for link in set(links):
        response = shipped_server.get(link, headers={"Accept": "*/*"})
        assert response.status_code == 200, link


def test_a_table_of_a_page_holds_what_its_file_holds(shipped_server: httpx.Client) -> None:
    path = "/api/v1/queries/budget-stages-of-programme"
    programme = "meti-drug-discovery-platform"
    rows = shipped_server.get(path, params={"programme": programme, "limit": 200}).json()["items"]
    page = shipped_server.get(f"/en/programmes/{programme}", headers=BROWSER).text
    section = page.partition('id="budget"')[2]
    shown = re.findall(r'<span class="exact">([^<]+)</span>', section)
    amounts = [int(each.replace("¥", "").replace(",", "")) for each in shown[: len(rows)]]
    # The latest year stands first; within a year the order is that of the answer.
    rows.sort(key=lambda row: -row["fiscal_year"])
    assert amounts == [row["amount"] for row in rows]
    of_stage = [row for row in rows if row["stage"].endswith("#stage-executed")]
    latest = [row for row in of_stage if row["fiscal_year"] == of_stage[0]["fiscal_year"]]
    told = re.findall(r'<dd>[^<]+<span class="note">([^<]+)</span></dd>', section)
    assert len(latest) == 1
    assert f"¥{latest[0]['amount']:,}" in told


def test_a_ministry_shows_its_share_of_the_year_s_money(shipped_server: httpx.Client) -> None:
    page = shipped_server.get("/en/organizations/mhlw", headers=BROWSER).text
    asked = "ministry=mhlw&fiscal_year=2022&stage=initial&level=appropriation"
    answer = shipped_server.get(f"/api/v1/flows?{asked}").json()
    section = page.partition('id="money"')[2].partition("</section>")[0]
    assert f"¥{answer['selected']:,}" in section
    assert f"¥{answer['items'][0]['amount']:,}" in section


def test_a_page_says_what_nothing_is_stated_of(shipped_server: httpx.Client) -> None:
    told = {"topics": "No priority topic names it.", "scope-items": "standing scope."}
    for slug in ("aids", "cancer"):
        page = shipped_server.get(f"/en/diseases/{slug}", headers=BROWSER).text
        for collection, sentence in told.items():
            path = f"/api/v1/{collection}?disease-area={slug}"
            total = shipped_server.get(path).json()["total"]
            assert (total == 0) == (sentence in page), (slug, collection)
            assert (slug == "aids") == (total == 0)


def test_sources_are_called_by_their_names(shipped_server: httpx.Client) -> None:
    page = shipped_server.get("/ja/programmes/adjustment-fund-programme", headers=BROWSER).text
    shown = re.findall(r'<a [^>]*href="/ja/sources/[^"]+">([^<]+)</a>', page)
    assert len(shown) > 50
    assert not [each for each in shown if not re.search("[ぁ-んァ-ヶ一-龠]", each)]


def test_what_is_not_there_leads_to_the_list(shipped_server: httpx.Client) -> None:
    page = shipped_server.get("/ja/projects/none", headers=BROWSER)
    assert page.status_code == 404
    assert re.search(r'<main.*href="/ja/projects">', page.text, re.DOTALL)


def test_the_root_leads_to_the_preferred_language(shipped_server: httpx.Client) -> None:
    for preferred, expected in (("ja", "ja/"), ("en-GB, ja;q=0.5", "en/"), ("de", "en/")):
        response = shipped_server.get("/", headers={"Accept-Language": preferred})
        assert (response.status_code, response.headers["location"]) == (303, expected)
        assert "Accept-Language" in response.headers["vary"]
    assert shipped_server.get("/ja", follow_redirects=True).url.path == "/ja/"


@pytest.mark.parametrize(
    ("address", "status", "language"),
    [
        ("/ja/projects/none", 404, "ja"),
        ("/en/none", 404, "en"),
        ("/none", 404, "en"),
        ("/en/projects?colour=red", 400, "en"),
        ("/ja/programmes?project=none", 400, "ja"),
        ("/ja/organizations?cursor=%25", 400, "ja"),
        ("/en/projects/<script>alert(1)</script>", 404, "en"),
        ("/ja/search?q=a&q=b", 400, "ja"),
    ],
)
def test_faults_are_told_as_pages_to_browsers(
    shipped_server: httpx.Client, address: str, status: int, language: str
) -> None:
    response = shipped_server.get(address, headers=BROWSER)
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in response.headers["content-security-policy"]
    document = Document(response.text)
    assert list(document.values("html", "lang")) == [language]
    assert "<script>alert" not in response.text
    other = shipped_server.get(address)
    assert other.headers["content-type"] == "application/problem+json"
    assert other.status_code == status


def test_what_is_searched_for_is_text_and_nothing_more(shipped_server: httpx.Client) -> None:
    text = "\"><img src=x onerror=alert(1)>'"
    response = shipped_server.get("/en/search", params={"q": text}, headers=BROWSER)
    assert "<img" not in response.text
    assert text in list(Document(response.text).values("input", "value"))


def test_style_sheets_and_scripts_are_kept_for_ever(shipped_server: httpx.Client) -> None:
    document = get(shipped_server, "/en/")
    addresses = [
        *document.values("script", "src"),
        *(each for each in document.values("link", "href") if each.endswith(".css")),
    ]
    assert len(addresses) >= 2
    for address in addresses:
        response = shipped_server.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        old = shipped_server.get(re.sub(r"/static/\w+/", "/static/000000000000/", address))
        assert old.headers["cache-control"] == "no-cache"
    assert shipped_server.get("/static/x/../../app.py").status_code == 404


def test_reading_pages_are_light(shipped_server: httpx.Client) -> None:
    document = get(shipped_server, "/en/projects/drugs")
    scripts = [shipped_server.get(each).content for each in document.values("script", "src")]
    assert 0 < sum(map(len, scripts)) <= 10_000
    styles = [
        shipped_server.get(each).content
        for each in document.values("link", "href")
        if each.endswith("/style.css")
    ]
    assert 0 < sum(map(len, styles)) <= 12_000


def test_lists_are_narrowed_down_and_paged(shipped_server: httpx.Client) -> None:
    document = get(shipped_server, "/en/programmes?project=&ministry=meti")
    names = [each for each in document.values("a", "href") if "/programmes/" in each]
    total = shipped_server.get("/api/v1/programmes?ministry=meti").json()["total"]
    assert len({each for each in names if each.count("/") == 3}) == total
    seen: set[str] = set()
    address = "/en/organizations"
    while address:
        document = get(shipped_server, address)
        seen |= {each for each in document.values("a", "href") if "/organizations/" in each}
        following = [each for tag, each in document.elements if each.get("rel") == "next"]
        address = following[0]["href"] or "" if following else ""
    assert len(seen) == shipped_server.get("/api/v1/organizations").json()["total"]


@pytest.mark.parametrize(
    ("slug", "heading"),
    [
        ("riken", "Payments received in FY2022 (Reiwa 4)"),
        ("c3010001010696", "Payments received in FY2021 (Reiwa 3)"),
    ],
)
def test_payments_are_those_of_the_latest_year_that_has_any(
    shipped_server: httpx.Client, slug: str, heading: str
) -> None:
    page = shipped_server.get(f"/en/organizations/{slug}", headers=BROWSER).text
    assert f">{heading} <" in page
    year = heading.split("FY")[1][:4]
    asked = {"fiscal_year": year, "payee": slug, "limit": "50"}
    answer = shipped_server.get("/api/v1/flows/recipients", params=asked).json()
    assert answer["total"] > 0
    for entry in answer["items"]:
        assert f"{entry['amount']:,}" in page


def test_a_payee_of_any_year_has_payments(shipped_server: httpx.Client) -> None:
    asked = {"fiscal_year": "2016", "limit": "100"}
    answer = shipped_server.get("/api/v1/flows/recipients", params=asked).json()
    slugs = {
        each["payee"]["id"].rpartition("/organization/")[2]
        for each in answer["items"]
        if "/organization/" in each["payee"]["id"]
    }
    assert len(slugs) > 5
    for slug in sorted(slugs)[:5]:
        page = shipped_server.get(f"/ja/organizations/{slug}", headers=BROWSER).text
        assert 'id="recipients"' in page


def test_what_leads_to_all_links_leads_there(shipped_server: httpx.Client) -> None:
    page = shipped_server.get("/en/linkage?view=list&rows=disease-area&columns=disease-area")
    assert page.status_code == httpx.codes.OK


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cycle_of_a_project_shows_each_step(
    shipped_server: httpx.Client, language: str
) -> None:
    steps = shipped_server.get("/api/v1/pdca", params={"project": "drugs"}).json()["steps"]
    page = shipped_server.get(f"/{language}/projects/drugs", headers=BROWSER).text
    section = page[page.index('id="pdca"') :]
    names = table_of_words(language)["steps"]
    for step in steps:
        name = names[step["step"]]
        assert re.search(rf"<dt>{name}</dt><dd>{step['elements']}\b", section)
        rows = section.count(f'<th scope="row">{name}')
        assert rows == min(step["elements"] + step["absent"], 12) > 0


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_project_s_figures_are_drawn_one_by_one(
    shipped_server: httpx.Client, language: str
) -> None:
    asked = {"project": "drugs", "limit": "500"}
    answer = shipped_server.get("/api/v1/budget-statements", params=asked).json()
    stages = ("request", "initial", "supplementary", "executed")
    figures = [
        item
        for item in answer["items"]
        if item["budgetStage"]["id"].endswith(tuple(f"#stage-{each}" for each in stages))
    ]
    page = shipped_server.get(f"/{language}/projects/drugs").text
    assert len(figures) > 20
    # Once in the drawing, and once in that for telephones.
    assert [part.count('class="c-dot ') for part in drawings_of(page)] == [len(figures)] * 2


@pytest.mark.parametrize(
    ("page", "asked", "side"),
    [
        ("/en/projects/drugs", {"rows": "disease-area", "columns": "project"}, "column"),
        ("/ja/diseases/cancer", {"rows": "disease-area", "columns": "modality"}, "row"),
    ],
)
def test_empty_tiles_are_the_gaps(
    shipped_server: httpx.Client, page: str, asked: dict[str, str], side: str
) -> None:
    gaps = {**asked, "kind": "combinations", side: page.rpartition("/")[2]}
    found = shipped_server.get("/api/v1/gaps", params=gaps).json()
    shown = shipped_server.get(page).text
    assert found["total"] > 0
    drawings = drawings_of(shown)
    assert [part.count("c-gap") for part in drawings] == [found["total"]] * 2
    other = "column" if side == "row" else "row"
    coverage = shipped_server.get("/api/v1/coverage", params=asked).json()
    things = len(coverage[f"{other}s"])
    assert [part.count('class="c-cell') for part in drawings] == [things] * 2


def test_a_section_without_an_answer_tells_why() -> None:
    app = FastAPI()

    @app.get("/x/none")
    async def none(_: Request) -> None:
        raise Problem("not-found", "nothing is known of x")

    @app.get("/x/refused")
    async def refused(_: Request) -> None:
        raise Problem("invalid-parameter", "thing='x' is not possible", "use y")

    scope = {"type": "http", "app": app, "path": "/ja/x", "headers": [], "query_string": b""}

    async def ask(path: str) -> Section:
        return await section(Request(scope), "linked", path, {}, ())

    empty = anyio.run(ask, "/x/none")
    assert (empty.rows, empty.fault) == ((), None)
    told = anyio.run(ask, "/x/refused").fault
    assert told is not None
    assert told.document("ja")["detail"] == "thing='x' は使えません"


def test_indicators_are_named_without_the_programme_that_they_are_of(
    shipped_server: httpx.Client,
) -> None:
    asked = {"programme": "mhlw-subsidy-other-2015", "limit": "1"}
    path = "/api/v1/queries/outcomes-of-programme"
    name = shipped_server.get(path, params=asked).json()["items"][0]["indicator_ja"]
    page = shipped_server.get("/ja/programmes/mhlw-subsidy-other-2015").text
    assert name.endswith("成果指標1")
    assert name not in page
    assert '<th scope="row">成果指標1</th>' in page
