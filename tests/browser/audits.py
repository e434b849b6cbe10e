"""Audits of a page that a browser shows: each returns what is wrong, in words."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any, Final

from playwright.sync_api import Page

__all__ = [
    "accessibility_faults",
    "clipped_texts",
    "figure_faults",
    "hidden_in_print",
    "overflowing_elements",
    "unreachable_by_keyboard",
]

_AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""Tags of axe's rules: WCAG 2.2 to level AA, and what axe advises beyond it."""

_TAB_STOPS: Final = 120
"""How many tab stops of a page are walked; a long table repeats itself after that."""


def accessibility_faults(page: Page) -> list[str]:
    """Return what axe-core finds on the page as it is shown now."""
    page.evaluate(_AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", _RULES
    )
    return list(_described(found["violations"]))


def _described(violations: list[dict[str, Any]]) -> Iterator[str]:
    for violation in violations:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['html'][:160]}"


def clipped_texts(page: Page) -> list[str]:
    """Return the texts of drawings that stick out of what the drawing shows.

    axe does not look into drawings, so that this is found by measuring each text's box.
    """
    return [
        str(each)
        for each in page.evaluate(
            """() => [...document.querySelectorAll('svg text')].flatMap(text => {
              const box = text.getBoundingClientRect(), tolerance = 1;
              const frame = text.ownerSVGElement.getBoundingClientRect();
              const out = box.width > 0 && (
                box.left < frame.left - tolerance || box.right > frame.right + tolerance ||
                box.top < frame.top - tolerance || box.bottom > frame.bottom + tolerance);
              return out ? [text.textContent] : [];
            })"""
        )
    ]


def overflowing_elements(page: Page) -> list[str]:
    """Return what makes the page wider than the window, so that one must scroll sideways.

    What scrolls in a frame of its own (a wide table) is as it should be.
    """
    return [
        str(each)
        for each in page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return [];
              const scrolls = e => e.parentElement && e !== document.body && (
                ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e.parentElement).overflowX)
                || scrolls(e.parentElement));
              const wide = [...document.body.querySelectorAll('*')]
                .filter(e => e.getBoundingClientRect().right > width + 1 && !scrolls(e))
                .map(e => e.outerHTML.slice(0, 120));
              return wide.length ? wide : [`the page is ${document.documentElement.scrollWidth}`];
            }"""
        )
    ]


def figure_faults(page: Page) -> list[str]:
    """Return the drawings that lack a name for screen readers, or figures that lack a table."""
    return [
        str(each)
        for each in page.evaluate(
            """() => {
              const faults = [];
              for (const svg of document.querySelectorAll('main svg')) {
                if (svg.getAttribute('aria-hidden') === 'true') continue;
                const ids = (svg.getAttribute('aria-labelledby') || '').split(/\\s+/);
                const named = svg.getAttribute('aria-label') || ids
                  .map(id => id && document.getElementById(id)?.textContent || '').join('').trim();
                if (!svg.getAttribute('role') || !named)
                  faults.push('unnamed: ' + svg.outerHTML.slice(0, 160));
              }
              for (const figure of document.querySelectorAll('main figure:has(svg)'))
                if (!figure.querySelector('table') && !figure.querySelector('a[href^="#"]'))
                  faults.push('no table: ' + figure.outerHTML.slice(0, 160));
              return faults;
            }"""
        )
    ]


def hidden_in_print(page: Page) -> list[str]:
    """Return the tables that are not printed, although a reader could unfold them on screen."""
    page.emulate_media(media="print")
    try:
        return [
            str(each)
            for each in page.evaluate(
                """() => [...document.querySelectorAll('main table')]
                  .filter(table => !table.checkVisibility())
                  .map(table => table.outerHTML.slice(0, 160))"""
            )
        ]
    finally:
        page.emulate_media(media="screen")


def unreachable_by_keyboard(page: Page) -> list[str]:
    """Walk the page by the tab key; return what it skips, what shows no focus, and what is hidden.

    The order is that of the document, as nothing on the pages may change it. Without motion: where
    a page scrolls smoothly, what has the focus is still on its way.
    """
    page.emulate_media(reduced_motion="reduce")
    expected: list[str] = page.evaluate(
        """limit => {
          const stops = [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
          )].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled
            && e.getAttribute('tabindex') !== '-1');
          window.stops = stops.slice(0, limit);
          return window.stops.map(e => e.outerHTML.slice(0, 160));
        }""",
        _TAB_STOPS,
    )
    faults = []
    page.evaluate(
        """() => {
          document.activeElement?.blur();
          window.scrollTo(0, 0);
          // Focus is seen by the element's own outline, or by what it draws inside.
          window.look = e => JSON.stringify([e, ...[...e.querySelectorAll('*')].slice(0, 20)]
            .map(part => getComputedStyle(part)).map(style => [
              style.outlineStyle === 'none' ? 0 : style.outlineWidth, style.stroke,
              style.strokeWidth, style.strokeOpacity]));
        }"""
    )
    plain: list[str] = page.evaluate("() => window.stops.map(window.look)")
    for number, stop in enumerate(expected):
        page.keyboard.press("Tab")
        at, look, shown = page.evaluate(
            """() => {
              const e = document.activeElement, box = e.getBoundingClientRect();
              return [window.stops.indexOf(e), window.look(e),
                      box.width + box.height > 0 && box.right > 0 && box.bottom > 0];
            }"""
        )
        if at != number:
            faults.append(f"the tab key reaches number {at} instead of {number}: {stop}")
            break
        if look == plain[number]:
            faults.append(f"focus is not seen: {stop}")
        if not shown:
            faults.append(f"focus is out of sight: {stop}")
    return faults
