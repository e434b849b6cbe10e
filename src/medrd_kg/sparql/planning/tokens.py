"""The reader's steps over tokens: prologue, terms and property paths with their places."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from medrd_kg.sparql.planning.syntax import Term
from medrd_kg.store.lexing import Token, TokenKind

__all__ = ["NAMES", "TokenReader", "Unread", "semicolon_follows"]

_MAX_DEPTH: Final = 40
"""Deepest nesting of groups and paths that is looked at."""

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:[^\\>]*>")
_SAME_EVERYWHERE: Final = r"[^\"'\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_PLAIN_STRING: Final = re.compile(rf"\"{_SAME_EVERYWHERE}*\"|'{_SAME_EVERYWHERE}*'")
"""Strings that are spelt alike in queries and N-Triples."""
_INTEGER: Final = re.compile(r"0|[1-9][0-9]*")
NAMES: Final = (TokenKind.IRI, TokenKind.PREFIXED_NAME)
"""Kinds of token that are IRIs."""
_END: Final = Token(TokenKind.OTHER, "", 0)


_SEMICOLON: Final = re.compile(r"(?>[ \t\r\n]++|#[^\r\n]*+)*+;")


def semicolon_follows(text: str, offset: int) -> bool:
    """Tell whether a semicolon follows a pattern's end: nothing but a verb may stand behind it."""
    return _SEMICOLON.match(text, offset) is not None


class Unread(Exception):
    """The query holds something that the planner does not know; the message says what."""


class TokenReader:
    """A place in the tokens of a text and the steps from there."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        """Stand before the first token."""
        self.text = text
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._prefixes: dict[str, str] = {}

    @property
    def at_end(self) -> bool:
        """Whether all tokens are read."""
        return self._at >= len(self._tokens)

    @property
    def last_end(self) -> int:
        """Offset after the token read last."""
        return self._tokens[self._at - 1].end

    def peek(self) -> Token:
        """Return the next token without taking it; an empty one at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def mark(self) -> int:
        """Return the place to which `back_to` returns."""
        return self._at

    def back_to(self, mark: int) -> None:
        """Stand again where `mark` was asked."""
        self._at = mark

    def take(self) -> Token:
        """Take the next token.

        Raises:
            Unread: There is none, or one that resolves to other text than is written.
        """
        if self.at_end:
            raise Unread("the query ends too early")
        token = self._tokens[self._at]
        self._at += 1
        if "\\" in token.text and token.kind is not TokenKind.STRING:
            raise Unread("an escape outside strings")
        return token

    def peek_word(self, *words: str) -> bool:
        """Tell whether one of the keywords follows."""
        return self.peek().is_word(*words)

    def accept(self, text: str) -> bool:
        """Take the next token if it is the punctuation ``text``."""
        token = self.peek()
        found = token.kind is TokenKind.PUNCTUATION and token.text == text
        self._at += found
        return found

    def accept_word(self, *words: str) -> bool:
        """Take the next token if it is one of the keywords."""
        found = self.peek_word(*words)
        self._at += found
        return found

    def accept_words(self, first: str, second: str) -> bool:
        """Take two keywords that belong together."""
        if not self.accept_word(first):
            return False
        if not self.accept_word(second):
            raise Unread(f"{first} without {second}")
        return True

    def expect(self, text: str) -> Token:
        """Take the punctuation ``text``."""
        if not self.accept(text):
            raise Unread(f"no {text} where one is due")
        return self._tokens[self._at - 1]

    def variable(self) -> str:
        """Take a variable and return its name."""
        token = self.take()
        if token.kind is not TokenKind.VARIABLE:
            raise Unread("no variable where one is due")
        return token.text[1:]

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count one level of nesting."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise Unread("nested deeper than the planner reads")
        yield
        self._depth -= 1

    def read_prologue(self) -> None:
        """Take BASE, PREFIX and VERSION; a prefix declared twice is not understood."""
        while True:
            if self.accept_word("prefix"):
                name, iri = self.take(), self.take()
                if name.kind is not TokenKind.PREFIXED_NAME or not name.text.endswith(":"):
                    raise Unread("PREFIX without a name")
                if name.text in self._prefixes:
                    raise Unread("a prefix is declared twice")
                self._prefixes[name.text] = iri.text if _ABSOLUTE.fullmatch(iri.text) else ""
            elif self.accept_word("base", "version"):
                self.take()
            else:
                return

    def constant(self) -> Term:
        """Take an IRI or literal."""
        token = self.take()
        if token.kind is TokenKind.IRI or token.kind is TokenKind.PREFIXED_NAME:
            return Term(token.start, token.end, key=self._iri(token))
        if token.kind is TokenKind.NUMBER:
            key = f'"{token.text}"^^<{_XSD}integer>' if _INTEGER.fullmatch(token.text) else None
            return Term(token.start, token.end, key=key)
        if token.is_word("true", "false"):
            return Term(token.start, token.end)
        if token.kind is not TokenKind.STRING:
            raise Unread(f"{token.text} as a term")
        key = f'"{token.text[1:-1]}"' if _PLAIN_STRING.fullmatch(token.text) else None
        if self.peek().kind is TokenKind.LANGUAGE:
            tag = self.take().text
            key = f"{key}{tag}" if key and tag.islower() else None
        elif self.accept("^"):
            self.expect("^")
            datatype = self.take()
            if datatype.kind not in NAMES:
                raise Unread("no datatype where one is due")
            key = _typed(key, self._iri(datatype))
        return Term(token.start, self.last_end, key=key)

    def _iri(self, token: Token) -> str | None:
        """Return an IRI in angle brackets, where it is certain without a base."""
        found = token.text
        if token.kind is not TokenKind.IRI:
            prefix, colon, local = found.partition(":")
            if prefix + colon not in self._prefixes:
                raise Unread(f"{prefix + colon} is not declared")
            found = f"{self._prefixes[prefix + colon][:-1]}{local}>"
        # A base would take a step of dots out of the path.
        return found if _ABSOLUTE.fullmatch(found) and "/." not in found else None

    def path(self) -> Term:
        """Take a property path; one IRI alone keeps its key."""
        start, first = self.peek().start, self._at
        may_be_empty = self._alternatives()
        if self._at == first + 1:
            token = self._tokens[first]
            return Term(start, self.last_end, key=self._iri(token) if token.text != "a" else None)
        return Term(start, self.last_end, is_path=True, may_be_empty=may_be_empty)

    def _alternatives(self) -> bool:
        with self.deeper():
            may_be_empty = self._sequence()
            while self.accept("|"):
                may_be_empty = self._sequence() or may_be_empty
            return may_be_empty

    def _sequence(self) -> bool:
        may_be_empty = self._step()
        while self.accept("/"):
            may_be_empty = self._step() and may_be_empty
        return may_be_empty

    def _step(self) -> bool:
        self.accept("^")
        token = self.take()
        if token.text == "(":
            may_be_empty = self._alternatives()
            self.expect(")")
        elif token.kind in NAMES or token.text == "a":
            may_be_empty = False
        else:
            raise Unread(f"{token.text} in a path")
        if self.accept("*") or self.accept("?"):
            return True
        self.accept("+")
        return may_be_empty


def _typed(quoted: str | None, datatype: str | None) -> str | None:
    """Return a literal in the spelling that the engine gives it, where that is certain."""
    if quoted is not None and datatype == f"<{_XSD}string>":
        return quoted
    if quoted is not None and datatype == f"<{_XSD}integer>" and _INTEGER.fullmatch(quoted[1:-1]):
        return f"{quoted}^^{datatype}"
    return None
