"""Literals that are written in another way in the data: language, datatype, or a thing instead."""

import re
from collections.abc import Iterator
from typing import Final

from medrd_kg.sparql.hints_asking import Asking, readable
from medrd_kg.sparql.hints_found import Hint
from medrd_kg.sparql.hints_patterns import Comparison, Part, Pattern
from medrd_kg.sparql.hints_terms import term_index
from medrd_kg.vocabulary import PREFIXES

__all__ = ["comparison_hint", "value_hint"]

_STRING: Final = re.compile(
    r"(?P<text>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')(?P<language>@[A-Za-z0-9\-]+)?(?P<type>\^\^.*)?",
    re.DOTALL,
)
_NUMBER: Final = re.compile(r"[+\-]?[0-9]+(\.[0-9]+)?")
_YEAR: Final = re.compile(r"(19|20)[0-9]{2}")
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_TYPES: Final = ("integer", "decimal", "gYear", "date", "dateTime", "boolean", "anyURI")


def value_hint(asking: Asking, pattern: Pattern) -> Hint | None:
    """Tell how the data write the literal of a pattern that has no match.

    Args:
        asking: Asks the data.
        pattern: Its object is a literal.
    """
    for kind, value in _alternatives(asking, pattern.object.text):
        if asking.holds(pattern.spelt(value=value)):
            return _hint(asking, kind, pattern.object, value)
    return None


def comparison_hint(asking: Asking, compared: Comparison, patterns: list[Pattern]) -> Hint | None:
    """Tell how the data write a literal that a filter compares.

    Args:
        asking: Asks the data.
        compared: Variable and literal.
        patterns: The patterns of the query.
    """
    for pattern in patterns:
        if pattern.object.text != compared.variable or not pattern.verb.is_name:
            continue
        if compared.of_language:
            return _language_hint(asking, compared)
        for kind, value in _alternatives(asking, compared.literal.text):
            if not asking.holds(pattern.spelt(value=value)):
                continue
            if asking.holds(_equal(pattern, compared)) is False:
                return _hint(asking, kind, compared.literal, value)
    return None


def _equal(pattern: Pattern, compared: Comparison) -> str:
    """Return the pattern for what the filter accepts: of texts, the very term, quick to look up."""
    string = _STRING.fullmatch(compared.literal.text)
    if string is not None and string["type"] is None:
        return pattern.spelt(value=compared.literal.text)
    return f"{pattern.spelt()} FILTER({compared.variable} = {compared.literal.text})"


def _language_hint(asking: Asking, compared: Comparison) -> Hint | None:
    known = term_index(asking.store).languages()
    given = compared.literal.text[1:-1]
    if not known or given in known:
        return None
    return asking.hint(
        "language",
        compared.literal,
        ja=f"言語タグ {given} のラベルはありません",
        en=f"no label is in the language {given!r}",
        suggestions=[f'"{each}"' for each in sorted(known) if each],
    )


def _alternatives(asking: Asking, literal: str) -> Iterator[tuple[str, str]]:
    """Yield other ways to write a literal, each with the kind of hint that it makes."""
    string = _STRING.fullmatch(literal)
    if string is None:
        if _NUMBER.fullmatch(literal):
            yield from _of_number(literal)
        return
    text = string["text"]
    languages = [each for each in term_index(asking.store).languages() if each]
    for language in languages or ["ja", "en"]:
        if string["language"] != f"@{language}":
            yield "language", f"{text}@{language}"
    if string["language"] or string["type"]:
        yield "language" if string["language"] else "datatype", text
    inner = text[1:-1]
    if _YEAR.fullmatch(inner):
        yield "thing", f"<{PREFIXES['fy']}{inner}>"
    if string["language"] is None:
        for name in _TYPES:
            if string["type"] is None or not string["type"].endswith(name):
                yield "datatype", f"{text}^^<{_XSD}{name}>"


def _of_number(number: str) -> Iterator[tuple[str, str]]:
    if _YEAR.fullmatch(number):
        yield "thing", f"<{PREFIXES['fy']}{number}>"
    yield "datatype", f'"{number}"'
    for name in ("integer", "decimal", "double", "gYear"):
        yield "datatype", f'"{number}"^^<{_XSD}{name}>'


_MESSAGES: Final = {
    "language": (
        "言語タグが違います: データでは {}",
        "the text has another language tag in the data: {}",
    ),
    "datatype": (
        "データ型が違います: データでは {}",
        "the value has another datatype in the data: {}",
    ),
    "thing": (
        "値は文字や数ではなく、もの（IRI）です: {}",
        "the value is a thing with an IRI, not a text or number: {}",
    ),
}


def _hint(asking: Asking, kind: str, literal: Part, value: str) -> Hint:
    shown = asking.compact(value[1:-1]) if value.startswith("<") else readable(value)
    ja, en = _MESSAGES[kind]
    return asking.hint(kind, literal, ja=ja.format(shown), en=en.format(shown), suggestions=[shown])
