"""Which payees may be named: the privacy rule for rows without a valid 法人番号.

A payee is named only if it carries a legal form or an institution word, or is on the reviewed
list, and does not look like a person, a role or a placeholder. Everybody else becomes the
sheet's one "individual or unnamed payee": the amount stays, the name is dropped everywhere.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from medrd_kg.sources.review_sheets.names import clean, expand_forms, legal_form, match_key
from medrd_kg.sources.review_sheets.reviewed import table

__all__ = ["may_be_named", "may_be_named_with_number"]

_INSTITUTION = re.compile(
    "法人|会社|財団|社団|組合|大学|大学院|学校|学園|高専|病院|医院|診療所|療養所|クリニック|薬局|"
    "センター|機構|研究所|研究院|研究会|科学院|協会|学会|協議会|連合会|連盟|連合|振興会|工業会|"
    "共同体|コンソーシアム|基金|公社|公庫|銀行|商会|商店|会議所|事務所|税務署|労働局|水道局|郵便局|印刷局|"
    "支社|支店|営業所|事務局|省$|庁$|府$|県$|(?:北海道|東京都)$|市長|[都道府県市]立"
)
_INSTITUTION_LATIN = re.compile(
    r"\b(?:inc|ltd|llc|gmbh|corp|corporation|company|limited|plc|university|college|institute|"
    r"institut|hospital|foundation|academy|association|council|society|school|centre|center|"
    r"laborator(?:y|ies)|ministry|agency|organi[sz]ation|consortium|pte|b\.?v)\b",
    re.IGNORECASE,
)
_NEVER = re.compile(
    "個人|職員|委員(?!会)|講師|研究員|研究補助員|補佐員|研究者|教授|准教授|助教|医師(?!会)|先生|"
    "受給者|被保険者|匿名|非公表|氏$|様$|支出額|支出先|^その他|^他\\d*"
)
_COUNTED = re.compile(r"(?:\d+|複数|[一二三四五六七八九十]+)(?:社|者|名|人|件|法人|団体|機関)\)?$")
_PLACEHOLDER_AFTER_BLANK = re.compile(r"\s[a-z]{1,2}$", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"^(?:(?:国際)?特許(?:法律)?事務所|法律事務所|会計事務所|民間(?:企業|団体)|企業|団体|大学|病院|法人|"
    r"研究機関|会社|社)?[a-z]{1,2}(?:社|者|大学|病院|法人|機関|研究所)?$",
    re.IGNORECASE,
)
_BRANCH_OF_COMPANY = re.compile(".{2}(?:株式会社|有限会社|合同会社).{2}")
_PERSONAL = re.compile("[\u3005\u3041-\u30ff\u3400-\u9fff]{1,8}")
_ENDS_LIKE_A_UNIT = re.compile(
    "(?:[本支]店|[本支]社|[本支分]部|[本分]校|[本分]院|学部|支所|工場|コース|校舎|地区)$|"
    ".{2}[課室局科店所社院館校会組団]$|.{3}部$"
)  # 服部, 長谷部, 田所 and 中村 are people


@cache
def _reviewed() -> frozenset[str]:
    return frozenset(match_key(row["name"]) for row in table("payees"))


def _looks_institutional(part: str) -> bool:
    return bool(_INSTITUTION.search(part) or _INSTITUTION_LATIN.search(part))


def _reads_like_a_person(part: str) -> bool:
    return (
        _PERSONAL.fullmatch(part) is not None
        and not _looks_institutional(part)
        and not _ENDS_LIKE_A_UNIT.search(part)
    )


def _names_a_person_beside(name: str) -> bool:
    """Return whether a word that reads like a person stands apart, as in ``X大学 山田太郎``.

    A word beside a bare legal form (``株式会社 メトラン``) is the name of the company.
    """
    parts = [part for part in re.split(r"[\s()]+", expand_forms(name)) if part]
    words = [part for part in parts if legal_form(part)[1]]
    if len(words) < len(parts) and words:
        words = words[1:]  # the first word belongs to the bare legal form
    elif len(words) == 1:
        return False
    return any(_reads_like_a_person(word) for word in words)


def _is_nobody(name: str) -> bool:
    """Return whether a name is a role, a number of payees, a remark or a placeholder."""
    return any(
        rule.search(name) for rule in (_NEVER, _COUNTED, _PLACEHOLDER_AFTER_BLANK, _PLACEHOLDER)
    )


_REMEMBERED: Final = 1 << 17


@lru_cache(maxsize=_REMEMBERED)
def may_be_named(raw: str) -> bool:
    """Return whether a payee without a valid 法人番号 is surely an organisation.

    >>> may_be_named("国立感染症研究所"), may_be_named("個人A"), may_be_named("国立大学法人 Y")
    (True, False, False)
    """
    name = unicodedata.normalize("NFKC", clean(raw))
    key = match_key(raw)
    if key in _reviewed():
        return True
    if not key or _is_nobody(name) or _names_a_person_beside(name):
        return False
    form, proper = legal_form(key)
    if form:
        return len(proper) > 1 and not _PLACEHOLDER.search(proper)
    return bool(_BRANCH_OF_COMPANY.search(key)) or _looks_institutional(name)


@lru_cache(maxsize=_REMEMBERED)
def may_be_named_with_number(raw: str) -> bool:
    """Return whether the printed name of a payee with a valid 法人番号 may be shown.

    The number says that the payee is no natural person, so that a name needs no institution
    word; only a person who is named beside the organisation keeps it from being shown.

    >>> may_be_named_with_number("慶應義塾"), may_be_named_with_number("X大学 山田太郎")
    (True, False)
    """
    name = unicodedata.normalize("NFKC", clean(raw))
    return bool(match_key(raw)) and not _names_a_person_beside(name)
