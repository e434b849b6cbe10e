"""Restoring a backup: unpack aside, verify everything, then move it into place.

What was there before is moved aside, never removed. A file tells that the moving has begun, so that
a cut restore is not taken for a data directory: restoring again mends it.
"""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import zstandard

from medrd_kg.build.backup import FORMAT, HEAD, SUMS
from medrd_kg.build.data_files import REPLACED, RESTORING, is_empty, journals
from medrd_kg.build.durable import sync, sync_tree
from medrd_kg.build.holding import Hold
from medrd_kg.build.in_use import is_in_use
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.release import Releases, damages
from medrd_kg.build.storage_faults import storage_faults
from medrd_kg.problems import Problem
from medrd_kg.store.journal import recorded
from medrd_kg.store.journal.lock import JOURNAL_LOCK, WriterLock

__all__ = ["Restored", "restore_backup"]

_STAGE: Final = ".restoring"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored.

    Attributes:
        release: Version of the release, which is current now.
        made: When the backup was made, ISO 8601.
        files: Number of files.
        replaced: Folder with what was there before; None where there was nothing.
        is_foreign: Whether another version of the program made the release: the next start builds
            it anew from the content and the imports.
    """

    release: str
    made: str
    files: int
    replaced: Path | None
    is_foreign: bool


def restore_backup(data_dir: Path, archive: Path, *, replace: bool = False) -> Restored:
    """Bring a data directory into the state of a backup.

    Args:
        data_dir: Where to; it is created when missing.
        archive: From `write_backup`.
        replace: Whether what is there already may be moved aside.

    Raises:
        Problem: ``usage``: the data directory is not empty. ``invalid-data``: the archive is
            damaged or none of ours; nothing has changed then. ``journal-in-use``, ``busy``: a
            server uses the data directory. ``insufficient-storage``: the disk is full; nothing
            has changed then. ``build-running``.
    """
    releases = Releases(data_dir)
    with releases.exclusive(), storage_faults(data_dir):
        if not is_empty(data_dir) and not replace:
            raise Problem(
                "usage",
                f"{data_dir} is not empty",
                "restore into another folder, or let --replace move aside what is there",
            )
        stage = data_dir / _STAGE
        shutil.rmtree(stage, ignore_errors=True)
        try:
            stage.mkdir()
            head, count = _unpacked(archive, stage)
            is_foreign = _require_sound(stage, str(head["release"]), archive)
            sync_tree(stage)
            with _unused(data_dir, releases):
                replaced = _swap(data_dir, stage, head)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    return Restored(str(head["release"]), str(head["made"]), count, replaced, is_foreign)


def _unpacked(archive: Path, stage: Path) -> tuple[dict[str, Any], int]:
    """Write the members of an archive into a folder; return its head and their number."""
    found: dict[str, str] = {}
    try:
        with (
            archive.open("rb") as packed,
            zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or not _is_inside(member.name) or member.name in found:
                    raise _damaged(archive, f"it has a member {member.name[:80]!r}")
                path = stage / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                found[member.name] = _written(content, path)
            while plain.read(_CHUNK):  # to the end, for the checksum of the compression
                pass
    except (tarfile.TarError, zstandard.ZstdError, EOFError, UnicodeError) as fault:
        raise _damaged(archive, str(fault)) from fault
    except (FileNotFoundError, IsADirectoryError, PermissionError) as fault:
        raise Problem("usage", f"{archive} cannot be read: {fault.strerror}") from fault
    if SUMS not in found:
        raise _damaged(archive, f"it has no {SUMS}: it was cut, or is no backup of medrd-kg")
    sums = (stage / SUMS).read_text(encoding="utf-8", errors="replace")
    said = {name: digest for digest, _, name in (e.partition("  ") for e in sums.splitlines())}
    del found[SUMS]
    (stage / SUMS).unlink()
    differing = sorted(
        name for name in found.keys() | said.keys() if found.get(name) != said.get(name)
    )
    if differing:
        raise _damaged(archive, f"the checksum of {differing[0]} does not hold")
    return _head(archive, stage), len(found) - 1


def _written(content: IO[bytes], path: Path) -> str:
    total = hashlib.sha256()
    with path.open("xb") as file:
        while piece := content.read(_CHUNK):
            total.update(piece)
            file.write(piece)
    return total.hexdigest()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _head(archive: Path, stage: Path) -> dict[str, Any]:
    try:
        head: dict[str, Any] = json.loads((stage / HEAD).read_bytes())
        (stage / HEAD).unlink()
        known = head["format"] == FORMAT
        head["release"], head["made"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise _damaged(archive, f"it has no {HEAD}") from fault
    if not known:
        raise Problem(
            "invalid-data",
            f"{archive} has format {head['format']}, and this version reads {FORMAT}",
            "use a later version of the program",
        )
    return head


def _require_sound(stage: Path, version: str, archive: Path) -> bool:
    """Verify that release and journals can be used; return whether the release is foreign."""
    folder = stage / "releases" / version
    try:
        is_foreign = Manifest.outline(folder).is_foreign
        faults = [] if is_foreign else damages(folder, Manifest.read(folder), contents=True)
    except (OSError, ValueError) as fault:
        raise _damaged(archive, f"release {version} has no valid manifest") from fault
    if faults:
        raise _damaged(archive, f"release {version}: {'; '.join(faults)}")
    for each in journals(stage):
        recorded(each)
    return is_foreign


@contextmanager
def _unused(data_dir: Path, releases: Releases) -> Iterator[None]:
    """Make sure that no server reads or writes the data directory, for as long as this lasts.

    Raises:
        Problem: ``busy`` or ``journal-in-use``.
    """
    for version in releases.versions():
        if is_in_use(releases.folder / version):
            raise Problem("busy", f"a server reads release {version}", "stop it first")
    with ExitStack() as stack:
        for each in journals(data_dir):  # which may be damaged: only their locks matter
            stack.callback(WriterLock.take(each / JOURNAL_LOCK).release)
        yield


def _swap(data_dir: Path, stage: Path, head: dict[str, Any]) -> Path | None:
    """Move what is there aside and what was unpacked into place; the pointer comes last."""
    marker = data_dir / RESTORING
    marker.write_text(f"{datetime.now(UTC).isoformat()}\n", encoding="utf-8")
    sync(marker)
    sync(data_dir)
    aside = data_dir / f"{REPLACED}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    aside.mkdir()
    for path in sorted(data_dir.iterdir()):
        if not path.name.startswith((".", REPLACED)) and path != marker and path.suffix != ".lock":
            path.rename(aside / path.name)
    for path in sorted(stage.iterdir()):
        path.rename(data_dir / path.name)
    releases = Releases(data_dir)
    hold = None if head.get("held") is None else Hold.model_validate(head["held"])
    releases.switch_to(str(head["release"]), hold)
    if any(each for each in aside.rglob("*") if not each.is_dir()):
        kept = aside
    else:
        shutil.rmtree(aside)
        kept = None
    for folder in (aside, data_dir):
        if folder.is_dir():
            sync(folder)
    marker.unlink()
    sync(data_dir)
    return kept


def _damaged(archive: Path, what: str) -> Problem:
    return Problem(
        "invalid-data",
        f"{archive} cannot be restored: {what}",
        "take another backup; nothing has been changed",
    )
