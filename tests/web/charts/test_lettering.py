"""Estimated widths, shortened and wrapped text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from medrd_kg.web.charts.lettering import ELLIPSIS, shortened, width_of, wrapped

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=80)


def test_wide_characters_take_an_em() -> None:
    assert width_of("医療ＡＢ", 10) == 40
    assert width_of("ill", 10) < width_of("IWM", 10) < 30


@settings(deadline=None)
@given(TEXTS, st.floats(1, 400), st.floats(8, 20))
def test_what_is_shortened_fits(text: str, width: float, size: float) -> None:
    found = shortened(text, width, size)
    assert width_of(found, size) <= width
    assert found in (text, "") or found.endswith(ELLIPSIS)


@settings(deadline=None)
@given(TEXTS, st.floats(30, 400), st.integers(1, 4))
def test_lines_fit_and_lose_nothing_but_at_the_end(text: str, width: float, lines: int) -> None:
    found = wrapped(text, width, 13, lines)
    assert len(found) <= lines
    assert all(width_of(line, 13) <= width for line in found)
    whole = "".join(text.split())
    told = "".join("".join(found).split())
    if told != whole:
        assert told.endswith(ELLIPSIS)
        assert whole.startswith(told.removesuffix(ELLIPSIS))


def test_marks_stay_with_their_words() -> None:
    for width in range(40, 200):
        for line in wrapped("遺伝子治療（再生・細胞医療）プロジェクト、その他", width, 13, 20):
            assert line[0] not in "）、・ェー"
            assert line[-1] != "（"


def test_words_are_kept_whole() -> None:
    assert wrapped("Basic Disease Research Project", 110, 13, 3) == (
        "Basic Disease",
        "Research",
        "Project",
    ) or wrapped("Basic Disease Research Project", 110, 13, 3) == (
        "Basic",
        "Disease",
        "Research Project",
    )


def test_lines_are_of_about_one_length() -> None:
    one, two = wrapped("再生・細胞医療・遺伝子治療プロジェクト", 240, 13, 2)
    assert abs(len(one) - len(two)) <= 3
