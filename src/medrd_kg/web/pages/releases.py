"""Releases on this server: what each holds, how it was checked, and what changed between two."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import to_thread
from fastapi import Request, Response

from medrd_kg.build.manifest import Manifest
from medrd_kg.build.release import Releases
from medrd_kg.build.release_changes import changes_between
from medrd_kg.problems import Problem
from medrd_kg.web.pages.graph_tables import labels_of
from medrd_kg.web.pages.site import render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["RELEASES_PAGES"]

_CHOICES: Final = ("from", "to")


@dataclass(frozen=True, slots=True)
class _Kept:
    """Releases that can be read, the latest built first, and how many others there are."""

    manifests: tuple[Manifest, ...]
    unreadable: int


def _read(data_dir: Path) -> _Kept:
    releases = Releases(data_dir)
    found, unreadable = [], 0
    for version in releases.versions():
        try:
            found.append(Manifest.read(releases.folder / version))
        except (OSError, ValueError):  # damaged, or made by another version of this program
            unreadable += 1
    return _Kept(tuple(found), unreadable)


async def _overview(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request, _CHOICES)
    kept = await to_thread.run_sync(_read, served.settings.data_dir)
    older, newer = _choose(request, kept)
    changes = changes_between(older, newer) if older and newer else None
    labels = await _class_labels(served, kept.manifests, changes.classes if changes else ())
    return render(
        request,
        "releases.html",
        {
            "kept": kept,
            "current": served.release.version,
            "older": older,
            "newer": newer,
            "changes": changes,
            "labels": labels,
        },
        # Releases come and go without a change of the served state.
        headers={"Cache-Control": "no-cache"},
    )


async def _class_labels(
    served: Serving, manifests: tuple[Manifest, ...], counts: tuple[object, ...]
) -> dict[str, dict[str, str]]:
    if not counts:
        return {}
    return await labels_of(served.evaluator, {iri for each in manifests for iri in each.classes})


def _choose(request: Request, kept: _Kept) -> tuple[Manifest | None, Manifest | None]:
    """Return the two releases to compare: those asked for, or else the latest two.

    Raises:
        Problem: ``invalid-parameter``: there is no such release.
    """
    by_version = {each.version: each for each in kept.manifests}
    latest = list(kept.manifests)
    chosen = [latest[1] if len(latest) > 1 else None, latest[0] if latest else None]
    for at, name in enumerate(_CHOICES):
        version = request.query_params.get(name)
        if not version:
            continue
        if version not in by_version:
            raise Problem(
                "invalid-parameter",
                f"{name}={version[:80]!r} is no release of this server",
                "the page without parameters lists them",
                extra={"parameter": name, "known": sorted(by_version)},
            )
        chosen[at] = by_version[version]
    return chosen[0], chosen[1]


RELEASES_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/releases": _overview
}
"""Paths after the language."""
