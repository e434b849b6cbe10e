"""The release that is served: opened at the start, switched while the service runs, closed."""

import asyncio
import gc
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import anyio
import anyio.to_thread

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.web.kept_releases import current_version
from medrd_kg.web.opening import close_serving, open_serving
from medrd_kg.web.state import Release, ReleaseSource, Service, Serving

__all__ = ["ReleaseLife", "Switched"]

_GRACE_SECONDS: Final = 5
"""Seconds that running queries get when the service ends."""

_LINGER_SECONDS: Final = 2.0
"""Time that a release which is served no longer stays open for requests that have just begun."""

_LOOK_SECONDS: Final = 0.1

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Switched:
    """What came of a wish to serve the current release.

    Attributes:
        before: The state that was served.
        after: The state that is served now; the same where that was the current release already.
    """

    before: str
    after: str


class ReleaseLife:
    """Opens, switches and closes the release that a service serves.

    Attributes:
        on_served: Called whenever a release has begun to be served.
    """

    def __init__(
        self,
        settings: Settings,
        queries: Mapping[str, StoredQuery],
        service: Service,
        source: ReleaseSource,
    ) -> None:
        """Open nothing yet.

        Args:
            settings: Limits and the data directory.
            queries: Stored queries by name.
            service: Gets what is served.
            source: Finds the release to serve.
        """
        self._settings = settings
        self._queries = queries
        self._service = service
        self._source = source
        self._switching = asyncio.Lock()
        self._retiring: set[asyncio.Task[None]] = set()
        self.on_served: Callable[[], None] = lambda: None

    async def begin(self) -> None:
        """Serve the first release; a failure is told by the service from then on."""
        try:
            release = await anyio.to_thread.run_sync(self._source)
            opened = await open_serving(self._settings, self._queries, release)
            self._serve(opened)
            gc.collect()
            gc.freeze()  # what there is now stays: looking through it again would halt requests
        except Problem as problem:
            _logger.error("cannot serve: %s", problem)  # noqa: TRY400 - a message for the operator
            self._service.fail(problem)
        except Exception:
            _logger.exception("the release cannot be opened")
            self._service.fail(
                Problem("internal-error", "the release cannot be opened", "the log tells why")
            )

    async def waiting(self) -> str | None:
        """Return the current release of the data directory, if it is not the one that is served.

        Another process published it, or rolled back to it; `switch` serves it.
        """
        served = self._service.serving
        if served is None or served.release.folder is None:
            return None
        current = await anyio.to_thread.run_sync(current_version, self._settings.data_dir)
        return None if current == served.release.version else current

    async def switch(self) -> Switched:
        """Serve the current release of the data directory; no request is lost by it.

        Until the other release is open, the former one answers. Requests that began with that one
        end with it. Edits wait for as long as the other one needs to open, and are carried over.

        Raises:
            Problem: There is no current release, or it cannot be opened: the former one stays.
        """
        async with self._switching:
            former = self._service.require_serving()
            if await self.waiting() is None:
                return Switched(former.state_id, former.state_id)
            release = await anyio.to_thread.run_sync(self._source)
            opened = await self._opened_after(former, release)
            _logger.info("serving %s instead of %s", opened.state_id, former.state_id)
            task = asyncio.create_task(self._retire(former))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)
            return Switched(former.state_id, opened.state_id)

    async def stop(self) -> None:
        """Close what is open."""
        for task in list(self._retiring):
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        if self._service.serving is not None:
            await close_serving(self._service.serving, _GRACE_SECONDS)

    async def _opened_after(self, former: Serving, release: Release) -> Serving:
        room = former.engine_room
        async with room.handing_over():
            opened = await open_serving(self._settings, self._queries, release, former=room)
            room.retire(opened.engine_room)
            self._serve(opened)
        return opened

    def _serve(self, opened: Serving) -> None:
        opened.engine_room.on_edit = self._service.advance
        self._service.serving = opened
        self.on_served()

    async def _retire(self, former: Serving) -> None:
        """Close a release once nobody is answered from it, or nobody can be any more."""
        until = time.monotonic() + self._settings.query_timeout_seconds
        try:
            await asyncio.sleep(_LINGER_SECONDS)
            while _is_in_use(former) and time.monotonic() < until:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            with anyio.CancelScope(shield=True):
                await close_serving(former, 0)


def _is_in_use(served: Serving) -> bool:
    return bool(served.usage.requests or served.engine_room.pool.running())
