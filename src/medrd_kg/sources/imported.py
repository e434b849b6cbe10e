"""The folder of imported files: written whole, and listed."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from medrd_kg.sources.content import content_files

__all__ = ["ImportedFile", "imported_files", "replaced", "would_change"]


@dataclass(frozen=True, slots=True, order=True)
class ImportedFile:
    """A file that a user imported.

    Attributes:
        name: Its path below the folder without suffix: what it is removed by.
        graph: IRI of the named graph that states it; None where the file names several itself.
        path: Where it lies.
    """

    name: str
    graph: str | None
    path: Path


def imported_files(folder: Path) -> list[ImportedFile]:
    """Return what is imported, by name.

    Args:
        folder: The folder of imported files; it may be missing.
    """
    if not folder.is_dir():
        return []
    return sorted(
        ImportedFile(
            each.path.relative_to(folder).with_suffix("").as_posix(),
            each.graph or None,
            each.path,
        )
        for each in content_files(folder / "none", imported=folder)
    )


def would_change(path: Path, content: Path) -> bool:
    """Whether a file would get other bytes than it has.

    Args:
        path: The file; it may be missing.
        content: A file with the new bytes.

    Raises:
        OSError: A file cannot be read.
    """
    if not path.exists():
        return True
    if path.stat().st_size != content.stat().st_size:
        return True
    return _digest(path) != _digest(content)


@contextmanager
def replaced(path: Path, *, dry_run: bool = False) -> Iterator[Path]:
    """Give a file to write to that takes the place of another in one rename.

    What has the same bytes already stays untouched; nothing is left after a fault.

    Args:
        path: The file to be replaced; its folder is made when missing.
        dry_run: Throw away what is written.

    Yields:
        A path beside it for the new content.

    Raises:
        OSError: The folder cannot be written.
    """
    if dry_run:
        with TemporaryDirectory(prefix="medrd-kg-") as folder:
            yield Path(folder) / path.name
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        if would_change(path, part):
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _digest(path: Path) -> bytes:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").digest()
