"""Releases on disk: publishing, opening, checking and clearing away.

``DATA_DIR/releases`` holds one immutable folder per version and the link ``current``. A build
works in a folder with a dot, which nobody opens, and ends with two renames: its folder to the
version, and a new link over ``current``. Whatever kills it before leaves the old release serving.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.build.durable import exchange, sync, sync_tree
from medrd_kg.build.holding import Hold, end_hold, read_hold
from medrd_kg.build.in_use import is_in_use
from medrd_kg.build.manifest import BUILDER_SCHEMA, Manifest, checksum
from medrd_kg.build.retention import BYTES_PER_MEGABYTE, beyond_budget, size_of
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore

__all__ = [
    "SEARCH_INDEX",
    "STORE",
    "TABLES",
    "OpenRelease",
    "Releases",
]

STORE: Final = "store"
"""Folder of the engine's files in a release."""

TABLES: Final = "tables"
"""Folder of the fact tables in a release."""

SEARCH_INDEX: Final = "search.sqlite"
"""File of the search index in a release."""

_CURRENT: Final = "current"
_UNFINISHED: Final = ".unfinished-"
_DISCARDED: Final = ".discarded-"
_HINT: Final = "run `medrd-kg build`"


@dataclass(frozen=True, slots=True)
class OpenRelease:
    """A release that is being read.

    Attributes:
        store: Its RDF store, read-only.
        manifest: What it holds.
        path: Its folder.
    """

    store: Store
    manifest: Manifest
    path: Path


