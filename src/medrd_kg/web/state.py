"""What a running service holds: settings, one open release, and what is derived from it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

import anyio
from fastapi import Request

from medrd_kg.build.in_use import Claim
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.search.opening import SearchIndex
from medrd_kg.settings import Settings
from medrd_kg.sparql.evaluation import Evaluator
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.sparql.workers.engine_room import EngineRoom, state_id
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.store.base import StoreStatistics
from medrd_kg.web.context import ONTOLOGY_QUERY, Vocabulary
from medrd_kg.web.keeping import Kept
from medrd_kg.web.listing import Listings
from medrd_kg.web.naming import RELEASE
from medrd_kg.web.quoting import quoted_pairs

__all__ = [
    "SERVED",
    "Release",
    "ReleaseSource",
    "Service",
    "Serving",
    "Usage",
    "prepare",
    "serving",
    "with_parameters",
]


@dataclass(frozen=True, slots=True)
class Release:
    """A release that can be served: an immutable state of the data.

    Attributes:
        version: Its identifier.
        source: Its data.
        statistics: Its size, counted once.
        edits: Folder of the journal of accepted edits.
        tables: Folder of its fact tables; None where there are none.
        search_index: File of its search index; None where there is none.
        folder: Where it lies among the releases of the data directory; None: no release stands
            behind the data.
    """

    version: str
    source: DataSource
    statistics: StoreStatistics
    edits: Path | None
    tables: Path | None = None
    search_index: Path | None = None
    folder: Path | None = None


_KEPT_CELLS: Final = 500_000
"""Bound on the cells of kept answers, about 50 MB."""

_KEPT_BYTES: Final = 32_000_000

SERVED: Final = "medrd_kg.served"
"""Key of a scope under which stands the state that the request is answered from."""

Opened = TypeVar("Opened")
"""A part of a release that was opened."""

ReleaseSource = Callable[[], Release]
"""Opens a release; called once, in a thread, when the service starts."""


@dataclass(slots=True)
class Usage:
    """How much an open release is in use.

    Attributes:
        requests: Requests that are being answered from it.
        last: When one of them ended, on the monotonic clock, in seconds.
    """

    requests: int = 0
    last: float = field(default_factory=time.monotonic)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a request for as long as it is being answered."""
        self.requests += 1
        self._ended.clear()
        try:
            yield
        finally:
            self.requests -= 1
            self.last = time.monotonic()
            if not self.requests:
                self._ended.set()

    async def quiet(self, seconds: float) -> None:
        """Return once no request has been answered for so many seconds."""
        while self.requests or (rest := self.last + seconds - time.monotonic()) > 0:
            if self.requests:
                await self._ended.wait()
            else:
                await asyncio.sleep(rest)


@dataclass(frozen=True)
class Serving:
    """One state of the data with all that answers need.

    Attributes:
        settings: As given at the start.
        release: What is served.
        state_id: Identifier of the served state, in every answer.
        evaluator: Answers queries.
        vocabulary: JSON names.
        listings: Members of collections.
        queries: Stored queries by name.
        engine_room: Evaluates and edits.
        answers: Rows of stored queries by bound text.
        documents: Whole answers that one state of the data fixes, by address and media type.
        tables: The fact tables of the release; None where there are none.
        search_index: The search index of the release; None where there is none.
        as_of: The release that the request names; None: it takes what is served. Addresses in
            answers name it too.
        usage: How much the release is in use.
        claim: Keeps the release from being removed; None where nobody removes it.
    """

    settings: Settings
    release: Release
    state_id: str
    evaluator: Evaluator
    vocabulary: Vocabulary
    listings: Listings
    queries: Mapping[str, StoredQuery]
    engine_room: EngineRoom
    answers: Kept[tuple[dict[str, Any], ...]]
    documents: Kept[bytes]
    tables: FactTables | None = None
    search_index: SearchIndex | None = None
    as_of: str | None = None
    usage: Usage = field(default_factory=Usage)
    claim: Claim | None = None

    def require_tables(self) -> FactTables:
        """Return the fact tables.

        Raises:
            Problem: ``not-found``: the dataset has none.
        """
        if self.tables is None:
            raise Problem(
                "not-found",
                "this dataset has no fact tables",
                "serve a release: they are made when one is built",
            )
        return self.tables

    def address(self, path: str) -> str:
        """Return the absolute address of a path of this service; never from the Host header."""
        address = f"{self.settings.base_url}{path}"
        return address if self.as_of is None else with_parameters(address, [(RELEASE, self.as_of)])

    def close(self) -> None:
        """Let go of what was opened beside the data."""
        for each in (self.tables, self.search_index):
            if each is not None:
                each.close()
        if self.claim is not None:
            self.claim.release()

    @cached_property
    def endpoint(self) -> str:
        """Address of the SPARQL endpoint: base of the relative IRIs in queries."""
        return f"{self.settings.base_url}/sparql"

    @property
    def context(self) -> str:
        """Address of the JSON-LD context."""
        return self.address("/api/v1/context.jsonld")


