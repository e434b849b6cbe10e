"""Where the data of a service come from: a release of the data directory, or nothing yet."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from medrd_kg.build.dumps import ALL_QUADS, DUMPS
from medrd_kg.build.folding import FOLDED_STATEMENTS
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import current_release
from medrd_kg.build.release import SEARCH_INDEX, STORE, TABLES, damages
from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.store.base import StoreStatistics
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.web.kept_releases import kept_release, kept_releases, unknown_release
from medrd_kg.web.state import Release

__all__ = ["KeptReleaseSource", "empty_dataset", "find_kept_release", "find_release"]

_IN_MEMORY: Final = "embedded:memory"
_ON_DISK: Final = "embedded:disk"

MOST_TRIPLES_IN_MEMORY: Final = 3_000_000
"""Triples up to which data are asked in memory unless a setting says otherwise: about 0.8 kB each,
and each worker forks in proportion."""

KeptReleaseSource = Callable[[Settings, str], Release]
"""Finds a kept release by its version; see `find_kept_release`."""


def find_release(settings: Settings) -> Release:
    """Return the current release of the data directory.

    Raises:
        Problem: There is none, or it is damaged.
    """
    folder, manifest = current_release(settings.data_dir)
    on_disk = settings.store == _ON_DISK or (
        settings.store != _IN_MEMORY and manifest.triples > MOST_TRIPLES_IN_MEMORY
    )
    return _release(settings, folder, manifest, on_disk=on_disk, edits=settings.data_dir / "edits")


def find_kept_release(settings: Settings, version: str) -> Release:
    """Return a kept release as it was published, on disk and without edits.

    Raises:
        Problem: ``invalid-parameter``: it is not kept, or this program cannot read it.
            ``damaged-release``: a file is missing or cut.
    """
    kept = kept_release(settings.data_dir, version)
    if kept is None:
        raise unknown_release(
            version,
            (each.version for each in kept_releases(settings.data_dir) if each.reason is None),
        )
    manifest = kept.require_manifest()
    faults = damages(kept.folder, manifest, contents=False)
    if faults:
        raise Problem("damaged-release", f"{version}: {'; '.join(faults)}", "name another release")
    return _release(settings, kept.folder, manifest, on_disk=True, edits=None)


def empty_dataset(settings: Settings) -> Release:
    """Return a dataset without shapes, in which everything may be written."""
    folder = settings.data_dir / "empty"
    union = settings.union_default_graph
    snapshot = None
    if settings.store == _ON_DISK:
        snapshot = (folder / "nothing").resolve()
        if not snapshot.is_dir():
            EmbeddedStore(snapshot, union_default_graph=union).close()
    return Release(
        version="empty",
        source=DataSource(None, union, snapshot=snapshot),
        statistics=StoreStatistics(triples=0),
        edits=folder / "edits",
    )


def _release(
    settings: Settings, folder: Path, manifest: Manifest, *, on_disk: bool, edits: Path | None
) -> Release:
    union = settings.union_default_graph
    statements = (folder / FOLDED_STATEMENTS).resolve()
    folded = statements if edits is not None and statements.is_file() else None
    source = DataSource(
        dump=None if on_disk else (folder / DUMPS / ALL_QUADS).resolve(),
        union_default_graph=union,
        protected=frozenset(manifest.graphs.keys() - _graphs_in(folded)),
        shapes=(ontology_dir() / "shapes").resolve(),
        snapshot=(folder / STORE).resolve() if on_disk else None,
        folded=folded,
    )
    return Release(
        version=manifest.version,
        source=source,
        statistics=StoreStatistics(manifest.triples if union else 0, manifest.graphs),
        edits=edits,
        tables=folder / TABLES,
        search_index=folder / SEARCH_INDEX,
        folder=folder,
    )


def _graphs_in(statements: Path | None) -> set[str]:
    """Return the graphs of a file of N-Quads, sorted by graph or not."""
    if statements is None:
        return set()
    with statements.open("rb") as lines:
        return {line[line.rindex(b"<") + 1 : line.rindex(b">")].decode() for line in lines}
