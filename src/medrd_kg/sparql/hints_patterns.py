"""The triple patterns of a query that an engine has accepted, each with its place in the text.

Advice needs to know which patterns stand where; it needs no algebra. The reader goes over the
tokens once and gives up, keeping what it has found, where it meets what it does not know.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.store.lexing import Token, TokenKind, tokenize

__all__ = ["Comparison", "Part", "Pattern", "QueryParts", "read_parts"]

_NAMES: Final = frozenset({TokenKind.IRI, TokenKind.PREFIXED_NAME})
_CLOSING: Final = {"{": "}", "(": ")", "[": "]"}
_PATH_SIGNS: Final = frozenset("/|")
_REPEATS: Final = frozenset("*+?")


@dataclass(frozen=True, slots=True)
class Part:
    """A term, variable or path as written.

    Attributes:
        text: Its characters; ``[]`` for what stands in brackets of its own.
        start: Offset of its first character.
        kind: Kind of its first token.
        simple: Whether it is one variable, name or literal, and no path or bracket.
    """

    text: str
    start: int
    kind: TokenKind
    simple: bool = True

    @property
    def is_name(self) -> bool:
        """Whether it is an IRI, given by itself or by a prefix, or ``a``."""
        return self.simple and (self.kind in _NAMES or self.text == "a")

    @property
    def is_variable(self) -> bool:
        """Whether it is a variable."""
        return self.kind is TokenKind.VARIABLE

    @property
    def is_literal(self) -> bool:
        """Whether it is a text, number or boolean."""
        return self.simple and (
            self.kind in {TokenKind.STRING, TokenKind.NUMBER}
            or self.text.lower() in {"true", "false"}
        )


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern.

    Attributes:
        subject: Who.
        verb: The property, or a path of properties.
        object: What.
        graph: The graph or variable of the GRAPH around it, or None.
        required: Whether an answer needs it: it stands in no OPTIONAL, MINUS, EXISTS or UNION.
    """

    subject: Part
    verb: Part
    object: Part
    graph: Part | None
    required: bool

    def spelt(self, *, turned: bool = False, value: str | None = None) -> str:
        """Return it as a pattern of its own.

        Args:
            turned: Swap subject and object.
            value: Another object, in SPARQL.
        """
        subject, other = self.subject.text, self.object.text if value is None else value
        if turned:
            subject, other = other, subject
        triple = f"{subject} {self.verb.text} {other}"
        return triple if self.graph is None else f"GRAPH {self.graph.text} {{ {triple} }}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variable that a filter holds to be equal to a literal.

    Attributes:
        variable: With its question mark.
        literal: What it must equal.
        of_language: Whether the language of the variable is compared, not its value.
    """

    variable: str
    literal: Part
    of_language: bool = False


@dataclass
class QueryParts:
    """What the reader found.

    Attributes:
        patterns: Triple patterns in order.
        comparisons: Equalities with literals.
        names: IRIs in VALUES, which belong to no pattern.
        graphs: Names after GRAPH.
    """

    patterns: list[Pattern] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    names: list[Part] = field(default_factory=list)
    graphs: list[Part] = field(default_factory=list)


def read_parts(text: str) -> QueryParts:
    """Read the patterns of a query that parses.

    Raises:
        QueryFault: A string has no end.
    """
    tokens = list(tokenize(text))
    reader = _Reader(text, tokens)
    first = _first_group(tokens)
    if first is not None:
        # What is newer than this reader ends it: the parts before are still worth a hint.
        with suppress(IndexError, KeyError):
            reader.group(first + 1, reader.closing[first], None, required=True)
    return reader.found


def _first_group(tokens: Sequence[Token]) -> int | None:
    """Return the index of the brace that opens the outermost pattern."""
    template = False
    depth = 0
    for index, token in enumerate(tokens):
        if token.is_word("construct"):
            template = index + 1 < len(tokens) and tokens[index + 1].text == "{"
        if token.text == "{":
            if not template and depth == 0:
                return index
            depth += 1
        elif token.text == "}":
            depth -= 1
            template = template and depth > 0
    return None


class _Reader:
    """Goes over the tokens of a query; every method returns the index after what it read."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self.found = QueryParts()
        self.closing = _closing(tokens)

    def group(self, at: int, end: int, graph: Part | None, *, required: bool) -> None:
        """Read what stands between two braces."""
        while at < end:
            token = self._tokens[at]
            word = token.text.lower() if token.kind is TokenKind.WORD else ""
            if token.text in {".", "}"} or word in {"union", "lateral", "where"}:
                at += 1
            elif token.text == "{":
                at = self._block(at, graph, required=required and not self._is_branch(at))
            elif word in {"optional", "minus"}:
                at = self._block(at + 1, graph, required=False)
            elif word == "graph":
                at = self._graph(at + 1, required=required)
            elif word == "service":
                at = self._after_block(at)
            elif word in {"filter", "bind"}:
                at = self._expression(at + 1, graph)
            elif word == "values":
                at = self._values(at + 1)
            elif word == "select":
                at = self._subquery(at + 1, end, graph, required=required)
            else:
                at = self._triples(at, end, graph, required=required)

    def _block(self, at: int, graph: Part | None, *, required: bool) -> int:
        end = self.closing[at]
        self.group(at + 1, end, graph, required=required)
        return end + 1

    def _is_branch(self, at: int) -> bool:
        after = self.closing[at] + 1
        return self._tokens[at - 1].is_word("union") or self._tokens[after].is_word("union")

    def _after_block(self, at: int) -> int:
        while self._tokens[at].text != "{":
            at += 1
        return self.closing[at] + 1

    def _graph(self, at: int, *, required: bool) -> int:
        name = self._part(at, at + 1)
        if name.is_name:
            self.found.graphs.append(name)
        return self._block(at + 1, name, required=required)

    def _subquery(self, at: int, end: int, graph: Part | None, *, required: bool) -> int:
        while self._tokens[at].text != "{":
            at = self.closing[at] + 1 if self._tokens[at].text == "(" else at + 1
        self._block(at, graph, required=required)
        return end

    def _values(self, at: int) -> int:
        while self._tokens[at].text != "{":
            at += 1
        end = self.closing[at]
        for index in range(at, end):
            if self._tokens[index].kind in _NAMES and self._tokens[index - 1].text != "^":
                self.found.names.append(self._part(index, index + 1))
        return end + 1

    def _expression(self, at: int, graph: Part | None) -> int:
        """Read a condition; patterns of EXISTS are read, of the rest only equalities."""
        while self._tokens[at].text not in {"(", "{"}:
            at += 1
        end = self.closing[at]
        if self._tokens[at].text == "{":
            return self._block(at, graph, required=False)
        index = at + 1
        while index < end:
            if self._tokens[index].text == "{":
                index = self._block(index, graph, required=False)
                continue
            if self._tokens[index].text == "=" or self._tokens[index].is_word("in"):
                self._comparison(index, end)
            index += 1
        return end + 1

    def _comparison(self, at: int, end: int) -> None:
        before, after = self._tokens[at - 1], self._tokens[at + 1]
        if self._tokens[at].is_word("in"):
            if before.kind is TokenKind.VARIABLE and after.text == "(":
                for index in range(at + 2, self.closing[at + 1]):
                    self._compared(before.text, index, end)
        elif self._is_language(at - 4):
            self._compared(self._tokens[at - 2].text, at + 1, end, of_language=True)
        elif before.kind is TokenKind.VARIABLE:
            self._compared(before.text, at + 1, end)
        elif after.kind is TokenKind.VARIABLE and before.kind is not TokenKind.WORD:
            begin = at - 2 if before.kind is TokenKind.LANGUAGE else at - 1
            self._compared(after.text, begin, end)

    def _is_language(self, at: int) -> bool:
        return self._tokens[at].is_word("lang") and self._tokens[at + 2].text.startswith(("?", "$"))

    def _compared(self, variable: str, at: int, end: int, *, of_language: bool = False) -> None:
        if self._tokens[at].kind in {TokenKind.STRING, TokenKind.NUMBER}:
            literal, _ = self._node(at, end, None, required=False)
            self.found.comparisons.append(Comparison(variable, literal, of_language))

    def _triples(self, at: int, end: int, graph: Part | None, *, required: bool) -> int:
        subject, at = self._node(at, end, graph, required=required)
        return self._properties(subject, at, end, graph, required=required)

    def _properties(
        self, subject: Part, at: int, end: int, graph: Part | None, *, required: bool
    ) -> int:
        """Read verbs with their objects up to the dot or bracket that ends them."""
        while at < end and self._tokens[at].text not in {".", "}", "]"}:
            if self._tokens[at].text == ";":
                at += 1
                continue
            if self._begins_element(at):
                return at
            verb, at = self._verb(at)
            while True:
                other, at = self._node(at, end, graph, required=required)
                self.found.patterns.append(Pattern(subject, verb, other, graph, required))
                if at >= end or self._tokens[at].text != ",":
                    break
                at += 1
        return at

    def _begins_element(self, at: int) -> bool:
        token = self._tokens[at]
        return token.text == "{" or (token.kind is TokenKind.WORD and token.text != "a")

    def _node(self, at: int, end: int, graph: Part | None, *, required: bool) -> tuple[Part, int]:
        """Read a subject or object."""
        token = self._tokens[at]
        if token.text in {"[", "("}:
            blank = Part("[]", token.start, token.kind, simple=False)
            close = self.closing[at]
            if token.text == "[":
                self._properties(blank, at + 1, close, graph, required=required)
            else:
                inner = at + 1
                while inner < close:
                    _, inner = self._node(inner, close, graph, required=required)
            return blank, close + 1
        if token.text in {"<", "{"}:
            raise KeyError(token.text)  # a triple term
        after = at + 1
        if token.text in {"+", "-"}:
            after = at + 2
        elif token.kind is TokenKind.STRING and after < end:
            if self._tokens[after].kind is TokenKind.LANGUAGE:
                after += 1
            elif self._tokens[after].text == "^":
                after += 3
        return self._part(at, after), after

    def _verb(self, at: int) -> tuple[Part, int]:
        """Read a property or a path."""
        begin = at
        while True:
            while self._tokens[at].text in {"^", "!"}:
                at += 1
            at = self.closing[at] + 1 if self._tokens[at].text == "(" else at + 1
            number = self._tokens[at].text == "+" and self._tokens[at + 1].kind is TokenKind.NUMBER
            if self._tokens[at].text in _REPEATS and not number:
                at += 1
            if self._tokens[at].text not in _PATH_SIGNS:
                return self._part(begin, at), at
            at += 1

    def _part(self, at: int, end: int) -> Part:
        first, last = self._tokens[at], self._tokens[end - 1]
        number = first.text in {"+", "-"}
        simple = end - at == 1 or first.kind is TokenKind.STRING or number
        kind = TokenKind.NUMBER if number else first.kind
        return Part(self._text[first.start : last.end], first.start, kind, simple)


def _closing(tokens: Sequence[Token]) -> dict[int, int]:
    """Return the index of the closing bracket of each opening one."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.text in _CLOSING:
            opened.append(index)
        elif token.text in _CLOSING.values() and opened:
            found[opened.pop()] = index
    return found
