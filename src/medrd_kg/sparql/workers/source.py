"""The data of a nursery: read from a dump into memory, the quickest form to ask.

A process forked from one that holds the data shares its memory, so that each query may have a
process of its own.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyoxigraph as ox
import zstandard

from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["DataSource", "load"]

_CHUNK: Final = 32_000_000
_ANONYMOUS: Final = re.compile(rb"^(?:_:|<[^>]*> <[^>]*> _:)[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where the data come from.

    Attributes:
        dump: N-Quads, compressed by zstandard where the name ends in ``.zst``; None: nothing yet.
        union_default_graph: Whether the default graph is the merge of the named graphs.
        protected: Graphs that edits may not touch; None: no release stands behind the data, so
            that everything may be edited.
        shapes: Folder of the shapes that edits must conform to; None: any edit does.
    """

    dump: Path | None
    union_default_graph: bool
    protected: frozenset[str] | None = None
    shapes: Path | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "dump": None if self.dump is None else str(self.dump),
            "union_default_graph": self.union_default_graph,
            "protected": None if self.protected is None else sorted(self.protected),
            "shapes": None if self.shapes is None else str(self.shapes),
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> "DataSource":
        """Return what `document` wrote."""
        dump, protected, shapes = (document[each] for each in ("dump", "protected", "shapes"))
        return cls(
            dump=None if dump is None else Path(dump),
            union_default_graph=document["union_default_graph"],
            protected=None if protected is None else frozenset(protected),
            shapes=None if shapes is None else Path(shapes),
        )


def load(source: DataSource) -> EmbeddedStore:
    """Return a store in memory with the data of ``source``.

    Raises:
        OSError: The dump cannot be read.
        SyntaxError: It does not parse.
    """
    store = EmbeddedStore(union_default_graph=source.union_default_graph)
    if source.dump is not None:
        with source.dump.open("rb") as raw:
            for lines in _pieces(_plain(raw, source.dump)):
                # The engine's loader renames blank nodes; edits must find them by their names.
                anonymous = b"".join(_ANONYMOUS.findall(lines))
                store.bulk_load_lines(_ANONYMOUS.sub(b"", lines) if anonymous else lines)
                if anonymous:
                    store.bulk_insert(ox.parse(anonymous, format=ox.RdfFormat.N_QUADS))
    return store


def _plain(raw: BinaryIO, path: Path) -> BinaryIO:
    if path.suffix == ".zst":
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw))
    return raw


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines, some megabytes at a time."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        cut = chunk.rfind(b"\n") + 1
        yield rest + chunk[:cut]
        rest = chunk[cut:]
    if rest:
        yield rest + b"\n"
