"""Releases other than the served one, opened when somebody asks for them and closed when idle.

Each has worker processes of its own, which read its files on disk, so that it takes little memory
and no query of it can hold up another release. Deadline and memory of a query are the same.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

import anyio.to_thread

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.sparql.workers.pool import Pool
from medrd_kg.web.data_sources import find_kept_release
from medrd_kg.web.kept_releases import unknown_release
from medrd_kg.web.opening import close_serving, open_serving
from medrd_kg.web.state import Service, Serving

__all__ = ["OlderReleases"]

MOST_OPEN: Final = 2
"""Releases that are open at a time beside the served one."""

_WORKERS: Final = 1
"""Long queries that run at a time in each of them."""

_IDLE_SECONDS: Final = 120.0
"""Time without a request after which one is closed."""

_LOOK_SECONDS: Final = 10.0


class OlderReleases:
    """Finds the state that a request names.

    Attributes:
        idle_seconds: Time without a request after which a release is closed.
    """

    def __init__(
        self, settings: Settings, queries: Mapping[str, StoredQuery], service: Service
    ) -> None:
        """Open nothing yet.

        Args:
            settings: Limits and the data directory.
            queries: Stored queries by name.
            service: Tells what is served.
        """
        self.idle_seconds = _IDLE_SECONDS
        self._settings = settings.model_copy(
            update={"workers": _WORKERS, "editor_token": None, "admin_token": None}
        )
        self._queries = queries
        self._service = service
        self._open: dict[str, Serving] = {}
        self._turn = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def named(self, version: str) -> AsyncIterator[Serving]:
        """Provide the state of a release as it was published, for one request.

        Raises:
            Problem: ``invalid-parameter``: it is not kept, or this program cannot read it.
                ``damaged-release``: it cannot be opened. ``busy``: too many others are in use.
                ``starting``: nothing is served yet.
        """
        served = self._service.require_serving()
        if served.release.folder is None:
            raise unknown_release(version, ())
        if version == served.release.version and not served.engine_room.pool.sequence:
            found = replace(served, as_of=version)
        else:
            found = await self._opened(version)
        with found.usage.counted():
            yield found

    def pools(self) -> list[Pool]:
        """Return the workers of all open releases."""
        return [each.engine_room.pool for each in self._open.values()]

    def give_up(self) -> None:
        """Tell all whose queries run or wait that the service ends."""
        for pool in self.pools():
            pool.give_up()

    async def close(self, grace: float) -> None:
        """Close all."""
        if self._watching is not None:
            self._watching.cancel()
        for version in list(self._open):
            await self._close(version, grace)

    async def _opened(self, version: str) -> Serving:
        found = self._intact(version)
        if found is not None:
            return found
        # Nobody who names a release that is not there waits for one that is being opened.
        release = await anyio.to_thread.run_sync(find_kept_release, self._settings, version)
        async with self._turn:
            found = self._intact(version)
            if found is not None:
                return found
            await self._close(version)  # another folder has taken its place
            await self._make_room()
            opened = await open_serving(self._settings, self._queries, release)
            found = self._open[version] = replace(opened, as_of=version)
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
            return found

    def _intact(self, version: str) -> Serving | None:
        found = self._open.get(version)
        if found is None or found.claim is None or found.release.folder is None:
            return None
        return found if found.claim.is_of(found.release.folder) else None

    async def _make_room(self) -> None:
        """Close the release that was not used for the longest time, where there are too many.

        Raises:
            Problem: ``busy``: all are in use.
        """
        while len(self._open) >= MOST_OPEN:
            idle = sorted(filter(self._is_idle, self._open), key=self._last_use)
            if not idle:
                raise Problem(
                    "busy",
                    f"{MOST_OPEN} other older releases are being asked at the moment",
                    "try again in a moment, or ask one release at a time",
                    headers={"Retry-After": "2"},
                )
            await self._close(idle[0])

    def _is_idle(self, version: str) -> bool:
        found = self._open[version]
        return not found.usage.requests and not found.engine_room.pool.running()

    def _last_use(self, version: str) -> float:
        return self._open[version].usage.last

    async def _close(self, version: str, grace: float = 0.0) -> None:
        found = self._open.pop(version, None)
        if found is not None:
            await close_serving(found, grace)

    async def _watch(self) -> None:
        """Close releases that nobody asks, until there are none."""
        while self._open:
            await asyncio.sleep(min(_LOOK_SECONDS, self.idle_seconds))
            until = time.monotonic() - self.idle_seconds
            for version in [each for each in self._open if self._is_idle(each)]:
                if self._last_use(version) < until:
                    await self._close(version)
