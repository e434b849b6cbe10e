"""What is done with one part of the content: hold it against the shapes, draw its conclusions.

Each function runs in a process of its own choosing. What it finds depends on the part, on the
vocabulary, on shapes or rules and on nothing else, and is kept under the hash of these.
"""

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.build.parts.extent import Extent, Range
from medrd_kg.build.parts.patterns import Patterns
from medrd_kg.build.parts.shape_scopes import FarShape, ShapeScopes
from medrd_kg.build.parts.verdicts import Verdict
from medrd_kg.build.sorted_lines import blocks_of

__all__ = ["Bench", "key_of"]

_FORMAT: Final = "part 3"
"""How parts are examined; raise it when what is kept changes."""

_TARGET: Final = re.compile(rb"^\S+ \S+ (<[^<>]*>) <", re.MULTILINE)
"""The object of a line of N-Quads, where it is an IRI."""

_GRAPH: Final = re.compile(rb" <[^<>]*> \.\n")

_BUFFER: Final = 1 << 20

_SUBCLASS: Final = b"<http://www.w3.org/2000/01/rdf-schema#subClassOf>"


def key_of(*parts: bytes) -> str:
    """Return a hash that tells how something came about."""
    total = hashlib.sha256(_FORMAT.encode())
    for part in parts:
        total.update(len(part).to_bytes(8) + part)
    return total.hexdigest()


def ntriples(nquads: bytes) -> bytes:
    """Return lines of N-Quads without their graphs."""
    return _GRAPH.sub(b" .\n", nquads)


@dataclass(frozen=True, slots=True)
class Bench:
    """All that the parts are examined with.

    Attributes:
        extent: What is stated, sorted.
        scopes: The shapes.
        shapes_key: Hash of the shapes.
        patterns: What follows from which kind of statement.
        rules_key: Hash of the rules and the premises.
        vocabulary: Lines of the ontology.
        kept: Folder for what is kept from build to build.
    """

    extent: Extent
    scopes: ShapeScopes
    shapes_key: bytes
    patterns: Patterns
    rules_key: bytes
    vocabulary: bytes
    kept: Path

    def derive(self, part: Range) -> Path:
        """Return a file with what follows from each statement of a part; see `Patterns`."""
        own = self.extent.text(part)
        path = self.kept / f"{key_of(b'derive', self.rules_key, own)}.conclusions"
        if not path.is_file():
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as stream:
                stream.writelines(self.patterns.conclusions(own))
            unfinished.replace(path)
        return path

    def check(self, part: Range) -> tuple[Path, Verdict]:
        """Hold the nodes of a part against the near shapes; see `ShapeScopes`."""
        near = self.scopes.near
        own = self.extent.text(part)
        targets = {name for name in _TARGET.findall(own) if not part.has(name)}
        context = b"".join(self.extent.about(sorted(targets)))
        text = ntriples(own + context)

        def is_own(node: str) -> bool:
            if node.startswith("_:"):  # the engine names blank nodes anew
                return part.last.startswith(b"_:")
            return part.has(node.encode())

        name = f"near {part.first!r} {part.last!r}".encode()
        path = self.kept / f"{key_of(name, self.shapes_key, self.vocabulary, text)}.verdict"

        def found() -> Verdict:
            whole = (ntriples(self.vocabulary) + text).decode()
            return Verdict.of(whole, near, is_own)

        return path, _kept(path, found)

    def check_far(
        self, shape: FarShape, files: Iterable[Path], types: Path | None
    ) -> tuple[Path, Verdict]:
        """Hold the whole content against a far shape; see `ShapeScopes`.

        Args:
            shape: The shape.
            files: Statements with the properties that it mentions, as lines of N-Quads.
            types: Statements of types.
        """
        # In a file: as text in memory, labels alone would take a gigabyte at a time.
        name = key_of(b"far", shape.name.encode(), *sorted(shape.mentioned))
        whole = self.kept / f"{name}-{os.getpid()}.nt"
        wanted = _with_subclasses(self.vocabulary, shape.mentioned)
        try:
            with whole.open("wb", buffering=_BUFFER) as stream:
                stream.write(ntriples(self.vocabulary))
                for file in files:
                    for block in blocks_of(file):
                        stream.write(ntriples(b"".join(block)))
                for block in () if types is None else blocks_of(types):
                    some = (line for line in block if line.split(b" ", 3)[2] in wanted)
                    stream.write(ntriples(b"".join(some)))
            with whole.open("rb") as written:
                content = hashlib.file_digest(written, "sha256").digest()
            path = self.kept / f"{key_of(name.encode(), self.shapes_key, content)}.verdict"
            return path, _kept(path, lambda: Verdict.of_file(whole, shape.shapes))
        finally:
            whole.unlink(missing_ok=True)


def _kept(path: Path, found: Callable[[], Verdict]) -> Verdict:
    """Return a verdict that was kept, or find it and keep it."""
    try:
        return Verdict.read(path)
    except (OSError, ValueError):
        verdict = found()
        verdict.write(path)
        return verdict


def _with_subclasses(vocabulary: bytes, classes: Iterable[bytes]) -> set[bytes]:
    """Return classes and all that the vocabulary puts below them."""
    below: dict[bytes, set[bytes]] = defaultdict(set)
    for line in vocabulary.splitlines():
        subject, predicate, rest = line.split(b" ", 2)
        if predicate == _SUBCLASS:
            below[rest[: rest.index(b" ")]].add(subject)
    found, waiting = set(classes), list(classes)
    while waiting:
        new = below[waiting.pop()] - found
        found |= new
        waiting += new
    return found
