"""The build, step by step: read, validate, reason, infer, check, write, publish.

Every step works on what the step before it left in memory; readers see nothing before the last
one. These functions are what the command line and the server call.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from medrd_kg.build.alarms import Alarm, alarms_between
from medrd_kg.build.carried_edits import CarriedEdits, carried_edits
from medrd_kg.build.data_files import require_whole
from medrd_kg.build.folding import folded_file, folded_graphs, note_folded
from medrd_kg.build.former_store import Former
from medrd_kg.build.holding import end_hold
from medrd_kg.build.inputs import content_hash, source_records
from medrd_kg.build.manifest import Manifest, SourceRecord
from medrd_kg.build.notes import write_notes
from medrd_kg.build.progress import ConsoleProgress, Progress, Timings
from medrd_kg.build.reading import MOST_IN_MEMORY, read_at_once, read_in_parts
from medrd_kg.build.reasoning import has_java
from medrd_kg.build.release import STORE, OpenRelease, Releases
from medrd_kg.build.retention import require_space, size_of, space_needed
from medrd_kg.build.storage_faults import storage_faults
from medrd_kg.build.writing import write_release
from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.sources.content import ContentFile, content_files, dependencies, imported_dir

__all__ = ["build_release", "current_release", "ensure_release", "open_current"]

_KEEP: Final = 3
"""Releases kept unless the caller says otherwise."""


def open_current(
    data_dir: Path, *, union_default_graph: bool = True, verify: bool = False
) -> OpenRelease:
    """Open the current release of a data directory for reading; see `Releases.open_current`."""
    return Releases(data_dir).open_current(union_default_graph=union_default_graph, verify=verify)


def current_release(data_dir: Path) -> tuple[Path, Manifest]:
    """Return the folder of the current release, and its manifest.

    Raises:
        Problem: ``no-release`` or ``damaged-release``; see `Releases.checked_current`.
    """
    return Releases(data_dir).checked_current()


def build_release(
    data_dir: Path,
    *,
    root: Path | None = None,
    keep: int = _KEEP,
    max_mb: int = 0,
    refuse_drops: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Build a release of the content and make it the current one.

    Args:
        data_dir: Receives the release; also holds what the user imported.
        root: Content root; the shipped content by default.
        keep: How many releases to keep.
        max_mb: Disk space in megabytes (10^6 bytes) for all kept releases; 0 sets no limit.
        refuse_drops: Whether nothing is published when a number fell beyond the limits of
            `medrd_kg.build.alarms`; otherwise that is told and recorded.
        progress: Told of each step; standard error by default.

    Raises:
        Problem: ``build-running``: another process builds. ``insufficient-storage``: the disk has
            no room for another release. ``no-release``: the content is missing.
            ``invalid-data``: it does not parse, conform or add up, or numbers fell.
            ``reasoning-failed``: it is inconsistent.
    """
    require_whole(data_dir)
    releases = Releases(data_dir)
    with releases.exclusive():
        return _build(
            data_dir,
            releases,
            root,
            (keep, max_mb),
            progress or ConsoleProgress(),
            refuse_drops=refuse_drops,
        )


