"""From a release on disk to a state that can be served."""

from collections.abc import Mapping
from dataclasses import replace

import anyio

from medrd_kg.build.in_use import Claim
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.sparql.workers.engine_room import EngineRoom
from medrd_kg.web.slow_log import SlowLog
from medrd_kg.web.state import Release, Serving, prepare

__all__ = ["close_serving", "open_serving"]


async def open_serving(
    settings: Settings,
    queries: Mapping[str, StoredQuery],
    release: Release,
    *,
    former: EngineRoom | None = None,
) -> Serving:
    """Open a release.

    Args:
        settings: Limits.
        queries: Stored queries by name.
        release: What is opened.
        former: The room whose edits are carried on; the caller holds its `handing_over`.

    Raises:
        Problem: ``damaged-release`` or ``damaged-journal``.
    """
    claim = _claimed(release)
    room = EngineRoom(settings, release.version, release.source, release.edits)
    if former is not None:
        former.pass_journal(room)
    try:
        await room.start()
        room.pool.on_slow = SlowLog(settings)
        room.pool.tells_all = settings.log_queries == "all"
        return replace(await prepare(settings, queries, release, room), claim=claim)
    except BaseException:
        with anyio.CancelScope(shield=True):
            if former is not None:
                room.give_journal_back()
            await room.stop(0)
        if claim is not None:
            claim.release()
        raise


async def close_serving(served: Serving, grace: float) -> None:
    """End what answers from a release; running queries get ``grace`` seconds first."""
    await served.engine_room.stop(grace)
    served.close()


def _claimed(release: Release) -> Claim | None:
    if release.folder is None:
        return None
    try:
        return Claim(release.folder)
    except OSError as error:
        raise Problem(
            "damaged-release",
            f"release {release.version} cannot be opened: {error.strerror}",
            "it may have been removed just now; /api/v1/releases lists those that are kept",
        ) from error
