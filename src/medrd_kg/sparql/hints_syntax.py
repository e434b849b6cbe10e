"""What lies behind a syntax fault: slips of brackets and dots, or the habits of other languages.

Each rule looks at the token that no query can have at its place and at its neighbours, and either
says how to mend the query or leaves the word to the next rule.
"""

from collections.abc import Callable
from typing import Final

from medrd_kg.sparql.hints_habits import HABITS
from medrd_kg.sparql.hints_place import PAIRS, TERMS, Place
from medrd_kg.store.lexing import TokenKind

__all__ = ["advice"]

_MODIFIERS: Final = ("order", "limit", "offset", "group", "having")
_NEXT_PATTERN: Final = ("filter", "optional", "bind", "graph")


def advice(place: Place, reason: str) -> str | None:
    """Return how to mend the query.

    Args:
        place: Where the fault is.
        reason: What the engine says of it.
    """
    said = _grouping(reason) or next((said for rule in _RULES if (said := rule(place))), None)
    if said is None and "too early" in reason:
        return "the query is not finished: it needs a pattern in braces, as in { ?s ?p ?o }"
    return said


def _grouping(reason: str) -> str | None:
    if reason.startswith("SELECT * is"):
        return "name the grouped variables and aggregates after SELECT instead of *"
    if reason.startswith("The SELECT contains a variable"):
        return (
            "with GROUP BY or an aggregate, each variable after SELECT must be grouped (add it"
            " to GROUP BY) or aggregated, as in (SAMPLE(?x) AS ?one)"
        )
    return None


def _prologue(place: Place) -> str | None:
    token, before = place.at(), place.at(-1)
    if token.text.lower() in {"@prefix", "@base"}:
        return f"that is Turtle: write {token.text[1:].upper()} without @, and no dot after it"
    if before.is_word("prefix"):
        return "a prefix ends in a colon: PREFIX mrd: <https://w3id.org/medrd-kg/core#>"
    declares = place.at(-3).is_word("prefix") or place.at(-2).is_word("base")
    if token.text in {".", ";"} and declares and before.kind is TokenKind.IRI:
        return f"no {token.text} follows a PREFIX or BASE line in SPARQL"
    return None


def _unclosed(place: Place) -> str | None:
    bracket = place.bracket
    if place.at().text or bracket is None:
        return None
    opened = place.where(place.open[-1])
    return f"the {bracket.text} of {opened} is never closed: add {PAIRS[bracket.text]}"


def _closing(place: Place) -> str | None:
    token, bracket = place.at(), place.bracket
    opening = next((opening for opening, closing in PAIRS.items() if closing == token.text), None)
    if opening is None:
        return None
    if all(place.tokens[each].text != opening for each in place.open):
        return f"nothing opened this {token.text}: take it out, or open a bracket before"
    if bracket is not None and bracket.text != opening:
        opened = place.where(place.open[-1])
        return f"close the {bracket.text} of {opened} by {PAIRS[bracket.text]} first"
    return None


def _outer_words(place: Place) -> str | None:
    """Find words that stand only outside of the pattern."""
    token, bracket = place.at(), place.bracket
    if bracket is None or bracket.text != "{":
        return None
    if token.is_word("select"):
        return "a SELECT within a pattern stands in braces of its own: { SELECT … }"
    if token.is_word(*_MODIFIERS, "construct", "describe", "ask"):
        opened = place.where(place.open[-1])
        return f"{token.text} belongs behind the last }}: close the {{ of {opened} first"
    return None


def _bound_again(place: Place) -> str | None:
    name, keyword = place.at(-2), place.at(-3)
    if place.at(-1).text != ")" or not keyword.is_word("as") or not place.open:
        return None
    if any(each.text == name.text for each in place.tokens[: place.index - 3]):
        return f"{name.text} has a value already: BIND gives a value to a new variable only"
    return None


def _triples(place: Place) -> str | None:
    token, before, bracket = place.at(), place.at(-1), place.bracket
    if bracket is None or bracket.text != "{":
        return None
    if token.kind in {TokenKind.STRING, TokenKind.NUMBER} and place.at(-2).text in {"{", ".", "}"}:
        return "a property is an IRI, a name with a prefix, or a variable; this is a value"
    if token.kind in TERMS and (before.kind in TERMS or before.text in {")", "]"}):
        return (
            f"a triple has three parts: put a dot before {token.text}, or ; to go on with the"
            " same subject, or , with the same subject and property"
        )
    closes = token.text in {"}", "."} or token.is_word(*_NEXT_PATTERN)
    if closes and (before.kind in TERMS or before.text in {"a", ";", ","}):
        return "the triple is not finished: it needs subject, property and object"
    return None


_RULES: Final[tuple[Callable[[Place], str | None], ...]] = (
    _prologue,
    *HABITS,
    _unclosed,
    _closing,
    _outer_words,
    _bound_again,
    _triples,
)
"""Tried in this order: what is peculiar comes before what is general."""
