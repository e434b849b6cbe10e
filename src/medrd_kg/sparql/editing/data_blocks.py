r"""The data of INSERT DATA and DELETE DATA, found without looking at every token.

A request may carry a million statements. Their text is cut out here, so that the rest is short
and can be read token by token, while the engine alone reads the statements.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

__all__ = ["Condensed", "DataBlock", "condense", "shared_label"]

_COMMENT: Final = r"\#[^\r\n]*+"
_IRI: Final = r"<(?>[^\x00-\x20<>\"{}|^`\\]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>"
_STRING: Final = (
    r"\"\"\"(?>[^\"\\]++|\\.|\"(?!\"\"))*+\"\"\""
    r"|'''(?>[^'\\]++|\\.|'(?!''))*+'''"
    r"|\"(?!\"\")(?>[^\"\\\r\n]++|\\[^\r\n])*+\""
    r"|'(?!'')(?>[^'\\\r\n]++|\\[^\r\n])*+'"
)
_BLANK: Final = rf"(?>[ \t\r\n]|{_COMMENT})"

_OUTSIDE: Final = re.compile(
    rf"(?>{_BLANK}++|{_IRI}|{_STRING}|(?!(?:insert|delete)\b)[\w:.\-?$@%]++"
    rf"|\\.|[^\s\w{{}}\"'\#\\:?$@%.-])*+"
    rf"(?:(?P<data>(?P<keyword>insert|delete){_BLANK}++data{_BLANK}*+\{{)"
    rf"|(?P<brace>[{{}}])|insert|delete)",
    re.DOTALL | re.IGNORECASE,
)
"""Text up to the next brace or the beginning of data.

A word is taken whole, with the colon of a prefixed name: the keyword begins nowhere inside it.
"""

_INSIDE: Final = re.compile(
    # `<<` opens a triple term: without variables there is no *less than*. So what follows it is
    # read afresh, and an IRI begins at the last of three.
    rf"(?>[^{{}}()\[\]<>\"'\#\\]++|(?!<<){_IRI}|{_STRING}|{_COMMENT}|\\.|>)*+"
    r"(?P<mark>[{}()\[\]]|<<)",
    re.DOTALL,
)

_LABEL: Final = re.compile(
    rf"(?>[^_<\"'\#\\]++|<<|{_IRI}|{_STRING}|{_COMMENT}|\\.|_(?!:)|<)*+"
    r"(?P<label>_:[\w\u00b7.\-]*[\w\u00b7\-]|_:)",
    re.DOTALL,
)
_NAME_BEFORE: Final = re.compile(r"[\w\u00b7\-:%]\Z")

_OPENING: Final = frozenset("{([")


@dataclass(frozen=True, slots=True)
class DataBlock:
    """The statements of one INSERT DATA or DELETE DATA.

    Attributes:
        start: Offset after the opening brace.
        end: Offset of the closing brace.
        nesting: Deepest nesting of brackets inside.
    """

    start: int
    end: int
    nesting: int


@dataclass(frozen=True, slots=True)
class Condensed:
    """A request without its data.

    Attributes:
        text: The request; a space stands for the statements of each block.
        original: The request as it was.
        blocks: What was cut out, in order.
    """

    text: str
    original: str
    blocks: tuple[DataBlock, ...]

    def offset(self, offset: int) -> int:
        """Return where a character of `text` stood in the request."""
        passed = 0
        for block in self.blocks:
            if offset + passed <= block.start:
                break
            passed += block.end - block.start - 1
        return offset + passed

    def block_at(self, offset: int) -> DataBlock | None:
        """Return the block whose opening brace is at ``offset`` of the request."""
        index = bisect_right([block.start for block in self.blocks], offset)
        found = self.blocks[index : index + 1]
        return found[0] if found and found[0].start == offset + 1 else None


def condense(text: str) -> Condensed:
    """Cut the statements out of a request, in linear time.

    Where a string or a block has no end, the rest is kept as it is: whoever reads it will say so.

    >>> condense("PREFIX : <urn:x#> INSERT DATA { :a :b '}' } ; CLEAR ALL").text
    'PREFIX : <urn:x#> INSERT DATA { } ; CLEAR ALL'
    """
    blocks = tuple(_blocks(text))
    if not blocks:
        return Condensed(text, text, ())
    edges = [0, *(edge for block in blocks for edge in (block.start, block.end)), len(text)]
    kept = [text[start:end] for start, end in list(pairwise(edges))[::2]]
    return Condensed(" ".join(kept), text, blocks)


def _blocks(text: str) -> Iterator[DataBlock]:
    depth = offset = 0
    while (match := _OUTSIDE.match(text, offset)) is not None:
        offset = match.end()
        if match["brace"]:
            depth += 1 if match["brace"] == "{" else -1
        elif match["data"] and depth:
            depth += 1
        elif match["data"]:
            block = _block(text, offset)
            if block is None:
                return
            yield block
            offset = block.end + 1


def _block(text: str, start: int) -> DataBlock | None:
    """Return the block that begins at ``start``, or None when it does not end."""
    depth, deepest, offset = 1, 1, start
    while (match := _INSIDE.match(text, offset)) is not None:
        mark, offset = match["mark"], match.end()
        if mark in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif mark != "<<":
            depth -= 1
            if depth == 0:
                return DataBlock(start, match.start("mark"), deepest)
    return None


def shared_label(text: str, blocks: tuple[DataBlock, ...]) -> tuple[str, int] | None:
    """Return a label of a blank node that occurs in two blocks, with its second place.

    SPARQL 1.1 Query, section 19.6: a label belongs to one block of data only.

    Args:
        text: The request.
        blocks: Its blocks of data.
    """
    if len(blocks) <= 1:  # one block shares nothing
        return None
    seen: set[str] = set()
    for block in blocks:
        here: set[str] = set()
        for label, offset in _labels(text, block):
            if label in seen:
                return label, offset
            here.add(label)
        seen |= here
    return None


def _labels(text: str, block: DataBlock) -> Iterator[tuple[str, int]]:
    offset = block.start
    while (match := _LABEL.match(text, offset, block.end)) is not None:
        offset = match.end()
        start = match.start("label")
        # `a_:b` is a prefixed name.
        if not _NAME_BEFORE.search(text, max(start - 1, 0), start):
            yield match["label"], start
