"""The rows of the fact tables that a part yields, read in memory and kept from build to build.

Only queries that ask for what is said of one subject are answered so (`OF_SUBJECT`); beside the
part they see what the years are numbered.
"""

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import zstandard

from medrd_kg.build.parts.concluding import TYPE, rule_store
from medrd_kg.build.parts.examining import key_of
from medrd_kg.build.parts.extent import Cutter, Range, read_range
from medrd_kg.build.sorted_lines import Block
from medrd_kg.linkage.projection import OF_SUBJECT, query_text
from medrd_kg.vocabulary import MRD, PREFIXES

__all__ = ["ProjectedParts", "part_rows", "rows_by_query"]

_FORMAT: Final = b"rows 1"
"""How rows are read; raise it when what is kept changes."""

_YEAR_NUMBER: Final = f"<{MRD}yearNumber>".encode()

_TERM: Final = f"<{MRD}".encode()
"""What terms of the model begin with."""
_BEHIND_TERMS: Final = _TERM[:-1] + bytes([_TERM[-1] + 1])
"""Where whatever begins so is over."""

_NAME: Final = re.compile(r"\b(mrd|mrds|rdfs):([A-Za-z-]+)")
"""A name in a query."""

_LEVEL: Final = 3


class ProjectedParts:
    """Cuts the statements of a release into parts while they are written.

    Attributes:
        cutter: The parts.
        context: What all parts are asked together with.
        terms: What is said of the terms of the model.
    """

    def __init__(self, cutter: Cutter) -> None:
        """Begin before the first line."""
        self.cutter = cutter
        self.context: list[bytes] = []
        self.terms: list[bytes] = []

    def take(self, block: Block, text: bytes) -> None:
        """Take the next lines, also given as one text."""
        self.cutter.take(block)
        if _YEAR_NUMBER in text:
            self.context += (line for line in block if line.split(b" ", 2)[1] == _YEAR_NUMBER)
        self.terms += block[bisect_left(block, _TERM) : bisect_left(block, _BEHIND_TERMS)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What parts are asked.

    Attributes:
        texts: The queries by name.
        mentioned: The names in them, in N-Triples syntax.
        key: Tells the queries and the engine.
    """

    texts: Mapping[str, str]
    mentioned: frozenset[bytes]
    key: bytes

    def of_interest(self, lines: Iterable[bytes]) -> Iterable[bytes]:
        """Yield the statements that the queries can match."""
        mentioned = self.mentioned
        for line in lines:
            _, predicate, rest = line.split(b" ", 2)
            if predicate in mentioned or (
                predicate == TYPE and rest[: rest.index(b" ")] in mentioned
            ):
                yield line


@cache
def _asked() -> _Asked:
    texts = {name: query_text(name) for name in OF_SUBJECT}
    found = {each for text in texts.values() for each in _NAME.findall(text)}
    names = frozenset(f"<{PREFIXES[prefix]}{name}>".encode() for prefix, name in found)
    told = f"{version('pyoxigraph')} {sorted(texts.items())}"
    return _Asked(texts, names, _FORMAT + told.encode())


def part_rows(every: Path, part: Range, context: Sequence[bytes], kept: Path) -> dict[str, Path]:
    """Return files with the rows of a part, from an earlier build where there are any.

    Args:
        every: File of all statements of a release, sorted.
        part: A range of its subjects.
        context: What the part is asked together with, as lines of N-Quads.
        kept: Folder for what is kept from build to build.

    Returns:
        Files of CSV, compressed with Zstandard, by the name of the query.
    """
    asked = _asked()
    own = b"".join(asked.of_interest(read_range(every, part).splitlines(keepends=True)))
    given = b"".join(context)
    name = key_of(b"rows", asked.key, given, own)
    files = {query: kept / f"{name}-{query}.rows" for query in asked.texts}
    if all(path.is_file() for path in files.values()):
        return files
    store = rule_store(own + given)
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
    for query, path in files.items():
        rows = store.query(asked.texts[query]).serialise("text/csv")
        unfinished = path.with_suffix(f".{os.getpid()}.part")  # parts without rows are alike
        unfinished.write_bytes(compressor.compress(rows))
        unfinished.replace(path)
    store.close()
    return files


def rows_by_query(parts: Iterable[Mapping[str, Path]]) -> dict[str, list[Path]]:
    """Return the files of all parts by the name of the query; equal parts count once."""
    found: dict[str, dict[Path, None]] = {name: {} for name in OF_SUBJECT}
    for files in parts:
        for name, path in files.items():
            found[name][path] = None
    return {name: list(paths) for name, paths in found.items()}
