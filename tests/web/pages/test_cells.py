"""Rows of tables: each kind of value as a reader sees it, and nothing of it as markup."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from fastapi import Request
from markupsafe import Markup

from medrd_kg.web.pages.cells import rows_of
from medrd_kg.web.pages.site import Page

DRUGS = {"id": "https://w3id.org/medrd-kg/id/project/drugs", "label": {"ja": "薬", "en": "Drugs"}}
HOSTILE = "<script>&"


def drawn(kind: str, value: object, language: str = "en") -> str:
    """Return the second cell of a row."""

    def citation(sources: Sequence[Mapping[str, Any]]) -> Markup:
        return Markup("+").join(each["id"] for each in sources)

    page = Page(Request({"type": "http"}), language, None, frozenset({"/projects"}))
    row = rows_of(page, [("name", "text"), ("x", kind)], [("first", value)], citation)
    assert row.startswith('<tr><th scope="row">first</th><td')
    assert row.endswith("</td></tr>\n")
    return row.removeprefix('<tr><th scope="row">first</th>').removesuffix("</tr>\n")


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        ("text", HOSTILE, "<td>&lt;script&gt;&amp;</td>"),
        ("text", 0, "<td>0</td>"),
        ("text", None, '<td><span class="note">–</span></td>'),
        ("evidence", [], '<td><span class="note">–</span></td>'),
        ("evidence", [{"id": HOSTILE}], '<td class="things">&lt;script&gt;&amp;</td>'),
        ("evidence", [{"id": "a", "unitId": "S1"}, {"id": "b"}], "<td>a+b</td>"),
        ("number", 1234, '<td class="n">1,234</td>'),
        ("bits", 1.25, '<td class="n">1.2</td>'),
        ("ja", HOSTILE, '<td><span lang="ja">&lt;script&gt;&amp;</span></td>'),
        ("thing", DRUGS, '<td><a href="/en/projects/drugs">Drugs</a></td>'),
        (
            "things",
            [DRUGS, {"id": "x:/y/<b>"}],
            '<td class="things"><a href="/en/projects/drugs">Drugs</a>, &lt;b&gt;</td>',
        ),
        (
            "yen",
            125_144_000_000,
            (
                '<td class="n"><span class="yen"><span class="short">¥125 billion</span>'
                ' <span class="exact">¥125,144,000,000</span></span></td>'
            ),
        ),
        ("yen", 500, '<td class="n"><span class="yen"><span class="short">¥500</span></span></td>'),
    ],
)
def test_a_value_is_shown_by_its_kind(kind: str, value: object, cell: str) -> None:
    assert drawn(kind, value) == cell


def test_a_value_is_shown_in_the_language_of_the_page() -> None:
    assert drawn("yen", 125_144_000_000, "ja").count("円") == 2
    assert drawn("thing", DRUGS, "ja") == '<td><a href="/ja/projects/drugs">薬</a></td>'
