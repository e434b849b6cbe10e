"""Spelling of names: what is kept, and what is compared.

The sheets mix full and half width, circled rank marks, zero-width marks, line breaks, Kangxi
radicals and abbreviated legal forms (trap 10 and 15). The original stays the label; only the key
is normalised.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

__all__ = ["clean", "expand_forms", "legal_form", "match_key", "programme_key"]

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]"
)
_RANK_MARK = re.compile("^[\u2460-\u2473\u3251-\u325f]\\s*")
_BLANK = re.compile(r"\s+")
_DASHES = re.compile("[‐‑‒–—―−]")  # the long-vowel mark ー is a letter and stays

_ABBREVIATED: Final = (
    ("(株)", "株式会社"),
    ("(有)", "有限会社"),
    ("(同)", "合同会社"),
    ("(独)", "独立行政法人"),
    ("(国研)", "国立研究開発法人"),
    ("(地独)", "地方独立行政法人"),
    ("(公財)", "公益財団法人"),
    ("(公社)", "公益社団法人"),
    ("(一財)", "一般財団法人"),
    ("(一社)", "一般社団法人"),
    ("(財)", "財団法人"),
    ("(社)", "社団法人"),
    ("(特非)", "特定非営利活動法人"),
    ("(社福)", "社会福祉法人"),
    ("(福祉)", "社会福祉法人"),
    ("(医)", "医療法人"),
    ("(学)", "学校法人"),
    ("(国)", "国立大学法人"),
    ("(大)", "国立大学法人"),
)

_HALF_BRACKET = re.compile(r"^([株有同独財社医学大国]|公[財社]|一[財社]|国研|地独|特非|社福)\)")

_LEGAL_FORMS: Final = (
    "大学共同利用機関法人",
    "国立研究開発法人",
    "地方独立行政法人",
    "特定非営利活動法人",
    "公益財団法人",
    "公益社団法人",
    "一般財団法人",
    "一般社団法人",
    "国立大学法人",
    "公立大学法人",
    "独立行政法人",
    "社会福祉法人",
    "社会医療法人",
    "医療法人",
    "学校法人",
    "財団法人",
    "社団法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
)

_REMEMBERED: Final = 1 << 17
"""Spellings of the whole government's payees recur by the ten; their keys are kept."""


@lru_cache(maxsize=_REMEMBERED)
def clean(raw: str) -> str:
    """Return a name for display: no invisible marks, rank marks or line breaks, else untouched."""
    visible = _RANK_MARK.sub("", _INVISIBLE.sub("", raw).strip())
    return _BLANK.sub(" ", visible).strip()


def expand_forms(name: str) -> str:
    """Return a name in NFKC with abbreviated legal forms written out; blanks stay.

    >>> expand_forms("ダイダン（株）東京本社")
    'ダイダン株式会社東京本社'
    """
    expanded = _HALF_BRACKET.sub(r"(\1)", unicodedata.normalize("NFKC", name))
    for short, full in _ABBREVIATED:
        expanded = expanded.replace(short, full)
    return expanded


@lru_cache(maxsize=_REMEMBERED)
def match_key(raw: str) -> str:
    """Return the key under which spellings of one name meet.

    >>> match_key("①（株） 日立 製作所")
    '株式会社日立製作所'
    """
    key = unicodedata.normalize("NFKC", clean(raw))
    return expand_forms(_DASHES.sub("-", _BLANK.sub("", key)).casefold())


def programme_key(raw: str) -> str:
    """Return the key of a programme name: as `match_key`, without quotation marks and dots.

    Ministries change 、 and , and ・ from year to year; the words stay.
    """
    return re.sub(r"[、,，・･·「」『』\"'“”]", "", match_key(raw)).replace("･", "")


@lru_cache(maxsize=_REMEMBERED)
def legal_form(key: str) -> tuple[str, str]:
    """Split a `match_key` into its legal form (empty where none) and the proper name.

    >>> legal_form("国立大学法人東京大学")
    ('国立大学法人', '東京大学')
    """
    for form in _LEGAL_FORMS:
        if key.startswith(form):
            return form, key[len(form) :]
        if key.endswith(form):
            return form, key[: -len(form)]
    return "", key
