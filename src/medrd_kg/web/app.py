"""The application: routes, layers and life cycle put together."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.to_thread
from fastapi import FastAPI

from medrd_kg import __version__
from medrd_kg.content import queries_dir
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.stored import load_stored_queries
from medrd_kg.web.collection_routes import install_collections
from medrd_kg.web.conditional import Conditional
from medrd_kg.web.cross_origin import CrossOrigin
from medrd_kg.web.evidence_routes import install_evidence
from medrd_kg.web.faults import FaultBarrier, install_problem_handlers
from medrd_kg.web.query_routes import install_queries
from medrd_kg.web.resource_routes import install_resources
from medrd_kg.web.service_routes import install_service
from medrd_kg.web.sparql_routes import install_sparql
from medrd_kg.web.state import Release, ReleaseSource, Service, prepare
from medrd_kg.web.transport import PlainPaths, ReleaseHeader

__all__ = ["create_app"]

_logger = logging.getLogger(__name__)


def create_app(settings: Settings, source: Release | ReleaseSource) -> FastAPI:
    """Return the application.

    Args:
        settings: How it behaves.
        source: The release that it serves, or what opens it. A source is called in the background
            when the application starts: until it is done, `/health/live` answers and everything
            else is told to wait. A release that a source opened is closed at the end; one that is
            given stays the caller's.
    """
    queries = load_stored_queries(queries_dir())
    service = Service(settings)

    async def open_release() -> None:
        if isinstance(source, Release):
            service.serving = await prepare(settings, queries, source)
            return
        try:
            release = await anyio.to_thread.run_sync(source)
            service.serving = await prepare(settings, queries, release)
        except Problem as problem:
            _logger.error("cannot serve: %s", problem)  # noqa: TRY400 - a message for the operator
            service.failure = problem
        except Exception:
            _logger.exception("the release cannot be opened")
            service.failure = Problem(
                "internal-error", "the release cannot be opened", "the log tells why"
            )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(open_release)
            yield
            tasks.cancel_scope.cancel()
        if service.serving is not None and not isinstance(source, Release):
            service.serving.release.store.close()

    app = FastAPI(
        title="medrd-kg",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would repeat the Host header
    )
    app.state.service = service
    install_problem_handlers(app)
    install_service(app)
    install_sparql(app)
    install_collections(app)
    install_evidence(app)
    install_queries(app, queries)
    install_resources(app)
    # The layer added last is the outermost.
    app.add_middleware(FaultBarrier)
    app.add_middleware(Conditional)
    app.add_middleware(ReleaseHeader, service=service)
    app.add_middleware(CrossOrigin, owner=app, origins=settings.cors_origins)
    app.add_middleware(PlainPaths)
    return app
