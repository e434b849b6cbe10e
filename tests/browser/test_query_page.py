"""The query page as somebody uses it: keys, completion, faults, long answers, pictures, history."""

import json
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

pytestmark = pytest.mark.xdist_group("query page")


@pytest.fixture(params=["ja", "en"])
def visit(request: pytest.FixtureRequest, visiting: Opener) -> Iterator[Visit]:
    with visiting() as opened:
        assert opened.open(f"/{request.param}/query") == 200
        opened.page.wait_for_selector(READY)
        yield opened


def open_query(visit: Visit, query: str) -> Page:
    """Open the permalink of a query in the language of the visit."""
    language = visit.path.split("/")[1]
    visit.open(f"/{language}/query?query={quote(query)}")
    visit.page.wait_for_selector(READY)
    return visit.page


def replace_text(page: Page, text: str) -> None:
    page.locator(EDITOR).click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def text_of(page: Page) -> str:
    """Return the text of the editor; the form takes it when it is sent."""
    lines = page.locator("#editor .cm-line").all_inner_texts()
    return "\n".join(line.replace("\u200b", "").rstrip("\n") for line in lines)


def faults_of(visit: Visit) -> list[str]:
    """Return what the console said, but for answers of status 4xx that a test asked for."""
    return [each for each in visit.errors if "status of 400" not in each]


def test_it_is_accessible_in_every_state(visit: Visit) -> None:
    page = visit.page
    assert accessibility_faults(page) == []
    page.locator("#query-form button").first.click()
    page.wait_for_selector("#answer table")
    assert accessibility_faults(page) == []
    for view in ("chart", "network"):
        page.locator(f"[data-view={view}]").click()
        page.wait_for_selector("#answer svg.picture")
        assert accessibility_faults(page) == []
        assert clipped_texts(page) == []
    page.locator("#past summary").click()
    assert accessibility_faults(page) == []
    page.locator(EDITOR).click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".cm-tooltip-autocomplete li")
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    replace_text(page, "SELECT * WHERE { ?s a mrd:Programme }")
    page.keyboard.press("ControlOrMeta+Enter")
    page.wait_for_selector(".fault")
    assert accessibility_faults(page) == []
    assert faults_of(visit) == []
    assert visit.foreign == []


def test_keys_run_a_query_and_leave_the_editor(visit: Visit) -> None:
    page = visit.page
    page.locator(EDITOR).focus()
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#answer tbody tr")).to_have_count(6)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == (
        words(visit.path.split("/")[1]).query.run
    )


@pytest.mark.parametrize(
    ("typed", "expected", "prefix"),
    [
        ("感染症", "mrds:disease-infectious", "mrds"),
        ("infectious dis", "mrds:disease-infectious", "mrds"),
        ("事業", "mrd:Programme", "mrd"),
        ("inProj", "mrd:inProject", "mrd"),
        ("がん", "mrds:disease-cancer", "mrds"),
    ],
)
def test_completion_knows_the_graph_in_both_languages(
    visiting: Opener, typed: str, expected: str, prefix: str
) -> None:
    with visiting() as visit:
        visit.open("/ja/query?query=%20")
        page = visit.page
        page.wait_for_selector(READY)
        replace_text(page, typed)
        page.keyboard.press("Control+Space")
        option = page.locator(".cm-tooltip-autocomplete li", has_text=expected).first
        option.wait_for()
        option.click()
        written = text_of(page)
        assert written.startswith(f"PREFIX {prefix}: <https://w3id.org/medrd-kg/")
        assert written.endswith(expected)
        assert faults_of(visit) == []


def test_a_fault_has_a_place_and_a_fix(visit: Visit) -> None:
    page = open_query(visit, "SELECT * WHERE { ?s a mrd:Programme }")
    t = words(visit.path.split("/")[1]).query.script
    place = t.place.format(line=1, column=23)
    page.locator("#editor .cm-fault").wait_for()
    page.get_by_role("button", name=place).click()
    assert page.evaluate("document.activeElement.id") == "editor"
    page.get_by_role("button", name=t.fix).click()
    assert text_of(page).startswith("PREFIX mrd: <https://w3id.org/medrd-kg/core#>\n")
    page.keyboard.press("ControlOrMeta+Enter")
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
        visit.open(f"/en/query?query={quote(wrong)}")
        visit.page.wait_for_selector(READY)
        visit.page.get_by_role("button", name="Fix it").click()
        assert text_of(visit.page) == mended


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
        page.keyboard.press("ControlOrMeta+Enter")
        page.wait_for_selector("#answer tbody tr", timeout=60_000)
        expect(page.locator("#query-status")).to_contain_text("100,000 rows")
        assert page.locator("#answer tbody tr").count() == 100
        page.locator(".pager button").last.click()
        expect(page.locator(".pager [role=status]")).to_have_text("Rows 99,901–100,000 of 100,000")
        assert page.evaluate("window.longest") < 500
        assert faults_of(visit) == []


