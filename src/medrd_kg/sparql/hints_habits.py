"""Habits of SQL and other languages that SPARQL does not share, recognised at a syntax fault."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from medrd_kg.sparql.hints_place import Place, nearest_word
from medrd_kg.sparql.hints_words import ABROAD, FOREIGN_FUNCTIONS, FUNCTIONS, KEYWORDS
from medrd_kg.store.lexing import TokenKind

__all__ = ["HABITS"]

_AFTER_SELECT: Final = ("DISTINCT", "REDUCED", "FROM", "WHERE")
_LEGAL_ESCAPES: Final = frozenset("tbnrf\\\"'uU")


def _comparison(place: Place) -> str | None:
    texts = [place.at(offset).text for offset in (-2, -1, 0, 1)]
    if texts[:3] == ["!", "=", "="]:
        return "write != for unequal"
    if texts[1:3] == ["=", "="] or texts[2:] == ["=", "="]:
        return "compare with a single ="
    if texts[2] == "<>" or texts[2:] == ["<", ">"]:
        return "write != for unequal"
    if _reversed(place, "<"):
        return "write <= for at most"
    if _reversed(place, ">"):
        return "write >= for at least"
    return None


def _reversed(place: Place, sign: str) -> bool:
    """Whether ``=<`` or ``=>`` stands at the fault, or anywhere when the fault is at the end."""
    first = 0 if not place.at().text else max(place.index - 1, 0)
    return any(
        one.text == "=" and two.text == sign and one.end == two.start
        for one, two in pairwise(place.tokens[first : place.index + 2])
    )


def _argument_count(place: Place) -> str | None:
    """Compare the number of arguments with what the function takes."""
    token, function = place.at(), place.before_bracket
    name = function.text.upper()
    called = place.bracket is not None and place.bracket.text == "("
    if not called or function.kind is not TokenKind.WORD or name not in FUNCTIONS:
        return None
    if name == "GROUP_CONCAT" and token.text == ",":
        return 'write GROUP_CONCAT(?x; SEPARATOR=", ") with a semicolon'
    least, most = FUNCTIONS[name]
    takes = f"{name} takes {_number(least, most)}"
    if place.index == place.open[-1] + 1 and (token.text == ")" or most == 0):
        return takes
    inside = place.tokens[place.open[-1] + 1 : place.index]
    given = 1 + sum(each.text == "," for each in inside)
    if token.text == ")" and given < least:
        return f"{takes}, not {given}"
    return f"{takes}, not more" if token.text == "," and given >= most else None


def _number(least: int, most: int) -> str:
    counted = str(least) if least == most else f"{least} to {most}"
    return f"{counted} argument{'' if most == 1 else 's'}"


def _projected(place: Place) -> str | None:
    """Judge what stands between SELECT and the pattern, outside of parentheses."""
    token = place.at()
    if not _in_projection(place):
        return None
    if token.text == "," and len(place.open) == 0:
        return "variables after SELECT are separated by spaces, without commas"
    if place.open or token.kind is not TokenKind.WORD or token.text.upper() in ABROAD:
        return None
    if place.at(1).text == "(" and token.text.upper() in FUNCTIONS:
        return f"put it in parentheses and name it: ({token.text.upper()}(…) AS ?name)"
    if token.is_word("as"):
        return "put the expression and its name in parentheses: (expression AS ?name)"
    meant = nearest_word(token.text, _AFTER_SELECT)
    return f"did you mean {meant}?" if meant else f"variables begin with ?: write ?{token.text}"


def _named_expression(place: Place) -> str | None:
    """Judge what stands in the parentheses of a projected expression."""
    token, before = place.at(), place.at(-1)
    if len(place.open) != 1 or not _in_projection(place):
        return None
    if before.is_word("as") and token.kind is TokenKind.WORD:
        return f"a name begins with ?: write AS ?{token.text}"
    if token.text == ")":
        return _nameless(place)
    if token.kind is TokenKind.VARIABLE and before.text == ")":
        return f"write AS before the name: AS {token.text}"
    if token.kind is TokenKind.VARIABLE and before.kind is TokenKind.VARIABLE:
        return "list variables without parentheses; (expression AS ?name) is for expressions"
    return None


def _nameless(place: Place) -> str:
    inside = place.tokens[place.open[-1] + 1 : place.index]
    keyword = place.before_bracket
    alone = len(inside) == 1 and inside[0].kind is TokenKind.VARIABLE
    if alone and keyword.is_word("distinct", "reduced", "select"):
        return f"write {keyword.text.upper()} {inside[0].text} without parentheses"
    return "an expression after SELECT needs a name: (expression AS ?name)"


def _in_projection(place: Place) -> bool:
    """Whether the place lies between SELECT and its WHERE or brace."""
    for token in reversed(place.tokens[: place.index]):
        if token.is_word("select"):
            return True
        if token.text in {"{", "}"} or token.is_word("where", "from"):
            return False
    return False


def _slices(place: Place) -> str | None:
    token, before = place.at(), place.at(-1)
    if token.text == "," and place.at(-2).is_word("limit", "offset"):
        return f"write LIMIT {place.at(1).text or 'n'} OFFSET {before.text} instead of two numbers"
    if before.is_word("limit", "offset"):
        return f"{before.text.upper()} takes a whole number"
    return None


def _orders(place: Place) -> str | None:
    token, before = place.at(), place.at(-1)
    if before.is_word("asc", "desc") and not token.text:
        return f"the direction comes first: {before.text.upper()}({place.at(-2).text})"
    if before.is_word("asc", "desc"):
        return f"write {before.text.upper()}({token.text}) with parentheses"
    if before.is_word("order", "group"):
        return f"write {before.text.upper()} BY"
    if token.text == "," and before.kind is TokenKind.VARIABLE and not place.open:
        return "ORDER BY and GROUP BY list their variables without commas"
    return None


def _parentheses(place: Place) -> str | None:
    token, before = place.at(), place.at(-1)
    if token.text == "(" or before.kind is not TokenKind.WORD:
        return None
    word = before.text.upper()
    if word in {"FILTER", "HAVING"} and place.at(1).text != "(":
        return f"put the condition in parentheses: {word}(…)"
    if word in FUNCTIONS:
        return f"give its arguments in parentheses: {word}(…)"
    if word == "WHERE" and token.text != "{":
        return "WHERE takes a pattern in braces: WHERE { ?s ?p ?o }"
    return "IN takes a list in parentheses: ?x IN (1, 2)" if word == "IN" else None


def _values(place: Place) -> str | None:
    token, before = place.at(), place.at(-1)
    if before.is_word("from", "named") and token.kind is TokenKind.WORD:
        return "FROM names a graph by its IRI, as in FROM <https://w3id.org/medrd-kg/graph/facts>"
    if token.kind is TokenKind.STRING and not _escapes_are_legal(token.text):
        return 'double each backslash within a string, as in "\\\\d"'
    if before.kind is TokenKind.STRING and token.text == "@":
        return 'a language tag follows @ without a space, as in "がん"@ja'
    return None


def _escapes_are_legal(string: str) -> bool:
    pieces = string.replace("\\\\", "").split("\\")[1:]
    return all(piece[:1] in _LEGAL_ESCAPES for piece in pieces)


def _calls(place: Place) -> str | None:
    """Judge a call of a function that SPARQL does not know."""
    token = place.at()
    name = token.text.upper()
    if token.kind is not TokenKind.WORD or place.at(1).text != "(" or name in FUNCTIONS:
        return None
    if name in ABROAD:
        return ABROAD[name]
    if name in FOREIGN_FUNCTIONS:
        return f"SPARQL calls it {FOREIGN_FUNCTIONS[name]}"
    known = nearest_word(name, (*FUNCTIONS, *KEYWORDS))
    return f"there is no function {token.text}" + (f": did you mean {known}?" if known else "")


def _words(place: Place) -> str | None:
    """Judge a word that is no keyword."""
    token = place.at()
    word = token.text.upper()
    if token.kind is not TokenKind.WORD or word in FUNCTIONS or word in KEYWORDS:
        return None
    if word in ABROAD:
        return ABROAD[word]
    known = nearest_word(word, KEYWORDS)
    if known is not None:
        return f"did you mean {known}?"
    return f"{token.text} is no keyword: variables begin with ?, names have a prefix"


HABITS: Final[tuple[Callable[[Place], str | None], ...]] = (
    _comparison,
    _argument_count,
    _projected,
    _named_expression,
    _slices,
    _orders,
    _parentheses,
    _values,
    _calls,
    _words,
)
"""The rules in the order in which they are tried."""
