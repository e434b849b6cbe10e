"""The reader's steps over expressions, and over the clauses that are made of them.

Nothing is computed here, so that an expression is only its place, its variables and the names
that it calls.
"""

from itertools import pairwise
from typing import Final

from medrd_kg.sparql.planning.syntax import Expression, Projected
from medrd_kg.sparql.planning.tokens import NAMES, TokenReader, Unread
from medrd_kg.store.lexing import Token, TokenKind

__all__ = ["ExpressionReader"]

_OPERANDS: Final = frozenset(
    {
        TokenKind.IRI,
        TokenKind.PREFIXED_NAME,
        TokenKind.VARIABLE,
        TokenKind.STRING,
        TokenKind.LANGUAGE,
        TokenKind.NUMBER,
        TokenKind.WORD,
    }
)


class ExpressionReader(TokenReader):
    """Steps over columns, conditions and keys."""

    def skip_brackets(self) -> Expression:
        """Take a balanced bracket whole."""
        start, first, depth = self.peek().start, self._at, 0
        while True:
            token = self.take()
            if token.text in {"(", "{", "["} and token.kind is TokenKind.PUNCTUATION:
                depth += 1
            elif token.text in {")", "}", "]"} and token.kind is TokenKind.PUNCTUATION:
                depth -= 1
            if depth <= 0:
                return self._expression(start, first)

    def constraint(self) -> Expression:
        """Take what may follow FILTER, HAVING or ASC: brackets, or a call."""
        start, first = self.peek().start, self._at
        if self.peek().text != "(":
            if self.take().kind not in (*NAMES, TokenKind.WORD):
                raise Unread("no condition where one is due")
            if self.peek().text != "(":
                raise Unread("a function without its brackets")
        self.skip_brackets()
        return self._expression(start, first)

    def expression_until_as(self) -> tuple[Expression, bool]:
        """Take an expression up to and with its AS; tell whether it is one constant."""
        start, first, depth = self.peek().start, self._at, 0
        while depth or not self.peek_word("as"):
            token = self.take()
            depth += token.text in {"(", "{"}
            depth -= token.text in {")", "}"}
            if depth < 0:
                raise Unread("no AS where one is due")
        expression = self._expression(start, first)
        simple = self._at == first + 1 and self._tokens[first].kind in (
            *NAMES,
            TokenKind.STRING,
            TokenKind.NUMBER,
        )
        self.take()
        return expression, simple

    def _expression(self, start: int, first: int) -> Expression:
        tokens = self._tokens[first : self._at]
        for before, token in pairwise(tokens):
            # A lenient reader may take this for a comparison, which moves every place behind it.
            if token.kind is TokenKind.IRI and (before.kind in _OPERANDS or before.text == ")"):
                raise Unread("< behind an operand")
        return Expression(
            start,
            self.last_end,
            frozenset(t.text[1:] for t in tokens if t.kind is TokenKind.VARIABLE),
            any(t.is_word("exists") for t in tokens),
            frozenset(t.text.lower() for t in tokens if t.kind is TokenKind.WORD),
        )

    def columns(self) -> tuple[Projected, ...]:
        """Take the columns of a SELECT."""
        found: list[Projected] = []
        while True:
            token = self.peek()
            if token.kind is TokenKind.VARIABLE:
                found.append(Projected(token.start, token.end, self.variable(), None))
            elif self.accept("("):
                expression, _ = self.expression_until_as()
                name = self.variable()
                found.append(Projected(token.start, self.expect(")").end, name, expression))
            elif found:
                return tuple(found)
            else:
                raise Unread("SELECT without columns")

    def grouping(self) -> tuple[tuple[Expression, str | None], ...]:
        """Take the keys of GROUP BY."""
        found: list[tuple[Expression, str | None]] = []
        while True:
            token, first = self.peek(), self._at
            if token.kind is TokenKind.VARIABLE:
                self.take()
                found.append((self._expression(token.start, first), None))
            elif token.text == "(":
                expression = self.skip_brackets()
                named = self._tokens[self._at - 3].is_word("as")
                alias = self._tokens[self._at - 2].text[1:] if named else None
                found.append((expression, alias))
            elif token.kind in NAMES or (
                token.kind is TokenKind.WORD and self._follows("(") and not _is_clause(token)
            ):
                found.append((self.constraint(), None))
            else:
                return tuple(found)

    def conditions(self) -> tuple[Expression, ...]:
        """Take the conditions of HAVING."""
        found: list[Expression] = []
        while self.peek().text == "(" or (
            self.peek().kind in (*NAMES, TokenKind.WORD)
            and self._follows("(")
            and not _is_clause(self.peek())
        ):
            found.append(self.constraint())
        return tuple(found)

    def ordering(self) -> tuple[Expression, ...]:
        """Take the keys of ORDER BY."""
        found: list[Expression] = []
        while True:
            token, first = self.peek(), self._at
            if self.accept_word("asc", "desc"):
                found.append(self.skip_brackets())
            elif token.kind is TokenKind.VARIABLE:
                self.take()
                found.append(self._expression(token.start, first))
            elif token.text == "(" or (
                token.kind in (*NAMES, TokenKind.WORD)
                and self._follows("(")
                and not _is_clause(token)
            ):
                found.append(self.constraint())
            else:
                return tuple(found)

    def _follows(self, text: str) -> bool:
        return self._at + 1 < len(self._tokens) and self._tokens[self._at + 1].text == text


def _is_clause(token: Token) -> bool:
    return token.is_word("having", "order", "limit", "offset", "values")