def test_columns_sort_as_numbers_and_as_words(visiting: Opener) -> None:
    query = 'SELECT ?n ?w { VALUES (?n ?w) { (10 "b") (9 "a") (100 "c") (UNDEF "d") } }'
    with visiting() as visit:
        visit.open(f"/en/query?query={quote(query)}")
        page = visit.page
        page.wait_for_selector(READY)
        first = page.locator("#answer tbody td:first-child")
        page.locator("#answer th button").first.click()
        assert first.all_inner_texts() == ["9", "10", "100", ""]
        page.locator("#answer th button").first.click()
        assert first.all_inner_texts() == ["100", "10", "9", ""]
        assert page.locator("#answer th").first.get_attribute("aria-sort") == "descending"


def test_terms_are_read_as_they_are_meant(visiting: Opener) -> None:
    query = (
        'SELECT ?a { VALUES ?a { "tab\\there" "line\\nbreak" "quote\\"d" "感染症"@ja 1.50 true '
        "<https://w3id.org/medrd-kg/id/project/drugs> <urn:x> "
        '"2022-04-01"^^<http://www.w3.org/2001/XMLSchema#date> "<b>no markup</b>" } }'
    )
    with visiting() as visit:
        visit.open(f"/en/query?query={quote(query)}")
        page = visit.page
        page.wait_for_selector(READY)
        cells = page.locator("#answer tbody td")
        assert [cells.nth(row).text_content() for row in range(10)] == [
            "tab\there",
            "line\nbreak",
            'quote"d',
            "感染症",
            "1.50",
            "true",
            "prj:drugs",
            "urn:x",
            "2022-04-01",
            "<b>no markup</b>",
        ]
        assert cells.nth(3).get_attribute("lang") == "ja"
        assert cells.nth(6).locator("a").get_attribute("href") == "/en/projects/drugs"
        assert cells.nth(7).locator("a").count() == 0


def test_pictures_show_the_rows_of_the_table(visit: Visit) -> None:
    page = open_query(visit, PAIRS)
    rows = page.locator("#answer tbody tr").count()
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


def test_a_slow_query_is_cancelled(visit: Visit) -> None:
    page = visit.page
    replace_text(page, SLOW)
    page.keyboard.press("ControlOrMeta+Enter")
    page.locator("#query-cancel").click()
    expect(page.locator("#query-status")).to_have_text(
        words(visit.path.split("/")[1]).query.script.cancelled
    )
    expect(page.locator("#query-cancel")).to_be_hidden()


def test_an_empty_answer_says_why(visit: Visit) -> None:
    page = visit.page
    query = "PREFIX mrd: <https://w3id.org/medrd-kg/core#> SELECT * { ?s a mrd:Program }"
    replace_text(page, query)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("#answer li").first).to_contain_text("mrd:Programme")


def test_queries_are_remembered_until_they_are_forgotten(visit: Visit) -> None:
    page = visit.page
    page.locator(EDITOR).focus()
    page.keyboard.press("ControlOrMeta+Enter")
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
    language = visit.path.split("/")[1]
    page.locator("#stored-find").fill({"ja": "モダリティ", "en": "MODALIT"}[language])
    shown = page.locator("#stored li:visible").all_inner_texts()
    assert 0 < len(shown) < 10
    assert all(("モダリティ" in each) or ("modalit" in each.lower()) for each in shown)


def test_the_form_works_without_scripts(visiting: Opener) -> None:
    with visiting(scripts=False) as visit:
        visit.open("/en/query")
        page = visit.page
        page.locator("#query-text").fill("SELECT ?x { VALUES ?x { 1 2 3 } }")
        page.get_by_role("button", name="Run", exact=True).click()
        assert page.locator("#answer tbody tr").count() == 3
        assert accessibility_faults_without_scripts(page) == 1
        with page.expect_download() as saved:
            page.get_by_role("button", name="JSON", exact=True).click()
        assert saved.value.suggested_filename == "answer.json"


def accessibility_faults_without_scripts(page: Page) -> int:
    """Return how many labels name the field of the query, since axe needs scripts."""
    return page.locator("label[for=query-text]:visible").count()


def test_the_editor_is_ready_soon_on_a_slow_device(visiting: Opener) -> None:
    with visiting() as visit:
        devtools = visit.page.context.new_cdp_session(visit.page)
        devtools.send("Network.enable")
        devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 150,
                "downloadThroughput": 1_600_000 / 8,
                "uploadThroughput": 750_000 / 8,
            },
        )
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        visit.page.add_init_script(
            """new MutationObserver((_, watching) => {
                 if (document.documentElement?.dataset.workbench === 'ready') {
                   window.readyAt = performance.now(); watching.disconnect();
                 }
               }).observe(document, {attributes: true, subtree: true})"""
        )
        visit.open("/ja/query")
        visit.page.wait_for_selector(READY)
        assert visit.page.evaluate("window.readyAt") <= 5_000
