r"""What a SPARQL request is and whether it reaches for other servers, decided from its tokens.

A full parse costs milliseconds and overflows on deep nesting, so requests are not parsed on their
way to the engine. The answers here are safe on the side of refusal: whatever an engine may read
as SERVICE is reported as SERVICE. Where that matters, the reading of lenient engines counts too:
they need no space after a keyword (``trueSERVICE<x>``, ``SERVICE:x``), and inside an expression
they read ``<`` after an operand as *less than* although a longest match would find an IRI.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["QUERY_FORMS", "Screening", "declared_prefixes", "may_call_service", "screen"]

QUERY_FORMS = frozenset({"select", "ask", "construct", "describe"})

_UPDATE_WORDS = frozenset(
    {"insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with"}
)

_DECLARATIONS = {"base": 1, "version": 1, "prefix": 2}
"""Words of the prologue, each with the number of tokens that it declares."""

_PLAIN_BEGINNING = re.compile(
    r"""[ \t\r\n]*
    (?:prefix[ \t\r\n]+[\w.\-]*:[ \t\r\n]*<[^<>"{}|^`\\\s]*>[ \t\r\n]*)*
    (select|ask|construct|describe)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""What most queries begin with; the rest is read token by token."""

_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^\\>]*>")

_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LAST_CODEPOINT = 0x10FFFF

_OPERANDS = frozenset(
    {
        TokenKind.IRI,
        TokenKind.PREFIXED_NAME,
        TokenKind.BLANK_NODE,
        TokenKind.VARIABLE,
        TokenKind.STRING,
        TokenKind.LANGUAGE,
        TokenKind.NUMBER,
        TokenKind.WORD,
    }
)

_DERAILING = frozenset("'#()")


class Screening(NamedTuple):
    """The shape of a SPARQL request.

    Attributes:
        form: One of `QUERY_FORMS`, or None when the first keyword is none of them.
        is_update: Whether the first keyword begins a SPARQL Update.
        uses_service: Whether SERVICE occurs, or might for a lenient reader.
        uses_load: Whether LOAD occurs.
        uses_from: Whether the query describes its own dataset by FROM.
    """

    form: str | None
    is_update: bool
    uses_service: bool
    uses_load: bool
    uses_from: bool


def screen(text: str) -> Screening:
    r"""Return what must be known of ``text``.

    Codepoint escapes (``\u0053``) are looked at both ways: where the grammar has them inside
    strings and IRIs, and resolved beforehand as SPARQL 1.1, section 19.2, says.

    Raises:
        QueryFault: A string has no end.

    >>> screen("PREFIX s: <http://example.org/service#> ASK { s:x s:y '{SERVICE}' }").uses_service
    False
    >>> screen("SELECT * { service ?g { ?s ?p ?o } }").uses_service
    True
    """
    shape = _screen(text)
    resolved = _CODEPOINT.sub(_resolve, text) if "\\" in text else text
    if resolved == text:
        return shape
    other = _screen(resolved)
    return Screening(
        form=shape.form or other.form,
        is_update=shape.is_update or other.is_update,
        uses_service=shape.uses_service or other.uses_service,
        uses_load=shape.uses_load or other.uses_load,
        uses_from=shape.uses_from or other.uses_from,
    )


def declared_prefixes(text: str) -> dict[str, str]:
    """Return the prefixes that a query declares by absolute IRIs, for writing its answer.

    >>> declared_prefixes("PREFIX ex: <http://example.org/> BASE <b> PREFIX r: <x> ASK {}")
    {'ex': 'http://example.org/'}
    """
    found = {}
    tokens = tokenize(text)
    for token in tokens:
        declared = _DECLARATIONS.get(token.text.lower())
        if declared is None:
            break
        given = [next(tokens, None) for _ in range(declared)]
        name, iri = given[0], given[-1]
        if declared > 1 and name is not None and iri is not None and _ABSOLUTE.fullmatch(iri.text):
            found[name.text.partition(":")[0]] = iri.text[1:-1]
    return found


def _resolve(match: re.Match[str]) -> str:
    number = int(match.group(1) or match.group(2), 16)
    return chr(number) if number <= _LAST_CODEPOINT else match.group()


def _screen(text: str) -> Screening:
    folded = text.casefold()
    plain = _PLAIN_BEGINNING.match(text)
    first = plain[1].lower() if plain else _first_word(tokenize(text))
    # Most requests name none of these words anywhere, so their tokens need not be looked at.
    tells = "service" in folded or "load" in folded or "from" in folded
    tokens = list(tokenize(text)) if tells else []
    words = {token.text.lower() for token in tokens if token.kind is TokenKind.WORD}
    return Screening(
        form=first if first in QUERY_FORMS else None,
        is_update=first in _UPDATE_WORDS,
        uses_service="service" in folded and may_call_service(tokens),
        uses_load="load" in words,
        uses_from="from" in words,
    )


def _first_word(tokens: Iterator[Token]) -> str:
    """Return the first keyword after BASE, PREFIX and VERSION declarations, in lower case."""
    for token in tokens:
        word = token.text.lower() if token.kind is TokenKind.WORD else ""
        declared = _DECLARATIONS.get(word)
        if declared is None:
            return word
        for _ in range(declared):
            next(tokens, None)
    return ""


class _Brackets:
    """The brackets open at a token; those of a VALUES block hold data, never expressions."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._braces = 0

    @property
    def in_pattern(self) -> bool:
        """Whether any brace is open."""
        return self._braces > 0

    @property
    def in_parentheses(self) -> bool:
        """Whether the innermost bracket is a parenthesis that may hold an expression."""
        return bool(self._open) and self._open[-1] == "("

    def read(self, tokens: Sequence[Token], index: int) -> None:
        """Take the punctuation at ``index`` into account."""
        bracket = tokens[index].text
        if bracket == "{":
            self._open.append("values" if _after_values(tokens, index) else "{")
            self._braces += 1
        elif bracket == "(":
            # What is bracketed inside a row is a triple term, which is data as well.
            self._open.append("row" if self._open[-1:] in (["values"], ["row"]) else "(")
        elif bracket in {"}", ")"} and self._open:
            self._braces -= self._open.pop() in {"{", "values"}


def may_call_service(tokens: Sequence[Token]) -> bool:
    """Tell whether any reader of these tokens, however lenient, could find a SERVICE pattern."""
    brackets = _Brackets()
    for index, token in enumerate(tokens):
        match token.kind:
            case TokenKind.WORD if "service" in token.text.casefold():
                return True
            case TokenKind.PREFIXED_NAME if brackets.in_pattern:
                if _keyword_glued_to_name(tokens, index):
                    return True
            case TokenKind.IRI if brackets.in_pattern:
                before = tokens[index - 1]
                if brackets.in_parentheses and _may_be_comparison(before, token):
                    return True
                if _may_open_triple_term(before, token):
                    return True
            case TokenKind.PUNCTUATION:
                brackets.read(tokens, index)
            case _:
                pass
    return False


def _keyword_glued_to_name(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether ``service:x {`` stands where only a pattern may: a reader may split it."""
    prefix = tokens[index].text.partition(":")[0]
    followed = index + 1 < len(tokens) and tokens[index + 1].text == "{"
    named = tokens[index - 1].text.lower() == "graph"
    return followed and not named and "service" in prefix.casefold()


def _may_be_comparison(before: Token, token: Token) -> bool:
    """Tell whether ``<…>`` may be *less than*, with its rest read in another way altogether.

    Only after an operand, and only where the rest holds what opens a string or comment or moves
    the brackets: without those, both readings go on alike after ``>``.
    """
    after_operand = before.kind in _OPERANDS or before.text in {")", "]"}
    return after_operand and not _DERAILING.isdisjoint(token.text)


def _may_open_triple_term(before: Token, token: Token) -> bool:
    """Tell whether ``<<…>`` may be ``<<`` and a term, where a longest match finds an IRI."""
    glued = before.text == "<" and before.end == token.start
    return glued and not _DERAILING.isdisjoint(token.text)


def _after_values(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether the brace at ``index`` follows VALUES and its variables."""
    index -= 1
    if index >= 0 and tokens[index].text == ")":
        index -= 1
        while index >= 0 and tokens[index].kind is TokenKind.VARIABLE:
            index -= 1
        return index >= 1 and tokens[index].text == "(" and _is_values(tokens[index - 1])
    return index >= 1 and tokens[index].kind is TokenKind.VARIABLE and _is_values(tokens[index - 1])


def _is_values(token: Token) -> bool:
    return token.kind is TokenKind.WORD and token.text.lower() == "values"
