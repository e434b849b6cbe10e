"""Every reading page, in both languages: accessible, whole at each width, within its limits."""

from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from tests.browser.addresses import LANGUAGES, READING
from tests.browser.audits import (
    accessibility_faults,
    clipped_texts,
    figure_faults,
    hidden_in_print,
    overflowing_elements,
    unreachable_by_keyboard,
)
from tests.browser.conftest import Opener, Visit

JAVASCRIPT_BYTES = 10_000
STYLE_BYTES = 16_000  # the common sheet of 12 KB, and one of the page's own of 4 KB

ALWAYS_IN_BOTH = frozenset({"/", "/projects/drugs", "/flows", "/linkage"})


def _is_long(number: int, path: str, language: str) -> bool:
    """Whether a page is opened in the full form only.

    The short form opens the main pages in both languages, the other ones in Japanese and English
    by turns, and no hard cases: a page has nine tests, which take some seconds.
    """
    if READING[path] == "hard":
        return True
    return path not in ALWAYS_IN_BOTH and language != LANGUAGES[number % len(LANGUAGES)]


PAGES = [
    pytest.param(
        f"/{language}{path}",
        # Each page is opened once for all its tests, so that they stay together.
        marks=[
            pytest.mark.xdist_group(f"page{path}"),
            *([pytest.mark.long] if _is_long(number, path, language) else []),
        ],
    )
    for number, path in enumerate(READING)
    for language in LANGUAGES
]
"""Every page in both languages; see `_is_long`."""


@pytest.fixture(scope="module", params=PAGES)
def visit(request: pytest.FixtureRequest, visiting: Opener) -> Iterator[Visit]:
    """The page in a wide window, as it is first shown."""
    with visiting() as opened:
        assert opened.open(request.param) == 200
        yield opened


@pytest.fixture(scope="module")
def narrow(visit: Visit, visiting: Opener) -> Iterator[Visit]:
    """The same page on a small telephone, in the dark."""
    with visiting(width=320, height=640, dark=True) as opened:
        opened.open(visit.path)
        yield opened


def test_nothing_goes_wrong_while_it_loads(visit: Visit) -> None:
    assert visit.errors == []
    assert visit.foreign == []


def test_it_says_its_language(visit: Visit) -> None:
    language = visit.path.split("/")[1]
    assert visit.page.locator("html").get_attribute("lang") == language
    assert visit.page.locator("main h1").count() == 1
    other = {"ja": "en", "en": "ja"}[language]
    twin = visit.path.replace(f"/{language}", f"/{other}", 1)
    for each, path in ((language, visit.path), (other, twin)):
        link = visit.page.locator(f'link[rel=alternate][hreflang="{each}"]')
        assert unquote(link.get_attribute("href") or "").endswith(path)
    switch = visit.page.locator(f'header a[hreflang="{other}"]')
    assert unquote(switch.get_attribute("href") or "") == twin


def test_it_is_light(visit: Visit) -> None:
    loaded = visit.answers.items()
    scripts = {url: size for url, size in loaded if url.partition("?")[0].endswith(".js")}
    styles = {url: size for url, size in loaded if url.partition("?")[0].endswith(".css")}
    assert sum(scripts.values()) <= JAVASCRIPT_BYTES, scripts
    assert sum(styles.values()) <= STYLE_BYTES, styles


def test_it_is_accessible_with_everything_unfolded(visit: Visit) -> None:
    folded = "() => [...document.querySelectorAll('details:not([open])')]"
    page = visit.page
    page.evaluate(f"() => (window.folded = ({folded})()).forEach(each => each.open = true)")
    try:
        assert accessibility_faults(page) == []
        assert overflowing_elements(page) == []
    finally:
        page.evaluate("() => window.folded.forEach(each => each.open = false)")


def test_every_figure_has_a_name_and_a_table(visit: Visit) -> None:
    assert figure_faults(visit.page) == []
    assert clipped_texts(visit.page) == []


def test_tables_are_printed(visit: Visit) -> None:
    assert hidden_in_print(visit.page) == []


def test_it_fits_a_small_telephone_in_the_dark(narrow: Visit) -> None:
    assert overflowing_elements(narrow.page) == []
    assert clipped_texts(narrow.page) == []
    assert accessibility_faults(narrow.page) == []


def test_the_keyboard_reaches_everything(visit: Visit, visiting: Opener) -> None:
    with visiting() as opened:
        opened.open(visit.path)
        assert unreachable_by_keyboard(opened.page) == []


def test_nothing_is_lost_without_scripts(visit: Visit, visiting: Opener) -> None:
    shown = visit.page.locator("main").inner_text()
    counts = {part: visit.page.locator(f"main {part}").count() for part in ("table", "svg", "tr")}
    with visiting(scripts=False) as opened:
        opened.open(visit.path)
        assert opened.page.locator("main").inner_text() == shown
        for part, count in counts.items():
            assert opened.page.locator(f"main {part}").count() == count
