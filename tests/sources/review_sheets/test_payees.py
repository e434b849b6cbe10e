"""Names of payees: one organisation one node, and no private person anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.sources.review_sheets.names import clean, legal_form, match_key, programme_key
from medrd_kg.sources.review_sheets.organisations import Organisation, OrganisationRegistry
from medrd_kg.sources.review_sheets.persons import may_be_named

TOKYO = "5010005007398"
MADE_UP = "4010001000000"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("（株）日立製作所", "株式会社日立製作所"),
        ("①株式会社巴商会", "株式会社　巴商会"),
        ("国立大学法人　東京大学\n", "国立大学法人東京大学"),
        ("ＮＴＴデータ", "NTTデータ"),
        ("⽣命\u200b科学\u00a0研究所", "生命科学研究所"),
        ("(一財)日本規格協会", "一般財団法人日本規格協会"),
        ("独）国立成育医療研究ｾﾝﾀｰ", "独立行政法人国立成育医療研究センター"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


def test_the_display_form_keeps_the_spelling() -> None:
    assert clean(" ⑤（株）\n池田理化\u200b ") == "（株） 池田理化"


def test_programme_names_meet_across_punctuation() -> None:
    assert programme_key("健康･医療、戦略") == programme_key("健康・医療戦略")


def test_legal_forms_are_split_off() -> None:
    assert legal_form("国立大学法人東京大学") == ("国立大学法人", "東京大学")
    assert legal_form("池田理化株式会社") == ("株式会社", "池田理化")
    assert legal_form("東京大学") == ("", "東京大学")


@given(name=st.text(max_size=30))
def test_keys_are_stable(name: str) -> None:
    assert match_key(match_key(name)) == match_key(name)
    assert clean(clean(name)) == clean(name)


@pytest.mark.parametrize(
    "name",
    [
        "国立感染症研究所",
        "株式会社　メトラン",
        "シーメンス・ジャパン（株）関東営業部",
        "学校法人　慶應義塾　慶應義塾大学医学部",
        "東京都水道局長",
        "The New York Academy of Science",
        "高知県",
        "日本アイビーエム",
        "みずほ銀行世田谷支店",
    ],
)
def test_organisations_are_named(name: str) -> None:
    assert may_be_named(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "　",
        "個人A",
        "個人（大学教授）",
        "個人（１２者）",
        "非常勤職員Ｂ",
        "東京家政学院大学　講師　A",
        "検討会議委員",
        "山田太郎",
        "山田　太郎",
        "東京大学　山田太郎",
        "国立大学法人東京大学　山田太郎",
        "山田太郎（東京大学）",
        "山田太郎（株式会社山田商会）",
        "株式会社山田商会 山田太郎",
        "インタークリエイティブネットワーク（個人事業主）",
        "国立大学法人　Y",
        "特許事務所Ａ",
        "A社",
        "民間企業B",
        "その他（10社）",
        "（支出額　３１百万円）",
    ],
)
def test_persons_roles_and_placeholders_are_not_named(name: str) -> None:
    assert not may_be_named(name)


@given(
    family=st.sampled_from(
        ["佐藤", "鈴木", "中村", "木村", "阿部", "服部", "田所", "二宮", "小野寺", "長谷部", "林"]
    ),
    given_name=st.sampled_from(["太郎", "花子", "一", "美咲", "健一郎", "ひかり", "アンナ", ""]),
    gap=st.sampled_from(["", " ", "　"]),
    around=st.sampled_from(["{}", "{}氏", "{} 様", "{}教授", "京都大学 {}", "{}（京都大学）"]),
)
def test_full_names_are_never_named(family: str, given_name: str, gap: str, around: str) -> None:
    assert not may_be_named(around.format(f"{family}{gap}{given_name}"))


def resolve(*payees: tuple[str, str | None, str]) -> list[Organisation | None]:
    registry = OrganisationRegistry()
    for payee in payees:
        registry.observe(*payee)
    return [registry.resolve(*payee) for payee in payees]


def test_the_number_is_the_key_whatever_the_spelling() -> None:
    one, other = resolve(("東京大学", TOKYO, "p"), ("国立大学法人　東京大学", TOKYO, "q"))
    assert one is other
    assert one is not None
    assert one.slug == f"c{TOKYO}"


def test_reviewed_organisations_have_readable_names() -> None:
    (amed,) = resolve(("日本医療研究開発機構", "9010005023796", "p"))
    assert amed is not None
    assert amed.slug == "amed"


def test_a_public_name_without_number_joins_its_number() -> None:
    found = resolve(
        ("国立大学法人東京大学", TOKYO, "p"),
        ("東京大学", None, "q"),
        ("国立大学法人 東京大学", None, "r"),
    )
    assert {each.slug for each in found if each} == {f"c{TOKYO}"}


def test_a_former_legal_form_joins_too() -> None:
    one, other = resolve(
        ("国立研究開発法人理化学研究所", "1030005007111", "p"), ("(独）理化学研究所", None, "q")
    )
    assert one is other


def test_a_company_whose_name_one_number_bears_is_that_company() -> None:
    one, other = resolve(("株式会社山田商会", MADE_UP, "p"), ("（株）山田商会", None, "q"))
    assert one is other


def test_a_name_that_several_numbers_bear_is_kept_apart_and_reported() -> None:
    key = match_key("株式会社山田商会")
    registry = OrganisationRegistry({key: frozenset({MADE_UP, "8000000000001"})})
    registry.observe("株式会社山田商会", MADE_UP, "p")
    registry.observe("（株）山田商会", None, "q")
    numbered = registry.resolve("株式会社山田商会", MADE_UP, "p")
    named = registry.resolve("（株）山田商会", None, "q")
    assert numbered is not named
    assert [(one.slug, other.slug) for one, other in registry.doubtful_pairs()] == [
        (named.slug if named else "", f"c{MADE_UP}")
    ]


def test_the_same_programme_pays_the_same_company() -> None:
    key = match_key("株式会社山田商会")
    registry = OrganisationRegistry({key: frozenset({MADE_UP, "8000000000001"})})
    payees = [("株式会社山田商会", MADE_UP, "p"), ("（株）山田商会", None, "p")]
    for payee in payees:
        registry.observe(*payee)
    one, other = (registry.resolve(*payee) for payee in payees)
    assert one is other


def test_a_person_gets_no_node_and_no_label() -> None:
    one, other = resolve(("山田太郎", None, "p"), ("東京大学 山田太郎", TOKYO, "p"))
    assert one is None
    assert other is not None
    assert other.label == f"法人番号{TOKYO}"
    assert other.alternatives == ()


def test_a_numbered_payee_keeps_a_name_without_institution_word() -> None:
    names = ["慶応義塾", "慶應義塾", "慶應義塾"]
    found = resolve(*((name, MADE_UP, "p") for name in names))[0]
    assert found is not None
    assert found.label == "慶應義塾"
    tied = resolve(("川崎市", MADE_UP, "p"), ("川崎市役", MADE_UP, "p"))[0]
    assert tied is not None
    assert tied.label == "川崎市"
    surer = resolve(*[("慶應義塾", MADE_UP, "p")] * 2, ("学校法人慶應義塾", MADE_UP, "p"))[0]
    assert surer is not None
    assert surer.label == "学校法人慶應義塾"


def test_the_label_is_the_most_frequent_spelling() -> None:
    registry = OrganisationRegistry()
    for name in ("東京大学", "国立大学法人東京大学", "国立大学法人東京大学"):
        registry.observe(name, TOKYO, "p")
    entry = registry.resolve("東京大学", TOKYO, "p")
    assert entry is not None
    assert entry.label == "国立大学法人東京大学"
    assert entry.alternatives == ("東京大学",)
