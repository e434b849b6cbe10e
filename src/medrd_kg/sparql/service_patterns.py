"""SERVICE patterns by their tokens: where they stand, and in which GRAPH groups."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.store.lexing import Token, TokenKind

__all__ = ["Group", "ServicePattern", "read_patterns"]

_ENDPOINTS: Final = frozenset({TokenKind.IRI, TokenKind.PREFIXED_NAME, TokenKind.VARIABLE})


@dataclass(slots=True)
class Group:
    """A pair of braces, as indexes of tokens.

    Attributes:
        opening: Index of the opening brace.
        closing: Index of the closing one; -1 while it was not met.
    """

    opening: int
    closing: int = -1


@dataclass(slots=True)
class ServicePattern:
    """``SERVICE [SILENT] endpoint { … }``, as indexes of tokens.

    Attributes:
        word: Index of the keyword.
        endpoint: Index of the endpoint, an IRI, a prefixed name or a variable.
        silent: Whether SILENT stands before the endpoint.
        group: The braces.
        graphs: The braces of all GRAPH patterns around it, the outermost first.
        nested: All SERVICE patterns inside, at any depth.
    """

    word: int
    endpoint: int
    silent: bool
    group: Group
    graphs: tuple[Group, ...] = ()
    nested: list["ServicePattern"] = field(default_factory=list)

    def heads(self) -> Iterator[int]:
        """Yield the indexes of keywords and endpoints, those of nested patterns included."""
        yield from range(self.word, self.endpoint + 1)
        for each in self.nested:
            yield from range(each.word, each.endpoint + 1)


def read_patterns(tokens: Sequence[Token]) -> tuple[list[ServicePattern], bool]:
    """Find the SERVICE patterns that lie in no other, in the order of the text.

    Returns:
        The patterns, and whether every opened brace was closed.
    """
    reader = _Reader(tokens)
    for index, token in enumerate(tokens):
        if token.is_word("service"):
            reader.announce(index)
        elif token.text == "{":
            reader.open(index)
        elif token.text == "}":
            reader.close(index)
    return reader.found, reader.is_complete


class _Reader:
    """Walks over tokens and keeps track of the braces that are open."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.found: list[ServicePattern] = []
        self._tokens = tokens
        self._opened: list[Group] = []
        self._graphs: list[Group] = []
        self._outer: ServicePattern | None = None
        self._announced: dict[int, ServicePattern] = {}

    @property
    def is_complete(self) -> bool:
        return not self._opened

    def announce(self, word: int) -> None:
        """Take note of the brace that the keyword at ``word`` leads to."""
        pattern = _head(self._tokens, word)
        if pattern is not None:
            self._announced[pattern.group.opening] = pattern

    def open(self, index: int) -> None:
        pattern = self._announced.pop(index, None)
        group = Group(index) if pattern is None else pattern.group
        self._opened.append(group)
        if pattern is None:
            if index > 1 and self._tokens[index - 2].is_word("graph"):
                self._graphs.append(group)
        elif self._outer is not None:
            self._outer.nested.append(pattern)
        else:
            self._outer, pattern.graphs = pattern, tuple(self._graphs)

    def close(self, index: int) -> None:
        if not self._opened:
            return
        group = self._opened.pop()
        group.closing = index
        if self._graphs and self._graphs[-1] is group:
            self._graphs.pop()
        if self._outer is not None and self._outer.group is group:
            self.found.append(self._outer)
            self._outer = None


def _head(tokens: Sequence[Token], word: int) -> ServicePattern | None:
    """Read what begins with the keyword at ``word``, or None when it is no pattern."""
    silent = word + 1 < len(tokens) and tokens[word + 1].is_word("silent")
    endpoint = word + 2 if silent else word + 1
    opening = endpoint + 1
    if opening >= len(tokens) or tokens[opening].text != "{":
        return None
    if tokens[endpoint].kind not in _ENDPOINTS:
        return None
    return ServicePattern(word, endpoint, silent, Group(opening))