class Releases:
    """The releases of one data directory."""

    def __init__(self, data_dir: Path) -> None:
        """Manage ``data_dir/releases``, which is created with the first release."""
        self.folder = data_dir / "releases"
        self._lock_file = data_dir / "build.lock"

    def versions(self) -> list[str]:
        """Return the versions on disk, the latest built first."""
        found = [
            (_built(path), path.name)
            for path in self.folder.glob("[!.]*")
            if path.is_dir() and not path.is_symlink()
        ]
        return [name for _, name in sorted(found, reverse=True)]

    def current(self) -> Path | None:
        """Return the folder of the current release, or None."""
        link = self.folder / _CURRENT
        return self.folder / link.readlink().name if link.is_dir() else None

    def foreign_current(self) -> str | None:
        """Say why this program cannot read the current release, if another builder made it."""
        path = self.current()
        try:
            outline = None if path is None else Manifest.outline(path)
        except (OSError, ValueError):
            return None  # damaged, whoever made it
        if path is None or outline is None or not outline.is_foreign:
            return None
        return (
            f"release {path.name} was made by another version of medrd-kg: its schema is"
            f" {outline.builder_schema}, and this version reads {BUILDER_SCHEMA}"
        )

    def intact_manifest(self, version: str | None = None) -> Manifest | None:
        """Return a release's manifest, or None where a file of the release is missing or cut.

        Args:
            version: Its name; by default the current one's.
        """
        path = self.current() if version is None else self.folder / version
        try:
            foreign = path is not None and Manifest.outline(path).is_foreign
            manifest = None if path is None or foreign else Manifest.read(path)
        except (OSError, ValueError):
            return None
        if path is None or manifest is None or damages(path, manifest, contents=False):
            return None
        return manifest

    def checked_current(self, *, verify: bool = False) -> tuple[Path, Manifest]:
        """Return the folder and the manifest of the current release.

        Args:
            verify: Compare the checksum of every file, instead of its presence and size alone.

        Raises:
            Problem: ``no-release``: there is none. ``damaged-release``: a file is missing or
                differs from the manifest.
        """
        path = self.current()
        if path is None:
            raise Problem("no-release", f"there is no release in {self.folder}", _HINT)
        foreign = self.foreign_current()
        if foreign is not None:
            raise Problem("no-release", foreign, f"{_HINT}: it makes the release anew")
        try:
            manifest = Manifest.read(path)
        except (OSError, ValueError) as error:
            raise Problem("damaged-release", f"{path.name} has no valid manifest", _HINT) from error
        faults = damages(path, manifest, contents=verify)
        if faults:
            raise Problem("damaged-release", f"{path.name}: {'; '.join(faults)}", _HINT)
        return path, manifest

    def open_current(
        self, *, union_default_graph: bool = True, verify: bool = False
    ) -> OpenRelease:
        """Open the current release for reading.

        Args:
            union_default_graph: Whether its default graph is the merge of the named graphs.
            verify: Compare the checksum of every file, instead of its presence and size alone.

        Raises:
            Problem: ``no-release``: there is none. ``damaged-release``: a file is missing or
                differs from the manifest.
        """
        path, manifest = self.checked_current(verify=verify)
        store = EmbeddedStore(
            path / STORE,
            read_only=True,
            union_default_graph=union_default_graph,
            holds_merge=True,
        )
        return OpenRelease(store, manifest, path)

    @contextmanager
    def exclusive(self, on_wait: Callable[[str], None] | None = None) -> Iterator[None]:
        """Hold the right to build, which one process has at a time.

        The lock is the kernel's: it ends with the process, however that ends.

        Args:
            on_wait: Told whom the caller is going to wait for; None: do not wait.

        Raises:
            Problem: ``build-running``: another process has the right, and the caller does not
                wait.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                busy = f"process {lock.read() or '?'} is building in {self.folder}"
                if on_wait is None:
                    raise Problem("build-running", busy, "wait until it has ended") from None
                on_wait(f"Waiting: {busy}.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._clear_leftovers()
            yield

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """Provide a new folder to build in; what is not published is removed in the end.

        The caller holds `exclusive`.
        """
        path = self.folder / f"{_UNFINISHED}{os.getpid()}"
        path.mkdir()
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def publish(self, built: Path, version: str) -> None:
        """Make a finished folder the current release, durably.

        A release of the same version has the same graph. It gives way all the same, in one
        atomic exchange, because the files, shapes or results behind it may have changed.

        Args:
            built: Folder from `workspace` with everything written.
            version: Name of the release.
        """
        final = self.folder / version
        sync_tree(built)
        if final.is_dir():
            exchange(built, final)
            self._discard(built)
        else:
            built.rename(final)
        self.switch_to(version)

    def switch_to(self, version: str, hold: Hold | None = None) -> None:
        """Make a release on disk the current one, durably and in one atomic step.

        The caller holds `exclusive`.

        Args:
            version: Its name.
            hold: That it shall stay current whatever the content; None ends an earlier hold.
        """
        # A hold counts only while its release is current. Were this cut before the switch, nothing
        # would hold, and the next start would build the present content as it always does.
        if hold is None:
            end_hold(self.folder)
        else:
            hold.write(self.folder)
        link = self.folder / f"{_UNFINISHED}{_CURRENT}"
        link.symlink_to(version, target_is_directory=True)
        link.replace(self.folder / _CURRENT)
        sync(self.folder)

    def held(self) -> Hold | None:
        """Return what holds the current release, if it was rolled back to."""
        current = self.current()
        hold = read_hold(self.folder)
        return hold if hold is not None and current and hold.version == current.name else None

    def keep(self, number: int, max_mb: int = 0) -> list[str]:
        """Remove all but the latest built releases, the current one, and what servers read.

        Args:
            number: How many to keep, at least one.
            max_mb: Disk space in megabytes (10^6 bytes) for all of them; the oldest go first, the
                current one never; 0 sets no limit.

        Returns:
            The versions that were removed.
        """
        current = self.current()
        folders = [self.folder / version for version in self.versions()]
        gone = [path for path in folders[number:] if path != current]
        kept = [(path, size_of(path)) for path in folders if path not in gone]
        gone += beyond_budget(kept, current, max_mb * BYTES_PER_MEGABYTE)
        gone = [path for path in gone if not is_in_use(path)]  # the next build removes those
        for path in gone:
            self._discard(path)
        return [path.name for path in gone]

    def _discard(self, path: Path) -> None:
        """Take a folder out of sight at once, then remove it."""
        hidden = self.folder / f"{_DISCARDED}{path.name.lstrip('.')}"
        path.rename(hidden)
        shutil.rmtree(hidden)

    def _clear_leftovers(self) -> None:
        """Remove what builds that were killed left behind."""
        for prefix in (_UNFINISHED, _DISCARDED):
            for path in self.folder.glob(f"{prefix}*"):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def damages(release: Path, manifest: Manifest, *, contents: bool) -> list[str]:
    """Return what differs between a release folder and its manifest.

    Args:
        release: Its folder.
        manifest: What it should hold.
        contents: Compare checksums too; otherwise presence and size.
    """
    faults = []
    for name, record in manifest.files.items():
        path = release / name
        if not path.is_file():
            faults.append(f"{name} is missing")
        elif path.stat().st_size != record.bytes:
            faults.append(f"{name} has {path.stat().st_size} bytes instead of {record.bytes}")
        elif contents and checksum(path) != record:
            faults.append(f"{name} has been changed")
    return faults


def _built(release: Path) -> str:
    try:
        return Manifest.outline(release).built
    except (OSError, ValueError):
        return ""
