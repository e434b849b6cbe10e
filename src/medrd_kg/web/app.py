"""The application: routes, layers and life cycle put together."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import anyio
from fastapi import FastAPI

from medrd_kg import __version__
from medrd_kg.content import queries_dir
from medrd_kg.settings import Settings
from medrd_kg.sparql.stored import StoredQuery, load_stored_queries
from medrd_kg.vocabulary import graph_iri
from medrd_kg.web.admin_routes import install_admin
from medrd_kg.web.analytics.routes import install_analytics
from medrd_kg.web.as_of import AsOf
from medrd_kg.web.authorization import Authority, Guard
from medrd_kg.web.collection_routes import install_collections
from medrd_kg.web.dataset_routes import install_dataset
from medrd_kg.web.differences.differences import Differences
from medrd_kg.web.differences.routes import install_differences
from medrd_kg.web.dump_routes import install_dumps
from medrd_kg.web.editing import Editing
from medrd_kg.web.evidence_routes import install_evidence
from medrd_kg.web.faults import FaultBarrier, allowed_methods, install_problem_handlers
from medrd_kg.web.front import Front
from medrd_kg.web.front.direct import Direct
from medrd_kg.web.graph_store_routes import install_graph_store
from medrd_kg.web.metrics_routes import Sources, install_metrics
from medrd_kg.web.older_releases import OlderReleases
from medrd_kg.web.pages.review_form import install_review_form
from medrd_kg.web.pages.routes import error_page, install_pages
from medrd_kg.web.query_routes import install_queries
from medrd_kg.web.reconcile_routes import install_reconcile
from medrd_kg.web.release_life import ReleaseLife
from medrd_kg.web.release_routes import install_releases
from medrd_kg.web.request_counts import RequestCounts
from medrd_kg.web.resource_routes import install_resources
from medrd_kg.web.review_routes import install_reviews
from medrd_kg.web.search_routes import install_search
from medrd_kg.web.service_routes import install_service
from medrd_kg.web.sparql_endpoint import SparqlEndpoint, SparqlShortcut
from medrd_kg.web.sparql_routes import install_sparql
from medrd_kg.web.state import ReleaseSource, Service, Serving
from medrd_kg.web.tagging_routes import install_tagging
from medrd_kg.web.update_routes import install_update

__all__ = ["create_app"]

_GRACE_SECONDS: Final = 5
"""Seconds that running queries get when the service ends."""


def create_app(settings: Settings, source: ReleaseSource) -> FastAPI:
    """Return the application.

    Args:
        settings: How it behaves.
        source: Finds the release that it serves. It is called in the background when the
            application starts: until the data are at hand, `/health/live` answers and everything
            else is told to wait.
    """
    queries = load_stored_queries(queries_dir())
    service = Service(settings)
    life = ReleaseLife(settings, queries, service, source)
    older = OlderReleases(settings, queries, service)
    differences = Differences()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(life.begin)
            yield
            tasks.cancel_scope.cancel()
        await differences.close()
        await older.close(_GRACE_SECONDS)
        await life.stop()

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
    app.state.life = life
    app.state.older = older
    install_problem_handlers(app, page=error_page)
    install_service(app)
    endpoint = SparqlEndpoint(service)
    install_sparql(app, endpoint)
    authority = Authority(settings)
    editing = Editing(authority, writer=lambda served: served.engine_room, new_graphs=_new_graphs)
    install_update(app, editing)
    install_graph_store(app, editing, endpoint)
    _install_reads(app, queries)
    install_differences(app, differences)
    install_reviews(app, authority)
    install_review_form(app, authority)
    install_admin(app, settings, life, older)
    requests = RequestCounts()
    install_metrics(app, Sources(service, requests, front=lambda: app.state.front))
    # The layer added last is the outermost.
    app.add_middleware(SparqlShortcut, endpoint=endpoint)
    app.add_middleware(AsOf, service=service, older=older, page=error_page)
    app.add_middleware(FaultBarrier, page=error_page)
    app.add_middleware(Guard, authority=authority)
    _stand_before(
        app,
        settings=settings,
        service=service,
        authority=authority,
        endpoint=endpoint,
        requests=requests,
    )
    return app


def _install_reads(app: FastAPI, queries: Mapping[str, StoredQuery]) -> None:
    """Add the routes that read, beside those of SPARQL."""
    install_collections(app)
    install_evidence(app)
    install_analytics(app)
    install_search(app)
    install_reconcile(app)
    install_tagging(app)
    install_queries(app, queries)
    install_resources(app)
    install_releases(app)
    install_dumps(app)
    install_dataset(app)
    install_pages(app)


def _stand_before(
    app: FastAPI,
    *,
    settings: Settings,
    service: Service,
    authority: Authority,
    endpoint: SparqlEndpoint,
    requests: RequestCounts,
) -> None:
    """Put the front before an application with all its layers."""
    front = Front(
        requests.around(app.build_middleware_stack()),
        settings,
        service,
        methods=lambda scope: allowed_methods(app.router.routes, scope),
        role=authority.role_of,
    )
    app.state.front = front
    app.state.direct = Direct(front, endpoint.begin, partial(requests.count, "/sparql"))
    app.middleware_stack = front


def _new_graphs(served: Serving) -> str:
    """Return the namespace of graphs that get their names here; see `writable_graphs`."""
    if served.release.source.protected is None:  # no release stands behind the data
        return served.address("/graph-store/")
    return graph_iri("edits/")
