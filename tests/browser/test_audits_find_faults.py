"""Each audit finds the fault that it is for, and keeps quiet without it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.audits import (
    accessibility_faults,
    clipped_texts,
    figure_faults,
    hidden_in_print,
    overflowing_elements,
    unreachable_by_keyboard,
)

_CHART = (
    '<figure><svg role="img" aria-labelledby="name" viewBox="0 0 100 40" width="200" height="80">'
    '<title id="name">Budget</title><text x="{x}" y="20" font-size="10">令和4年度</text></svg>'
    "{table}</figure>"
)
_TABLE = "<details><summary>Table</summary><table><tr><td>1</td></tr></table></details>"
_PRINTED = "<style>@media print{::details-content{content-visibility:visible;height:auto}}</style>"
_SOUND = (
    '<html lang="en"><head><title>Sound</title></head><body><main><h1>Sound</h1>{}</main></body>'
    "</html>"
)

Audit = Callable[[Page], list[str]]

CASES: dict[str, tuple[Audit, str, str]] = {
    "no contrast": (
        accessibility_faults,
        "<style>p{color:#bbb;background:#fff}</style><p>grey</p>",
        "<p>black</p>",
    ),
    "no label": (
        accessibility_faults,
        '<input name="q">',
        '<label>Question <input name="q"></label>',
    ),
    "clipped text": (
        clipped_texts,
        _CHART.format(x=80, table=""),
        _CHART.format(x=10, table=""),
    ),
    "too wide": (
        overflowing_elements,
        "<style>p{width:2000px}</style><p>wide</p>",
        "<style>div{overflow-x:auto}p{width:2000px}</style><div><p>wide</p></div>",
    ),
    "no name": (
        figure_faults,
        '<svg role="img" viewBox="0 0 1 1"></svg>',
        '<svg role="img" aria-label="One" viewBox="0 0 1 1"></svg>',
    ),
    "no table": (
        figure_faults,
        _CHART.format(x=10, table=""),
        _CHART.format(x=10, table=_TABLE),
    ),
    "not printed": (hidden_in_print, _TABLE, _PRINTED + _TABLE),
    "focus not seen": (
        unreachable_by_keyboard,
        '<style>a:focus{outline:none}</style><a href="/">home</a>',
        '<a href="/">home</a>',
    ),
    "order changed": (
        unreachable_by_keyboard,
        '<a href="/">home</a><a href="/x" tabindex="1">first</a>',
        '<a href="/">home</a><a href="/x">then</a>',
    ),
    "trap": (
        unreachable_by_keyboard,
        """<a href="/" onkeydown="event.preventDefault()">a</a><a href="/">b</a>""",
        "<button>go on</button><button>and on</button>",
    ),
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a narrow window."""
    with browser.new_page(viewport={"width": 800, "height": 600}) as page:
        yield page


@pytest.mark.parametrize("fault", CASES)
def test_the_fault_is_found(page: Page, fault: str) -> None:
    audit, faulty, _ = CASES[fault]
    page.set_content(_SOUND.format(faulty))
    assert audit(page) != []


@pytest.mark.parametrize("fault", CASES)
def test_a_sound_page_passes(page: Page, fault: str) -> None:
    audit, _, sound = CASES[fault]
    page.set_content(_SOUND.format(sound))
    assert audit(page) == []
