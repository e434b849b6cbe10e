"""Pages asked for before anybody does, so that no reader pays for what is made once a release."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Final

from fastapi import FastAPI

from medrd_kg.kinds import kinds
from medrd_kg.problems import Problem
from medrd_kg.web.pages.addresses import PAGE_KINDS
from medrd_kg.web.pages.asking import answer_of
from medrd_kg.web.pages.words import LANGUAGES
from medrd_kg.web.state import Service, Serving

__all__ = ["Warming"]

_QUIET_SECONDS: Final = 0.3
"""Time without a request before the next page is made."""

_BOTH: Final = ("/", "/api")
"""Pages that are made in both languages: the first loads all words, the other keeps its own."""

_OTHERS: Final = (
    *("/quality", "/linkage", "/flows", "/ontology", "/sources", "/evidence", "/releases"),
    *("/search", "/query", *(f"/{segment}" for segment in PAGE_KINDS.values())),
)
"""Pages of which the answers, which no language changes, and the templates are made."""

_ALL_OF: Final = "project"
"""The kind all of whose things are visited: there are few, and they are dear. Of others one is."""

_logger = logging.getLogger(__name__)


class Warming:
    """Makes pages in the background, one at a time, and only while nobody asks for anything."""

    def __init__(self, app: FastAPI) -> None:
        """Make the pages of ``app``; nothing begins yet."""
        self._app = app
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Make the pages of what is served from now on; what was being made is given up."""
        self.end()
        service: Service = self._app.state.service
        self._task = asyncio.create_task(self._warm(service.require_serving()))

    async def wait(self) -> None:
        """Return once all pages are made."""
        if self._task is not None:
            await self._task

    def end(self) -> None:
        """Give up what is being made, without waiting for it."""
        if self._task is not None:
            self._task.cancel()

    async def _warm(self, served: Serving) -> None:
        begun = time.monotonic()
        number = 0
        async for path in _paths(served):
            await served.usage.quiet(_QUIET_SECONDS)  # what a reader asks goes first
            try:
                await answer_of(self._app, path)
            except Problem as problem:  # its reader will be told, or it was a passing one
                _logger.debug("%s is not ready: %s", path, problem)
            except Exception:  # no page may keep the others, or the service, from going on
                _logger.warning("%s cannot be made", path, exc_info=True)
            else:
                number += 1
        _logger.info("%d pages are ready after %.1f s", number, time.monotonic() - begun)


async def _paths(served: Serving) -> AsyncIterator[str]:
    """Yield the pages, those first that most readers see."""
    first, *_ = LANGUAGES
    for language in LANGUAGES:
        for path in _BOTH:
            yield f"/{language}{path}"
    for path in _OTHERS:
        yield f"/{first}{path}"
    for name, segment in PAGE_KINDS.items():
        kind = kinds()[name]
        slugs = [kind.slug(iri) for iri in await served.listings.members(kind)]
        for slug in slugs if name == _ALL_OF else slugs[:1]:
            yield f"/{first}/{segment}/{slug}"
