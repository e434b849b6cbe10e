"""Completion offers what begins with the typed letters, then what holds them."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.search.conftest import Text

from medrd_kg.problems import Problem
from medrd_kg.search.completing import complete
from medrd_kg.search.contents import SHOWN_ROLES
from medrd_kg.search.folding import fold
from medrd_kg.search.leading import KEPT, MANY, Completable, leading_names
from medrd_kg.search.opening import SearchIndex


def beginning_with(texts: Sequence[Text], typed: str) -> set[str]:
    """Return the things of which a shown name begins so."""
    return {
        text.iri
        for text in texts
        if text.role in SHOWN_ROLES and text.folded.startswith(fold(typed))
    }


@pytest.mark.parametrize(
    "typed", ["が", "がん", "国", "国立研究開発法人", "a", "AM", "調", "ｹﾞﾉ", "令和", "2", "gene th"]
)
def test_beginnings_come_before_the_rest(
    index: SearchIndex, texts: Sequence[Text], typed: str
) -> None:
    expected = beginning_with(texts, typed)
    completions = complete(index, typed, limit=KEPT)
    begin = [fold(each.text).startswith(fold(typed)) for each in completions]
    assert begin == sorted(begin, reverse=True)
    assert sum(begin) == min(len(expected), KEPT)
    assert {each.iri for each, so in zip(completions, begin, strict=True) if so} <= expected
    assert len({each.iri for each in completions}) == len(completions)


@given(data=st.data())
@settings(deadline=None, max_examples=80)
def test_every_name_completes_itself(
    index: SearchIndex, texts: Sequence[Text], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([each for each in texts if each.role in SHOWN_ROLES]))
    same = {each.iri for each in texts if each.folded == name.folded}
    offered = complete(index, name.value, limit=KEPT)
    if len(same) <= KEPT:
        assert name.iri in {each.iri for each in offered}
    assert fold(offered[0].text) == name.folded


def test_exact_names_come_first(index: SearchIndex) -> None:
    assert complete(index, "がん")[0].iri.endswith("#disease-cancer")
    assert complete(index, "ａｍｅｄ")[0].iri.endswith("/organization/amed")


def test_names_that_hold_the_letters_fill_up(index: SearchIndex) -> None:
    texts = [each.text for each in complete(index, "ん研究")]
    assert texts
    assert all("ん研究" in fold(text) for text in texts)


def test_marks_what_was_typed(index: SearchIndex) -> None:
    for each in complete(index, "ＩＰＳ", limit=20):
        assert each.ranges
        assert all(fold(each.text[start:end]) == "ips" for start, end in each.ranges)


def test_only_the_kinds_and_the_language_asked_for(
    index: SearchIndex, texts: Sequence[Text]
) -> None:
    for kinds in (["programme"], ["disease-area", "modality"]):
        offered = complete(index, "医", kinds=kinds, limit=KEPT)
        assert offered
        assert all(set(kinds) & set(each.kinds) for each in offered)
    assert {each.language for each in complete(index, "a", lang="en", limit=KEPT)} <= {"en", ""}
    japanese = complete(index, "a", lang="ja", kinds=["organization"], limit=KEPT)
    expected = {
        text.iri
        for text in texts
        if text.role in SHOWN_ROLES
        and text.folded.startswith("a")
        and text.language in {"ja", ""}
        and "organization" in text.kinds
    }
    begin = {each.iri for each in japanese if fold(each.text).startswith("a")}
    assert begin == expected or len(begin) == KEPT


@given(typed=st.text(max_size=60))
@settings(deadline=None, max_examples=80)
def test_whatever_is_typed_is_only_text(index: SearchIndex, typed: str) -> None:
    for each in complete(index, typed):
        assert fold(typed) in fold(each.text)


@pytest.mark.parametrize(
    "wrong", [{"typed": "a" * 201}, {"typed": "a", "limit": KEPT + 1}, {"typed": "a", "limit": 0}]
)
def test_values_out_of_range_are_refused(index: SearchIndex, wrong: dict[str, object]) -> None:
    with pytest.raises(Problem):
        complete(index, **wrong)  # type: ignore[arg-type]


def test_nothing_typed_completes_nothing(index: SearchIndex) -> None:
    assert complete(index, " ・") == []


def test_many_names_have_their_best_kept() -> None:
    names = sorted(
        Completable(f"ab{number:03}", -(number % 7), number, number // 2, (0,))
        for number in range(MANY + 40)
    )
    kept = dict(leading_names([Completable("aa", 0, 999, 999, (0,)), *names]))
    assert set(kept) == {"a", "ab"}
    best = [names[number] for number in kept["ab"]]
    assert [each.rank for each in best] == sorted(each.rank for each in best)
    assert best[0].rank == -6
    assert len({each.subject for each in best}) == len(best) == KEPT
