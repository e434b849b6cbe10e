"""A backup: one release and all that a user added, in one archive with checksums.

The archive is a tar file in Zstandard. ``SHA256SUMS``, its last member, is in the format of the
program ``sha256sum``: what was unpacked by hand can be checked by hand. An archive without it was
cut.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from medrd_kg import __version__
from medrd_kg.build.data_files import DataFile, lasting_files
from medrd_kg.build.durable import sync
from medrd_kg.build.manifest import MANIFEST
from medrd_kg.build.release import Releases, damages
from medrd_kg.build.rollback import known_release, readable_release
from medrd_kg.build.storage_faults import storage_faults
from medrd_kg.problems import Problem

__all__ = ["FORMAT", "HEAD", "SUMS", "Backup", "write_backup"]

FORMAT: Final = 1
"""Version of the layout; raise it when an older program could not restore what is written."""

HEAD: Final = "medrd-kg-backup.json"
"""First member: what the archive holds."""

SUMS: Final = "SHA256SUMS"
"""Last member: a checksum of each member before it."""

_LEVEL: Final = 3


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written.

    Attributes:
        path: The archive.
        release: Version of the release in it.
        files: Number of files in it.
        bytes: Their size before compression.
    """

    path: Path
    release: str
    files: int
    bytes: int


def write_backup(data_dir: Path, path: Path, version: str = "current") -> Backup:
    """Write a backup of a data directory, also while a server runs and takes edits.

    No build and no rollback runs meanwhile. The archive appears under its name when it is complete.

    Args:
        data_dir: What is backed up.
        path: The archive; its suffix should be ``.tar.zst``.
        version: The release to take; by default the current one.

    Raises:
        Problem: ``usage``: the archive is there already, or would lie in the data directory.
            ``no-release``, ``not-found``, ``damaged-release``, ``damaged-journal``,
            ``build-running``. ``insufficient-storage``: the disk is full; nothing is left behind.
    """
    if path.exists():
        raise Problem("usage", f"{path} is there already", "name another file, or remove it")
    if path.resolve().is_relative_to(data_dir.resolve()):
        raise Problem("usage", f"{path} lies in the data folder", "name a file elsewhere")
    if not path.parent.is_dir():
        raise Problem("usage", f"{path.parent} is no folder", "name a file in another one")
    unfinished = path.with_name(f".unfinished-{path.name}")
    releases = Releases(data_dir)
    with releases.exclusive(), storage_faults(path.parent):
        if version == "current" and releases.current() is None:
            raise Problem("no-release", f"there is no release in {releases.folder}")
        folder = known_release(releases, version)
        manifest = readable_release(folder)
        faults = damages(folder, manifest, contents=True)
        if faults:
            raise Problem("damaged-release", f"{folder.name}: {'; '.join(faults)}")
        hold = releases.held()
        head = {
            "format": FORMAT,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "program": __version__,
            "release": manifest.version,
            "builder_schema": manifest.builder_schema,
            "held": None if hold is None or hold.version != folder.name else hold.model_dump(),
        }
        names = (MANIFEST, *manifest.files)
        try:
            with unfinished.open("xb") as file:
                written = _Archive(file)
                written.add_text(HEAD, json.dumps(head, ensure_ascii=False, indent=2) + "\n")
                for each in _release_files(folder, names):
                    written.add(each)
                for each in lasting_files(data_dir):
                    written.add(each)
                written.finish()
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            sync(path.parent)
        except BaseException:
            with suppress(OSError):
                unfinished.unlink()
            raise
    return Backup(path, manifest.version, written.files, written.bytes)


def _release_files(folder: Path, names: tuple[str, ...]) -> Iterator[DataFile]:
    for name in names:
        with (folder / name).open("rb") as content:
            there = os.fstat(content.fileno())
            inside = f"releases/{folder.name}/{name}"
            yield DataFile(inside, content, there.st_size, there.st_mtime)


class _Archive:
    """A compressed tar file that counts and sums up what it takes."""

    def __init__(self, file: BinaryIO) -> None:
        self.files = 0
        self.bytes = 0
        compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._stream = compressor.stream_writer(file, closefd=False)
        self._tar = tarfile.open(  # noqa: SIM115 - `finish` closes it
            fileobj=self._stream, mode="w|", format=tarfile.PAX_FORMAT
        )
        self._sums: list[str] = []

    def add(self, file: DataFile) -> None:
        """Append a file.

        Raises:
            OSError: It has become shorter, or the archive cannot be written.
        """
        entry = tarfile.TarInfo(file.name)
        entry.size, entry.mtime, entry.mode = file.length, file.modified, 0o644
        summed = _Summed(file.content)
        self._tar.addfile(entry, summed)
        self._sums.append(f"{summed.hexdigest()}  {file.name}\n")
        self.files += 1
        self.bytes += file.length

    def add_text(self, name: str, text: str) -> None:
        """Append a text as a file."""
        content = text.encode()
        now = datetime.now(UTC).timestamp()
        self.add(DataFile(name, io.BytesIO(content), len(content), now))

    def finish(self) -> None:
        """Append the checksums, and end the archive."""
        content = "".join(self._sums).encode()
        entry = tarfile.TarInfo(SUMS)
        entry.size, entry.mtime, entry.mode = len(content), datetime.now(UTC).timestamp(), 0o644
        self._tar.addfile(entry, io.BytesIO(content))
        self._tar.close()
        self._stream.flush(zstandard.FLUSH_FRAME)


class _Summed(io.RawIOBase):
    """A file whose bytes are summed up while they are read."""

    def __init__(self, content: BinaryIO) -> None:
        super().__init__()
        self._content = content
        self._sum = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Read what the archive asks for: no byte beyond the member's length."""
        piece = self._content.read(size)
        self._sum.update(piece)
        return piece

    def hexdigest(self) -> str:
        return self._sum.hexdigest()