@dataclass
class Service:
    """The life of a service: not ready until a release is open.

    Attributes:
        settings: As given at the start.
        serving: The state that is served, once there is one.
        failure: Why no release could be opened.
        on_failure: Called once there is a failure.
    """

    settings: Settings
    serving: Serving | None = None
    failure: Problem | None = None
    on_failure: Callable[[], None] = lambda: None

    def fail(self, problem: Problem) -> None:
        """Give up: no release can be served."""
        self.failure = problem
        self.on_failure()

    @property
    def state_id(self) -> str | None:
        """Identifier of the served state, once there is one."""
        return None if self.serving is None else self.serving.state_id

    def require_serving(self) -> Serving:
        """Return the state that is served.

        Raises:
            Problem: ``starting`` while the release is being opened; why it cannot be opened.
        """
        if self.serving is not None:
            return self.serving
        if self.failure is not None:
            raise self.failure
        raise Problem(
            "starting",
            "the release is being opened",
            "try again in a moment; /health/ready tells when",
            headers={"Retry-After": "1"},
        )

    def advance(self, sequence: int) -> None:
        """Serve the state after the edit of that number; what was derived is derived anew."""
        before = self.serving
        if before is not None:
            self.serving = replace(
                before,
                state_id=state_id(before.release.version, sequence),
                listings=Listings(before.evaluator),
                answers=Kept(_KEPT_CELLS, _cells),
                documents=Kept(_KEPT_BYTES, len),
            )


async def prepare(
    settings: Settings,
    queries: Mapping[str, StoredQuery],
    release: Release,
    engine_room: EngineRoom,
) -> Serving:
    """Derive what answers need from a release that the engine room holds."""
    evaluator = engine_room.own_queries
    return Serving(
        settings=settings,
        release=release,
        state_id=state_id(release.version, engine_room.pool.sequence),
        evaluator=evaluator,
        vocabulary=Vocabulary.read(await evaluator.triples(ONTOLOGY_QUERY)),
        listings=Listings(evaluator),
        queries=queries,
        engine_room=engine_room,
        answers=Kept(_KEPT_CELLS, _cells),
        documents=Kept(_KEPT_BYTES, len),
        tables=None if release.tables is None else await _beside(FactTables, release.tables),
        search_index=(
            None
            if release.search_index is None
            else await _beside(SearchIndex, release.search_index)
        ),
    )


async def _beside(open_it: Callable[[Path], Opened], path: Path) -> Opened:
    """Open a part of a release in a thread, since that reads files."""
    try:
        return await anyio.to_thread.run_sync(open_it, path)
    except (OSError, ValueError) as error:
        raise Problem(
            "damaged-release",
            f"{path.name} of the release cannot be opened: {error}",
            "build the release anew",
        ) from error


def _cells(rows: tuple[dict[str, Any], ...]) -> int:
    return 1 + sum(map(len, rows))


def with_parameters(address: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return an address with parameters behind those that it has.

    >>> with_parameters("/sparql?query=ASK+{}", [("release", "2022-11-30-0123456789ab")])
    '/sparql?query=ASK+{}&release=2022-11-30-0123456789ab'
    """
    if not parameters:
        return address
    return f"{address}{'&' if '?' in address else '?'}{quoted_pairs(parameters)}"


def serving(request: Request) -> Serving:
    """Return the state that a request is answered from; see `Service.require_serving`."""
    named: Serving | None = request.scope.get(SERVED)
    if named is not None:
        return named
    service: Service = request.app.state.service
    return service.require_serving()
