r"""Tokens of SPARQL text in linear time, without parsing it.

The terminals are those of SPARQL 1.1, section 19.8, with the language directions of 1.2. All
repetitions are possessive, so that no input makes the lexer backtrack; a million quotes cost as
much as a million letters.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from medrd_kg.store.base import QueryFault

__all__ = ["Token", "TokenKind", "position", "tokenize"]


class TokenKind(Enum):
    """What a token is; white space and comments are no tokens."""

    IRI = "iri"
    PREFIXED_NAME = "prefixed"
    BLANK_NODE = "blank"
    VARIABLE = "variable"
    STRING = "string"
    LANGUAGE = "language"
    NUMBER = "number"
    WORD = "word"
    """A keyword, a built-in function, ``a``, ``true``, ``false``, or something unknown."""
    PUNCTUATION = "punctuation"
    OTHER = "other"
    """A character that SPARQL does not know outside strings and IRIs."""


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: What it is.
        text: Its characters as written.
        start: Offset of its first character.
    """

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after its last character."""
        return self.start + len(self.text)

    def is_word(self, *words: str) -> bool:
        """Whether it is one of the keywords ``words``, given in lower case."""
        return self.kind is TokenKind.WORD and self.text.lower() in words


_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_VARIABLE = rf"{_BASE}_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_NAME = rf"{_VARIABLE}\-"
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL = rf"(?>[{_NAME}:]|{_ESCAPE})"
# Here and elsewhere what is repeated possessively is an atomic group: Python before 3.11.5 would
# else go on from where a repetition failed, not from where it began (its issue 106052).
# A name may hold dots but not end in one: runs of name characters joined by runs of dots.
_PREFIX = rf"[{_BASE}][{_NAME}]*+(?>\.++[{_NAME}]++)*+"
_LOCAL_NAME = rf"(?:[{_BASE}_0-9:]|{_ESCAPE}){_LOCAL}*+(?>\.++{_LOCAL}++)*+"

_TERMINALS = re.compile(
    "|".join(
        (
            r"(?P<space>(?>[ \t\r\n]++|\#[^\r\n]*+)++)",
            rf"(?P<prefixed>(?>{_PREFIX})?+:(?>{_LOCAL_NAME})?+)",
            # What starts like a prefix and has no colon is taken whole, so that nothing of it
            # is read twice; where a dot or dash follows a keyword, `outline` looks inside.
            rf"(?P<word>{_PREFIX})",
            rf"(?P<variable>[?$][{_BASE}_0-9][{_VARIABLE}]*+)",
            r"(?P<iri><(?>[^\x00-\x20<>\"{}|^`\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)",
            r"(?P<long>\"\"\"(?>[^\"\\]|\\.|\"(?!\"\"))*+\"\"\"|'''(?>[^'\\]|\\.|'(?!''))*+''')",
            r"(?P<string>\"(?>[^\"\\\r\n]|\\[^\r\n])*+\"|'(?>[^'\\\r\n]|\\[^\r\n])*+')",
            rf"(?P<blank>_:[{_BASE}_0-9][{_NAME}]*+(?>\.++[{_NAME}]++)*+)",
            r"(?P<language>@[A-Za-z]++(?>-[A-Za-z0-9]++)*+(?>--[A-Za-z]++)?+)",
            r"(?P<number>(?:[0-9]++(?>\.[0-9]++)?+|\.[0-9]++)(?>[eE][+\-]?[0-9]++)?+)",
            r"(?P<punctuation>[(){}\[\];,.=!<>+\-*/|^&?:])",
            r"(?P<other>.)",
        )
    ),
    re.DOTALL,
)

_KINDS = {kind.value: kind for kind in TokenKind} | {"long": TokenKind.STRING}

_LONG_STRING_ATTEMPTS = 16
"""How many openings of long strings may stay without an end before the text is refused.

``'''a'`` is legal where two strings may stand side by side, but each such opening makes the lexer
look for its end through the rest of the text.
"""


def position(text: str, offset: int) -> tuple[int, int]:
    r"""Return the one-based line and column of ``offset``.

    >>> position("ASK\n{ ?s", 6)
    (2, 3)
    """
    line_start = text.rfind("\n", 0, offset) + 1
    return text.count("\n", 0, offset) + 1, offset - line_start + 1


def tokenize(text: str) -> Iterator[Token]:
    r"""Yield the tokens of ``text`` in order.

    Raises:
        QueryFault: A string has no end; line and column tell where it begins.

    >>> [token.text for token in tokenize("ASK { ?s a <x#y> } # SERVICE")]
    ['ASK', '{', '?s', 'a', '<x#y>', '}']
    """
    unended = 0
    match_at = _TERMINALS.match
    offset, length = 0, len(text)
    while offset < length:
        match = match_at(text, offset)
        if match is None:  # pragma: no cover - the last alternative takes any character
            raise AssertionError(offset)
        name = match.lastgroup or "other"
        if name != "space":
            found = match.group()
            if found in {'"', "'"}:
                line, column = position(text, offset)
                raise QueryFault("the string has no end", line=line, column=column)
            if name == "string" and text.startswith(found[0] * 3, offset):
                unended += 1
                if unended > _LONG_STRING_ATTEMPTS:
                    line, column = position(text, offset)
                    raise QueryFault("the long string has no end", line=line, column=column)
            yield Token(_KINDS[name], found, offset)
        offset = match.end()
