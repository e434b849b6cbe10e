"""``medrd-kg releases`` and ``medrd-kg rollback``."""

import json
from pathlib import Path
from typing import Any, Final

import typer

from medrd_kg.build.edit_history import EditHistory, edit_history
from medrd_kg.build.manifest import Manifest, ManifestOutline
from medrd_kg.build.release import Releases
from medrd_kg.build.retention import size_of
from medrd_kg.build.rollback import RolledBack, roll_back
from medrd_kg.commands.release_formats import ListFormat

__all__ = ["list_releases", "run_rollback"]

_SHOWN: Final = 12
"""Graphs or files that a line of text names at most."""


def list_releases(data_dir: Path, list_format: ListFormat) -> None:
    """Print the releases of a data directory, the latest built first.

    Raises:
        Problem: ``damaged-journal``.
    """
    releases = Releases(data_dir)
    history = edit_history(data_dir)
    found = [_described(releases, version, history) for version in releases.versions()]
    if list_format is ListFormat.JSON:
        hold = releases.held()
        document = {
            "releases": found,
            "edits": {"last": history.last, "in_checkpoint": history.summed},
            "held": None if hold is None else hold.model_dump(),
        }
        typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo(f"there is no release in {releases.folder}")
        return
    typer.echo(f"  {'version':30}  {'built (UTC)':19}  {'triples':>12}  {'MB':>9}  edits")
    for each in found:
        triples = "?" if each["triples"] is None else f"{each['triples']:,}"
        typer.echo(
            f"{'*' if each['current'] else ' '} {each['version']:30}"
            f"  {(each['built'] or '?')[:19]:19}  {triples:>12}  {each['bytes'] / 1e6:9.1f}"
            f"  {each['edits']}{'' if each['reason'] is None else '  ' + each['reason']}"
        )
    hold = releases.held()
    if hold is not None:
        typer.echo(
            f"* current since the rollback of {hold.since}, instead of {hold.instead_of};"
            " `medrd-kg build` goes on to the present content"
        )
    if history.last:
        typer.echo(
            f"{history.last} edits are kept, and served with whichever release is current"
            + (f"; a checkpoint holds those up to {history.summed}" if history.summed else "")
        )


def run_rollback(data_dir: Path, version: str | None, list_format: ListFormat) -> None:
    """Roll back, and say what that sets aside.

    Raises:
        Problem: See `roll_back`.
    """
    done = roll_back(data_dir, version)
    if list_format is ListFormat.JSON:
        typer.echo(json.dumps(_document(done), ensure_ascii=False, indent=2))
        return
    if done.before == done.after:
        typer.echo(f"release {done.after} is the current one already")
        return
    typer.echo(f"release {done.after} is current; release {done.before} is set aside and kept")
    if done.changes is not None:
        changes = done.changes
        for what, files in (
            ("without the files", changes.added),
            ("with the files again", changes.removed),
            ("with the former content of", changes.changed),
        ):
            if files:
                typer.echo(f"  {what} {_some(files)}")
        for each in changes.graphs:
            typer.echo(f"  {each.name}: {each.after} → {each.before} triples")
    since = done.edits.on(done.before)
    if done.edits.last:
        typer.echo(f"all {done.edits.last} edits stay in the journal and go on being served")
    if since:
        graphs = sorted({name or "the default graph" for each in since for name in each.graphs})
        typer.echo(
            f"  {len(since)} of them were accepted on the release that is set aside"
            f" (numbers {since[0].sequence} to {since[-1].sequence}): {_some(graphs)}"
        )
    typer.echo(
        "a running server takes it up on SIGHUP; `medrd-kg build` goes on to the present content"
    )


def _described(releases: Releases, version: str, history: EditHistory) -> dict[str, Any]:
    folder = releases.folder / version
    current = releases.current()
    outline: ManifestOutline | None = None
    manifest: Manifest | None = None
    reason = None
    try:
        outline = Manifest.outline(folder)
        if outline.is_foreign:
            reason = f"made by another version of medrd-kg (schema {outline.builder_schema})"
        else:
            manifest = Manifest.read(folder)
    except (OSError, ValueError):
        reason = "has no valid manifest"
    return {
        "version": version,
        "built": None if outline is None else outline.built,
        "triples": None if manifest is None else manifest.triples,
        "source_date": None if manifest is None else manifest.source_date,
        "current": current is not None and current.name == version,
        "bytes": size_of(folder),
        "edits": len(history.on(version)),
        "reason": reason,
    }


def _document(done: RolledBack) -> dict[str, Any]:
    changes = done.changes
    return {
        "before": done.before,
        "after": done.after,
        "set_aside": None
        if changes is None
        else {
            "files": {
                "left_out": list(changes.added),
                "back": list(changes.removed),
                "former": list(changes.changed),
            },
            "graphs": {each.name: [each.after, each.before] for each in changes.graphs},
        },
        "edits": {
            "last": done.edits.last,
            "on_what_is_set_aside": [
                {
                    "sequence": each.sequence,
                    "accepted": each.accepted,
                    "graphs": list(each.graphs),
                    "added": each.added,
                    "removed": each.removed,
                }
                for each in done.edits.on(done.before)
            ],
        },
    }


def _some(names: tuple[str, ...] | list[str]) -> str:
    rest = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
