"""The way back to an earlier release, and what that sets aside."""

from dataclasses import dataclass
from pathlib import Path

from medrd_kg.build.edit_history import EditHistory, edit_history
from medrd_kg.build.holding import Hold
from medrd_kg.build.manifest import BUILDER_SCHEMA, Manifest
from medrd_kg.build.release import Releases, damages
from medrd_kg.build.release_changes import ReleaseChanges, changes_between
from medrd_kg.problems import Problem

__all__ = ["RolledBack", "known_release", "readable_release", "roll_back"]


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A rollback that was done.

    Attributes:
        before: The release that was current.
        after: The release that is current now.
        changes: What it sets aside, as counts and files; None where the release that was current
            cannot be read.
        edits: The journal, all of which stays and is served with the other release.
    """

    before: str
    after: str
    changes: ReleaseChanges | None
    edits: EditHistory


def known_release(releases: Releases, version: str) -> Path:
    """Return the folder of a kept release; ``current`` is a name of the current one.

    Raises:
        Problem: ``not-found``: it is not kept.
    """
    current = releases.current()
    if version == "current" and current is not None:
        return current
    versions = releases.versions()
    if version not in versions:  # what a caller writes becomes no path unseen
        kept = f"kept are {', '.join(versions)}" if versions else "none is kept"
        raise Problem("not-found", f"there is no release {version[:80]!r}: {kept}")
    return releases.folder / version


def readable_release(folder: Path) -> Manifest:
    """Return the manifest of a release folder.

    Raises:
        Problem: ``no-release``: another version of the program made it. ``damaged-release``: it
            has no valid manifest.
    """
    try:
        outline = Manifest.outline(folder)
        if not outline.is_foreign:
            return Manifest.read(folder)
    except (OSError, ValueError) as error:
        raise Problem("damaged-release", f"{folder.name} has no valid manifest") from error
    raise Problem(
        "no-release",
        f"release {folder.name} was made by another version of medrd-kg: its schema is"
        f" {outline.builder_schema}, and this version reads {BUILDER_SCHEMA}",
        "use that version of the program",
    )


def roll_back(data_dir: Path, version: str | None = None) -> RolledBack:
    """Make an earlier release the current one, until the next `medrd-kg build`.

    Every file of it is compared with its checksum first. No start builds the present content over
    it. Nothing is removed: neither the release that was current, nor imports, nor edits.

    Args:
        data_dir: Holds the releases.
        version: The release; by default the one that was built before the current one.

    Raises:
        Problem: ``not-found`` or ``no-release``: there is no such release, or this program cannot
            read it. ``damaged-release``: a file of it differs. ``build-running``.
    """
    releases = Releases(data_dir)
    with releases.exclusive():
        current = releases.current()
        if current is None:
            raise Problem("no-release", f"there is no release in {releases.folder}")
        target = known_release(releases, version or _before(releases, current.name))
        manifest = readable_release(target)
        faults = damages(target, manifest, contents=True)
        if faults:
            raise Problem("damaged-release", f"{target.name}: {'; '.join(faults)}")
        history = edit_history(data_dir)
        if target != current:
            releases.switch_to(target.name, Hold.now(target.name, current.name))
    return RolledBack(current.name, target.name, _set_aside(manifest, current), history)


def _before(releases: Releases, current: str) -> str:
    older = releases.versions()
    older = older[older.index(current) + 1 :]
    if not older:
        raise Problem("not-found", f"no release before {current} is kept")
    return older[0]


def _set_aside(older: Manifest, newer: Path) -> ReleaseChanges | None:
    try:
        return changes_between(older, readable_release(newer))
    except Problem:
        return None
