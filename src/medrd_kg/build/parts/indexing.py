"""What a part holds for the search index, read from its lines and kept from build to build."""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

from medrd_kg.build.parts.concluding import rule_store
from medrd_kg.build.parts.examining import key_of
from medrd_kg.build.parts.extent import Range, read_range
from medrd_kg.search.contents import contents
from medrd_kg.search.extracting import Extractor
from medrd_kg.search.facts import Described, asked_properties

__all__ = ["part_extract", "properties_of"]


def properties_of(terms: Iterable[bytes]) -> dict[str, Described]:
    """Return the properties that things can be asked for, by their IRI.

    Args:
        terms: All that the release says of the terms of the model, as lines of N-Quads.
    """
    store = rule_store(b"".join(terms))
    found = asked_properties(store, contents())
    store.close()
    return found


def part_extract(every: Path, part: Range, properties: Sequence[str], kept: Path) -> Path:
    """Return a file with what a part holds for the index, from an earlier build where it can.

    Args:
        every: File of all statements of a release, sorted.
        part: A range of its subjects.
        properties: IRIs of the properties that things can be asked for.
        kept: Folder for what is kept from build to build.

    Returns:
        A packed `medrd_kg.search.extracting.Extract`.

    Raises:
        OSError: A file cannot be read or written.
    """
    extractor = _extractor(tuple(properties))
    own = read_range(every, part)
    engine = version("pyoxigraph").encode()
    path = kept / f"{key_of(b'extract', extractor.key, engine, own)}.extract"
    if not path.is_file():
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(extractor.extract(own.splitlines(keepends=True)).packed())
        unfinished.replace(path)
    return path


@cache
def _extractor(properties: tuple[str, ...]) -> Extractor:
    return Extractor(contents(), properties)
