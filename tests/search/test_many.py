"""A word that many texts hold finds what weighing each text finds, in the same order."""

import pytest
from tests.search.conftest import Text
from tests.search.test_searching import everything, scanned

from medrd_kg.problems import Problem
from medrd_kg.search import many, searching
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.searching import SearchResult, search

WORDS = (
    "事業", "がん", "研究", "支援", "の", "日本", "医療", "厚生労働省", "厚労省", "京", "東京大学",
    "調整費", "機構", "癌", "創薬", "開発", "センタ", "薬", "ナノ", "研究開発費用",
)  # fmt: skip
FILTERS: tuple[dict[str, object], ...] = (
    {},
    {"kinds": ["programme"]},
    {"kinds": ["organization", "indicator"]},
    {"kinds": ["topic"]},
    {"with_synonyms": False},
)


def both(
    index: SearchIndex, word: str, asked: dict[str, object]
) -> tuple[SearchResult, SearchResult]:
    """Return what both ways find."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(many, "MANY", 10**9)
        weighed = everything(index, word, **asked)
        patched.setattr(many, "MANY", 0)
        return weighed, everything(index, word, **asked)


@pytest.mark.parametrize("word", WORDS)
def test_both_ways_find_the_same(index: SearchIndex, word: str) -> None:
    for asked in FILTERS:
        weighed, counted = both(index, word, asked)
        assert counted == weighed


def test_nothing_that_a_scan_finds_is_missed(
    index: SearchIndex, texts: list[Text], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MANY", 0)
    found = everything(index, "事業", with_synonyms=False)
    iris = {hit.iri for hit in found.hits}
    assert iris >= scanned(texts, "事業")
    assert len(iris) == len(found.hits) == found.total > 1000


def test_many_texts_are_not_weighed(index: SearchIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "MANY", 100)

    def weigh(*_: object, **__: object) -> list[object]:
        raise AssertionError("each text was weighed")

    monkeypatch.setattr(searching, "find", weigh)
    assert search(index, "事業").total > 100
    for asked in ("iPS細胞", "事業 研究"):
        with pytest.raises(AssertionError):
            search(index, asked)


def test_the_cursor_of_one_way_fits_the_other(
    index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MANY", 10**9)
    cursor = search(index, "研究", limit=7).cursor
    following = search(index, "研究", limit=7, cursor=cursor)
    monkeypatch.setattr(many, "MANY", 0)
    assert search(index, "研究", limit=7, cursor=cursor) == following
    with pytest.raises(Problem):
        search(index, "事業", limit=7, cursor=cursor)
