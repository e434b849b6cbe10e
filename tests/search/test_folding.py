"""Folding: spellings that readers take for the same become one, and places are kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.search.folding import (
    GAP,
    Folded,
    begins_word,
    fold,
    fold_with_places,
    is_latin,
    query_terms,
)

JAPANESE = st.text(
    st.one_of(
        st.characters(min_codepoint=0x3040, max_codepoint=0x30FF),
        st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9F),
        st.sampled_from("国國がんｶﾞ゛゜・ー－-—  　abＺ９⻑㈱é\u200b\u3099"),
    )
)
TEXTS = st.one_of(st.text(), JAPANESE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＭＥＤ", "amed"),
        ("ｉＰＳ細胞", "iPS 細胞"),
        ("ガン", "がん"),
        ("ｶﾞﾝ", "がん"),
        ("か゛ん", "がん"),
        ("か\u3099ん", "がん"),
        ("國立醫學", "国立医学"),
        ("齋藤", "斎藤"),
        ("センター", "センタ"),
        ("データ", "デ－タ"),
        ("データ", "デ‐タ"),
        ("キヤノン", "キャノン"),
        ("霞ヶ関", "霞ケ関"),
        ("⻑期", "長期"),
        ("⾦属", "金属"),
        ("㈱日立", "(株)日立"),
        ("Ⅱ相", "II相"),
        ("再生・細胞医療", "再生細胞医療"),
        ("COVID-19", "covid19"),
        ("Ångström", "angstrom"),
        ("ゲノム\u200b医療", "ゲノム医療"),
        ("葛\U000e0100城", "葛城"),
        ("医療　分野", "医療分野"),
    ],
)
def test_spellings_of_the_same_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("がん", "かん"),  # a sound mark makes another word
        ("コーラ", "コラ"),  # and so does a long vowel within one
        ("メール", "める"),
        ("support by", "supportby"),  # Latin words keep apart
        ("癌", "がん"),  # another word for the same thing is no spelling
        ("薬", "楽"),
    ],
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_gap_stands_only_between_latin_words() -> None:
    assert fold(" gene \n therapy 遺伝子 治療 ") == f"gene{GAP}therapy遺伝子治療"
    assert fold("·・· ー —") == ""


@given(TEXTS)
def test_places_belong_to_the_same_folded_text(text: str) -> None:
    folded = fold_with_places(text)
    assert folded.text == fold(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert all(
        0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True)
    )
    assert list(folded.starts) == sorted(folded.starts)


@given(TEXTS)
def test_nothing_but_letters_digits_and_gaps_is_left(text: str) -> None:
    for character in fold(text):
        assert character == GAP or unicodedata.category(character)[0] in "LNM"


@given(TEXTS)
def test_folding_a_folded_text_changes_nothing(text: str) -> None:
    folded = fold(text).replace(GAP, " ")
    once = fold(folded)
    assert fold(once.replace(GAP, " ")) == once


@given(TEXTS, st.integers(0, 50), st.integers(0, 50))
def test_the_fold_of_a_part_is_a_part_of_the_fold(text: str, first: int, length: int) -> None:
    # A part that ends or begins within a character and its marks is another text.
    places = [0, *dict.fromkeys(_boundaries(text)), len(text)]
    start = places[first % len(places)]
    end = places[min(len(places) - 1, places.index(start) + length)]
    assert fold(text[start:end]) in fold(text)


@given(TEXTS, st.integers(0, 50), st.integers(1, 5))
def test_occurrences_fold_to_the_term(text: str, first: int, length: int) -> None:
    folded: Folded = fold_with_places(text)
    term = folded.text[first : first + length].strip(GAP)
    found = folded.occurrences(term)
    assert bool(found) == bool(term)
    for start, end in found:
        assert term in fold_with_places(text[start:end]).text or "ー" in term or GAP in term


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("がん　創薬", ["がん", "創薬"]),
        ("  ", []),
        ("・ * \"'", []),
        ("iPS iPS ＩＰＳ", ["ips"]),
        ("a-b OR c", ["ab", "or", "c"]),
    ],
)
def test_query_words(query: str, words: list[str]) -> None:
    assert query_terms(query) == words


def test_where_words_begin() -> None:
    assert [begins_word("mRNA ワクチンRNA", place) for place in (0, 1, 5, 9)] == [
        True,
        False,
        True,
        True,
    ]
    assert not begins_word("ｍRNA", 1)


def test_latin_text_is_told_from_japanese() -> None:
    assert is_latin(fold("Gene Therapy 2"))
    assert not is_latin(fold("iPS細胞"))


def _boundaries(text: str) -> list[int]:
    """Return where characters begin, marks counted to the character before them."""
    marks = "ﾞﾟ゛゜"
    return [
        at
        for at, each in enumerate(text)
        if each not in marks
        and unicodedata.category(each)[0] != "M"
        and unicodedata.category(each) != "Cf"
        and not 0x1160 <= ord(each) < 0x1200
    ]
