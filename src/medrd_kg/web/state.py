"""What a running service holds: settings, one open release, and what is derived from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.evaluation import Evaluator, ThreadEvaluator
from medrd_kg.sparql.stored import StoredQuery
from medrd_kg.store.base import Store, StoreStatistics
from medrd_kg.web.context import ONTOLOGY_QUERY, Vocabulary
from medrd_kg.web.keeping import Kept
from medrd_kg.web.listing import Listings

__all__ = ["Release", "ReleaseSource", "Service", "Serving", "prepare", "serving"]


@dataclass(frozen=True, slots=True)
class Release:
    """An open release: an immutable state of the data.

    Attributes:
        version: Its identifier.
        store: Its data.
        statistics: Its size, counted once.
    """

    version: str
    store: Store
    statistics: StoreStatistics


_KEPT_CELLS: Final = 500_000
"""Bound on the cells of kept answers, about 50 MB."""

_KEPT_BYTES: Final = 32_000_000

ReleaseSource = Callable[[], Release]
"""Opens a release; called once, in a thread, when the service starts."""


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
        answers: Rows of stored queries by bound text.
        documents: Whole answers that one state of the data fixes, by address and media type.
    """

    settings: Settings
    release: Release
    state_id: str
    evaluator: Evaluator
    vocabulary: Vocabulary
    listings: Listings
    queries: Mapping[str, StoredQuery]
    answers: Kept[tuple[dict[str, Any], ...]]
    documents: Kept[bytes]

    def address(self, path: str) -> str:
        """Return the absolute address of a path of this service; never from the Host header."""
        return f"{self.settings.base_url}{path}"

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
    """

    settings: Settings
    serving: Serving | None = None
    failure: Problem | None = None


async def prepare(
    settings: Settings, queries: Mapping[str, StoredQuery], release: Release
) -> Serving:
    """Derive what answers need from an open release."""
    evaluator = ThreadEvaluator(release.store, max_rows=settings.max_result_rows)
    return Serving(
        settings=settings,
        release=release,
        state_id=release.version,
        evaluator=evaluator,
        vocabulary=Vocabulary.read(await evaluator.triples(ONTOLOGY_QUERY)),
        listings=Listings(evaluator),
        queries=queries,
        answers=Kept(_KEPT_CELLS, _cells),
        documents=Kept(_KEPT_BYTES, len),
    )


def _cells(rows: tuple[dict[str, Any], ...]) -> int:
    return 1 + sum(map(len, rows))


def serving(request: Request) -> Serving:
    """Return the state that is served.

    Raises:
        Problem: ``starting`` while the release is being opened; why it cannot be opened.
    """
    service: Service = request.app.state.service
    if service.serving is not None:
        return service.serving
    if service.failure is not None:
        raise service.failure
    raise Problem(
        "starting",
        "the release is being opened",
        "try again in a moment; /health/ready tells when",
        headers={"Retry-After": "1"},
    )
