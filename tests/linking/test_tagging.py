"""Concepts of whole programmes, and whether they are medical R&D."""

import pytest
import yaml

from medrd_kg.linking import Linker
from medrd_kg.linking.lexicon import FACETS, rule_table, shipped_lexicon
from medrd_kg.vocabulary import MRDS

LINKER = Linker.shipped()


def concepts(name: str, **texts: str) -> set[str]:
    return {c.concept.removeprefix(str(MRDS)) for c in LINKER.tag(name, texts).concepts}


@pytest.mark.parametrize(
    "name",
    [
        "既存建築物における屋根ふき材の耐風診断・補強技術評価に関する研究",
        "中小企業等に対する省エネルギー診断事業費補助金",
        "鉄道車両診断技術の開発",
        "道路橋の予防保全に関する技術開発",
        "火災予防対策の推進",
        "犯罪予防活動の促進",
        "動物用医薬品の非臨床試験の実施",
        "豚熱経口ワクチン内製化推進事業",
        "農薬の安全性に関する試験研究",
        "原子力災害時医療実効性確保事業",
        "地域医療介護総合確保基金",
        "先進技術の橋渡し研究",
        "がんばろう!商店街事業",
        "再生可能エネルギー熱利用技術開発事業",
        "診療報酬体系見直し後の評価等に係る調査に必要な経費",
        "ワクチン接種円滑化標準システム開発運用事業",
        "死亡診断書電子化のための基盤整備実証事業",
        "発達障害者・難治性疾患患者雇用開発助成金",
        "がん診療に携わる医師の養成事業",
    ],
)
def test_what_only_sounds_medical_gets_no_link(name: str) -> None:
    tagging = LINKER.tag(name)
    assert not tagging.medical.is_medical_rd
    assert tagging.concepts == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("次世代がん医療加速化研究事業", {"disease-cancer"}),
        (
            "難病の全ゲノム解析等実証事業",
            {"disease-intractable", "technology-whole-genome-analysis"},
        ),
        ("再生医療・遺伝子治療の産業化に向けた基盤技術開発事業", {"modality-gene-therapy"}),
        (
            "新型コロナウイルス感染症治療薬実用化支援事業",
            {"disease-covid-19", "modality-therapeutic-drug", "phase-practical-application"},
        ),
        (
            "医療研究開発推進事業費補助金（医療機器・ヘルスケアプロジェクト）",
            {"modality-medical-device"},
        ),
        ("ワクチン大規模臨床試験等支援事業", {"modality-vaccine", "phase-clinical-trial"}),
        ("独立行政法人国立病院機構運営費", set()),
        ("ロボット介護機器導入実証事業", {"phase-demonstration", "technology-robotics"}),
        ("健康情報活用基盤の実証", {"phase-demonstration"}),
        ("次世代の医療・介護・健康ICT基盤の高度化", {"technology-digital"}),
        ("小児慢性特定疾病登録管理データ運用事業", {"disease-child-health"}),
        ("感染症情報センター経費", {"disease-infectious"}),
    ],
)
def test_names_alone_are_enough_for_plain_programmes(name: str, expected: set[str]) -> None:
    assert LINKER.tag(name).medical.is_medical_rd
    assert concepts(name) >= expected


@pytest.mark.parametrize(
    ("name", "text", "medical"),
    [
        ("難病患者情報管理事業", "患者や家族に広く情報を届けるポータルサイトを運営する。", False),
        ("難病患者情報管理事業", "治療研究を推進するデータベースを構築する。", True),
        ("国際的な医師養成", "診療参加型臨床実習を充実する。", False),
        ("国際的な医師養成", "基礎研究医の養成に向けた取組を推進する。", True),
        ("医療人材養成事業", "リサーチマインドを持った医師を養成する。", True),
        ("調査の経費((項)介護保険制度運営推進費)", "介入群と非介入群を比較する。", True),
        ("要介護認定に必要な経費", "介入群と非介入群を比較する。", False),
        ("公害病患者の健康調査", "治療研究班の検診と併せて情報を収集する。", True),
        ("公害病患者の健康調査", "調査に応じた人に支援金を支給する。", False),
        ("ワクチン生産体制の基金", "ワクチンの購入と保管を行う。", False),
        ("ワクチン生産体制の基金", "ワクチンの購入と臨床試験を行う。", True),
        ("庁舎の経費", "国立感染症研究所の庁舎を維持管理する。", True),
        ("庁舎の経費", "研究所の庁舎を維持管理する。", False),
        ("国立感染症研究所施設整備経費", "研究棟を整備する。", True),
        ("国立感染症研究所施設整備経費", "擁壁の改修工事を行う。", False),
        ("ワクチン生産体制の基金", "ワクチンの購入と、国内の生産体制を整備する。", True),
    ],
)
def test_the_text_decides_where_a_name_leaves_it_open(name: str, text: str, medical: bool) -> None:
    assert LINKER.tag(name, {"overview": text}).medical.is_medical_rd is medical


