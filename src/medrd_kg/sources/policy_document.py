"""A policy document as numbered units: reading it, and comparing its text with terms.

The texts never enter shipped data; they are read from a file that the user holds.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medrd_kg.problems import Problem

__all__ = ["TextUnit", "matching_form", "read_units"]

_WHITESPACE = re.compile(r"\s+")
_FIELDS = {"sid": str, "section": str, "paragraph": int, "sentence": int, "type": str, "text": str}


@dataclass(frozen=True, slots=True)
class TextUnit:
    """One unit of a document: a title line, a heading or a sentence.

    Attributes:
        unit_id: Stable number within the document, such as ``S045``.
        section: Section number as printed, such as ``5(1)①``.
        paragraph: One-based paragraph within the section; 0 for a heading.
        sentence: One-based sentence within the paragraph; 0 for a heading.
        unit_type: ``title``, ``heading`` or ``sentence``.
        text: The text as the file has it.
    """

    unit_id: str
    section: str
    paragraph: int
    sentence: int
    unit_type: str
    text: str


def matching_form(text: str) -> str:
    """Return ``text`` as terms are compared: NFKC, no white space, lower case.

    Line breaks and spaces inside words are artefacts of layout in Japanese documents, and
    full-width and half-width forms are the same term.

    >>> matching_form("ｉＰＳ 細胞")
    'ips細胞'
    """
    compared = text
    while True:
        # Removing a space may bring a letter and its accent together, which then compose.
        once = _WHITESPACE.sub("", unicodedata.normalize("NFKC", compared)).lower()
        if once == compared:
            return once
        compared = once


def read_units(path: Path) -> Sequence[TextUnit]:
    """Read a document that has been cut into units: a JSON array, one object a unit.

    Args:
        path: File with objects of ``sid, section, paragraph, sentence, type, text``.

    Raises:
        Problem: ``invalid-data`` naming the file and the first place that is at fault.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Problem(
            "invalid-data", f"{path}: not UTF-8 text", "save the file as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        place = f"{path}, line {error.lineno}, column {error.colno}"
        raise Problem(
            "invalid-data",
            f"{place}: not JSON ({error.msg})",
            "give the document cut into units as a JSON array",
        ) from error
    if not isinstance(data, list) or not data:
        raise Problem("invalid-data", f"{path}: expected a non-empty JSON array of units")
    units = [_unit(path, index, item) for index, item in enumerate(data)]
    seen: set[str] = set()
    for unit in units:
        if unit.unit_id in seen:
            raise Problem("invalid-data", f"{path}: unit {unit.unit_id} occurs twice")
        seen.add(unit.unit_id)
    return units


def _unit(path: Path, index: int, item: Any) -> TextUnit:  # noqa: ANN401 - decoded JSON
    if not isinstance(item, dict):
        raise Problem("invalid-data", f"{path}: item {index} is not an object")
    for name, kind in _FIELDS.items():
        if not isinstance(item.get(name), kind):
            raise Problem("invalid-data", f"{path}: item {index}: {name!r} must be {kind.__name__}")
    return TextUnit(
        unit_id=item["sid"],
        section=item["section"],
        paragraph=item["paragraph"],
        sentence=item["sentence"],
        unit_type=item["type"],
        text=item["text"],
    )
