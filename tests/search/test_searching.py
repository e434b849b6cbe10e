"""Search finds what a plain scan finds, ranks it, marks it, and bears whatever is typed."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein
from tests.search.conftest import Text

from medrd_kg.problems import Problem
from medrd_kg.search.approximate import allowed_slips, find_approximately
from medrd_kg.search.contents import Role
from medrd_kg.search.folding import GAP, fold, is_latin, query_terms
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.ranking import Match
from medrd_kg.search.searching import MAX_LIMIT, MAX_QUERY, MAX_WORDS, Hit, SearchResult, search

SCHEMES = "https://w3id.org/medrd-kg/schemes#"
ID = "https://w3id.org/medrd-kg/id/"

WORDS = [
    "がん", "ガン", "癌", "iPS", "ｉＰＳ細胞", "調整費", "ＡＭＥＤ", "AMED", "薬", "病", "の", "ん",
    "研究", "国立研究開発法人", "國立", "センター", "センタ", "脳", "A", "7", "gene therapy",
    "がん 研究", "治験 医師", "R&D", "ゲノム", "1030005007111", "認知症", "ＱＯＬ", "AI",
]  # fmt: skip


def everything(index: SearchIndex, q: str, **more: object) -> SearchResult:
    """Return all hits of a query on one page."""
    hits: list[Hit] = []
    cursor = None
    while True:
        page = search(index, q, limit=MAX_LIMIT, cursor=cursor, **more)  # type: ignore[arg-type]
        hits.extend(page.hits)
        cursor = page.cursor
        if cursor is None:
            return SearchResult(tuple(hits), page.total, page.facets, None, page.synonyms)


def scanned(texts: Sequence[Text], q: str, language: str | None = None) -> set[str]:
    """Return what a scan over all texts finds."""
    words = query_terms(q)
    return {
        text.iri
        for text in texts
        if words
        and all(word in text.folded for word in words)
        and (language is None or text.language in {language, ""})
    }


def found_exactly(result: SearchResult) -> set[str]:
    """Return what was found without guesses: slips, and contractions."""
    guesses = {Match.APPROXIMATE, Match.CONTRACTION}
    return {hit.iri for hit in result.hits if hit.match not in guesses}


@pytest.mark.parametrize("language", [None, "ja", "en"])
@pytest.mark.parametrize("q", WORDS)
def test_finds_what_a_scan_finds(
    index: SearchIndex, texts: Sequence[Text], q: str, language: str | None
) -> None:
    result = everything(index, q, lang=language, with_synonyms=False)
    assert found_exactly(result) == scanned(texts, q, language)
    assert result.total == len(result.hits) == len({hit.iri for hit in result.hits})


@pytest.mark.parametrize("q", ["がん", "iPS", "調整費", "ＡＭＥＤ", "癌", "薬"])
def test_the_test_words_are_found_at_all(index: SearchIndex, q: str) -> None:
    assert search(index, q).total > 5


@given(data=st.data())
@settings(deadline=None, max_examples=100)
def test_finds_any_part_of_any_text(
    index: SearchIndex, texts: Sequence[Text], data: st.DataObject
) -> None:
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text.value) - 1))
    end = data.draw(st.integers(start + 1, min(len(text.value), start + 30)))
    q = text.value[start:end]
    expected = scanned(texts, q)
    if query_terms(q) and len(query_terms(q)) <= MAX_WORDS:
        assert text.iri in expected
        assert found_exactly(everything(index, q, with_synonyms=False)) == expected


@given(q=st.text(max_size=MAX_QUERY))
@settings(deadline=None, max_examples=60)
def test_whatever_is_typed_is_only_text(index: SearchIndex, texts: Sequence[Text], q: str) -> None:
    if len(query_terms(q)) <= MAX_WORDS:
        assert found_exactly(everything(index, q, with_synonyms=False)) == scanned(texts, q)


@pytest.mark.parametrize(
    "q",
    [
        '" OR "*', "tokens:がん", "NEAR(がん 研究, 2)", "がん*", "-がん", "^がん", "(がん",
        "'; DROP TABLE name; --", "がん\x00研究", "{がん}", "がん AND", "\ud800がん", "%", "_",
    ],
)  # fmt: skip
def test_syntax_is_never_passed_on(index: SearchIndex, texts: Sequence[Text], q: str) -> None:
    assert found_exactly(everything(index, q, with_synonyms=False)) == scanned(texts, q)


@pytest.mark.parametrize("q", ["がん", "research", "AMED", "iPS"])
def test_marks_what_was_found(index: SearchIndex, q: str) -> None:
    for hit in everything(index, q, with_synonyms=False).hits:
        assert hit.ranges, hit
        for start, end in hit.ranges:
            assert fold(q) in fold(hit.text[start:end])
        outside = "\n".join(
            hit.text[start:end]
            for start, end in zip(
                [0, *(end for _, end in hit.ranges)],
                [*(start for start, _ in hit.ranges), len(hit.text)],
                strict=True,
            )
        )
        assert all(fold(q) not in fold(part) for part in outside.split("\n"))


def test_marks_across_half_width_and_dropped_characters(index: SearchIndex) -> None:
    hit = next(
        hit
        for hit in everything(index, "ｶﾞﾝ免疫細胞療法").hits
        if hit.iri == f"{SCHEMES}modality-cancer-immunotherapy"
    )
    assert (hit.text, hit.ranges) == ("がん免疫（細胞）療法", ((0, 10),))


@pytest.mark.parametrize("q", ["がん", "再生医療", "研究", "drug", "センター"])
def test_better_matches_come_first(index: SearchIndex, texts: Sequence[Text], q: str) -> None:
    steps = [hit.match for hit in everything(index, q).hits]
    assert steps == sorted(steps)
    labels = {text.iri for text in texts if text.role is Role.LABEL and text.folded == fold(q)}
    exact = [hit.iri for hit in everything(index, q).hits if hit.match is Match.EXACT_LABEL]
    assert set(exact) == labels


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("がん", f"{SCHEMES}disease-cancer"),
        ("癌", f"{SCHEMES}disease-cancer"),
        ("悪性腫瘍", f"{SCHEMES}disease-cancer"),
        ("ＡＭＥＤ", f"{ID}organization/amed"),
        ("調整費", f"{ID}fund/adjustment-fund"),
        ("iPS細胞", f"{SCHEMES}technology-ips-cells"),
        ("理化学研究所", f"{ID}organization/riken"),
        ("1030005007111", f"{ID}organization/riken"),
        ("調製費", f"{ID}fund/adjustment-fund"),
        ("regenrative medicine", f"{SCHEMES}modality-regenerative"),
    ],
)
def test_the_thing_meant_comes_first(index: SearchIndex, q: str, first: str) -> None:
    assert search(index, q).hits[0].iri == first


def test_another_name_finds_as_well_and_says_so(index: SearchIndex) -> None:
    plain = found_exactly(everything(index, "癌", with_synonyms=False))
    both = everything(index, "癌")
    by_synonym = {hit.iri for hit in both.hits if hit.match is Match.SYNONYM}
    assert plain < found_exactly(both)
    assert f"{ID}organization/ncc" in by_synonym
    assert ("がん",) in both.synonyms
    assert not by_synonym & plain
    assert {f"{ID}organization/ncc"} <= found_exactly(everything(index, "癌 研究"))


def test_latin_synonyms_are_whole_words(index: SearchIndex) -> None:
    for hit in everything(index, "結核").hits:
        if hit.match is Match.SYNONYM:
            assert any(hit.text[start:end].isalpha() for start, end in hit.ranges)
            assert all(
                start == 0 or not hit.text[start - 1].isascii() or hit.text[start - 1] in " -("
                for start, _ in hit.ranges
            )


@pytest.mark.parametrize("q", ["がん", "研究", "A"])
def test_facets_count_what_each_kind_would_give(index: SearchIndex, q: str) -> None:
    result = everything(index, q)
    assert result.facets == Counter(kind for hit in result.hits for kind in hit.kinds)
    for kind in list(result.facets)[:6]:
        filtered = everything(index, q, kinds=[kind])
        assert filtered.total == result.facets[kind]
        assert all(kind in hit.kinds for hit in filtered.hits)
        assert filtered.facets == result.facets
    some = list(result.facets)[:2]
    assert {hit.iri for hit in everything(index, q, kinds=some).hits} == {
        hit.iri for hit in result.hits if set(some) & set(hit.kinds)
    }


def test_pages_join_into_the_whole(index: SearchIndex) -> None:
    whole = everything(index, "研究").hits
    joined: list[object] = []
    cursor = None
    for _ in range(3):
        page = search(index, "研究", limit=7, cursor=cursor)
        joined.extend(page.hits)
        cursor = page.cursor
    assert joined == list(whole[:21])


@pytest.mark.parametrize("cursor", ["", "x", "MTAuYWJj", "がん", "=" * 9, "MA", "9" * 5000])
def test_a_foreign_cursor_is_refused(index: SearchIndex, cursor: str) -> None:
    with pytest.raises(Problem, match="cursor"):
        search(index, "研究", cursor=cursor)


def test_a_cursor_fits_only_its_own_search(index: SearchIndex) -> None:
    cursor = search(index, "研究", limit=5).cursor
    assert search(index, "研究", limit=5, cursor=cursor).hits
    with pytest.raises(Problem, match="cursor"):
        search(index, "がん", limit=5, cursor=cursor)
    with pytest.raises(Problem, match="cursor"):
        search(index, "研究", kinds=["programme"], limit=5, cursor=cursor)


@pytest.mark.parametrize(
    "wrong",
    [
        {"q": "が" * (MAX_QUERY + 1)},
        {"q": " ".join(map(str, range(33)))},
        {"q": "a", "limit": 0},
        {"q": "a", "limit": MAX_LIMIT + 1},
        {"q": "a", "kinds": ["no-such-kind"]},
        {"q": "a", "lang": "de"},
    ],
)
def test_values_out_of_range_are_refused(index: SearchIndex, wrong: dict[str, object]) -> None:
    with pytest.raises(Problem) as refused:
        search(index, **wrong)  # type: ignore[arg-type]
    assert refused.value.slug == "invalid-parameter"


def test_a_search_ends_with_its_time(index: SearchIndex) -> None:
    with pytest.raises(Problem) as ended:
        search(index, "a", seconds=0)
    assert ended.value.slug == "query-timeout"
    assert search(index, "a").total > 100  # the next one has its own time


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_finds_names_with_a_slip(
    index: SearchIndex, texts: Sequence[Text], data: st.DataObject
) -> None:
    names = [text for text in texts if text.role.is_name and not is_latin(text.folded)]
    name = data.draw(st.sampled_from([text for text in names if len(text.folded) >= 5]))
    start = data.draw(st.integers(0, len(name.folded) - 5))
    part = name.folded[start : start + data.draw(st.integers(5, 12))].strip(GAP)
    at = data.draw(st.integers(0, len(part) - 1))
    kind = data.draw(st.sampled_from(["change", "drop", "add"]))
    other = data.draw(st.sampled_from("療薬亜xの"))
    q = part[:at] + ("" if kind == "drop" else other) + part[at + (kind != "add") :]
    if q in name.folded:
        return  # found as it is, better than with slips
    if is_latin(q) or allowed_slips(q) < max(1, Levenshtein.distance(q, part)):
        return
    with index.reading(5) as connection:
        found = find_approximately(connection, q, last_name=index.last_name)
        iris = {
            connection.execute("SELECT iri FROM subject WHERE id = ?", (each.subject,)).fetchone()[
                0
            ]
            for each in found
        }
    assert name.iri in iris
    for each in found:
        assert Levenshtein.distance(q, each.words[0]) <= 2 * allowed_slips(q)


def test_a_letter_too_many_makes_a_query_longer_than_the_name(index: SearchIndex) -> None:
    found = everything(index, "資金療の流れ").hits
    assert any(hit.iri.endswith("#FundingFlow") for hit in found)
    assert all(hit.match is Match.APPROXIMATE for hit in found)


def test_slips_are_looked_for_only_when_little_is_found(index: SearchIndex) -> None:
    assert all(hit.match is not Match.APPROXIMATE for hit in everything(index, "がん").hits)
    assert all(hit.match is Match.APPROXIMATE for hit in everything(index, "調製費").hits)


def test_no_unidentified_payee_is_found(index: SearchIndex) -> None:
    assert not search(index, "個人または名称不明の支出先").total


def test_names_without_slips_are_left_to_the_search_without(index: SearchIndex) -> None:
    with index.reading(5) as connection:
        near = find_approximately(connection, fold("厚生労働省"), last_name=index.last_name)
    assert all(each.words != ("厚生労働省",) for each in near)
