"""On a telephone nothing is to be scrolled sideways: figures have a narrow form, rows are cards."""

import pytest
from playwright.sync_api import Page
from tests.browser.audits import clipped_texts
from tests.browser.conftest import Opener

PATHS = [
    "/ja/",
    "/en/flows?compare=2021",
    "/ja/flows?stage=executed&level=transfer",
    "/en/linkage",
    "/ja/linkage?view=network",
    "/ja/linkage?view=overlaps",
    "/en/projects/drugs",
    "/ja/programmes/meti-robotic-care-devices",
    "/en/diseases/cancer",
]

SIDEWAYS = """() => [...document.querySelectorAll('main :is(.drawing, .if-narrow, .scroll)')]
  .filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 160))"""
WIDE = """() => [...document.querySelectorAll('main svg')].filter(e => e.checkVisibility())
  .map(e => e.getBoundingClientRect())
  .filter(box => box.right > innerWidth || box.left < 0).length"""
CARDS = """() => [...document.querySelectorAll('main table.stacks')]
  .filter(e => e.checkVisibility())
  .flatMap(table => [...table.tBodies[0].rows].slice(0, 5).map(row =>
    [...row.cells].filter(e => e.checkVisibility()).map((e, at) =>
      [at, e.dataset.head ?? '', getComputedStyle(e, '::before').content])))"""


def _folded_out(page: Page) -> None:
    page.evaluate("() => document.querySelectorAll('details').forEach(e => e.open = true)")


@pytest.mark.parametrize("path", PATHS)
def test_figures_and_tables_need_no_scrolling_sideways(visiting: Opener, path: str) -> None:
    with visiting(width=320, height=640) as visit:
        assert visit.open(path) == 200
        _folded_out(visit.page)
        assert visit.page.evaluate(SIDEWAYS) == []
        assert visit.page.evaluate(WIDE) == 0
        assert visit.page.locator("main svg:visible, main .lines:visible").count() > 0
        assert clipped_texts(visit.page) == []


def test_each_cell_of_a_card_tells_its_column(visiting: Opener) -> None:
    with visiting(width=320, height=640) as visit:
        visit.open("/ja/flows")
        rows = visit.page.evaluate(CARDS)
        assert rows
        for first, *others in rows:
            assert first[1] == ""
            assert others
            for _, head, content in others:
                assert head
                assert head in content


def test_a_wide_window_has_tables_and_wide_drawings(visiting: Opener) -> None:
    with visiting() as visit:
        visit.open("/ja/flows")
        page = visit.page
        assert page.locator("main .if-narrow:visible").count() == 0
        assert page.locator("main .drawing:visible svg").count() == 1
        assert page.locator("main thead").first.is_visible()
        page.set_viewport_size({"width": 320, "height": 640})  # a tablet is turned
        page.wait_for_selector("main table.stacks")
        page.set_viewport_size({"width": 1280, "height": 640})
        shown = "e => getComputedStyle(e).display"
        assert page.locator("main table.stacks").first.evaluate(shown) == "table"
        assert page.locator("main table.stacks thead").first.is_visible()


def test_paper_has_the_wide_drawing_and_whole_tables(visiting: Opener) -> None:
    with visiting(width=700) as visit:
        visit.open("/en/flows")
        visit.page.emulate_media(media="print")
        assert visit.page.locator("main .if-narrow:visible").count() == 0
        assert visit.page.locator("main .drawing:visible svg").count() == 1
        assert visit.page.locator("main thead:visible").count() >= 2


def test_without_scripts_tables_scroll_in_their_frame(visiting: Opener) -> None:
    with visiting(width=320, height=640, scripts=False) as visit:
        visit.open("/ja/flows")
        assert visit.page.locator("main table thead:visible").count() >= 2
        assert visit.page.evaluate("() => document.documentElement.scrollWidth") <= 320
