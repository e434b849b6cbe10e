"""``/api/v1/admin``: what runs at the moment, and the way to end it. For administrators only."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.job import Job, LaneName
from medrd_kg.sparql.workers.pool import Pool
from medrd_kg.web.authorization import Authority, Role
from medrd_kg.web.editing import described
from medrd_kg.web.older_releases import OlderReleases
from medrd_kg.web.openapi import json_answer, operation, parameter
from medrd_kg.web.release_life import ReleaseLife
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.responses import json_response
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["install_admin"]

PATH: Final = "/api/v1/admin/queries"
SWITCH: Final = "/api/v1/admin/releases/current"
_TAG: Final = "administration"
_REFUSALS: Final = ("unauthorized", "forbidden", "unknown-parameter")
_NO_STORE: Final = {"Cache-Control": "no-store"}


def install_admin(
    app: FastAPI, settings: Settings, life: ReleaseLife, older: OlderReleases
) -> None:
    """Add the routes to an application.

    Args:
        app: The application.
        settings: The tokens.
        life: Switches between releases.
        older: Other releases that are open.
    """
    authority = Authority(settings)

    def pools(served: Serving) -> list[Pool]:
        return [served.engine_room.pool, *older.pools()]

    async def running_queries(request: Request) -> Response:
        """List what is being worked on or waits."""
        authority.require(Role.ADMIN, request.scope["headers"])
        served = serving(request)
        refuse_parameters(request)
        items = [_described(job) for pool in pools(served) for job in pool.running()]
        return json_response(
            {"items": items, "total": len(items), "release": served.state_id}, headers=_NO_STORE
        )

    async def cancel_query(request: Request) -> Response:
        """End one of them."""
        authority.require(Role.ADMIN, request.scope["headers"])
        served = serving(request)
        refuse_parameters(request)
        identifier = request.path_params["id"]
        if not any(pool.cancel(identifier) for pool in pools(served)):
            raise Problem(
                "not-found",
                f"no query {identifier!r} is running",
                f"{PATH} lists those that are; it may have ended meanwhile",
            )
        return Response(status_code=204, headers=_NO_STORE)

    async def serve_current(request: Request) -> Response:
        """Serve the current release of the data directory."""
        authority.require(Role.ADMIN, request.scope["headers"])
        refuse_parameters(request)
        switched = await life.switch()
        return json_response(
            {"before": switched.before, "release": switched.after}, headers=_NO_STORE
        )

    app.add_api_route(
        SWITCH,
        serve_current,
        methods=["POST"],
        operation_id="serve_current_release",
        openapi_extra=_switch_operation(),
        tags=[_TAG],
        response_class=Response,
    )
    app.add_api_route(
        PATH,
        running_queries,
        operation_id="running_queries",
        openapi_extra=_list_operation(),
        tags=[_TAG],
        response_class=Response,
    )
    app.add_api_route(
        f"{PATH}/{{id}}",
        cancel_query,
        methods=["DELETE"],
        operation_id="cancel_query",
        openapi_extra=_cancel_operation(),
        tags=[_TAG],
        response_class=Response,
        status_code=204,
    )


def _described(job: Job) -> dict[str, Any]:
    elapsed = job.elapsed
    started = datetime.now(UTC) - timedelta(seconds=elapsed)
    return {
        "id": job.id,
        "digest": job.digest,
        "started": started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "elapsed": round(elapsed, 3),
        "lane": job.lane.value,
        "own": job.own,
        "client": job.client or None,
        "sent_bytes": job.sent_bytes,
    }


def _list_operation() -> Schema:
    text = {"type": "string"}
    query = {
        "type": "object",
        "required": ["id", "digest", "started", "elapsed", "lane", "own", "client", "sent_bytes"],
        "properties": {
            "id": {**text, "description": "Name for cancelling it."},
            "digest": {**text, "description": "Equal for equal requests, also in the log."},
            "started": {**text, "format": "date-time"},
            "elapsed": {"type": "number", "description": "Seconds since it arrived."},
            "lane": {**text, "enum": [each.value for each in LaneName]},
            "own": {"type": "boolean", "description": "Whether the service itself asks."},
            "client": {"type": ["string", "null"], "description": "Address of the caller."},
            "sent_bytes": {"type": "integer", "description": "Bytes of the answer so far."},
        },
    }
    listed = {
        "type": "object",
        "required": ["items", "total", "release"],
        "properties": {
            "items": {"type": "array", "items": query},
            "total": {"type": "integer"},
            "release": text,
        },
    }
    found = operation(
        "Queries that run or wait, the oldest first",
        json_answer("The queries.", listed),
        problems=_REFUSALS,
    )
    return {**found, "security": [{"bearer": []}]}


def _switch_operation() -> Schema:
    text = {"type": "string"}
    done = {
        "type": "object",
        "required": ["before", "release"],
        "properties": {
            "before": {**text, "description": "The state that was served."},
            "release": {**text, "description": "The state that is served now."},
        },
    }
    found = operation(
        "Serve the current release of the data directory",
        json_answer("It is served; the same states where it was already.", done),
        description=(
            "For a release that another process published, or rolled back to. Requests that have"
            " begun end with the former release; edits are carried over. SIGHUP does the same."
        ),
        problems=(*_REFUSALS, "no-release", "damaged-release"),
    )
    return {**found, "security": [{"bearer": []}]}


def _cancel_operation() -> Schema:
    found = operation(
        "Cancel a query",
        {},
        description="Its caller gets 503 `query-cancelled`; an answer that has begun breaks off.",
        parameters=[
            parameter(
                "id", "As the list names it.", {"type": "string"}, place="path", required=True
            )
        ],
        problems=(*_REFUSALS, "not-found"),
    )
    return described(found, {"204": {"description": "It is cancelled."}})
