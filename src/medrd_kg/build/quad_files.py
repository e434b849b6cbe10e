"""The canonical statements of a release as files: what its store and its dumps are written from."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from medrd_kg.build.canonical import digest
from medrd_kg.build.manifest import BUILDER_SCHEMA
from medrd_kg.build.sorted_lines import Block, unique

__all__ = ["QuadFiles", "triple_of", "write_quad_files"]

_BUFFER: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class QuadFiles:
    """Canonical N-Quads, sorted and each once.

    Attributes:
        every: File of all lines.
        graphs: File of the lines of each named graph, by the graph's IRI.
        sizes: Number of lines of each named graph.
        triples: Number of distinct triples of all graphs.
        digest: SHA-256 over all lines and the builder's schema version.
    """

    every: Path
    graphs: Mapping[str, Path]
    sizes: Mapping[str, int]
    triples: int
    digest: str

    def remove(self) -> None:
        """Remove the folder of the files with all that is in it."""
        shutil.rmtree(self.every.parent)


def triple_of(line: bytes) -> bytes:
    r"""Return the triple of a line of N-Quads with the blank behind it.

    >>> triple_of(b'<urn:s> <urn:p> "<urn:g>" <urn:g> .\n')
    b'<urn:s> <urn:p> "<urn:g>" '
    """
    return line[: line.rindex(b"<")]


def write_quad_files(
    blocks: Iterable[Block],
    folder: Path,
    *,
    tell: Callable[[Block, bytes], None] = lambda _, __: None,
) -> QuadFiles:
    """Write the statements of a release into files.

    Args:
        blocks: Canonical N-Quads, sorted; what comes again counts once.
        folder: Receives the files; created when missing.
        tell: Told of the lines as they are written, also as one text.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    every = folder / "every.nq"
    streams: dict[bytes, BinaryIO] = {}
    sizes: dict[bytes, int] = {}
    triples = 0
    with ExitStack() as opened:  # on a full disk closing fails too, and all must be closed
        whole = opened.enter_context(every.open("wb", buffering=_BUFFER))

        def written() -> Iterator[bytes]:
            nonlocal triples
            before = b""
            for block in unique(blocks):
                of_graph: defaultdict[bytes, Block] = defaultdict(list)
                for line in block:
                    at = line.rindex(b"<")
                    if line[:at] != before:
                        triples += 1
                        before = line[:at]
                    of_graph[line[at:]].append(line)
                for graph, lines in of_graph.items():
                    if graph not in streams:
                        path = folder / f"graph-{len(streams)}.nq"
                        streams[graph] = opened.enter_context(path.open("wb", buffering=_BUFFER))
                        sizes[graph] = 0
                    streams[graph].writelines(lines)
                    sizes[graph] += len(lines)
                text = b"".join(block)
                whole.write(text)
                tell(block, text)
                yield text

        content = digest(written(), f"builder schema {BUILDER_SCHEMA}")
    names = {graph: graph[1 : graph.index(b">")].decode() for graph in sorted(streams)}
    return QuadFiles(
        every=every,
        graphs={name: Path(streams[graph].name) for graph, name in names.items()},
        sizes={name: sizes[graph] for graph, name in names.items()},
        triples=triples,
        digest=content,
    )