def ensure_release(
    data_dir: Path,
    *,
    root: Path | None = None,
    keep: int = _KEEP,
    max_mb: int = 0,
    refuse_drops: bool = False,
    ends_hold: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Build a release unless the current one was made from exactly this content.

    Waits for another process that builds, and then looks again. A release that another version of
    the builder made is made anew. A release that somebody rolled back to stays, whatever the
    content, unless that shall end; then a release of this content that is still kept is made
    current again without a build.

    Args:
        data_dir: As for `build_release`.
        root: As for `build_release`.
        keep: As for `build_release`.
        max_mb: As for `build_release`.
        refuse_drops: As for `build_release`.
        ends_hold: Whether a release that was rolled back to gives way to the present content.
        progress: As for `build_release`.

    Raises:
        Problem: As `build_release`, but for ``build-running``.
    """
    require_whole(data_dir)
    releases = Releases(data_dir)
    progress = progress or ConsoleProgress()
    current = _held(releases, progress, ends_hold) or _up_to_date(data_dir, releases, root)
    if current is not None and not (ends_hold and releases.held()):
        return current
    with releases.exclusive(progress.note):
        current = _held(releases, progress, ends_hold) or _up_to_date(data_dir, releases, root)
        if current is not None:
            if ends_hold:
                end_hold(releases.folder)
            return current
        kept = _kept(data_dir, releases, root)
        if ends_hold and kept is not None:
            releases.switch_to(kept.version)
            progress.note(f"Release {kept.version} of this content is kept: it is current again.")
            return kept
        foreign = releases.foreign_current()
        if foreign is not None:
            progress.note(f"Building anew: {foreign}.")
        return _build(data_dir, releases, root, (keep, max_mb), progress, refuse_drops=refuse_drops)


def _inputs(
    data_dir: Path, root: Path | None
) -> tuple[Path, list[ContentFile], list[SourceRecord]]:
    """Return the content root, the files of the graph, and the records of all input files."""
    try:
        root = root or content_root()
    except FileNotFoundError as error:
        foreign = Releases(data_dir).foreign_current()
        reason = f"{foreign}; {error}" if foreign else str(error)
        raise Problem("no-release", reason, "reinstall medrd-kg") from error
    files = content_files(root, imported=imported_dir(data_dir))
    files = sorted([*files, *folded_file(data_dir)])
    return root, files, source_records([*files, *dependencies(root)])


def _tell(progress: Progress, alarms: Sequence[Alarm], edits: CarriedEdits) -> None:
    for alarm in alarms:
        progress.note(f"Alarm: {alarm.message_en}.")
    if edits.last:
        progress.note(f"All {edits.last} edits are carried over.")
    for conflict in edits.conflicts:
        what = {
            "graph-taken": "the release itself now states the graph",
            "thing-gone": "the release says nothing any more of",
        }[conflict.kind]
        progress.note(
            f"Conflict with {conflict.statements} edited statements: {what} {conflict.name}."
        )


def _refused(alarms: Sequence[Alarm]) -> Problem:
    return Problem(
        "invalid-data",
        f"numbers fell beyond their limits: {'; '.join(each.message_en for each in alarms)}",
        "nothing was published; build without --refuse-drops to accept that",
    )


def _held(releases: Releases, progress: Progress, ends_hold: bool) -> Manifest | None:
    """Return the manifest of the current release if it stays because it was rolled back to."""
    hold = releases.held()
    manifest = None if hold is None or ends_hold else releases.intact_manifest()
    if hold is not None and manifest is not None:
        progress.note(
            f"Release {hold.version} is current since the rollback of {hold.since};"
            " `medrd-kg build` goes on to the present content."
        )
    return manifest


def _kept(data_dir: Path, releases: Releases, root: Path | None) -> Manifest | None:
    """Return the manifest of an intact release of this content that is kept, if there is one."""
    _, _, records = _inputs(data_dir, root)
    wanted = content_hash(records)
    for version in releases.versions():
        manifest = releases.intact_manifest(version)
        if manifest is not None and manifest.content_hash == wanted:
            return None if not manifest.reasoned and has_java() else manifest
    return None


def _up_to_date(data_dir: Path, releases: Releases, root: Path | None) -> Manifest | None:
    """Return the current release's manifest when nothing would be gained by a build."""
    manifest = releases.intact_manifest()
    if manifest is None or (not manifest.reasoned and has_java()):
        return None
    _, _, records = _inputs(data_dir, root)
    return manifest if manifest.content_hash == content_hash(records) else None


def _build(
    data_dir: Path,
    releases: Releases,
    root: Path | None,
    keep: tuple[int, int],
    progress: Progress,
    *,
    refuse_drops: bool,
) -> Manifest:
    timings = Timings(progress)
    root, files, records = _inputs(data_dir, root)
    current = releases.current()
    size_before = 0 if current is None else size_of(current)
    large = sum(each.path.stat().st_size for each in files) > MOST_IN_MEMORY
    needed = space_needed(sum(each.bytes for each in records), size_before, in_parts=large)
    require_space(releases.folder, needed)
    before = releases.intact_manifest()
    former = None if before is None or current is None else Former(current, before, STORE)
    read = partial(read_in_parts, former=former) if large else read_at_once
    with storage_faults(releases.folder), releases.workspace() as folder:
        content = read(files, records, root=root, data_dir=data_dir, folder=folder, timings=timings)
        folded = folded_graphs(files)
        note_folded(folder, content.quads.graphs, folded)
        edits = carried_edits(data_dir, content.store, current, folded=folded)
        manifest = write_release(
            folder, content=content, sources=records, timings=timings, former=former
        )
        alarms = [] if former is None else alarms_between(former.manifest, manifest)
        _tell(progress, alarms, edits)
        if alarms and refuse_drops:
            raise _refused(alarms)
        manifest = write_notes(
            folder,
            manifest,
            former=None if former is None else (former.manifest, former.path),
            alarms=alarms,
            edits=edits,
        )
        with timings.step("publishing"):
            releases.publish(folder, manifest.version)
            gone = releases.keep(*keep)
    if gone:
        progress.note(
            f"Removed to keep within RELEASES_KEEP and RELEASES_MAX_MB: {', '.join(gone)}."
        )
    return manifest
