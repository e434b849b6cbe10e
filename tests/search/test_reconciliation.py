"""Reconciliation: cells find the things that they name, and certain matches are certain."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.search.conftest import Text
from tests.search.reconciliation_forms import (
    DraftManifest,
    DraftResultBatch,
    Manifest,
    ResultBatch,
    Suggested,
    SuggestedEntities,
)

from medrd_kg.problems import Problem
from medrd_kg.search.contents import Role
from medrd_kg.search.folding import fold
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.reconciliation.answers import (
    Addresses,
    draft_manifest,
    draft_results,
    manifest,
    preview,
    results,
)
from medrd_kg.search.reconciliation.matching import Candidate, reconcile
from medrd_kg.search.reconciliation.requests import (
    MAX_BATCH,
    MAX_CANDIDATES,
    Wanted,
    read_batch,
    read_draft_batch,
)
from medrd_kg.search.reconciliation.suggesting import (
    suggest_entities,
    suggest_properties,
    suggest_types,
)

CORE = "https://w3id.org/medrd-kg/core#"
ID = "https://w3id.org/medrd-kg/id/"
SCHEMES = "https://w3id.org/medrd-kg/schemes#"
RIKEN = f"{ID}organization/riken"

AT = Addresses(
    base="https://example.org/reconcile",
    view="https://example.org/reconcile/view?id={{id}}",
    preview="https://example.org/reconcile/preview?id={{id}}",
    documentation="https://example.org/docs",
)


def ask(index: SearchIndex, **query: Any) -> list[Candidate]:  # noqa: ANN401 - JSON
    """Return the candidates of one query of version 0.2."""
    return reconcile(index, read_batch(json.dumps({"q": query})))["q"]


@pytest.mark.parametrize(
    ("cell", "iri"),
    [
        ("国立研究開発法人理化学研究所", RIKEN),
        ("理化学研究所", RIKEN),
        ("（国研）理化学研究所", RIKEN),
        ("RIKEN", RIKEN),
        ("ｒｉｋｅｎ", RIKEN),
        ("1030005007111", RIKEN),
        (RIKEN, RIKEN),
        ("ＡＭＥＤ", f"{ID}organization/amed"),
        ("日本医療研究開発機構", f"{ID}organization/amed"),
        ("国立がん研究センタ－", f"{ID}organization/ncc"),
        ("日本医療研究開発機構（AMED）", f"{ID}organization/amed"),
        ("国立研究開発法人理化学研究所 (理研)", RIKEN),
        ("癌", f"{SCHEMES}disease-cancer"),
        ("Cancer", f"{SCHEMES}disease-cancer"),
        ("橋渡し研究プログラム", f"{ID}programme/translational-research-program"),
    ],
)
def test_a_name_in_any_spelling_is_matched(index: SearchIndex, cell: str, iri: str) -> None:
    first, *others = ask(index, query=cell)
    assert (first.iri, first.match) == (iri, True)
    assert first.score >= 95
    assert not any(each.match for each in others)


@pytest.mark.parametrize("cell", ["橋渡研究プログラム", "理化学研究", "国立がん研究センター東病院"])
def test_a_name_that_is_only_like_another_is_offered_and_not_matched(
    index: SearchIndex, cell: str
) -> None:
    found = ask(index, query=cell)
    assert found
    assert all(not each.match and each.score < 85 for each in found)


@pytest.mark.parametrize("cell", ["理化学研究所（AMED）", "理化学研究所（和光）"])
def test_a_second_name_that_is_not_the_thing_s_makes_no_match(
    index: SearchIndex, cell: str
) -> None:
    assert not any(each.match for each in ask(index, query=cell))


def test_the_beginning_of_a_name_comes_before_what_it_could_shorten(index: SearchIndex) -> None:
    first, *others = ask(index, query="東京大")
    assert first.name == "国立大学法人東京大学"
    assert not first.match
    assert any("医科" in each.name for each in others)


def test_an_empty_cell_finds_nothing_and_spoils_no_batch(index: SearchIndex) -> None:
    assert ask(index, query="") == []
    assert ask(index, query="がん", limit=0) == []
    number = [{"pid": f"{CORE}corporateNumber", "v": "1030005007111"}]
    assert [each.iri for each in ask(index, query="", properties=number)] == [RIKEN]


@pytest.mark.parametrize(
    "pid", [f"{CORE}corporateNumber", "mrd:corporateNumber", "corporateNumber"]
)
def test_a_property_may_be_named_in_short(index: SearchIndex, pid: str) -> None:
    found = ask(index, query="理化学研究所", properties=[{"pid": pid, "v": "1030005007111"}])
    assert [each.iri for each in found if each.match] == [RIKEN]


@pytest.mark.parametrize("cell", ["・", "全く存在しない名前の何か", "\u200b", "zzzzzzzz"])
def test_nothing_is_offered_for_what_is_like_nothing(index: SearchIndex, cell: str) -> None:
    assert ask(index, query=cell) == []


def test_one_name_of_two_things_is_matched_with_neither(index: SearchIndex) -> None:
    both = ask(index, query="調整費")
    assert {f"{ID}fund/adjustment-fund", f"{SCHEMES}flow-kind-adjustment-fund"} <= {
        each.iri for each in both
    }
    assert not any(each.match for each in both)
    (typed, *_) = ask(index, query="調整費", type="fund")
    assert (typed.iri, typed.match) == (f"{ID}fund/adjustment-fund", True)


def test_another_legal_form_is_no_certain_match(index: SearchIndex) -> None:
    (first, *_) = ask(index, query="株式会社理化学研究所")
    assert (first.iri, first.match) == (RIKEN, False)


def test_a_hidden_spelling_matches_only_within_the_types_asked_for(index: SearchIndex) -> None:
    assert not ask(index, query="iPS")[0].match
    (typed, *_) = ask(index, query="iPS", type=["technology"])
    assert (typed.iri, typed.match) == (f"{SCHEMES}technology-ips-cells", True)


@given(data=st.data())
@settings(deadline=None, max_examples=80)
def test_every_name_finds_its_thing(
    index: SearchIndex, texts: Sequence[Text], data: st.DataObject
) -> None:
    shown = [each for each in texts if each.role <= Role.IDENTIFIER and each.folded]
    name = data.draw(st.sampled_from(shown))
    namesakes = {each.iri for each in texts if each.role.is_name and each.folded == name.folded}
    found = ask(index, query=name.value, limit=MAX_CANDIDATES)
    if len(namesakes) <= MAX_CANDIDATES:
        assert name.iri in {each.iri for each in found}
    assert found[0].score >= 98
    labelled = {each.iri for each in texts if each.role is Role.LABEL} & {
        each.iri for each in texts if each.folded == name.folded and each.role is Role.LABEL
    }
    if len(labelled) > 1:
        assert not any(each.match for each in found)


@given(cell=st.text(min_size=1, max_size=100))
@settings(deadline=None, max_examples=150)
def test_whatever_a_cell_holds_is_only_text(index: SearchIndex, cell: str) -> None:
    for each in reconcile(index, {"q": Wanted(cell)})["q"]:
        assert 0 < each.score <= 100
        if each.match:
            assert fold(cell)


def test_candidates_come_by_score_and_within_the_limit(index: SearchIndex) -> None:
    found = ask(index, query="国立研究開発法人国立研究センター", limit=4)
    assert len(found) == 4
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_conditions_decide_between_candidates(index: SearchIndex) -> None:
    by = f"{CORE}administeredBy"
    wanted = {"query": "調整費", "type": "fund"}
    (met, *_) = ask(
        index,
        query="国立研究開発法人理化学研究所運営費交付金に必要な経費",
        properties=[{"pid": by, "v": "文部科学省"}],
    )
    assert met.match
    assert (met.score, met.conditions_met) == (100.0, 1.0)
    (unmet, *_) = ask(
        index,
        query="国立研究開発法人理化学研究所運営費交付金に必要な経費",
        properties=[{"pid": by, "v": {"id": f"{ID}organization/mhlw"}}],
    )
    assert unmet.iri == met.iri
    assert not unmet.match
    assert (unmet.score, unmet.conditions_met) == (60.0, 0.0)
    (either, *_) = ask(
        index,
        query="国立研究開発法人理化学研究所運営費交付金に必要な経費",
        properties=[{"pid": by, "v": ["厚生労働省", "ＭＥＸＴ", "文部科学省"]}],
    )
    assert either.match
    assert ask(index, **wanted)[0].conditions_met == 1.0


def test_properties_alone_find_things(index: SearchIndex) -> None:
    (only,) = ask(index, properties=[{"pid": f"{CORE}corporateNumber", "v": "1030005007111"}])
    assert (only.iri, only.match) == (RIKEN, True)
    (number,) = ask(index, properties=[{"pid": f"{CORE}corporateNumber", "v": 1030005007111}])
    assert number == only
    (year,) = ask(index, properties=[{"pid": f"{CORE}yearNumber", "v": 2022}])
    assert year.iri == f"{ID}fiscal-year/2022"
    found = ask(
        index,
        type="programme",
        limit=50,
        properties=[{"pid": f"{CORE}administeredBy", "v": "文部科学省"}],
    )
    assert found
    assert all(each.kinds[0] == "programme" for each in found)
    assert not any(each.match for each in found)


def test_the_draft_can_require_and_exclude(index: SearchIndex) -> None:
    by = f"{CORE}administeredBy"

    def asked(**condition: object) -> list[str]:
        query = {
            "type": "programme",
            "limit": 50,
            "conditions": [
                {"matchType": "name", "v": "国立研究開発法人理化学研究所運営費交付金に必要な経費"},
                {"matchType": "property", "pid": by, **condition},
            ],
        }
        (found,) = reconcile(
            index, dict(enumerate(read_draft_batch(json.dumps({"queries": [query]}))))
        ).values()
        return [each.iri for each in found if each.match]

    iri = f"{ID}programme/riken-operating-grant"
    assert asked(v="文部科学省", required=True) == [iri]
    assert asked(v="厚生労働省", required=True) == []
    assert asked(v="厚生労働省", matchQuantifier="none") == [iri]
    assert asked(v=["文部科学省", "厚生労働省"], matchQuantifier="all") == []
    assert asked(v=["文部科学省", "厚生労働省"], matchQuantifier="any") == [iri]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_answers_have_the_form_of_the_specification(index: SearchIndex, language: str) -> None:
    cells = ["理化学研究所", "がん", "調整費", "橋渡し", "無い", "Rainbow BioScience"]
    batch = read_batch(json.dumps({cell: {"query": cell} for cell in cells}), language)
    answer = results(index, reconcile(index, batch), language=language)
    assert list(answer) == cells
    ResultBatch.model_validate(answer)
    queries = [
        {"conditions": [{"matchType": "name", "v": cell}], "lang": language} for cell in cells
    ]
    wanted = dict(enumerate(read_draft_batch(json.dumps({"queries": queries}))))
    draft = draft_results(index, reconcile(index, wanted).values(), language=language)
    DraftResultBatch.model_validate(draft)
    assert [each["candidates"] for each in draft["results"]] == [
        each["result"] for each in answer.values()
    ]
    Manifest.model_validate(manifest(index, AT, version="1", language=language))
    DraftManifest.model_validate(draft_manifest(index, AT, version="1", language=language))
    SuggestedEntities.model_validate(suggest_entities(index, "国立", language=language))
    Suggested.model_validate(suggest_types(index, "", language=language))
    Suggested.model_validate(suggest_properties(index, "", language=language))


def test_names_come_in_the_language_asked_for(index: SearchIndex) -> None:
    batch = json.dumps({"q": {"query": "がん", "type": "disease-area"}})
    (english, *_) = reconcile(index, read_batch(batch, "en"))["q"]
    (japanese, *_) = reconcile(index, read_batch(batch, "ja"))["q"]
    assert (english.name, japanese.name) == ("cancer", "がん")
    assert english.description is not None
    assert english.description.isascii()


def test_the_default_types_exist(index: SearchIndex) -> None:
    offered = manifest(index, AT, version="1")["defaultTypes"]
    assert {each["id"] for each in offered} <= set(index.kinds)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{",
        '{"q": {}}',
        '{"q": {"query": "a", "limit": -1}}',
        '{"q": {"query": "a", "limt": 5}}',
        '{"q": {"query": "a", "type_strict": "perhaps"}}',
        '{"q": {"query": "a", "properties": [{"pid": "x"}]}}',
        '{"q": {"query": "a", "properties": [{"pid": "x", "v": null}]}}',
        '{"q": {"query": 5}}',
        json.dumps({"q": {"query": "a" * 501}}),
    ],
)
def test_what_is_no_batch_is_refused(document: str) -> None:
    with pytest.raises(Problem) as refused:
        read_batch(document)
    assert refused.value.slug == "invalid-parameter"


@pytest.mark.parametrize(
    "document",
    [
        "{}",
        '{"queries": [{"conditions": []}]}',
        '{"queries": [{"conditions": [{"v": "a"}]}]}',
        '{"queries": [{"conditions": [{"matchType": "property", "v": "a"}]}]}',
        '{"queries": [{"type": ["a"], "conditions": [{"matchType": "name", "v": "a"}]}]}',
    ],
)
def test_what_is_no_batch_of_the_draft_is_refused(document: str) -> None:
    with pytest.raises(Problem):
        read_draft_batch(document)


def test_faults_repeat_nothing_of_the_table() -> None:
    with pytest.raises(Problem) as refused:
        read_batch('{"q": {"query": 5, "type": {"secret": "山田"}}}')
    assert "山田" not in str(refused.value)


def test_larger_batches_are_refused() -> None:
    batch = {str(number): {"query": "a"} for number in range(MAX_BATCH + 1)}
    with pytest.raises(Problem) as refused:
        read_batch(json.dumps(batch))
    assert refused.value.slug == "content-too-large"


@pytest.mark.parametrize(
    "query",
    [
        {"query": "a", "type": "no-such-type"},
        {"query": "a", "properties": [{"pid": "no-such-property", "v": "x"}]},
    ],
)
def test_unknown_types_and_properties_are_told(
    index: SearchIndex, query: dict[str, object]
) -> None:
    with pytest.raises(Problem) as refused:
        ask(index, **query)
    assert refused.value.slug == "invalid-parameter"


def test_suggestions_go_on_where_they_ended(index: SearchIndex) -> None:
    first = suggest_entities(index, "国立")["result"]
    second = suggest_entities(index, "国立", cursor=len(first))["result"]
    assert first
    assert second
    assert not {each["id"] for each in first} & {each["id"] for each in second}
    assert suggest_entities(index, "国立", cursor=10_000)["result"] == []
    with pytest.raises(Problem):
        suggest_entities(index, "国立", cursor=-1)


def test_identifiers_are_suggested_themselves(index: SearchIndex) -> None:
    assert [each["id"] for each in suggest_entities(index, RIKEN)["result"]] == [RIKEN]
    assert suggest_types(index, "programme")["result"][0]["id"] == "programme"
    by = f"{CORE}administeredBy"
    assert suggest_properties(index, by)["result"][0]["id"] == by
    assert suggest_entities(index, RIKEN, types=["programme"])["result"] == []


def test_types_and_properties_are_suggested_by_name_in_both_languages(
    index: SearchIndex,
) -> None:
    assert {"id": "disease-area", "name": "疾患領域"} in suggest_types(index, "疾患")["result"]
    assert "disease-area" in {
        each["id"] for each in suggest_types(index, "disease", language="en")["result"]
    }
    assert f"{CORE}corporateNumber" in {
        each["id"] for each in suggest_properties(index, "法人番号")["result"]
    }


def test_a_preview_tells_what_a_thing_is(index: SearchIndex) -> None:
    shown = preview(index, f"{SCHEMES}disease-cancer")
    assert shown is not None
    assert shown["label"] == {"ja": "がん", "en": "cancer"}
    assert "悪性腫瘍" in {each["value"] for each in shown["names"]}
    assert {each["lang"] for each in shown["definitions"]} == {"ja", "en"}
    assert shown["types"] == [{"id": "disease-area", "name": "疾患領域"}]
    assert preview(index, "https://example.org/nothing") is None
