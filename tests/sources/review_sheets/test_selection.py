"""The selection: rules of code, a reviewed list with a reason each, and nothing beside them."""

from collections import Counter
from collections.abc import Callable

import pytest

from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.names import programme_key
from medrd_kg.sources.review_sheets.perimeters import PERIMETERS
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.reviewed import table
from medrd_kg.sources.review_sheets.selection import (
    Decision,
    Selection,
    decide,
    reviewed_programmes,
    rules_met,
)

REASONS = {
    "amed-bound",
    "adjustment-fund",
    "moonshot",
    "in-house-institute",
    "integrated-project",
    "policy-tag",
}


def test_every_reviewed_programme_has_a_reason_and_known_links() -> None:
    programmes = reviewed_programmes()
    assert len(programmes) > 190
    for each in programmes.values():
        assert each.reason in REASONS
        assert not each.perimeter or each.perimeter in PERIMETERS
        assert not each.part_of or each.part_of in programmes
        assert not each.succeeds or each.succeeds in programmes
        assert each.names


def test_no_name_means_two_programmes() -> None:
    names = Counter(
        (each.ministry, programme_key(name))
        for each in reviewed_programmes().values()
        if not each.sheets
        for name in each.names
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_exclusion_has_a_reason_and_contradicts_no_inclusion() -> None:
    included = {
        (each.ministry, programme_key(name))
        for each in reviewed_programmes().values()
        for name in each.names
    }
    for row in table("excluded"):
        assert row["reason"]
        assert (row["ministry"], programme_key(row["name"])) not in included


@pytest.mark.parametrize(
    ("cells", "met"),
    [
        ({"主要施策": []}, ()),
        ({}, ("policy-tag",)),
        (
            {"事業名": "健康・医療分野におけるムーンショット型研究開発等事業"},
            ("moonshot", "policy-tag"),
        ),
        (
            {"事業名": "科学技術イノベーション創造推進費（健康・医療分野）"},
            ("adjustment-fund", "policy-tag"),
        ),
    ],
)
def test_rules_are_facts_of_the_sheet(
    make_sheet: Callable[..., Sheet], cells: dict[str, object], met: tuple[str, ...]
) -> None:
    assert rules_met(make_sheet(**cells)) == met


def test_an_excluded_candidate_is_not_taken(make_sheet: Callable[..., Sheet]) -> None:
    sheet = make_sheet(事業名="国立社会保障・人口問題研究所運営経費")
    decision = decide(sheet, Selection.MEDICAL)
    assert (decision.taken, decision.unreviewed) == (False, False)
    assert decide(sheet, Selection.ALL).taken


def test_a_pinned_sheet_goes_before_its_name(make_sheet: Callable[..., Sheet]) -> None:
    name = "次世代治療・診断実現のための創薬基盤技術開発事業"
    cells = {"府省庁": "経済産業省", "事業名": name, "公開年度": 2015}
    old = decide(make_sheet(事業番号="0082", **cells), Selection.MEDICAL).reviewed
    new = decide(make_sheet(事業番号="新27-0008", **cells), Selection.MEDICAL).reviewed
    assert old is not None
    assert new is not None
    assert (old.slug, new.slug) == (
        "meti-drug-discovery-platform-2014",
        "meti-drug-discovery-platform",
    )


@pytest.mark.parametrize(
    ("number", "slug"),
    [
        ("2022-府-21-0137", "2022-cabinet-office-21-0137"),
        ("2022-官房-新23-0008", "2022-cabinet-office-by-cabinet-secretariat-new23-0008"),
        ("新３０-0024", "2022-cabinet-office-new30-0024"),
        ("0036-2", "2022-cabinet-office-0036-2"),
    ],
)
def test_sheets_have_readable_names_of_their_own(number: str, slug: str) -> None:
    assert sheet_slug(2022, "cabinet-office", number) == slug


@pytest.mark.shared
def test_every_real_candidate_is_on_a_reviewed_list(
    decided_sheets: list[tuple[Sheet, Decision]],
) -> None:
    unreviewed = [
        (sheet.publication_year, sheet.number)
        for sheet, decision in decided_sheets
        if decision.unreviewed
    ]
    assert unreviewed == []
    reasons = Counter(decision.reason for _, decision in decided_sheets)
    assert set(reasons) == REASONS
    assert sum(reasons.values()) == 683  # of these the import leaves one namesake out
