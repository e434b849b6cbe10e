"""Action statuses of a sentence, by the words that govern its clauses.

The words and their order are those by which the FY2022 policy was curated (decision 0003); what
needs an understanding of the clause is left to the person who reviews.
"""

import re
from typing import Final

__all__ = ["statuses"]

_DO: Final = (
    "(?:する|し、|しつつ|した(?!上|い)|していく|を進め|を推進"
    "|を図|を目指|を行|に取り組|に新たに取り組)"
)
_ALWAYS: Final = (
    ("new", re.compile(r"新たに(?!な)|新たな[^、。]{0,12}(?:設け|開始|構築)")),
    ("started", re.compile(r"着手(?:する|し)|開始(?:する|し)")),
    ("continued", re.compile("引き続き")),
)
_DEGREES: Final = (
    ("strengthened", re.compile(rf"強化{_DO}|強化等?を")),
    ("expanded", re.compile(rf"拡充{_DO}|拡充や|拡充等?を")),
    ("introduced", re.compile(rf"導入{_DO}")),
    ("consolidated", re.compile(rf"集約{_DO}")),
)
_WORKS: Final = (
    ("built", re.compile(rf"(?:構築|整備){_DO}|設ける|(?:構築|整備)等?を(?:進め|行)")),
    ("supported", re.compile(rf"支援{_DO}|支援等?を(?:行|推進)")),
    ("considered", re.compile(r"検討(?:する|し|を行)")),
    ("aimed", re.compile(r"目指(?:す|し|した)")),
)
_PLAIN: Final = (
    ("promoted", re.compile(r"推進(?:する|し|していく|を)|促進(?:する|し)|を進め")),
    ("conducted", re.compile(r"を行[うい]|も行う|実施(?:する|し)|等を行う")),
)


def statuses(text: str) -> list[tuple[str, str, int, int]]:
    """Return the statuses that a sentence states, by place.

    Returns:
        Slug of the status, the words, and where they begin and end.

    >>> [status for status, *_ in statuses("操作の自動化を引き続き推進する。")]
    ['continued']
    """
    first = _found(text, _ALWAYS)
    degrees = _found(text, _DEGREES)
    works = _found(text, _WORKS)
    plain = [] if first else _found(text, _PLAIN)
    found = {each[0]: each for each in reversed([*first, *degrees, *works, *plain])}
    return sorted(found.values(), key=lambda each: (each[2], each[0]))


def _found(
    text: str, table: tuple[tuple[str, re.Pattern[str]], ...]
) -> list[tuple[str, str, int, int]]:
    return [
        (status, found[0], found.start(), found.end())
        for status, pattern in table
        for found in pattern.finditer(text)
    ]
