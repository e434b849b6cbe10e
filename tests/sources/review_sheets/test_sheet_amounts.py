"""Amounts: exact yen, the raw token kept, noise and fractions told apart, nothing repaired."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.sources.review_sheets.amounts import (
    NOISE_LIMIT_YEN,
    AmountError,
    Token,
    exceeds,
    parse_amount,
)


@pytest.mark.parametrize(
    ("token", "yen"),
    [
        ("17500.0", 17_500_000_000),
        ("4.300000000000001", 4_300_000),
        ("4642.215999999999", 4_642_216_000),
        ("-946.4861000000001", -946_486_100),
        ("0.775", 775_000),
        ("1e3", 1_000_000_000),
        ("0.0", 0),
    ],
)
def test_million_yen_become_exact_yen(token: str, yen: int) -> None:
    amount = parse_amount(Token(token))
    assert amount.yen == yen
    assert amount.printed == f"{token}百万円"
    assert not amount.rounded


def test_a_fraction_of_a_yen_is_rounded_and_told() -> None:
    amount = parse_amount(Token("8.666666666666666"))
    assert amount.yen == 8_666_667
    assert amount.rounded


@pytest.mark.parametrize(
    ("unit", "yen"),
    [("円", 7), ("千円", 7_000), ("億円", 700_000_000), ("billion JPY", 7_000_000_000)],
)
def test_other_units(unit: str, yen: int) -> None:
    assert parse_amount(Token("7"), unit).yen == yen


def test_a_unit_that_is_printed_in_english_stays_so() -> None:
    assert parse_amount(Token("13.06"), "billion JPY").printed == "13.06 billion JPY"
    assert parse_amount(Token("13.06"), "億円").printed == "13.06億円"


@pytest.mark.parametrize(
    ("yen", "limit", "larger"),
    [
        (9_936_000_000, 9_935_000_000, False),
        (20_136_900_000, 20_136_880_000, False),
        (1_618_500_000, 1_618_457_000, False),
        (1_618_558_000, 1_618_457_000, True),
        (9_937_000_000, 9_935_000_000, True),
        (9_935_000_000, 9_936_000_000, False),
    ],
)
def test_rounded_cells_that_state_one_sum_do_not_exceed_each_other(
    yen: int, limit: int, *, larger: bool
) -> None:
    assert exceeds(yen, limit) is larger


@pytest.mark.parametrize(
    "token",
    [
        None,
        True,
        12.5,
        [],
        "1,2",
        "(12)",
        "12千円",
        "",
        "百万",
        Token("NaN"),
        Token("Infinity"),
        Token("1e30"),
    ],
)
def test_what_is_no_number_of_the_file_is_refused(token: object) -> None:
    with pytest.raises(AmountError):
        parse_amount(token)


@pytest.mark.parametrize(
    ("text", "yen"),
    [
        ("1,234.5", 1_234_500_000),
        ("１２", 12_000_000),
        ("△ 0.5", -500_000),
        ("−3百万円", -3_000_000),
    ],
)
def test_a_text_that_states_a_plain_number_is_that_number(text: str, yen: int) -> None:
    assert parse_amount(text).yen == yen


@pytest.mark.parametrize("printed", ["120の内数", "1,200百万円の内数", "△50の内数"])
def test_inclusive_figures_say_so(printed: str) -> None:
    amount = parse_amount(printed)
    assert amount.inclusive
    assert amount.printed.endswith("百万円の内数")


@given(yen=st.integers(min_value=-(10**14), max_value=10**14))
def test_whole_yen_survive_the_way_through_a_float(yen: int) -> None:
    token = Token(repr(yen / 1_000_000))
    assert parse_amount(token).yen == yen


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-9, max_value=9)
)
def test_the_yen_are_the_nearest_to_the_token(value: Decimal) -> None:
    amount = parse_amount(Token(format(value, "f")))
    exact = value * 1_000_000
    assert abs(exact - amount.yen) <= Decimal("0.5")
    assert amount.rounded == (abs(exact - amount.yen) >= NOISE_LIMIT_YEN)


@given(text=st.text(max_size=20))
def test_no_text_crashes_the_parser(text: str) -> None:
    for token in (text, Token(text)):
        try:
            amount = parse_amount(token)
        except AmountError:
            continue
        assert abs(amount.yen) <= 10**15
