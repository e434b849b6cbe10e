"""``/sparql`` on the wire: a request goes to the workers unread, an answer comes back in pieces.

Everything of a query is read in a worker, which may be killed; here only bytes pass.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from medrd_kg.federation.hops import HOPS_HEADER, hops_of
from medrd_kg.problems import Problem
from medrd_kg.sparql.hints_found import hint_headers
from medrd_kg.sparql.media_types import content_type
from medrd_kg.sparql.workers.exchange import AskRequest, ReplyHead
from medrd_kg.sparql.workers.job import Job, Reply
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.faults import BrokenAnswer, log_traces
from medrd_kg.web.front.front import BEGUN
from medrd_kg.web.responses import problem_response
from medrd_kg.web.service_description import service_description
from medrd_kg.web.state import SERVED, Service, Serving

__all__ = ["PATH", "PATHS", "SHORTER", "SparqlEndpoint", "SparqlShortcut"]

PATH: Final = "/sparql"
PATHS: Final = frozenset({PATH, f"{PATH}/"})
_METHODS: Final = frozenset({"GET", "POST"})
SHORTER: Final = "send a shorter query; long lists of values are better asked in parts"

_HOPS: Final = HOPS_HEADER.lower().encode()


class SparqlShortcut:
    """Leads requests to the endpoint past the framework, which costs more than most queries."""

    def __init__(self, app: ASGIApp, *, endpoint: "SparqlEndpoint") -> None:
        """Stand before ``app``."""
        self._app = app
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to the endpoint or on."""
        if scope["type"] == "http" and scope["path"] in PATHS and scope["method"] in _METHODS:
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
            served = scope.get(SERVED) or self._service.require_serving()
            body = b""
            if scope["method"] == "POST":
                body = await read_body(
                    Request(scope, receive), limit_of(served.settings.max_body_mb), SHORTER
                )
            await self._answer(served, body, scope, receive, send)
        except Problem as problem:
            log_traces(problem)
            await problem_response(Request(scope), problem)(scope, receive, send)

    def begin(
        self, query_string: bytes, fields: Sequence[tuple[bytes, bytes]], client: str
    ) -> "BegunQuery | None":
        """Hand a plain query to the workers at once; None when none can be taken.

        Args:
            query_string: What follows the question mark in the address.
            fields: The request's header fields.
            client: Address of the client.
        """
        served = self._service.serving
        if served is None:
            return None
        request, hops = _request(served, "GET", query_string, fields, b"")
        job = served.engine_room.job_for(request)
        job.client = client
        try:
            served.engine_room.pool.submit(job)
        except Problem:
            return None
        return BegunQuery(served, request, job, hops)

    async def _answer(
        self, served: Serving, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        begun: BegunQuery | None = scope.get(BEGUN)
        if begun is None:
            request, hops = _request(
                served, scope["method"], scope["query_string"], scope["headers"], body
            )
            job = served.engine_room.job_for(request)
            client = scope.get("client")
            job.client = client[0] if client else ""
        else:
            served, request, job, hops = begun.served, begun.request, begun.job, begun.hops
        job.gone = _Departure(receive)
        if begun is not None and job.takes_long:
            job.watch(served.engine_room.pool.leave)  # it began before anybody could be watched
        try:
            answer = await served.engine_room.ask(request, job, hops)
        finally:
            _note_cost(scope, job.elapsed)
        if not isinstance(answer, Reply):
            response: Response = await service_description(served, request.endpoint, request.accept)
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


@dataclass(frozen=True, slots=True)
class BegunQuery:
    """A query that the workers have; it can be answered on the connection itself.

    Attributes:
        served: The state that it is asked of.
        request: The request.
        job: Its job.
        hops: How many services the request has passed.
    """

    served: Serving
    request: AskRequest
    job: Job
    hops: int

    def when_answered(self, call: Callable[[], None]) -> None:
        """Let ``call`` be called once there is an answer, or its beginning, or a problem."""
        self.job.when_answered(call)

    def whole_answer(self) -> "WholeAnswer | None":
        """Return the answer if it is there and whole."""
        reply = self.job.whole_answer()
        if reply is None:
            return None
        self.served.engine_room.rolling_up.note(self.request, reply.head)
        return WholeAnswer(reply)

    def leave(self) -> None:
        """Give the query up: the client has gone."""
        self.served.engine_room.pool.leave(self.job)


class WholeAnswer:
    """A whole answer with the header fields that are its own."""

    __slots__ = ("body", "content_type", "fields", "is_keepable", "timing")

    def __init__(self, reply: Reply) -> None:
        """Take a reply that has no more to come."""
        self.body = reply.body
        self.content_type = _written_type(reply.head.media_type)
        self.fields = _hint_fields(reply.head) if reply.head.hints else []
        self.is_keepable = reply.head.keepable
        self.timing = _timing(reply)


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
        (b"content-type", _written_type(head.media_type)),
        (b"vary", b"Accept"),
        (b"server-timing", _timing(answer)),
        *_hint_fields(head),
    ]
    if whole:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    if not head.keepable:
        headers.append((b"cache-control", b"no-store"))
    return {"type": "http.response.start", "status": 200, "headers": headers}


@cache
def _written_type(media_type: str) -> bytes:
    """Return the header field of one of our few types."""
    return content_type(media_type).encode()


def _timing(answer: Reply) -> bytes:
    return b"total;dur=%.1f, cpu;dur=%.1f" % (
        1000 * answer.seconds,
        1000 * answer.processor_seconds,
    )


def _hint_fields(head: ReplyHead) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower().encode(), value.encode("ascii")) for name, value in hint_headers(head.hints)
    ]


def _request(
    served: Serving,
    method: str,
    query_string: bytes,
    fields: Sequence[tuple[bytes, bytes]],
    body: bytes,
) -> tuple[AskRequest, int]:
    """Return what a worker gets, and how many services the request has passed."""
    content, accept, hops = _fields(fields)
    request = AskRequest(
        method=method,
        query_string=query_string,
        content_type=content,
        accept=accept,
        endpoint=served.endpoint,
        max_rows=served.settings.max_result_rows,
        body=body,
        federated=served.engine_room.is_federated,
    )
    return request, hops


def _note_cost(scope: Scope, seconds: float) -> None:
    """Tell the layers around what the query cost, in seconds of wall time."""
    state = scope.get("state")
    if state is not None:
        state["query_seconds"] = seconds


def _fields(fields: Sequence[tuple[bytes, bytes]]) -> tuple[str | None, str | None, int]:
    """Return Content-Type, Accept, and how many services the request has passed.

    Several Accept headers are one list.
    """
    content: str | None = None
    hops: str | None = None
    accept: list[str] = []
    for name, value in fields:
        if name == b"accept":
            accept.append(value.decode("latin-1"))
        elif name == b"content-type":
            content = value.decode("latin-1")
        elif name == _HOPS:
            hops = value.decode("latin-1")
    return content, ", ".join(accept) if accept else None, hops_of(hops)
