"""The releases that a data directory keeps: which can be read, and which is current."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.build.manifest import BUILDER_SCHEMA, Manifest, ManifestOutline
from medrd_kg.build.release import Releases
from medrd_kg.problems import Problem

__all__ = [
    "CURRENT",
    "KeptRelease",
    "current_version",
    "kept_release",
    "kept_releases",
    "unknown_release",
]

CURRENT: Final = "current"
"""What addresses call the current release, whatever its version."""

_SHOWN: Final = 80
"""Characters of a wrong version that a problem repeats."""


@dataclass(frozen=True, slots=True)
class KeptRelease:
    """A release on disk.

    Attributes:
        version: Its name.
        folder: Where it lies.
        is_current: Whether ``current`` leads to it.
        outline: What manifests of all builders say; None where it has none.
        manifest: Its manifest; None where this program cannot read it.
        reason: Why it cannot be read; None where it can.
    """

    version: str
    folder: Path
    is_current: bool
    outline: ManifestOutline | None
    manifest: Manifest | None
    reason: str | None

    def require_manifest(self) -> Manifest:
        """Return its manifest.

        Raises:
            Problem: ``invalid-parameter``: another version of the program made it, or it is
                damaged.
        """
        if self.manifest is None:
            raise Problem(
                "invalid-parameter",
                f"release {self.version} cannot be read: {self.reason}",
                "name another release; /api/v1/releases tells which can be read",
                extra={"parameter": "release"},
            )
        return self.manifest


def kept_releases(data_dir: Path) -> list[KeptRelease]:
    """Return all releases of a data directory, the latest built first."""
    releases = Releases(data_dir)
    current = releases.current()
    return [
        _read(releases.folder / version, current is not None and current.name == version)
        for version in releases.versions()
    ]


def kept_release(data_dir: Path, version: str) -> KeptRelease | None:
    """Return one release of a data directory; None where there is no such release."""
    releases = Releases(data_dir)
    current = releases.current()
    if version == CURRENT:
        return None if current is None else _read(current, is_current=True)
    if version not in releases.versions():  # what callers write becomes no path unseen
        return None
    return _read(releases.folder / version, current is not None and current.name == version)


def current_version(data_dir: Path) -> str | None:
    """Return the version that ``current`` leads to, or None."""
    current = Releases(data_dir).current()
    return None if current is None else current.name


def unknown_release(version: str, known: Iterable[str], *, parameter: str = "release") -> Problem:
    """Return what a caller is told who names a release that is not kept."""
    kept = sorted(known, reverse=True)
    return Problem(
        "invalid-parameter",
        f"{parameter}={version[:_SHOWN]!r} is no release that is kept here",
        f"name one of {', '.join(kept)}" if kept else "this server keeps no releases",
        extra={"parameter": parameter, "known": kept},
    )


def _read(folder: Path, is_current: bool) -> KeptRelease:
    outline, manifest, reason = None, None, None
    try:
        outline = Manifest.outline(folder)
        if outline.is_foreign:
            reason = (
                f"another version of medrd-kg made it: its schema is {outline.builder_schema},"
                f" and this version reads {BUILDER_SCHEMA}"
            )
        else:
            manifest = Manifest.read(folder)
    except (OSError, ValueError):
        reason = "it has no valid manifest"
    return KeptRelease(folder.name, folder, is_current, outline, manifest, reason)
