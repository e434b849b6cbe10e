"""The data of a nursery: read from a dump into memory, the quickest form to ask.

A process forked from one that holds the data shares its memory, so that each query may have a
process of its own.
"""

import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyoxigraph as ox
import zstandard

from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["DataSource", "load", "open_copy", "open_snapshot"]

_IMMUTABLE: Final = ".sst"
_LOCK: Final = "LOCK"
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
        snapshot: The engine's own files, which nobody writes, instead of a dump: the data stay on
            disk. For data that are too large for memory.
        folded: N-Quads that the data hold because edits were folded in; the journal of edits
            is repeated in their place. None: there are none.
    """

    dump: Path | None
    union_default_graph: bool
    protected: frozenset[str] | None = None
    shapes: Path | None = None
    snapshot: Path | None = None
    folded: Path | None = None

    @property
    def holds_merge(self) -> bool:
        """Whether the engine's files have the merge of the named graphs in the unnamed one."""
        return self.protected is not None or self.union_default_graph

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "dump": None if self.dump is None else str(self.dump),
            "union_default_graph": self.union_default_graph,
            "protected": None if self.protected is None else sorted(self.protected),
            "shapes": None if self.shapes is None else str(self.shapes),
            "snapshot": None if self.snapshot is None else str(self.snapshot),
            "folded": None if self.folded is None else str(self.folded),
        }

    @classmethod
    def read(cls, document: dict[str, Any]) -> "DataSource":
        """Return what `document` wrote."""
        paths = {
            name: None if document[name] is None else Path(document[name])
            for name in ("dump", "shapes", "snapshot", "folded")
        }
        protected = document["protected"]
        return cls(
            union_default_graph=document["union_default_graph"],
            protected=None if protected is None else frozenset(protected),
            **paths,
        )


def open_snapshot(source: DataSource, path: Path) -> EmbeddedStore:
    """Open the engine's files for reading.

    Args:
        source: What they hold.
        path: Their folder, which nobody writes.

    Raises:
        OSError: They cannot be read.
    """
    return EmbeddedStore(
        path,
        read_only=True,
        union_default_graph=source.union_default_graph,
        holds_merge=source.holds_merge,
    )


def open_copy(source: DataSource, path: Path, folder: Path) -> EmbeddedStore:
    """Open a copy of the engine's files for writing.

    The large files never change once written, so that they are shared by hard links.

    Args:
        source: What they hold.
        path: Their folder, which nobody writes.
        folder: Where the copy is made; what is there is removed.

    Raises:
        OSError: The disk does not take it.
        ValueError: The copy could not be kept consistent: it is a plain view of a stored merge.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for each in path.iterdir():
        if each.suffix == _IMMUTABLE:
            (folder / each.name).hardlink_to(each)
        elif each.name != _LOCK:
            shutil.copy2(each, folder / each.name)
    return EmbeddedStore(
        folder, union_default_graph=source.union_default_graph, holds_merge=source.holds_merge
    )


def load(source: DataSource) -> EmbeddedStore:
    """Return a store in memory with the data of ``source``; empty where they stay on disk.

    Raises:
        OSError: The dump cannot be read.
        SyntaxError: It does not parse.
    """
    store = EmbeddedStore(union_default_graph=source.union_default_graph, merge_apart=True)
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
