"""What a document of a caller may not be, found before the engine parses it.

The engine takes XML that is cut off for the whole. It expands entities as they are declared, and
some of its parsers need the square of the depth in time, or a frame of the stack for each level.
All checks are linear in the document.
"""

import re
from itertools import accumulate
from typing import Final
from xml.parsers import expat

from pyoxigraph import RdfFormat

from medrd_kg.problems import Problem

__all__ = ["refuse_hazards"]

_MAX_JSON_DEPTH: Final = 100
"""Measured: at 1000 levels the engine takes 200 MB, at 10,000 it ends the process."""
_MAX_XML_DEPTH: Final = 5000
"""Measured: the engine's time grows with the square, 0.1 s at 5000. Lists written as nested
elements, two levels an entry, are the deepest that honest documents have."""
_MAX_TERM_DEPTH: Final = 100
"""Triple terms within triple terms; at 200,000 the engine ends the process."""
_MAX_ENTITY: Final = 100_000
"""Longest text of one entity, in bytes."""
_MAX_EXPANSION: Final = 10_000_000
"""Most bytes that the entities of a small document may stand for; large ones may double."""

_ENTITY: Final = re.compile(rb"<!ENTITY\s*+([^\s\"'<>&]++)\s*+\"([^\"]*+)\"")
_REFERENCE: Final = re.compile(rb"&([^\s;&#]++);")
# What has no end goes on to the end of the document, so that it is looked for only once.
_JSON_STRING: Final = re.compile(rb'"(?>[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_XML_TAG: Final = re.compile(
    rb"<(?:!--.*?(?:-->|\Z)|!\[CDATA\[.*?(?:\]\]>|\Z)|\?.*?(?:\?>|\Z)"
    rb"|(?P<end>/)[^<>]*+>"
    rb"|(?P<start>[^!?/<>\"'](?>[^<>\"'/]++|\"[^\"<]*+\"|'[^'<]*+'|/(?!>))*+)(?P<empty>/)?+>)",
    re.DOTALL,
)
_TERM: Final = re.compile(
    rb"(?>[^<)\"'#\\]++|<[^<>\s\"{}|^`]*+>|\"(?>[^\"\\]++|\\.)*+\"|'(?>[^'\\]++|\\.)*+'|\\."
    rb"|#[^\r\n]*+|<(?!<\()|\)(?!>>)|[\"'])*+(?P<mark><<\(|\)>>)",
    re.DOTALL,
)
_JSON_BRACKETS: Final = b"{}[]"
_CUT: Final = frozenset(
    expat.errors.codes[each]
    for each in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
"""Faults of a document that ends too early; all others are the engine's to tell."""
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(_JSON_BRACKETS))
_STEPS: Final = {ord("{"): 1, ord("["): 1, ord("}"): -1, ord("]"): -1}


def refuse_hazards(content: bytes, rdf_format: RdfFormat) -> None:
    """Refuse a document that would exhaust the process that parses it, or that is cut off.

    Args:
        content: The document.
        rdf_format: What it will be parsed as.

    Raises:
        Problem: ``malformed-data``.
    """
    if rdf_format == RdfFormat.RDF_XML:
        _refuse_expansion(content)
        _refuse_depth(_xml_depth(content), _MAX_XML_DEPTH, "elements")
        _refuse_cut(content)
    elif rdf_format in {RdfFormat.JSON_LD, RdfFormat.STREAMING_JSON_LD}:
        _refuse_depth(_json_depth(content), _MAX_JSON_DEPTH, "objects and arrays")
    elif content.count(b"<<(") > _MAX_TERM_DEPTH:
        _refuse_depth(_term_depth(content), _MAX_TERM_DEPTH, "triple terms")


def _refuse_depth(depth: int, limit: int, what: str) -> None:
    if depth > limit:
        raise Problem(
            "malformed-data",
            f"the document nests {what} more than {limit} deep",
            "write nested nodes one after the other and refer to them by name",
            extra={"limit": limit},
        )


def _json_depth(content: bytes) -> int:
    brackets = _JSON_STRING.sub(b"", content).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)


def _xml_depth(content: bytes) -> int:
    depth = deepest = 0
    for tag in _XML_TAG.finditer(content):
        if tag["end"]:
            depth -= 1
        elif tag["start"] and not tag["empty"]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def _term_depth(content: bytes) -> int:
    depth = deepest = offset = 0
    while (match := _TERM.match(content, offset)) is not None:
        offset = match.end()
        depth = depth + 1 if match["mark"] == b"<<(" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _refuse_cut(content: bytes) -> None:
    """Refuse XML whose elements have no end; its entities have been bounded before."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(content, True)
    except expat.ExpatError as fault:
        if fault.code in _CUT and content.strip():
            raise Problem(
                "malformed-data",
                f"the document ends in line {fault.lineno} before its elements do",
                "it seems to be cut off: send it whole",
                extra={"line": fault.lineno, "column": fault.offset + 1},
            ) from fault


def _refuse_expansion(content: bytes) -> None:
    """Refuse entities that stand for far more than is written ("billion laughs")."""
    if b"<!ENTITY" not in content:
        return
    sizes: dict[bytes, int] = {}
    for name, value in _ENTITY.findall(content):
        size = len(value) + sum(sizes.get(inner, 0) for inner in _REFERENCE.findall(value))
        sizes[name] = max(size, sizes.get(name, 0))
        if size > _MAX_ENTITY:
            raise _expansion(f"the entity &{name.decode('utf-8', 'replace')}; is too long")
    total = 0
    limit = max(_MAX_EXPANSION, len(content))
    for reference in _REFERENCE.finditer(content):
        total += sizes.get(reference[1], 0)
        if total > limit:
            raise _expansion("the entities together stand for too much text")


def _expansion(detail: str) -> Problem:
    return Problem(
        "malformed-data",
        f"{detail}: at most {_MAX_ENTITY} bytes for one entity and {_MAX_EXPANSION} for all, or"
        " as many as the document has",
        "use entities for namespaces only, and write texts out",
        extra={"limit": _MAX_ENTITY},
    )
