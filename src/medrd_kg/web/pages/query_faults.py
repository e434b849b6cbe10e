"""Faults of queries in the reader's language, as far as there are words for them.

The service tells faults in English. ``query_faults.yaml`` has the Japanese of each form of words;
the script of the page uses the same table.
"""

import re
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

__all__ = ["fault_patterns", "in_words"]

_GROUP: Final = re.compile(r"\{(\d)\}")


@cache
def fault_patterns(language: str) -> list[list[str]]:
    """Return regular expressions over English messages, each with the words in a language.

    Expressions are written so that Python and JavaScript read them alike.
    """
    if language != "ja":
        return []
    text = files("medrd_kg.web.pages").joinpath("query_faults.yaml").read_text("utf-8")
    table: list[list[str]] = yaml.safe_load(text)
    return table


def in_words(text: str | None, language: str) -> tuple[str, str] | None:
    """Return a message with the language that it is in; None where there is none.

    >>> in_words("the prefix ex: is not declared", "ja")
    ('接頭辞 ex: が宣言されていません', 'ja')
    >>> in_words("nobody has translated this", "ja")
    ('nobody has translated this', 'en')
    """
    if not text:
        return None
    for pattern, words in fault_patterns(language):
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found is not None:
            return _filled(words, found), language
    return text, "en"


def _filled(words: str, found: re.Match[str]) -> str:
    groups = ("", *found.groups(""))
    return _GROUP.sub(lambda place: groups[int(place.group(1))], words)
