"""Numbers that open headings, whatever a document's way of numbering, and their place in it."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Numbered", "Numbering", "numbered"]

_KANA: Final = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
)
_KANJI: Final = {each: number for number, each in enumerate("一二三四五六七八九", 1)}
_ROMAN: Final = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_GAP: Final = r"[\s.,:、。．，：]"
_DIGITS: Final = r"\d{1,2}"
_PARTICLE: Final = re.compile(
    r"の(?!う|ど)|は(?!い)|が(?!ん)|を|に(?!お)|で(?!ん)|と(?!く)|も(?!の)|へ|や|[~〜～\-,、。]|から|まで"
    r"|及び|又は|等"
)
"""What follows a number that is only spoken of: （２）の説明, ①～④; but ①がん is a heading."""

_COUNTED: Final = re.compile(
    r"[年月日歳人件つか所箇回割億万千百円%％倍度号条項章節類型個種名社次第]"
)
"""What follows a number that counts something: 100 歳, 2040 年."""

_STYLES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "chapter",
        re.compile(r"第\s*(?P<n>[\d一二三四五六七八九十]{1,3})\s*(?P<unit>[章部編節款])[\s:、.]*"),
    ),
    ("ordinal", re.compile(rf"第\s*(?P<n>[\d一二三四五六七八九十]{{1,3}})(?:{_GAP}+)(?=\S)")),
    ("1-1", re.compile(rf"(?P<n>{_DIGITS}(?:\s*[-‐–−.]\s*{_DIGITS})+)(?:{_GAP}+|(?=\D))")),
    ("1", re.compile(rf"(?P<n>{_DIGITS})(?P<gap>{_GAP}+)(?=\S)")),
    ("(1)", re.compile(rf"\(\s*(?P<n>{_DIGITS})\s*\)\s*")),
    ("1)", re.compile(rf"(?P<n>{_DIGITS})\)\s*")),
    ("①", re.compile("(?P<n>[①-⑳㉑-㉟㊱-㊿])\\s*[.．、]?\\s*")),
    ("(ア)", re.compile(rf"\(\s*(?P<n>[{_KANA}])\s*\)\s*")),
    ("ア", re.compile(rf"(?P<n>[{_KANA}])(?P<gap>{_GAP}+)(?=\S)")),
    ("(一)", re.compile(r"\(\s*(?P<n>[一二三四五六七八九十]{1,3})\s*\)\s*")),
    ("一", re.compile(rf"(?P<n>[一二三四五六七八九十]{{1,3}})(?P<gap>{_GAP}+)(?=\S)")),
    ("(i)", re.compile(r"\(\s*(?P<n>[ivx]{1,4})\s*\)\s*")),
    ("I", re.compile(rf"(?P<n>[IVX]{{1,4}})(?P<gap>{_GAP}+)(?=\S)")),
    ("(a)", re.compile(r"\(\s*(?P<n>[a-z])\s*\)\s*")),
    ("a", re.compile(r"(?P<n>[a-z])(?P<gap>[.,:、)]\s*)(?=\S)")),
)
_MARKED: Final = re.compile(
    r"[■□◆◇●○◎▼▲★☆◯]\s*(?=\S)|【(?P<inside>[^】]{1,40})】\s*$|<(?P<angle>[^<>]{1,40})>\s*$"
)
"""Headings without a number."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line that a number opens.

    Attributes:
        style: Way of numbering, written as its first number.
        value: What it counts; 0 where the style has no numbers.
        token: The number as section numbers have it: ``5``, ``(1)``, ``①``.
        rest: The line after the number.
    """

    style: str
    value: int
    token: str
    rest: str


def numbered(text: str) -> Numbered | None:
    """Return the number that opens a line; None where there is none, or it is only spoken of.

    >>> numbered("（１）全ての要求").token
    '(1)'
    >>> numbered("（２）の説明も踏まえ") is None
    True
    """
    plain = _plain(text)
    for style, pattern in _STYLES:
        found = pattern.match(plain)
        if found is None:
            continue
        rest = plain[found.end() :].strip()
        gap = found.groupdict().get("gap", "")
        if not rest or (not gap and _PARTICLE.match(rest)):
            return None
        if style == "1" and not gap.strip() and _COUNTED.match(rest):
            return None
        return Numbered(style, _value(style, found["n"]), _token(style, found), rest)
    marked = _MARKED.match(plain)
    if marked is None:
        return None
    inside = marked["inside"] or marked["angle"]
    return Numbered(
        "■" if inside is None else "【】", 0, "", inside or plain[marked.end() :].strip()
    )


def _plain(text: str) -> str:
    """Return the text with widths made one, and circled numbers kept."""
    return "".join(
        each if unicodedata.category(each) == "No" else unicodedata.normalize("NFKC", each)
        for each in text.strip()
    )


def _token(style: str, found: re.Match[str]) -> str:
    number = "".join(found["n"].split())
    if style == "chapter":
        return f"第{number}{found['unit']}"
    if style == "ordinal":
        return f"第{number}"
    if style == "1-1":
        return re.sub("[‐–−.]", "-", number)
    if style.startswith("("):
        return f"({number})"
    return f"{number})" if style == "1)" else number


def _value(style: str, number: str) -> int:
    plain = "".join(number.split())
    last = re.split("[-‐–−.]", plain)[-1]
    if last.isdecimal():
        return int(last)
    if style == "①":
        return int(unicodedata.numeric(plain))
    if style in {"ア", "(ア)"}:
        return _KANA.find(plain) + 1
    if style in {"(i)", "I"} and plain.lower() in _ROMAN:
        return _ROMAN.index(plain.lower()) + 1
    if style in {"a", "(a)"}:
        return ord(plain) - ord("a") + 1
    return _from_kanji(plain)


def _from_kanji(number: str) -> int:
    """Return a number up to 99 that is written in kanji; 0 for what is none."""
    tens, ten, ones = number.rpartition("十")
    high = _KANJI.get(tens, 1 if ten and not tens else 0) * 10 if ten else 0
    return high + _KANJI.get(ones, 0)


@dataclass
class Numbering:
    """The headings so far: which numbers may come next, and what section a heading opens."""

    _open: list[Numbered] = field(default_factory=list)
    _marks: int = 0

    @property
    def section(self) -> str:
        """Number of the present section; ``0`` before the first heading."""
        return _path(self._open) or "0"

    def continues(self, line: Numbered) -> bool:
        """Whether a number is the next of its style, or the first of a style below."""
        at = self._level(line)
        if line.value == 0:
            return True
        if at is None:
            return line.value == 1
        before = self._open[at]
        if line.style == "1-1":
            return line.value == before.value + 1 or line.value == 1
        return line.value == before.value + 1

    def open(self, line: Numbered) -> str:
        """Open the section of a heading and return its number."""
        at = self._level(line)
        if line.value == 0:
            self._marks = self._marks + 1 if at is not None else 1
            line = Numbered(line.style, 0, f"[{self._marks}]", line.rest)
        self._open = [*(self._open if at is None else self._open[:at]), line]
        return self.section

    def _level(self, line: Numbered) -> int | None:
        return next((at for at, each in enumerate(self._open) if each.style == line.style), None)


def _path(headings: list[Numbered]) -> str:
    """Return the number of a section: the numbers of its headings, one after the other."""
    parts: list[str] = []
    for each in headings:
        if each.style == "1-1":
            parts = []  # 2-1 says that it stands below 2
        elif parts and parts[-1][-1:].isalnum() and each.token[:1].isalnum():
            parts.append(".")
        parts.append(each.token)
    return "".join(parts)
