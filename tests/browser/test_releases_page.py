"""What differs between two releases, and pages of an earlier one, as a browser shows them."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser
from tests.browser.audits import (
    accessibility_faults,
    overflowing_elements,
    unreachable_by_keyboard,
)
from tests.browser.conftest import Visit
from tests.web.releases.conftest import Kept, kept, kept_server

__all__ = ["kept", "kept_server"]  # fixtures of the tests below

PATHS = (
    "/ja/releases?from={older}&to={newer}",
    "/en/releases?from={older}&to={newer}",
    "/ja/organizations?release={older}",
)


@pytest.fixture(scope="module", params=PATHS)
def path(request: pytest.FixtureRequest, kept: Kept) -> str:
    """A page of the two releases."""
    pattern: str = request.param
    return pattern.format(older=kept.older, newer=kept.newer)


@pytest.fixture(scope="module", params=["wide and light", "narrow and dark"])
def shown(
    request: pytest.FixtureRequest,
    browser: Browser,
    kept_server: httpx.Client,
    path: str,
) -> Iterator[Visit]:
    """The page in a window."""
    is_narrow = request.param == "narrow and dark"
    context = browser.new_context(
        viewport={"width": 320 if is_narrow else 1280, "height": 800},
        color_scheme="dark" if is_narrow else "light",
    )
    with closing(context):
        visit = Visit(context.new_page(), str(kept_server.base_url).rstrip("/"))
        visit.watch()
        assert visit.open(path) == 200
        yield visit


def test_the_page_is_accessible_and_fits(shown: Visit) -> None:
    assert accessibility_faults(shown.page) == []
    assert overflowing_elements(shown.page) == []
    assert unreachable_by_keyboard(shown.page) == []
    assert shown.errors == []
    assert shown.foreign == []


def test_a_reader_stays_in_the_release(shown: Visit, kept: Kept) -> None:
    if "release=" not in shown.path:
        pytest.skip("a page of no release")
    shown.page.fill("#q", "機構")
    shown.page.press("#q", "Enter")
    shown.page.wait_for_url("**/search?**")
    assert f"release={kept.older}" in shown.page.url
    assert shown.page.locator(".as-of code").inner_text() == kept.older
