"""The check digit of the 法人番号."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.sources.review_sheets.corporate_number import check_digit, is_valid, normalise
from medrd_kg.sources.review_sheets.known import known_organisations

bases = st.text(alphabet="0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("number", ["9010005023796", "1030005007111", "6000012070001"])
def test_real_numbers_are_valid(number: str) -> None:
    assert is_valid(number)


def test_every_number_of_the_reviewed_list_is_valid() -> None:
    numbers = [each.number for each in known_organisations().values() if each.number]
    assert len(numbers) == 23
    assert all(is_valid(number) for number in numbers)


@given(base=bases)
def test_exactly_one_first_digit_fits(base: str) -> None:
    fitting = [digit for digit in "0123456789" if is_valid(f"{digit}{base}")]
    assert fitting == [str(check_digit(base))]
    assert check_digit(base) in range(1, 10)


@given(base=bases, place=st.integers(0, 11), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found_unless_it_hides_in_nine(
    base: str, place: int, digit: str
) -> None:
    wrong = base[:place] + digit + base[place + 1 :]
    weight = 1 if (12 - place) % 2 else 2
    hidden = (int(digit) - int(base[place])) * weight % 9 == 0
    assert is_valid(f"{check_digit(base)}{wrong}") == hidden


@pytest.mark.parametrize("text", ["", "901000502379", "90100050237961", "901000502379x", "９" * 13])
def test_other_texts_are_invalid(text: str) -> None:
    assert not is_valid(text)


def test_widths_and_blanks_are_no_difference() -> None:
    assert normalise(" ９０１０-0050 23796\u200b") == "9010005023796"


def test_a_base_of_other_length_is_a_fault() -> None:
    with pytest.raises(ValueError, match="twelve digits"):
        check_digit("123")
