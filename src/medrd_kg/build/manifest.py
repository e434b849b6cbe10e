"""The manifest of a release: what it holds, what it was made from, and how it was checked."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "BUILDER_SCHEMA",
    "MANIFEST",
    "FileRecord",
    "Manifest",
    "ManifestOutline",
    "ReasoningRecord",
    "RulesRecord",
    "SourceRecord",
    "ValidationRecord",
    "checksum",
    "inventory",
]

BUILDER_SCHEMA: Final = 5
"""Version of what the builder makes of the same content; raise it when its outcome changes."""

MANIFEST: Final = "manifest.json"
"""File name of the manifest in a release."""

_UNSTABLE: Final = ("LOG", "LOCK")
"""The engine's own log and lock files, which change whenever the store is opened."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(_Record):
    """A file of the release.

    Attributes:
        sha256: Its checksum in hexadecimal.
        bytes: Its size.
    """

    sha256: str
    bytes: int


class SourceRecord(_Record):
    """A file that the release was made from.

    Attributes:
        name: Its path below the content root.
        graph: IRI of the named graph that states its triples; empty for shapes, rules and the
            reasoner's committed results.
        sha256: Its checksum in hexadecimal.
        bytes: Its size.
    """

    name: str
    graph: str
    sha256: str
    bytes: int


class ReasoningRecord(_Record):
    """How the reasoner took part, for one part of the content.

    Attributes:
        status: ``committed`` or ``kept`` result for exactly this content, ``derived`` in this
            build, or ``missing``: the content has changed and there was no Java.
        content_hash: Hash of the part's logical content.
        triples: Triples that it entails and does not state.
    """

    status: Literal["committed", "kept", "derived", "missing"]
    content_hash: str
    triples: int


class RulesRecord(_Record):
    """What the rules concluded.

    Attributes:
        rounds: How often all of them ran.
        triples: New triples by rule.
    """

    rounds: int
    triples: dict[str, int]


class ValidationRecord(_Record):
    """Outcome of the SHACL gate.

    Attributes:
        conforms: Whether nothing is a violation.
        results: Number of results by severity.
    """

    conforms: bool
    results: dict[str, int]


class ManifestOutline(BaseModel):
    """What the manifests of all builders have in common, whatever else they say.

    Attributes:
        version: Name of the release.
        builder_schema: `BUILDER_SCHEMA` of the builder.
        built: When the build ended, UTC, ISO 8601.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    builder_schema: int
    built: str

    @property
    def is_foreign(self) -> bool:
        """Whether another version of the builder made the release."""
        return self.builder_schema != BUILDER_SCHEMA


class Manifest(_Record):
    """What ``manifest.json`` says.

    Attributes:
        version: ``<latest source date>-<12 hexadecimal digits of the content's hash>``.
        builder_schema: `BUILDER_SCHEMA` of the builder.
        content_hash: Hash over the files that the release was made from.
        source_date: Date of the latest source.
        ontology_version: IRI of the ontology's version.
        triples: Distinct triples of the default graph.
        graphs: Quads of each named graph, by IRI.
        classes: Members of each class in the default graph, by IRI.
        reasoning: How the reasoner took part, by part of the content.
        rules: What the rules concluded.
        validation: Outcome of the SHACL gate.
        sources: The files that it was made from.
        files: The files of the release, by path; without the manifest itself.
        built: When the build ended, UTC, ISO 8601.
        seconds: Seconds by step of the build, up to the writing of the manifest.
        peak_memory_mb: Largest resident size of the builder in megabytes (10^6 bytes).
        software: Versions of the builder and its engine.
    """

    version: str
    builder_schema: int = BUILDER_SCHEMA
    content_hash: str
    source_date: str
    ontology_version: str
    triples: int
    graphs: dict[str, int]
    classes: dict[str, int]
    reasoning: dict[str, ReasoningRecord]
    rules: RulesRecord
    validation: ValidationRecord
    sources: list[SourceRecord]
    files: dict[str, FileRecord]
    built: str
    seconds: dict[str, float] = Field(default_factory=dict)
    peak_memory_mb: int
    software: dict[str, str]

    @classmethod
    def read(cls, release: Path) -> Self:
        """Read the manifest of a release folder.

        Raises:
            OSError: There is none.
            ValueError: It is no manifest of this kind.
        """
        return cls.model_validate_json((release / MANIFEST).read_bytes())

    @staticmethod
    def outline(release: Path) -> "ManifestOutline":
        """Read what manifests of all builders have in common.

        Raises:
            OSError: There is none.
            ValueError: It is no manifest at all.
        """
        return ManifestOutline.model_validate_json((release / MANIFEST).read_bytes())

    def write(self, release: Path) -> None:
        """Write the manifest into a release folder."""
        (release / MANIFEST).write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @property
    def reasoned(self) -> bool:
        """Whether the reasoner has seen all that it should see."""
        return all(part.status != "missing" for part in self.reasoning.values())


def checksum(path: Path) -> FileRecord:
    """Return size and SHA-256 of a file."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return FileRecord(sha256=sha256, bytes=stream.tell())


def inventory(release: Path) -> dict[str, FileRecord]:
    """Return the record of every file of a release folder that must not change."""
    names = sorted(_kept_names(release))
    with ThreadPoolExecutor() as threads:  # hashing works outside of Python's lock
        records = threads.map(checksum, [release / name for name in names])
        return dict(zip(names, records, strict=True))


def _kept_names(release: Path) -> Iterable[str]:
    for path in release.rglob("*"):
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(_UNSTABLE):
            yield path.relative_to(release).as_posix()
