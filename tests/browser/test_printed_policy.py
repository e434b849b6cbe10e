"""A policy as a browser prints it: justified lines, scaled fonts, running titles, page numbers."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.sources.documents.pdfs import paragraphs

from medrd_kg.sources.documents.cutting import cut
from medrd_kg.sources.documents.reading import read
from medrd_kg.sources.policy_document import TextUnit, matching_form, read_units

STYLE = """
body {{ font: {size}pt 'Noto Serif CJK JP'; text-align: justify; line-break: strict }}
p {{ margin: 0; text-indent: 1em }}
p.bullet {{ text-indent: -1em; padding-left: 1em }}
h2 {{ font: bold {size}pt 'Noto Sans CJK JP'; margin: {size}pt 0 0 }}
h1 {{ font-size: {size}pt; text-align: center }}
"""
HEADER = "<span style='font-size: 8px; margin-left: 400px'>資料１－２</span>"
FOOTER = "<span style='font-size: 8px; margin: auto' class=pageNumber></span>"
TAGS = {"sentence": "p", "heading": "h2", "title": "h1"}


def _page(units: Sequence[TextUnit], size: float) -> str:
    body = "".join(
        f"<{TAGS[kind]}{' class=bullet' if text.startswith('・') else ''}>{escape(text)}"
        for kind, text in paragraphs(units)
    )
    return f"<html lang=ja><style>{STYLE.format(size=size)}</style><body>{body}"


def _compared(units: Sequence[TextUnit]) -> list[TextUnit]:
    return [replace(each, text=matching_form(each.text)) for each in units]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("size", "margin"),
    [
        (10.5, "25mm"),
        pytest.param(12, "30mm", marks=pytest.mark.long),
        pytest.param(9, "20mm", marks=pytest.mark.long),
    ],
)
def test_policy_as_a_browser_prints_it_gives_the_given_units(
    browser: Browser, policy_units_file: Path, tmp_path: Path, size: float, margin: str
) -> None:
    units = read_units(policy_units_file)
    page = browser.new_page()
    page.set_content(_page(units, size))
    path = tmp_path / "policy.pdf"
    page.pdf(
        path=str(path),
        format="A4",
        margin={"top": margin, "bottom": margin, "left": margin, "right": margin},
        display_header_footer=True,
        header_template=HEADER,
        footer_template=FOOTER,
    )
    page.close()
    assert _compared(cut(read(path).lines)) == _compared(units)
