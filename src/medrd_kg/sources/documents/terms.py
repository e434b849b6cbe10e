"""Terms that a text uses and the graph does not know: candidates for new concepts.

A term is a run of kanji, katakana, Latin letters and digits without inflection, of 4 to 25
characters. It is told where known names cover less than half of it, and if it occurs in two or more
units or stands in a list (beside 、・や及び, or before 等・など).
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.linking.normalisation import normalise

__all__ = ["NewTerm", "Seen", "new_terms"]

_RUN: Final = re.compile("[一-龠々ァ-ヶーA-Za-zａ-ｚＡ-Ｚ0-9０-９-]+")
_SHORTEST: Final = 4
_LONGEST: Final = 25
_BEFORE: Final = re.compile(r"(?:[、，・／「（(]|や|及び|並びに|又は|と)$")
_AFTER: Final = re.compile(r"[、，・／]|や(?!か)|及び|並びに|又は|等|など|といった")
_MEANS: Final = re.compile("[一-龠々ァ-ヶ]")
_GENERAL: Final = re.compile(
    r"^(?:[0-9０-９]+.{0,3}|令和.*|平成.*|昭和.*|第[0-9０-９].*)$"
    r"|(?:推進|促進|実施|検討|対応|活用|整備|構築|強化|支援|把握|確保|連携|配分|要求|決定|開始|着手)$"
    r"|(?:十分|速|的)$|^研究開発$"
)
"""Numbers and dates, what ends in a word for an action or is the beginning of an adverb: no name
of a thing. And what everything here is about."""

_COVERED: Final = 0.5
_CONFIDENCE: Final = {(True, True): 0.7, (True, False): 0.6, (False, True): 0.4}
"""By whether it is repeated and whether it stands in a list."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A unit with the places of what is known in it.

    Attributes:
        unit: Its number.
        text: Its text.
        spans: Start and end of every known name.
    """

    unit: str
    text: str
    spans: Sequence[tuple[int, int]]


@dataclass(slots=True)
class NewTerm:
    """A candidate.

    Attributes:
        id: ``T`` and eight hexadecimal digits that follow from the term alone.
        term: The characters of its first place.
        places: Unit, start and end of each place.
        listed: Whether one of its places is in a list.
    """

    id: str
    term: str
    places: list[tuple[str, int, int]] = field(default_factory=list)
    listed: bool = False

    @property
    def repeated(self) -> bool:
        """Whether two or more units have it."""
        return len({unit for unit, _, _ in self.places}) > 1

    @property
    def confidence(self) -> float:
        """Rank by kind of evidence."""
        return _CONFIDENCE[self.repeated, self.listed]


def new_terms(units: Iterable[Seen]) -> list[NewTerm]:
    """Return the candidates of a document, the surest and most frequent first."""
    found: dict[str, NewTerm] = {}
    for unit in units:
        for run in _RUN.finditer(unit.text):
            start, end = run.start(), run.end() - (1 if run[0].endswith("等") else 0)
            plain = normalise(unit.text[start:end]).text
            if not _is_term(plain) or _covered(start, end, unit.spans):
                continue
            term = found.get(plain)
            if term is None:
                digest = hashlib.sha256(plain.encode()).hexdigest()[:8]
                term = found[plain] = NewTerm(f"T{digest}", unit.text[start:end])
            term.places.append((unit.unit, start, end))
            term.listed |= _in_list(unit.text, start, end)
    kept = [each for each in found.values() if each.repeated or each.listed]
    return sorted(kept, key=lambda each: (-each.confidence, -len(each.places), each.term))


def _is_term(plain: str) -> bool:
    if not _SHORTEST <= len(plain) <= _LONGEST or _GENERAL.search(plain):
        return False
    return len(_MEANS.findall(plain)) > 1


def _covered(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    known = {at for first, last in spans for at in range(max(start, first), min(end, last))}
    return len(known) >= _COVERED * (end - start)


def _in_list(text: str, start: int, end: int) -> bool:
    before = _BEFORE.search(text[max(0, start - 3) : start]) is not None
    return before or _AFTER.match(text[end : end + 4]) is not None
