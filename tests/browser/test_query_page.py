"""The query page: by keyboard, without scripts, with a fault and with completion open."""

import gzip

import pytest
from playwright.sync_api import expect
from tests.browser.addresses import LANGUAGES
from tests.browser.audits import accessibility_faults, overflowing_elements
from tests.browser.conftest import Opener, Visit

BUNDLE_BYTES = 140_000
QUERY = "PREFIX mrd: <https://w3id.org/medrd-kg/core#>\nSELECT ?p { ?p a mrd:IntegratedProject }"
PROJECTS = 6
EDITOR = ".cm-content"


def opened(visit: Visit, language: str, path: str = "/query") -> None:
    """Open the page and wait for its editor."""
    visit.open(f"/{language}{path}")
    expect(visit.page.locator(EDITOR)).to_be_visible()


def write(visit: Visit, text: str) -> None:
    """Put a text in the place of what the editor holds, as a person does."""
    visit.page.locator(EDITOR).click()
    visit.page.keyboard.press("Control+a")
    visit.page.keyboard.press("Delete")
    visit.page.keyboard.insert_text(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_accessible_and_quiet_in_each_state(visiting: Opener, language: str) -> None:
    with visiting() as visit:
        opened(visit, language)
        assert accessibility_faults(visit.page) == []
        write(visit, QUERY)
        visit.page.keyboard.press("Control+Enter")
        expect(visit.page.locator("#answer table tbody tr")).to_have_count(PROJECTS)
        assert accessibility_faults(visit.page) == []
        write(visit, "SELECT * { ?project mrd:amountJPY")
        visit.page.keyboard.press("Control+Space")
        expect(visit.page.locator(".cm-tooltip-autocomplete")).to_be_visible()
        assert accessibility_faults(visit.page) == []
        assert visit.errors == []
        assert visit.foreign == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_is_told_with_its_place(visiting: Opener, language: str) -> None:
    with visiting() as visit:
        opened(visit, language)
        write(visit, "SELECT COUNT(*) { ?s ?p ?o }")
        visit.page.keyboard.press("Control+Enter")
        expect(visit.page.locator("main [role=alert]").first).to_be_visible()
        assert accessibility_faults(visit.page) == []
        # The browser itself notes the refused request; nothing else goes wrong.
        assert [each for each in visit.errors if "400" not in each] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_a_small_telephone_in_the_dark(visiting: Opener, language: str) -> None:
    with visiting(width=320, height=640, dark=True) as visit:
        opened(visit, language, "/query?stored=totals-and-remainders")
        assert overflowing_elements(visit.page) == []
        assert accessibility_faults(visit.page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_works_without_scripts(visiting: Opener, language: str) -> None:
    with visiting(scripts=False) as visit:
        visit.open(f"/{language}/query")
        visit.page.locator("#query-text").fill(QUERY)
        visit.page.locator("#query-form .actions button").first.click()
        expect(visit.page.locator("main table tbody tr")).to_have_count(PROJECTS)
        assert accessibility_faults_without_scripts(visit) == []


def accessibility_faults_without_scripts(visit: Visit) -> list[str]:
    """Return the fields without a label, since axe is a script itself."""
    fields = visit.page.locator("main :is(input:not([type=hidden]), select, textarea):visible")
    return [
        fields.nth(at).inner_text()
        for at in range(fields.count())
        if not fields.nth(at).evaluate("e => e.labels.length || e.ariaLabel")
    ]


def test_the_bundle_is_small(visiting: Opener) -> None:
    with visiting() as visit:
        opened(visit, "en")
        scripts = [url for url in visit.answers if "/static/" in url and url.endswith(".js")]
        assert scripts
        bodies = [visit.page.request.get(url).body() for url in scripts]
        assert sum(len(gzip.compress(body)) for body in bodies) <= BUNDLE_BYTES


def test_the_tab_key_leaves_the_editor(visiting: Opener) -> None:
    with visiting() as visit:
        opened(visit, "en")
        visit.page.locator(EDITOR).click()
        visit.page.keyboard.press("Escape")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("() => document.activeElement.tagName") == "BUTTON"
