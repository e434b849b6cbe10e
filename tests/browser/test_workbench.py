"""What the script of the query page adds: completion, fixes, long answers, pictures, history."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect
from tests.browser.audits import accessibility_faults, clipped_texts, overflowing_elements
from tests.browser.conftest import Opener, Visit

from medrd_kg.web.pages.words import words

READY = "html[data-workbench=ready]"
EDITOR = "#editor .cm-content"
MANY = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT 100000"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (?a != ?i) }"
PAIRS = """PREFIX mrd: <https://w3id.org/medrd-kg/core#>
SELECT ?topic ?project (1 AS ?weight) WHERE { ?topic mrd:inProject ?project } LIMIT 40"""
LONGEST_TASK = 500
"""Milliseconds for which a long answer may hold up the page; a shared machine runs the tests."""

pytestmark = pytest.mark.xdist_group("query page")


@pytest.fixture(params=["ja", "en"])
def visit(request: pytest.FixtureRequest, visiting: Opener) -> Iterator[Visit]:
    with visiting() as opened:
        assert opened.open(f"/{request.param}/query") == 200
        opened.page.wait_for_selector(READY)
        yield opened


def open_query(visit: Visit, query: str, language: str = "en") -> Page:
    """Open the permalink of a query."""
    visit.open(f"/{language}/query?query={quote(query)}")
    visit.page.wait_for_selector(READY)
    return visit.page


def replace_text(page: Page, text: str) -> None:
    """Let a text take the place of what the editor holds."""
    page.locator(EDITOR).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def text_of(page: Page) -> str:
    """Return the text of the editor."""
    lines = page.locator("#editor .cm-line").all_inner_texts()
    return "\n".join(line.replace("\u200b", "").rstrip("\n") for line in lines)


def run(page: Page) -> None:
    page.locator(EDITOR).focus()
    page.keyboard.press("ControlOrMeta+Enter")


def language_of(visit: Visit) -> str:
    return visit.path.split("/")[1]


def test_every_view_of_an_answer_is_accessible(visit: Visit) -> None:
    page = visit.page
    run(page)
    page.wait_for_selector("#answer table")
    assert accessibility_faults(page) == []
    for view in ("chart", "network", "classes"):
        page.locator(f"[data-view={view}]").click()
        page.wait_for_selector("#answer svg.picture")
        assert accessibility_faults(page) == []
        assert clipped_texts(page) == []
    page.locator("#past summary").click()
    replace_text(page, "m")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".cm-tooltip-autocomplete li")
    assert accessibility_faults(page) == []
    assert overflowing_elements(page) == []
    assert visit.errors == []
    assert visit.foreign == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("感染症", "mrds:disease-infectious"),
        ("infectious", "mrds:disease-infectious"),
        ("事業", "mrd:Programme"),
        ("inProj", "mrd:inProject"),
        ("がん", "mrds:disease-cancer"),
        ("日本医療研究開発機構", "org-:amed"),
    ],
)
def test_completion_knows_the_graph_in_both_languages(
    visiting: Opener, typed: str, expected: str
) -> None:
    with visiting() as visit:
        visit.open("/ja/query")
        page = visit.page
        page.wait_for_selector(READY)
        replace_text(page, typed)
        page.keyboard.press("Control+Space")
        page.locator(".cm-tooltip-autocomplete li", has_text=expected).first.click()
        prefix = expected.partition(":")[0]
        assert text_of(page).startswith(f"PREFIX {prefix}: <https://w3id.org/medrd-kg/")
        assert text_of(page).endswith(expected)
        assert visit.errors == []


def test_a_fault_has_a_place_and_a_fix(visit: Visit) -> None:
    page = open_query(visit, "SELECT * WHERE { ?s a mrd:Programme }", language_of(visit))
    t = words(language_of(visit)).query.script
    page.locator("#editor .cm-fault").wait_for()
    page.get_by_role("button", name=t.place.format(line=1, column=23)).click()
    assert page.evaluate("document.activeElement.id") == "editor"
    page.get_by_role("button", name=t.fix).click()
    assert text_of(page).startswith("PREFIX mrd: <https://w3id.org/medrd-kg/core#>\n")
    run(page)
    page.wait_for_selector("#answer tbody tr")
    assert page.locator(".fault").count() == 0


@pytest.mark.parametrize(
    ("wrong", "mended"),
    [
        ("SELECT ?s WHERE { ?s ?p ?o", "SELECT ?s WHERE { ?s ?p ?o\n}"),
        ("ASK { ?s ?p ?o } }", "ASK { ?s ?p ?o } "),
    ],
)
def test_brackets_are_mended(visiting: Opener, wrong: str, mended: str) -> None:
    with visiting() as visit:
        page = open_query(visit, wrong)
        page.get_by_role("button", name="Fix it").click()
        assert text_of(page) == mended


def test_a_hundred_thousand_rows_do_not_freeze_the_page(visiting: Opener) -> None:
    with visiting() as visit:
        visit.open("/en/query")
        page = visit.page
        page.wait_for_selector(READY)
        replace_text(page, MANY)
        page.evaluate(
            """() => { window.longest = 0; new PerformanceObserver(list => {
                 for (const each of list.getEntries())
                   window.longest = Math.max(window.longest, each.duration);
               }).observe({type: 'longtask'}) }"""
        )
        run(page)
        expect(page.locator("#query-status")).to_contain_text("100,000 rows in", timeout=60_000)
        assert page.locator("#answer tbody tr").count() == 100
        page.locator(".pager button").last.click()
        place = page.locator(".pager [role=status]")
        expect(place).to_have_text("Rows 99,901–100,000 of 100,000")
        assert page.evaluate("window.longest") < LONGEST_TASK
        assert visit.errors == []


def test_columns_sort_as_numbers_and_as_words(visiting: Opener) -> None:
    with visiting() as visit:
        page = open_query(
            visit, 'SELECT ?n ?w { VALUES (?n ?w) { (10 "b") (9 "a") (100 "c") (UNDEF "d") } }'
        )
        first = page.locator("#answer tbody td:first-child")
        page.locator("#answer th button").first.click()
        assert first.all_inner_texts() == ["9", "10", "100", ""]
        page.locator("#answer th button").first.click()
        assert first.all_inner_texts() == ["100", "10", "9", ""]
        assert page.locator("#answer th").first.get_attribute("aria-sort") == "descending"


def test_terms_are_read_as_they_are_meant(visiting: Opener) -> None:
    query = (
        'SELECT ?a { VALUES ?a { "tab\\there" "line\\nbreak" "quote\\"d" "感染症"@ja 1.5 true '
        "<https://w3id.org/medrd-kg/id/project/drugs> <urn:x> "
        '"2022-04-01"^^<http://www.w3.org/2001/XMLSchema#date> "<b>no markup</b>" } }'
    )
    with visiting() as visit:
        cells = open_query(visit, query).locator("#answer tbody td")
        expect(cells.nth(6).locator("a")).to_have_text("Drug Project")
        assert [cells.nth(row).text_content() for row in range(10)] == [
            *("tab\there", "line\nbreak", 'quote"d', "感染症", "1.5", "true"),
            *("Drug Projectprj:drugs", "urn:x", "2022-04-01", "<b>no markup</b>"),
        ]
        assert cells.nth(3).get_attribute("lang") == "ja"
        assert cells.nth(6).locator("a").get_attribute("href") == "/en/projects/drugs"
        assert cells.nth(7).locator("a").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_things_have_their_names_and_numbers_their_thousands(
    visiting: Opener, scripts: bool
) -> None:
    query = """PREFIX mrd: <https://w3id.org/medrd-kg/core#> SELECT ?p ?y ?yen {
      ?f mrd:forProgramme ?p ; mrd:fiscalYear/mrd:yearNumber ?y ; mrd:amountJPY ?yen
      FILTER (?yen > 1000000) } ORDER BY ?f LIMIT 150"""
    with visiting(scripts=scripts) as visit:
        visit.open(f"/ja/query?query={quote(query)}")
        cells = visit.page.locator("#answer tbody tr").first.locator("td")
        expect(cells.nth(0).locator("code.iri")).to_contain_text("prg:")
        assert re.search(r"[ぁ-ん一-龥]", cells.nth(0).locator("a").inner_text())
        assert re.fullmatch(r"20\d\d", cells.nth(1).inner_text())
        assert re.fullmatch(r"\d{1,3}(,\d{3})+", cells.nth(2).inner_text())
        assert "n" in (cells.nth(2).get_attribute("class") or "").split()


def test_names_follow_as_rows_come_into_sight_and_stand_in_pictures(visiting: Opener) -> None:
    query = """PREFIX mrd: <https://w3id.org/medrd-kg/core#>
      SELECT ?p (SUM(?yen) AS ?sum) { ?f mrd:forProgramme ?p ; mrd:amountJPY ?yen }
      GROUP BY ?p ORDER BY ?p"""
    with visiting() as visit:
        page = open_query(visit, query, "ja")
        page.locator("#answer p button").click()
        expect(page.locator(".pager button").last).to_be_enabled()
        page.locator(".pager button").last.click()
        expect(page.locator("#answer tbody tr:last-child code.iri")).to_contain_text("prg:")
        page.locator("[data-view=chart]").click()
        expect(page.locator("svg.picture title").first).to_have_text(
            re.compile(r"^[^:]*[ぁ-ん一-龥].*: [\d,]+$")
        )
        assert clipped_texts(page) == []
        assert visit.errors == []


def test_pictures_show_the_rows_of_the_table(visit: Visit) -> None:
    page = open_query(visit, PAIRS, language_of(visit))
    rows = page.locator("#answer tbody tr").count()
    assert rows == 40
    ends = {
        text
        for column in (1, 2)
        for text in page.locator(f"#answer tbody td:nth-child({column})").all_inner_texts()
    }
    page.locator("[data-view=network]").click()
    assert page.locator("svg.picture circle").count() == len(ends)
    assert page.locator("svg.picture line").count() == rows
    assert clipped_texts(page) == []
    page.locator("[data-view=chart]").click()
    assert page.locator("svg.picture rect").count() == rows
    assert "view=chart" in page.url
    page.reload()
    page.wait_for_selector("svg.picture rect")
    assert overflowing_elements(page) == []


def test_the_map_of_classes_counts_the_things_of_the_table(visit: Visit) -> None:
    page = open_query(visit, PAIRS, language_of(visit))
    ends = {
        address
        for column in (1, 2)
        for address in page.locator(f"#answer tbody td:nth-child({column}) a").evaluate_all(
            "links => links.map(each => each.getAttribute('href'))"
        )
    }
    page.locator("[data-view=classes]").click()
    page.wait_for_selector("svg.picture circle")
    caption = page.locator("figure figcaption").inner_text()
    names = page.locator("svg.picture g > title, svg.picture a > title").all_text_contents()
    counted = [int(re.findall(r"[(](\d+)[)]$", name)[0]) for name in names]
    assert sum(counted) >= len(ends) > 0, "a thing has one most specific class or more"
    assert str(len(ends)) in caption
    assert str(len(names)) in caption
    assert clipped_texts(page) == []
    assert overflowing_elements(page) == []
    assert visit.errors == []


def test_a_slow_query_is_cancelled(visit: Visit) -> None:
    page = visit.page
    replace_text(page, SLOW)
    run(page)
    page.locator("#query-cancel").click()
    cancelled = words(language_of(visit)).query.script.cancelled
    expect(page.locator("#query-status")).to_have_text(cancelled)
    expect(page.locator("#query-cancel")).to_be_hidden()


def test_an_empty_answer_says_why(visit: Visit) -> None:
    page = visit.page
    wrong = "PREFIX mrd: <https://w3id.org/medrd-kg/core#> SELECT * { ?s a mrd:Program }"
    replace_text(page, wrong)
    run(page)
    expect(page.locator("#answer li").first).to_contain_text("mrd:Programme")


def test_queries_are_remembered_until_they_are_forgotten(visit: Visit) -> None:
    page = visit.page
    run(page)
    page.wait_for_selector("#answer tbody tr")
    kept = json.loads(page.evaluate("localStorage.getItem('medrd-kg.queries')"))
    assert [each["rows"] for each in kept] == [6]
    visit.open(visit.path)
    page.wait_for_selector(READY)
    replace_text(page, "ASK {}")
    page.locator("#past summary").click()
    page.locator("#past li button").first.click()
    assert "PriorityTopic" in text_of(page)
    page.locator("#past-forget").click()
    expect(page.locator("#past")).to_be_hidden()


def test_stored_queries_are_found_by_a_word(visit: Visit) -> None:
    page = visit.page
    page.locator("#stored-find").fill({"ja": "モダリティ", "en": "MODALIT"}[language_of(visit)])
    shown = page.locator("#stored li:visible").all_inner_texts()
    assert 0 < len(shown) < 10
    assert all("モダリティ" in each or "modalit" in each.lower() for each in shown)
