"""The ledger: newest edition current, parts linked to wholes, zeros only where they speak."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.sources.review_sheets.amounts import Amount
from medrd_kg.sources.review_sheets.figures import figure_block, record_figures
from medrd_kg.sources.review_sheets.ledger import Ledger, Statement
from medrd_kg.sources.review_sheets.perimeters import TotalKey, assign
from medrd_kg.sources.review_sheets.records import Sheet, Stage

MakeSheet = Callable[..., Sheet]


def statement(published: int, yen: int, programme: str = "mhlw-medical-rd-subsidy") -> Statement:
    return Statement(
        slug=f"{published}-{programme}-{yen}",
        graph="g",
        programme=programme,
        line=programme,
        fiscal_year=2022,
        stage=Stage.INITIAL,
        publication_year=published,
        amount=Amount(yen, f"{yen}円"),
        stated_in="sheet:x",
        locator="f:1",
        ministry="mhlw",
        label="額",
        kind="budget",
    )


@given(st.lists(st.tuples(st.integers(2015, 2030), st.integers(1, 99)), min_size=1, unique=True))
def test_one_statement_is_current_and_all_others_are_chained(stated: list[tuple[int, int]]) -> None:
    ledger = Ledger()
    for published, yen in stated:
        ledger.add(statement(published, yen))
    ledger.settle({})
    assert len(list(ledger.current())) == 1
    chain: list[Statement] = list(ledger.current())
    while chain[-1].supersedes is not None:
        chain.append(chain[-1].supersedes)
    assert len(chain) == len(stated)
    assert all(a.publication_year >= b.publication_year for a, b in pairwise(chain))
    flagged = {each.slug for each in ledger if "restated" in each.flags}
    assert flagged == {b.slug for a, b in pairwise(chain) if a.amount.yen != b.amount.yen}


def test_parts_point_at_the_whole_of_their_edition_and_are_not_summed() -> None:
    ledger = Ledger()
    wholes = [statement(2022, 100), statement(2023, 110)]
    parts = [
        statement(2023, 60, "mhlw-subsidy-drugs"),
        statement(2023, 45, "mhlw-subsidy-genome-data"),
    ]
    for each in (*wholes, *parts):
        ledger.add(each)
    ledger.settle({part.programme: "mhlw-medical-rd-subsidy" for part in parts})
    totals = assign(ledger)
    assert [part.included_in for part in parts] == [wholes[1]] * 2
    key = TotalKey(2022, Stage.INITIAL, "appropriation", "amed")
    assert totals[key] == [wholes[1]]
    assert all(part.totals == [] for part in parts)
    assert figure_block(wholes[1]).get("mrd:amountJPY") == ("110",)
    assert figure_block(wholes[1]).get("mrd:remainderJPY") == ("5",)
    assert figure_block(parts[0]).get("mrd:amountJPY") == ()
    assert figure_block(parts[0]).get("mrd:nonAdditiveAmountJPY") == ("60",)
    assert figure_block(wholes[0]).get("mrd:nonAdditiveAmountJPY") == ("100",)


@pytest.mark.parametrize("flag", ["unit-slip", "inclusive"])
def test_flagged_figures_enter_no_total(flag: str) -> None:
    ledger = Ledger()
    one = statement(2022, 100)
    one.flags.add(flag)
    ledger.add(one)
    ledger.settle({})
    assert assign(ledger) == {}


def figures(*sheets: tuple[Sheet, str]) -> dict[str, int]:
    ledger = Ledger()
    for sheet, programme in sheets:
        record_figures(sheet, programme, ledger)
    ledger.settle({})
    return {each.slug: each.amount.yen for each in ledger}


def test_a_zero_is_not_stated(make_sheet: MakeSheet) -> None:
    row = {"年度": 2021, "当初予算": 0.0, "補正予算": 0.0, "予算計": 0.0, "執行額": 0.0}
    assert figures((make_sheet(予算=[row]), "p")) == {}


def test_a_zero_that_the_total_proves_replaces_an_earlier_figure(make_sheet: MakeSheet) -> None:
    earlier = make_sheet(
        公開年度=2021,
        事業番号="2021-厚労-20-9001",
        予算=[{"年度": 2021, "当初予算": 7.0, "補正予算": 3.0, "予算計": 10.0}],
    )
    later = make_sheet(予算=[{"年度": 2021, "当初予算": 10.0, "補正予算": 0.0, "予算計": 10.0}])
    stated = figures((earlier, "p"), (later, "p"))
    assert stated["2022-mhlw-21-9001-fy2021-supplementary"] == 0
    unproven = make_sheet(予算=[{"年度": 2021, "当初予算": 9.0, "補正予算": 0.0, "予算計": 10.0}])
    assert "2022-mhlw-21-9001-fy2021-supplementary" not in figures((earlier, "p"), (unproven, "p"))


def test_a_zero_of_a_part_never_replaces_anything(make_sheet: MakeSheet) -> None:
    earlier = make_sheet(
        公開年度=2021,
        事業番号="2021-厚労-20-9001",
        予算=[{"年度": 2021, "当初予算": 7.0, "予算計": 7.0}],
    )
    later = make_sheet(
        予算=[{"年度": 2021, "当初予算": 0.0, "前年度から繰越し": 2.0, "予算計": 2.0}]
    )
    stated = figures((earlier, "mhlw-subsidy-drugs"), (later, "mhlw-subsidy-drugs"))
    assert "2022-mhlw-21-9001-fy2021-initial" not in stated
    assert stated["2021-mhlw-20-9001-fy2021-initial"] == 7_000_000


def test_totals_that_miss_their_parts_are_flagged(make_sheet: MakeSheet) -> None:
    sheet = make_sheet(
        予算=[
            {"年度": 2020, "当初予算": 10.4, "補正予算": 5.4, "予算計": 16.0, "執行額": 18.0},
            {"年度": 2021, "当初予算": 10.0, "予算計": 20.0},
        ]
    )
    ledger = Ledger()
    record_figures(sheet, "p", ledger)
    flags = {each.slug.partition("fy")[2]: each.flags for each in ledger}
    assert flags["2020-total"] == set()
    assert flags["2020-executed"] == {"executed-exceeds-total"}
    assert flags["2021-total"] == {"parts-differ-from-total"}
