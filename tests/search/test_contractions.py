"""Names are found by their contractions, and hardly anything by what is none."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.search.conftest import Text

from medrd_kg.search.completing import complete
from medrd_kg.search.contractions import Shortening, shortening
from medrd_kg.search.folding import fold
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.ranking import Match
from medrd_kg.search.reconciliation.matching import reconcile
from medrd_kg.search.reconciliation.requests import Wanted
from medrd_kg.search.searching import MAX_LIMIT, Hit, search

ID = "https://w3id.org/medrd-kg/id/organization/"

CONTRACTIONS = {
    "厚労省": "厚生労働省",
    "文科省": "文部科学省",
    "経産省": "経済産業省",
    "国がん": "国立研究開発法人国立がん研究センター",
    "国循": "国立研究開発法人国立循環器病研究センター",
    "成育医療センター": "国立研究開発法人国立成育医療研究センター",
    "理研": "国立研究開発法人理化学研究所",
    "産総研": "国立研究開発法人産業技術総合研究所",
    "国衛研": "国立医薬品食品衛生研究所",
    "感染研": "国立感染症研究所",
    "放医研": "国立研究開発法人放射線医学総合研究所",
    "量研機構": "国立研究開発法人量子科学技術研究開発機構",
    "農研機構": "独立行政法人農業・食品産業技術総合研究機構",
    "医薬機構": "独立行政法人医薬品医療機器総合機構",
    "健康医療本部": "健康・医療戦略推進本部",
    "東大": "国立大学法人東京大学",
    "京大": "国立大学法人京都大学",
    "名大": "国立大学法人名古屋大学",
    "九大": "国立大学法人九州大学",
}
"""Contractions as readers write them, and the label of the organisation that each means."""

ORDINARY = [
    "がん", "医療", "研究", "治験", "創薬", "予防", "診断", "事業", "基盤", "感染症", "再生医療",
    "難病", "国立", "国内", "日本", "本部", "機構", "調整費", "薬", "予算", "執行額", "補助金",
    "遺伝子", "大学病院", "研究費", "委託", "国民", "健康寿命", "人材育成", "橋渡し", "医師",
    "患者", "医療機器", "評価", "目標",
]  # fmt: skip
"""Words of the field that shorten no name of an organisation."""


def shortened(index: SearchIndex, q: str) -> list[Hit]:
    """Return the hits whose names a query shortens."""
    hits = search(index, q, limit=MAX_LIMIT).hits
    return [hit for hit in hits if hit.match is Match.CONTRACTION]


@pytest.mark.parametrize("q", CONTRACTIONS)
def test_an_organisation_is_found_by_its_contraction(index: SearchIndex, q: str) -> None:
    first = shortened(index, q)[0]
    assert first.label["ja"] == CONTRACTIONS[q]
    assert {"organization", "ministry"} & set(first.kinds)


@pytest.mark.parametrize("q", ["阪大", "AMED", "ＡＭＥＤ", "総務省"])
def test_what_stands_in_a_name_is_found_in_it(index: SearchIndex, q: str) -> None:
    hits = search(index, q, kinds=["organization", "ministry"]).hits
    assert any(fold(q) in fold(hit.text) for hit in hits)
    assert not shortened(index, q)


@pytest.mark.parametrize("q", ORDINARY)
def test_an_ordinary_word_shortens_nothing(index: SearchIndex, q: str) -> None:
    assert not shortened(index, q)


def test_few_parts_of_names_shorten_other_names(index: SearchIndex, texts: Sequence[Text]) -> None:
    parts = {
        text.value[at : at + length]
        for text in texts[::3]
        if text.role.is_name and "programme" in text.kinds
        for length in (2, 3, 4)
        for at in range(0, len(text.value) - length, 5)
    }
    guesses = [len(shortened(index, part)) for part in sorted(parts)]
    assert len(guesses) > 600
    assert sum(1 for each in guesses if each) <= len(guesses) * 0.02


@pytest.mark.parametrize("q", ["厚労省", "京大", "理研", "文科省"])
def test_a_guess_stands_below_what_bears_the_words(index: SearchIndex, q: str) -> None:
    steps = [hit.match for hit in search(index, q, limit=MAX_LIMIT).hits]
    assert steps == sorted(steps)
    assert Match.APPROXIMATE not in steps


def test_a_name_itself_shortens_nothing_else(index: SearchIndex, texts: Sequence[Text]) -> None:
    names = [text.value for text in texts if "ministry" in text.kinds and text.role.is_name]
    assert names
    for name in names:
        assert not shortened(index, name), name


def test_only_japanese_names_are_shortened(index: SearchIndex) -> None:
    assert not search(index, "厚労省", lang="en").total
    assert search(index, "厚労省", lang="ja").hits[0].iri == f"{ID}mhlw"


def test_a_contraction_is_completed_and_reconciled(index: SearchIndex) -> None:
    assert complete(index, "厚労省")[0].iri == f"{ID}mhlw"
    (candidate,) = reconcile(index, {"a": Wanted("厚労省", ("ministry",))})["a"]
    assert (candidate.iri, candidate.match) == (f"{ID}mhlw", False)


@given(head=st.text("生労働文科学技術", min_size=2, max_size=8), data=st.data())
def test_what_a_name_is_kept_under_is_what_its_contractions_are_looked_up_by(
    head: str, data: st.DataObject
) -> None:
    rule: Shortening = shortening()
    last = data.draw(st.sampled_from(rule.last_words))
    kept = data.draw(st.lists(st.integers(1, len(head) - 1), unique=True, max_size=3))
    name = head + last
    query = "".join([head[0], *(head[at] for at in sorted(kept)), last[0]])
    if rule.shortens(query, name):
        assert rule.keys(name) & rule.keys_asked(query)
