"""What the tagger finds in a text: each family of rules, and offsets in the original."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.linking import Linker
from medrd_kg.vocabulary import MRDS

LINKER = Linker.shipped()


def found(text: str) -> dict[str, list[str]]:
    """Slugs of the concepts in a text, with their surfaces."""
    result: dict[str, list[str]] = {}
    for mention in LINKER.mentions(text):
        result.setdefault(mention.concept.removeprefix(str(MRDS)), []).append(mention.surface)
    return result


@pytest.mark.parametrize(
    ("text", "concept", "surface"),
    [
        ("iPS細胞を使う", "technology-ips-cells", "iPS細胞"),
        ("ｉＰＳ細胞を使う", "technology-ips-cells", "ｉＰＳ細胞"),
        ("再⽣医療の研究", "modality-regenerative", "再⽣医療"),
        ("難\u200b病の研究", "disease-intractable", "難\u200b病"),
        ("糖尿\n病の研究", "disease-diabetes", "糖尿\n病"),
        ("ﾜｸﾁﾝの開発", "modality-vaccine", "ﾜｸﾁﾝ"),
        ("がんの研究", "disease-cancer", "がん"),
        ("癌の研究", "disease-cancer", "癌"),
        ("ガンの研究", "disease-cancer", "ガン"),
        ("悪性腫瘍の研究", "disease-cancer", "悪性腫瘍"),
        ("人工知能による画像解析", "technology-ai", "人工知能"),
        ("ＡＩによる画像解析", "technology-ai", "ＡＩ"),
        ("第Ⅱ相を支援する", "phase-clinical-trial", "第Ⅱ相"),
        ("出生コホート調査", "phase-follow-up-study", "出生コホート"),
        (
            "疾病のメカニズムを明らかにする",
            "phase-pathology-elucidation",
            "疾病のメカニズムを明らか",
        ),
        ("有効性・安全性の評価", "technology-efficacy-safety-evaluation", "有効性・安全性の評価"),
        ("測定や分析等の基盤技術の研究", "technology-measurement", "測定"),
        ("測定や分析等の基盤技術の開発", "phase-foundational", "基盤技術の開発"),
        ("水銀分析・測定技術の移転", "technology-analysis", "分析"),
        ("水銀分析・測定技術の移転", "technology-measurement", "測定"),
        ("医薬品候補の構造の探索・最適化", "technology-optimisation", "最適化"),
        ("診療データを一元化する", "technology-data-integration", "一元化"),
        ("新たな動物由来感染症", "disease-new-infectious", "新たな動物由来感染症"),
        ("小児・周産期の疾患", "disease-child-health", "小児"),
        ("薬剤耐性菌感染症の研究", "disease-amr", "薬剤耐性菌感染症"),
        ("モダリティの開発動向", "modality-any", "モダリティの開発"),
        (
            "ゲノム編集技術を用いた医療",
            "modality-genome-editing-therapy",
            "ゲノム編集技術を用いた医療",
        ),
        ("新興・再興呼吸器感染症の対策", "disease-emerging-reemerging", "新興・再興呼吸器感染症"),
        ("癌と再発を繰り返す", "disease-cancer-recurrence", "癌と再発"),
        ("利用実態を把握する", "phase-fact-finding", "実態を把握"),
        ("基礎研究から臨床研究まで一貫した循環型の支援", "phase-translational", "一貫した循環型"),
        ("抗体価を測定する技術", "technology-measurement", "測定する技術"),
        ("製品の品質評価", "technology-quality-test", "品質評価"),
        ("特定の疾患の原因解明", "phase-pathology-elucidation", "疾患の原因解明"),
        ("次世代抗体医薬の製造技術", "phase-manufacturing-development", "製造技術"),
        (
            "データの利活用プラットフォーム",
            "technology-data-utilisation",
            "データの利活用プラットフォーム",
        ),
        ("健診等で収集するデータを用いる", "technology-data-collection", "収集するデータ"),
        ("データを全国から集約する", "technology-data-collection", "データを全国から集約"),
        ("利活用できる治験データの取得", "technology-data-utilisation", "利活用できる治験データ"),
        ("研究者等へのデータ提供", "technology-data-sharing", "研究者等へのデータ提供"),
        (
            "データを収集・登録・第三者提供する",
            "technology-data-sharing",
            "データを収集・登録・第三者提供",
        ),
        ("新しい技術を活用した介入", "technology-new-technology", "新しい技術"),
        ("全ゲノムを対象に検索する", "technology-whole-genome-analysis", "全ゲノムを対象"),
        ("ウイルスの迅速試験法", "technology-pathogen-detection", "ウイルスの迅速試験法"),
        ("測定や分析等の基盤技術の研究", "phase-foundational", "基盤技術の研究"),
        ("病原性発現機構の解析", "phase-pathology-elucidation", "病原性発現機構"),
        ("臨床的、基礎的な研究を行う", "phase-clinical-research", "臨床"),
        ("臨床的、基礎的な研究を行う", "phase-basic", "基礎的な研究"),
        ("実態把握のための分析", "phase-fact-finding", "実態把握"),
        ("発症・重症化予防に資する研究", "purpose-prevention", "発症・重症化予防"),
        ("個人に最適ながんの予防法", "modality-personalised-medicine", "個人に最適ながんの予防"),
        ("国内でワクチンを製造する", "modality-domestic-vaccine", "国内でワクチンを製造"),
        ("モダリティ毎に調査する", "modality-any", "モダリティ毎"),
        ("環境要因と疾患との関係を明らかにする", "disease-all", "疾患"),
        ("主要な疾患を克服する", "disease-all", "主要な疾患"),
        ("疾病領域ごとの取組", "disease-all", "疾病領域ごと"),
        ("コロナウイルスのパンデミック後", "disease-covid-19", "コロナウイルスのパンデミック"),
        ("メンタルヘルスサービスの開発", "modality-healthcare", "ヘルスサービス"),
        ("抗体、核酸等の医薬品候補", "modality-antibody-drug", "抗体"),
        ("基礎基盤研究を行う", "phase-basic", "基礎"),
        ("research on gene therapies and cancer", "disease-cancer", "cancer"),
        ("Regenerative medicine", "modality-regenerative", "Regenerative medicine"),
    ],
)
def test_variants_of_a_word_are_found_where_they_stand(
    text: str, concept: str, surface: str
) -> None:
    assert surface in found(text)[concept]


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("ガンマ線の照射", "disease-cancer"),
        ("スローガンの募集", "disease-cancer"),
        ("がんばろう！商店街", "disease-cancer"),
        ("発がん性試験", "disease-cancer"),
        ("設備の予防保全", "purpose-prevention"),
        ("火災予防の推進", "purpose-prevention"),
        ("犯罪の予防及び捜査", "purpose-prevention"),
        ("予防接種の実施", "purpose-prevention"),
        ("屋根の耐風診断", "purpose-diagnosis"),
        ("車両診断と経営診断", "purpose-diagnosis"),
        ("死亡診断書の電子化", "purpose-diagnosis"),
        ("非臨床試験を行う", "phase-clinical-trial"),
        ("医療法に基づく検査", "purpose-treatment"),
        ("作業療法士の養成", "purpose-treatment"),
        ("動物用医薬品の検査", "modality-drug"),
        ("再生可能エネルギー", "modality-regenerative"),
        ("農薬の登録", "modality-drug"),
        ("said the chairman", "technology-ai"),
        ("通院治療センター改修整備", "purpose-treatment"),
        ("エイズ治療・研究開発センター改修整備", "purpose-treatment"),
        ("医療・福祉・生活の質の向上", "purpose-prognosis-qol"),
        ("ヘルスケアベンチャー・サミットの開催", "modality-healthcare"),
        ("罹患状況や治療内容等に関する臨床情報", "purpose-treatment"),
        ("ゲノム解析センター建替整備工事", "technology-analysis"),
        ("既存の循環器疾患のコホート研究の結果", "phase-follow-up-study"),
        ("小児・AYA世代のがん患者", "disease-child-health"),
        ("薬剤耐性菌感染症の研究", "disease-infectious"),
        ("希少疾病用医薬品の開発", "disease-intractable"),
        ("大気汚染による循環器への影響", "disease-cardiovascular"),
        ("先制医療の推進", "purpose-prevention"),
        ("高齢者の生活の質を大きく低下させる疾患", "purpose-prognosis-qol"),
        ("特定疾患治療研究対象者の申請", "purpose-treatment"),
        ("妊孕性温存療法の費用", "purpose-treatment"),
        ("治療用ベクターの製造", "purpose-treatment"),
        ("必要な患者が治療を受けられるよう配送する", "purpose-treatment"),
        ("医療機器の上市", "phase-practical-application"),
        ("治験薬製造拠点の整備", "phase-clinical-trial"),
        ("新規モダリティ（創薬手法）", "phase-drug-discovery"),
        ("動物実験室の整備", "phase-nonclinical"),
        ("毒性発現に関わる標的分子の同定", "phase-target-exploration"),
        ("製造工程開発の支援", "technology-manufacturing"),
        ("幹細胞治療の利点", "purpose-treatment"),
        ("安全性ビッグデータベースの構築", "technology-data-utilisation"),
        ("有効性・安全性のエビデンス", "technology-efficacy-safety-evaluation"),
        ("輸入感染症の検査", "disease-cross-border-infectious"),
        ("国際的に脅威となる感染症対策関係閣僚会議", "disease-cross-border-infectious"),
        ("新型インフルエンザ流行時の緊急使用", "disease-emerging-reemerging"),
        ("ポリオウイルスの検定", "disease-infectious"),
        ("核酸医薬の開発", "modality-drug"),
        ("生物学的製剤の検定", "modality-drug"),
        ("8K内視鏡の開発", "modality-medical-device"),
        ("質の高い製品・サービスの創出", "modality-healthcare"),
        ("がんの薬物療法とファーマコゲノミクス", "modality-genomic-medicine"),
        ("基礎から臨床へと継ぎ目無く", "phase-translational"),
        ("ワクチンの早期臨床開発", "phase-clinical-trial"),
        ("基礎から製造・臨床段階までの支援", "phase-clinical-research"),
        ("動物実験的手法を用いる", "phase-nonclinical"),
        ("大規模臨床試験（実証的な臨床試験）", "phase-demonstration"),
        ("新規の概念実証", "phase-demonstration"),
        ("データの利活用プラットフォーム", "technology-data-sharing"),
        ("データベース登録システム", "technology-data-collection"),
        ("革新的in silico技術", "technology-drug-design"),
        ("検体のゲノムシークエンス", "technology-whole-genome-analysis"),
    ],
)
def test_compounds_that_change_the_meaning_are_no_mention(text: str, concept: str) -> None:
    assert concept not in found(text)


def test_nonclinical_studies_are_found_as_what_they_are() -> None:
    assert found("非臨床試験を行う")["phase-nonclinical"] == ["非臨床試験"]


@pytest.mark.parametrize(
    ("text", "kept", "taken_back"),
    [
        ("がんを除く難病の研究", "disease-intractable", "disease-cancer"),
        ("感染症以外の疾患と認知症", "disease-dementia", "disease-infectious"),
        ("治療ではなく予防を目指す", "purpose-prevention", "purpose-treatment"),
        ("がん・難病を除く認知症の研究", "disease-dementia", "disease-cancer"),
        ("prevention other than diagnosis", "purpose-prevention", "purpose-diagnosis"),
    ],
)
def test_negation_takes_back_only_what_it_governs(text: str, kept: str, taken_back: str) -> None:
    assert kept in found(text)
    assert taken_back not in found(text)


def test_every_member_of_a_list_counts() -> None:
    diseases = found("がん・難病・感染症、認知症等の研究")
    assert set(diseases) >= {
        "disease-cancer",
        "disease-intractable",
        "disease-infectious",
        "disease-dementia",
    }


@pytest.mark.parametrize(
    ("text", "member", "surface"),
    [
        ("精神・神経疾患の克服", "disease-psychiatric", "精神"),
        ("抗体・核酸医薬の創出", "modality-antibody-drug", "抗体"),
        ("循環器・腎疾患の研究", "disease-cardiovascular", "循環器"),
        ("医療・福祉機器の開発", "modality-medical-device", "医療"),
    ],
)
def test_members_of_a_list_share_its_head(text: str, member: str, surface: str) -> None:
    assert surface in found(text)[member]


def test_a_shared_head_that_is_a_concept_of_its_own_stays_whole() -> None:
    concepts = found("再生・細胞医療や遺伝子治療の研究")
    assert concepts["modality-regenerative-cell"] == ["再生・細胞医療"]
    assert concepts["modality-gene-therapy"] == ["遺伝子治療"]


def test_a_heading_with_a_concept_of_its_own_gives_that() -> None:
    heading = "再生・細胞医療・遺伝子治療"
    assert found(f"{heading}の研究") == {"modality-regenerative-cell-gene": [heading]}


def test_a_pair_gives_its_members_too() -> None:
    pair = "医療機器・ヘルスケア"
    assert found(f"{pair}プロジェクト") == {
        "modality-devices-healthcare": [pair],
        "modality-medical-device": [pair],
        "modality-healthcare": [pair],
    }


def test_the_longest_words_of_a_facet_win() -> None:
    concepts = found("疾患特異的iPS細胞を用いた創薬研究")
    assert "technology-disease-specific-ips" in concepts
    assert "technology-ips-cells" not in concepts


def test_one_word_may_name_concepts_of_several_facets() -> None:
    mentions = LINKER.mentions("がん免疫療法")
    assert {mention.facet for mention in mentions} >= {"disease-area", "modality", "purpose"}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("「がんの予防を推進する」ことが謳われている。", "purpose-prevention"),
        ("新型コロナウイルス感染症の流行に伴い、体制を強化する。", "disease-covid-19"),
        ("橋渡し研究においても重要な役割を果たす", "phase-translational"),
        ("臨床研究に精通する専門家の助言", "phase-clinical-research"),
        ("臨床研究中核病院の意見を集約する", "phase-clinical-research"),
        ("多施設共同臨床試験グループとの連携", "phase-clinical-trial"),
        ("実用化に際しての安全性", "phase-practical-application"),
        ("コンセプトの実証等を実施する", "phase-demonstration"),
        ("試行的・実証的な臨床研究", "phase-demonstration"),
        ("感染症対策関係閣僚会議の決定", "disease-infectious"),
        ("感染症対策や診療に資する情報", "disease-infectious"),
        ("食中毒の原因究明および予防", "purpose-prevention"),
        ("症状、治療方法、転帰の把握", "purpose-treatment"),
        ("既存の治療法がない疾病", "purpose-treatment"),
        ("新たな治療の選択肢となる", "purpose-treatment"),
        ("がん治療等に取り組めるように", "purpose-treatment"),
        ("発症～治療～介護の関係", "purpose-treatment"),
        ("曝露に伴う生命予後", "purpose-prognosis-qol"),
        ("医薬品開発等を支援する組織", "modality-drug"),
        ("※医療DXとは、診察・治療の情報を共有することと定義できる", "purpose-treatment"),
    ],
)
def test_what_is_named_in_passing_counts(text: str, concept: str) -> None:
    assert concept in found(text)


def test_general_words_are_no_concepts_by_themselves() -> None:
    assert found("研究開発の推進と環境整備、連携、支援") == {}


_WORDS = "がん 癌 ガン iPS細胞 ｉＰＳ細胞 再⽣医療 ﾜｸﾁﾝ 診断・ 治療法 を除く ・ (株) ㈱ AI"
_PIECES = st.sampled_from(
    [*_WORDS.split(" "), "難\u200b病", "糖尿\n病", " ", "\u3000", "e\u0301", "。"]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=14).map("".join))
def test_surfaces_are_what_stands_at_the_offsets(text: str) -> None:
    mentions = LINKER.mentions(text)
    for mention in mentions:
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.surface == text[mention.start : mention.end]
        assert 0 < mention.confidence <= 1
    assert mentions == sorted(mentions, key=lambda m: (m.start, m.end, m.concept))


@given(st.lists(_PIECES, min_size=1, max_size=8).map("".join), st.text(max_size=6))
def test_text_before_a_full_stop_only_shifts_what_follows(text: str, before: str) -> None:
    alone = LINKER.mentions(text)
    lead = f"{before}。。"
    shifted = [m for m in LINKER.mentions(lead + text) if m.start >= len(lead)]
    assert [(m.concept, m.start - len(lead), m.surface) for m in shifted] == [
        (m.concept, m.start, m.surface) for m in alone
    ]


def test_long_texts_are_read_whole() -> None:
    assert len(LINKER.mentions("がん・" * 20_000)) == 20_000
