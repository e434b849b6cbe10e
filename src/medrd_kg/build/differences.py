"""Statements that differ between two releases, entity by entity.

Both dumps of a release are sorted, so that two of them are compared while they are read: no more
than the statements about one entity are in memory at a time, whatever the size of the releases.

Names of blank nodes are canonical for a release as a whole: one node more renames others. So what
is connected by blank nodes is compared by its content, and told with the names of the older release
where it is gone.
"""

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

import zstandard

from medrd_kg.build.anonymous import changed_labels, is_anonymous, renamed
from medrd_kg.build.dumps import ALL_QUADS, DUMPS
from medrd_kg.problems import Problem

__all__ = [
    "Alteration",
    "EntityChange",
    "Statement",
    "changed_lines",
    "dump_lines",
    "entity_changes",
]

_CHUNK: Final = 1 << 20

_STATEMENT: Final = re.compile(
    rb"(?P<subject>\S+) (?P<predicate>\S+) (?P<object>.+?)(?: (?P<graph><[^<>\"\s]*>))? \.\n",
    re.DOTALL,
)
"""A line of N-Quads as the engine writes it; the object ends where the graph's name begins."""

_TYPE: Final = b"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL: Final = b"<http://www.w3.org/2000/01/rdf-schema#label>"
_LABELLED: Final = re.compile(r'"(?P<text>.*)"@(?P<language>[A-Za-z]+)[A-Za-z0-9-]*', re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in the syntax of N-Quads.

    Attributes:
        subject: Its subject, such as ``<urn:a>``.
        predicate: Its predicate.
        object: Its object.
        graph: IRI of its graph, without brackets; empty for the default graph.
    """

    subject: str
    predicate: str
    object: str
    graph: str

    @classmethod
    def of_line(cls, line: bytes) -> "Statement":
        r"""Read a line of a dump.

        Raises:
            ValueError: It is none.

        >>> Statement.of_line(b'<urn:s> <urn:p> "a <urn:b> ." <urn:g> .\n').object
        '"a <urn:b> ."'
        """
        found = _STATEMENT.fullmatch(line)
        if found is None:
            raise ValueError(f"no line of N-Quads: {line[:80]!r}")
        subject, predicate, value, graph = (
            (found[name] or b"").decode() for name in ("subject", "predicate", "object", "graph")
        )
        return cls(subject, predicate, value, graph.strip("<>"))


@dataclass(frozen=True, slots=True)
class Alteration:
    """A property of an entity, in one graph, whose values differ.

    Attributes:
        predicate: The property, in brackets.
        graph: IRI of the graph.
        before: Values that are gone, in the syntax of N-Quads.
        after: Values that are new.
    """

    predicate: str
    graph: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What differs in the statements about one subject.

    Attributes:
        entity: IRI of the subject, or the label of a blank node with ``_:``.
        kind: ``added``: the older release says nothing of it. ``removed``: the newer one says
            nothing of it. ``changed``: both speak of it.
        classes: IRIs of its classes in the newer release, or in the older one where it is gone.
        labels: One label by language, of the same release.
        removed: Lines of N-Quads that are gone, sorted.
        added: Lines that are new, sorted.
    """

    entity: str
    kind: Kind
    classes: tuple[str, ...]
    labels: Mapping[str, str]
    removed: tuple[bytes, ...]
    added: tuple[bytes, ...]

    def alterations(self) -> list[Alteration]:
        """Return the properties whose values differ, in order."""
        values: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
        for side, lines in enumerate((self.removed, self.added)):
            for each in map(Statement.of_line, lines):
                values.setdefault((each.predicate, each.graph), ([], []))[side].append(each.object)
        return [
            Alteration(predicate, graph, tuple(before), tuple(after))
            for (predicate, graph), (before, after) in sorted(values.items())
        ]


def dump_lines(release: Path) -> Iterator[bytes]:
    """Yield all quads of a release as sorted lines of N-Quads.

    Raises:
        Problem: ``damaged-release``: the dump is missing or cut.
    """
    path = release / DUMPS / ALL_QUADS
    try:
        with path.open("rb") as packed:
            plain = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            yield from io.BufferedReader(plain, _CHUNK)
    except (OSError, zstandard.ZstdError) as error:
        raise Problem(
            "damaged-release", f"{release.name}: its dump cannot be read: {error}", None
        ) from error


def entity_changes(
    older: Path, newer: Path, *, graphs: Collection[str] = ()
) -> Iterator[EntityChange]:
    """Yield what differs between two releases, sorted by entity, blank nodes last.

    Args:
        older: Folder of a release.
        newer: Folder of another one.
        graphs: IRIs of the graphs to compare; none: all.

    Raises:
        Problem: ``damaged-release``: a dump cannot be read.
    """
    chosen = _within(graphs)
    gone, new = changed_labels(
        filter(is_anonymous, filter(chosen, dump_lines(older))),
        filter(is_anonymous, filter(chosen, dump_lines(newer))),
    )
    for subject, (before, after) in _side_by_side(
        _by_subject(_named_as(dump_lines(older), chosen, gone)),
        _by_subject(_named_as(dump_lines(newer), chosen, new)),
    ):
        if before != after:
            was, now = set(before), set(after)
            lasting = after or before
            yield EntityChange(
                entity=subject.decode().strip("<>"),
                kind="changed" if before and after else "added" if after else "removed",
                classes=_classes(lasting),
                labels=_labels(lasting),
                removed=tuple(sorted(was - now)),
                added=tuple(sorted(now - was)),
            )


def changed_lines(
    older: Path, newer: Path, *, graphs: Collection[str] = ()
) -> Iterator[tuple[bool, bytes]]:
    """Yield the quads that differ, each with whether it is new, as a line of N-Quads.

    Removing and adding them in this order turns the one release into the other. Blank nodes that
    are gone have the names of the older release's dump, new ones have names that it does not use.
    The arguments and faults are those of `entity_changes`.
    """
    for each in entity_changes(older, newer, graphs=graphs):
        for line in each.removed:
            yield False, line
        for line in each.added:
            yield True, line


def _within(graphs: Collection[str]) -> Callable[[bytes], bool]:
    if not graphs:
        return lambda _: True
    ends = tuple(f" <{graph}> .\n".encode() for graph in graphs)
    return lambda line: line.endswith(ends)


def _named_as(
    lines: Iterable[bytes], chosen: Callable[[bytes], bool], labels: Mapping[bytes, bytes]
) -> Iterator[bytes]:
    """Yield lines, but those with blank nodes only where these differ, under new names."""
    for line in filter(chosen, lines):
        if not is_anonymous(line):
            yield line
        elif (named := renamed(line, labels)) is not None:
            yield named


def _by_subject(lines: Iterable[bytes]) -> Iterator[tuple[bytes, list[bytes]]]:
    for subject, group in groupby(lines, key=_subject):
        yield subject, list(group)


def _subject(line: bytes) -> bytes:
    return line[: line.index(b" ")]


def _side_by_side(
    older: Iterator[tuple[bytes, list[bytes]]], newer: Iterator[tuple[bytes, list[bytes]]]
) -> Iterator[tuple[bytes, tuple[list[bytes], list[bytes]]]]:
    """Join two streams, each sorted by subject, on the subject."""
    before, after = next(older, None), next(newer, None)
    while True:
        if before is not None and (after is None or _place(before) < _place(after)):
            yield before[0], (before[1], [])
            before = next(older, None)
        elif after is not None and (before is None or _place(after) < _place(before)):
            yield after[0], ([], after[1])
            after = next(newer, None)
        elif before is not None and after is not None:
            yield before[0], (before[1], after[1])
            before, after = next(older, None), next(newer, None)
        else:
            return


def _place(group: tuple[bytes, list[bytes]]) -> bytes:
    """Return where a subject stands among sorted lines, in which a space follows it."""
    return group[0] + b" "


def _classes(lines: Iterable[bytes]) -> tuple[str, ...]:
    stated = (line.split(b" ", 3)[1:3] for line in lines)
    return tuple(sorted({value.decode().strip("<>") for name, value in stated if name == _TYPE}))


def _labels(lines: Iterable[bytes]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for line in lines:
        if line.split(b" ", 2)[1] == _LABEL:
            found = _LABELLED.fullmatch(Statement.of_line(line).object)
            if found is not None:
                labels.setdefault(found["language"].lower(), _unescaped(found["text"]))
    return labels


def _unescaped(text: str) -> str:
    r"""Return the text that a literal of N-Quads stands for.

    >>> _unescaped(r"a\"b\u00e9")
    'a"bé'
    """

    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])

    return _ESCAPE.sub(plain, text)
