"""``/sparql`` on the wire: a request goes to the workers unread, an answer comes back in pieces.

Everything of a query is read in a worker, which may be killed; here only bytes pass.
"""

import logging
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from medrd_kg.federation.hops import HOPS_HEADER, hops_of
from medrd_kg.problems import Problem
from medrd_kg.sparql.hints_found import hint_headers
from medrd_kg.sparql.media_types import content_type
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.job import Reply
from medrd_kg.web.responses import problem_response
from medrd_kg.web.service_description import service_description
from medrd_kg.web.state import Service, Serving

__all__ = ["PATH", "SparqlEndpoint", "SparqlShortcut"]

PATH: Final = "/sparql"
_PATHS: Final = frozenset({PATH, f"{PATH}/"})
_METHODS: Final = frozenset({"GET", "POST"})
_BYTES_PER_MEGABYTE: Final = 1_000_000

_HOPS: Final = HOPS_HEADER.lower().encode()

_logger = logging.getLogger(__name__)


class SparqlShortcut:
    """Leads requests to the endpoint past the framework, which costs more than most queries."""

    def __init__(self, app: ASGIApp, *, endpoint: "SparqlEndpoint") -> None:
        """Stand before ``app``."""
        self._app = app
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the endpoint or on."""
        if scope["type"] == "http" and scope["path"] in _PATHS and scope["method"] in _METHODS:
            await self._endpoint(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class SparqlEndpoint:
    """The endpoint as an ASGI application."""

    def __init__(self, service: Service) -> None:
        """Answer over what ``service`` serves."""
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            served = self._service.require_serving()
            body = b""
            if scope["method"] == "POST":
                body = await _body(scope, receive, served.settings.max_body_mb)
            await self._answer(served, body, scope, receive, send)
        except Problem as problem:
            for note in getattr(problem, "__notes__", ()):
                _logger.error("a worker failed: %s", note)  # noqa: TRY400 - the worker's own trace
            await problem_response(Request(scope), problem)(scope, receive, send)

    async def _answer(
        self, served: Serving, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        content, accept, hops = _fields(scope)
        endpoint = served.address(PATH)
        request = AskRequest(
            method=scope["method"],
            query_string=scope["query_string"],
            content_type=content,
            accept=accept,
            endpoint=endpoint,
            max_rows=served.settings.max_result_rows,
            body=body,
            federated=served.engine_room.is_federated,
        )
        job = served.engine_room.job_for(request)
        client = scope.get("client")
        job.client = client[0] if client else ""
        job.gone = _Departure(receive)
        try:
            answer = await served.engine_room.ask(request, job, hops)
        finally:
            _note_cost(scope, job.elapsed)
        if not isinstance(answer, Reply):
            response: Response = await service_description(served, endpoint, accept)
            await response(scope, receive, send)
            return
        await send(_start(answer, whole=answer.job is None))
        if answer.job is None:
            await send({"type": "http.response.body", "body": answer.body})
            return
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        try:
            async for piece in answer.rest():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        except Problem as problem:
            # The status has gone out: only a connection that breaks off says that this is not all.
            raise BrokenAnswer(str(problem)) from problem
        finally:
            job.fail(Problem("query-cancelled", "the answer was given up"))
            _note_cost(scope, job.elapsed)
        await send({"type": "http.response.body", "body": b""})


class BrokenAnswer(Exception):
    """An answer broke off after its beginning was sent."""


class _Departure:
    """Waits until the client of a request has gone."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    async def __call__(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _start(answer: Reply, *, whole: bool) -> dict[str, object]:
    head = answer.head
    headers = [
        (b"content-type", content_type(head.media_type).encode()),
        (b"vary", b"Accept"),
        (
            b"server-timing",
            b"total;dur=%.1f, cpu;dur=%.1f" % (1000 * answer.seconds, 1000 * head.seconds),
        ),
    ]
    if whole:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    for name, value in hint_headers(head.hints):
        headers.append((name.lower().encode(), value.encode("ascii")))
    if not head.keepable:
        headers.append((b"cache-control", b"no-store"))
    return {"type": "http.response.start", "status": 200, "headers": headers}


def _note_cost(scope: Scope, seconds: float) -> None:
    """Tell the layers around what the query cost, in seconds of wall time."""
    state = scope.get("state")
    if state is not None:
        state["query_seconds"] = seconds


def _fields(scope: Scope) -> tuple[str | None, str | None, int]:
    """Return Content-Type, Accept, and how many services the request has passed.

    Several Accept headers are one list.
    """
    content: str | None = None
    hops: str | None = None
    accept: list[str] = []
    for name, value in scope["headers"]:
        if name == b"accept":
            accept.append(value.decode("latin-1"))
        elif name == b"content-type":
            content = value.decode("latin-1")
        elif name == _HOPS:
            hops = value.decode("latin-1")
    return content, ", ".join(accept) if accept else None, hops_of(hops)


async def _body(scope: Scope, receive: Receive, megabytes: int) -> bytes:
    """Read a request body.

    Raises:
        Problem: ``content-too-large``; ``malformed-request`` when the client leaves in between.
    """
    limit = megabytes * _BYTES_PER_MEGABYTE
    announced = _announced(scope["headers"])
    received = bytearray()
    while announced <= limit and len(received) <= limit:
        message: Mapping[str, object] = await receive()
        if message["type"] == "http.disconnect":
            raise Problem("malformed-request", "the client left before its request was complete")
        received += message.get("body", b"")  # type: ignore[arg-type]
        if not message.get("more_body", False) and len(received) <= limit:
            return bytes(received)
    raise Problem(
        "content-too-large",
        f"the request body is larger than {limit} bytes",
        "send a shorter query; long lists of values are better asked in parts",
        extra={"limit": limit},
    )


def _announced(headers: list[tuple[bytes, bytes]]) -> int:
    value = next((value for name, value in headers if name == b"content-length"), b"")
    return int(value) if value.isdigit() else 0