def test_mentions_are_kept_with_their_field() -> None:
    tagging = LINKER.tag("がん研究推進事業", {"overview": "癌の診断法を開発する。"})
    cancer = next(c for c in tagging.concepts if c.concept == str(MRDS["disease-cancer"]))
    assert [(m.field, m.mention.surface) for m in cancer.mentions] == [
        ("name", "がん"),
        ("overview", "癌"),
    ]
    assert cancer.facet == "disease-area"


def test_a_concept_outside_the_name_is_a_little_less_sure() -> None:
    in_name = LINKER.tag("がん研究推進事業").concepts[0]
    in_text = LINKER.tag("次世代医療研究事業", {"overview": "がんを研究する。"}).concepts
    assert in_text[0].concept == in_name.concept
    assert in_text[0].confidence < in_name.confidence


def test_institutes_tell_the_field_in_names_but_not_in_texts() -> None:
    assert concepts("国立がん研究センター運営費") == {"disease-cancer"}
    assert concepts("国立感染症研究所共通経費") == {"disease-infectious"}
    assert concepts("国立感染症研究所施設整備経費") == {"disease-infectious"}
    assert concepts("国立医薬品食品衛生研究所施設整備経費") == {"modality-drug"}
    somewhere = concepts("臨床研究支援事業", overview="国立がん研究センターに委託して支援する。")
    assert "disease-cancer" not in somewhere
    assert concepts("肝炎研究事業", overview="国立感染症研究所において解析する。") == {
        "disease-hepatitis"
    }
    # of its own buildings and departments it is the subject
    assert "disease-infectious" in concepts(
        "庁舎の経費", overview="国立感染症研究所戸山庁舎の保守。"
    )
    assert "disease-infectious" in concepts(
        "ワクチン研究事業", overview="国立感染症研究所の各部門で研究する。"
    )


def test_a_concept_is_given_beside_what_is_narrower() -> None:
    heading = "Research and development of medical devices and healthcare"
    both = concepts("医療機器開発事業", overview=f"{heading}。医療機器と福祉用具を開発する。")
    assert {
        "modality-devices-healthcare",
        "modality-medical-device",
        "modality-healthcare",
    } <= both


def test_reasons_and_confidence_come_with_the_judgement() -> None:
    judgement = LINKER.tag("医療研究開発推進事業費補助金").medical
    assert judgement.is_medical_rd
    assert "+medical-rd-fund" in judgement.reasons
    assert 0.5 < judgement.confidence <= 1
    assert any(reason.startswith("-") for reason in LINKER.tag("診療報酬調査").medical.reasons)


def test_the_shipped_linker_is_built_once() -> None:
    assert Linker.shipped() is LINKER


def test_every_rule_names_a_concept_that_a_scheme_has() -> None:
    known = set(shipped_lexicon().broader)
    for table in ("variants", "patterns", "unused-labels"):
        assert set(rule_table(table)) <= known
    for settings in rule_table("compounds").values():
        assert set(settings.get("facets", FACETS)) <= set(FACETS)


def test_no_rule_is_written_twice() -> None:
    variants = rule_table("variants")
    for concept, words in variants.items():
        assert len(words) == len(set(words)), concept
    assert isinstance(yaml.safe_dump(variants), str)


def test_a_programme_gets_what_it_names_and_the_broader_ones_on_request() -> None:
    named = {c.concept for c in LINKER.tag("新型コロナウイルス感染症治療薬実用化支援事業").concepts}
    assert f"{MRDS}disease-infectious" not in named
    wide = LINKER.with_broader(named)
    assert named < wide
    assert {f"{MRDS}disease-emerging-reemerging", f"{MRDS}disease-infectious"} <= wide
    assert LINKER.with_broader(wide) == wide
    assert LINKER.with_broader(["urn:none"]) == {"urn:none"}


def test_a_survey_tells_places_that_a_tagging_leaves_out() -> None:
    name, texts = "難病研究事業", {"purpose": "がんを除く。"}
    survey = LINKER.survey(name, texts)
    assert survey.tagging == LINKER.tag(name, texts)
    negated = {p.mention.concept for p in survey.places if p.mention.negated}
    assert negated == {f"{MRDS}disease-cancer"}
    assert not negated & {c.concept for c in survey.tagging.concepts}


@pytest.mark.parametrize("text", ["", " \n ", "。", "がん"])
def test_texts_without_a_name_may_be_anything(text: str) -> None:
    survey = LINKER.survey("", {"text": text})
    assert [p.mention.surface for p in survey.places] == (["がん"] if text == "がん" else [])
