"""Deterministic Turtle: the same triples give the same bytes.

Subjects are grouped by kind under a comment and sorted by IRI, predicates follow one fixed order
(type, labels, then alphabetic), objects are sorted; there are no blank nodes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from medrd_kg.vocabulary import PREFIXES

__all__ = [
    "Block",
    "RenderedBlock",
    "decimal",
    "document",
    "document_lines",
    "integer",
    "iri",
    "term",
    "text",
    "typed",
]

_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_ILLEGAL_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')
_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x08": "\\b", "\x0c": "\\f"}
)
_FIRST: Final = ("a", "rdfs:label", "skos:altLabel", "skos:hiddenLabel", "skos:definition")
_RANK: Final = {predicate: rank for rank, predicate in enumerate(_FIRST)}
_USES: Final = {prefix: re.compile(rf"(?<![\w\"<]){prefix}:[A-Za-z0-9]") for prefix in PREFIXES}


def term(prefix: str, local: str) -> str:
    """Return the prefixed name ``prefix:local``.

    Raises:
        KeyError: The prefix is not of the vocabulary.
        ValueError: The local part needs escaping; slugs never do.
    """
    if not _LOCAL.fullmatch(local):
        raise ValueError(f"{local!r} is no plain local name")
    if prefix not in PREFIXES:
        raise KeyError(prefix)
    return f"{prefix}:{local}"


def iri(address: str) -> str:
    """Return a full IRI reference; characters that Turtle forbids are percent-encoded."""
    return f"<{_ILLEGAL_IRI.sub(lambda found: f'%{ord(found[0]):02X}', address)}>"


def text(value: str, language: str | None = None) -> str:
    """Return a string literal, with a language tag where one is given."""
    quoted = f'"{value.translate(_ESCAPES)}"'
    return f"{quoted}@{language}" if language else quoted


def typed(value: str, datatype: str) -> str:
    """Return a literal of a datatype given as a prefixed name."""
    return f'"{value.translate(_ESCAPES)}"^^{datatype}'


def integer(value: int) -> str:
    """Return an ``xsd:integer``."""
    return str(value)


def decimal(value: Decimal) -> str:
    """Return an ``xsd:decimal`` in plain notation, with a point as Turtle asks."""
    plain = format(value, "f")
    if "." in plain:
        plain = plain.rstrip("0")
        plain += "0" if plain.endswith(".") else ""
        return plain
    return f"{plain}.0"


class Block:
    """The triples of one subject."""

    __slots__ = ("_objects", "subject")

    def __init__(self, subject: str, kind: str | None = None) -> None:
        """Start a block.

        Args:
            subject: Prefixed name.
            kind: Local name of its class in the core vocabulary.
        """
        self.subject = subject
        self._objects: dict[str, dict[str, None]] = {}
        if kind is not None:
            self.add("a", f"mrd:{kind}")

    def add(self, predicate: str, *objects: str | None) -> "Block":
        """Add objects; None is skipped, the same object counts once."""
        for each in objects:
            if each is not None:
                self._objects.setdefault(predicate, {})[each] = None
        return self

    def merge(self, other: "Block") -> None:
        """Take over the triples of another block on the same subject."""
        for predicate, objects in other._objects.items():  # noqa: SLF001 - its own kind
            self.add(predicate, *objects)

    def get(self, predicate: str) -> tuple[str, ...]:
        """Return the objects of a predicate."""
        return tuple(self._objects.get(predicate, ()))

    def remove(self, predicate: str, *objects: str) -> None:
        """Forget some objects of a predicate."""
        kept = [each for each in self.get(predicate) if each not in objects]
        self.drop(predicate)
        self.add(predicate, *kept)

    def drop(self, *predicates: str) -> None:
        """Forget what the block says under some predicates."""
        for predicate in predicates:
            self._objects.pop(predicate, None)

    @property
    def prefix(self) -> str:
        """Prefix of the subject: what kind of thing it is."""
        return self.subject.partition(":")[0]

    @property
    def is_empty(self) -> bool:
        """Whether the block says nothing."""
        return not self._objects

    def targets(self) -> Iterator[str]:
        """Yield every object that is no literal."""
        for objects in self._objects.values():
            yield from (each for each in objects if not each.startswith('"'))

    def render(self) -> str:
        """Return the block in Turtle."""
        ordered = sorted(self._objects, key=lambda name: (_RANK.get(name, len(_FIRST)), name))
        width = max(len(name) for name in ordered)
        rows = [
            f"    {name.ljust(width)} {' , '.join(sorted(self._objects[name]))}" for name in ordered
        ]
        return f"{self.subject}\n" + " ;\n".join(rows) + " .\n"


@dataclass(frozen=True, slots=True)
class RenderedBlock:
    """The text of one subject."""

    subject: str
    text: str


def _used_prefixes(blocks: Iterable[RenderedBlock]) -> set[str]:
    used: set[str] = set()
    unseen = [(prefix, f"{prefix}:", pattern) for prefix, pattern in _USES.items()]
    for block in blocks:
        found = {
            prefix
            for prefix, start, pattern in unseen
            if start in block.text and pattern.search(block.text)
        }
        if found:
            used |= found
            unseen = [each for each in unseen if each[0] not in found]
    return used


def _sections(
    blocks: Iterable[RenderedBlock], titles: Mapping[str, str]
) -> Iterator[tuple[str, list[RenderedBlock]]]:
    groups: dict[str, list[RenderedBlock]] = {title: [] for title in titles.values()}
    rest: list[RenderedBlock] = []
    for block in blocks:
        title = titles.get(block.subject.partition(":")[0])
        (groups[title] if title is not None else rest).append(block)
    for title, members in [*groups.items(), ("Further statements", rest)]:
        if members:
            yield title, sorted(members, key=lambda each: each.subject)


def document_lines(
    comment: str, blocks: Sequence[RenderedBlock], titles: Mapping[str, str]
) -> Iterator[str]:
    """Yield a whole Turtle file piece by piece, so that nobody needs to hold it.

    Args:
        comment: What the file is and where it comes from; lines become comments.
        blocks: One block a subject.
        titles: Section title by prefix of the subject, in the order of the sections.
    """
    for line in comment.splitlines():
        yield f"# {line}\n" if line else "#\n"
    used = _used_prefixes(blocks)
    for prefix, namespace in PREFIXES.items():
        if prefix in used:
            yield f"\n@prefix {prefix}: <{namespace}> ."
    yield "\n"
    for title, members in _sections(blocks, titles):
        yield f"\n# {title}\n"
        for block in members:
            yield f"\n{block.text}"


def document(comment: str, blocks: Sequence[RenderedBlock], titles: Mapping[str, str]) -> str:
    """Return a whole Turtle file; see `document_lines`."""
    return "".join(document_lines(comment, blocks, titles))
