"""``?release=…``: the layer that lets a request be answered from the release that it names.

It takes the parameter off the request, so that no handler behind it knows of it: a handler asks for
what is served (`serving`) and gets the release that was named. What it answers says so, and may be
kept for long, since a release never changes.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import FORM, read_parameters
from medrd_kg.web.bodies import limit_of, read_body
from medrd_kg.web.front.answers import Header
from medrd_kg.web.front.exchange import NAMES_RELEASE
from medrd_kg.web.naming import RELEASE, takes_release
from medrd_kg.web.older_releases import OlderReleases
from medrd_kg.web.responses import RELEASE_HEADER, problem_response
from medrd_kg.web.sparql_endpoint import PATHS as SPARQL
from medrd_kg.web.sparql_endpoint import SHORTER
from medrd_kg.web.state import SERVED, Service

__all__ = ["AsOf"]

_FIELD: Final = f"{RELEASE}=".encode()
_FORMS: Final = frozenset({*SPARQL, "/reconcile"})
_PAGES: Final = re.compile(r"/(?:ja|en)(?:/|$)")

MAX_AGE: Final = 7 * 24 * 3600
"""Seconds for which an answer from a named release may be kept without asking again.

The release never changes; the program that words the answer does, so that it is not for ever.
"""

_RELEASE: Final = RELEASE_HEADER.lower().encode()
_OK: Final = 200


class _Taken(NamedTuple):
    """A text of parameters without the one that names the release.

    Attributes:
        versions: What it named.
        rest: All other parameters, as they were written.
    """

    versions: list[str]
    rest: bytes


class AsOf:
    """Stands before everything that answers from the data."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: Service,
        older: OlderReleases,
        page: Callable[[Request, Problem], Response | None],
    ) -> None:
        """Stand before ``app``.

        Args:
            app: The application.
            service: Tells what is served.
            older: Opens other releases.
            page: Returns a page that tells of a problem, for callers who want one.
        """
        self._page = page
        self._app = app
        self._service = service
        self._older = older

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request from the release that it names, or from the one that is served."""
        if scope["type"] != "http" or not takes_release(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            version, scope, receive = await self._read(scope, receive)
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)
            return
        if version is None:
            await self._answer_as_served(scope, receive, send)
            return
        try:
            async with self._older.named(version) as served:
                scope[SERVED] = served
                scope.setdefault("state", {})[NAMES_RELEASE] = True
                await self._app(scope, receive, _Told(scope, send, served.state_id))
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        answer = self._page(request, problem) or problem_response(request, problem)
        await answer(scope, receive, send)

    async def _answer_as_served(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one state answer the whole of a request, even if another is served meanwhile."""
        served = self._service.serving
        if served is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "GET":
            scope[SERVED] = served
        with served.usage.counted():
            await self._app(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> tuple[str | None, Scope, Receive]:
        """Return the release that a request names, and the request without it.

        Raises:
            Problem: ``malformed-request``: it names several. ``content-too-large``.
        """
        taken = _taken(scope["query_string"], "the address")
        versions: Sequence[str] = ()
        if taken is not None:
            versions = taken.versions
            scope = {**scope, "query_string": taken.rest}
        if _is_form(scope):
            body, scope, receive = await self._form(scope, receive)
            versions = [*versions, *body]
        if len(versions) > 1:
            raise Problem(
                "malformed-request",
                f"the request names a release {len(versions)} times",
                "a request is answered from one release",
            )
        return (versions[0] if versions else None), scope, receive

    async def _form(self, scope: Scope, receive: Receive) -> tuple[Sequence[str], Scope, Receive]:
        """Take the release off the form of a query."""
        served = self._service.require_serving()
        limit = limit_of(served.settings.max_body_mb)
        body = await read_body(Request(scope, receive), limit, SHORTER)
        taken = _taken(body, "the form")
        if taken is not None:
            fields = [each for each in scope["headers"] if each[0] != b"content-length"]
            fields.append((b"content-length", b"%d" % len(taken.rest)))
            scope = {**scope, "headers": fields}
            body = taken.rest
        return (() if taken is None else taken.versions), scope, _Replayed(body, receive)


class _Replayed:
    """A body that was read already, and then what the client does next."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        body, self._body = self._body, None
        if body is None:
            return await self._receive()
        return {"type": "http.request", "body": body, "more_body": False}


class _Told:
    """Says in each answer which release it comes from, and how long it may be kept."""

    def __init__(self, scope: Scope, send: Send, release: str) -> None:
        self._send = send
        self._release = release.encode()
        # A page names style sheets and scripts of this very version of the program.
        self._is_lasting = scope["method"] == "GET" and _PAGES.match(scope["path"]) is None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            fields: list[Header] = [*message.get("headers", ()), (_RELEASE, self._release)]
            names = {name.lower() for name, _ in fields}
            if self._is_lasting and message["status"] == _OK and b"cache-control" not in names:
                fields.append((b"cache-control", b"max-age=%d" % MAX_AGE))
            message = {**message, "headers": fields}
        await self._send(message)


def _is_form(scope: Scope) -> bool:
    """Whether a request is a query, or a batch of reconciliation, sent as a form."""
    if scope["method"] != "POST" or scope["path"] not in _FORMS:
        return False
    kind = dict(scope["headers"]).get(b"content-type", b"")
    return bool(kind.partition(b";")[0].strip().lower() == FORM.encode())


def _taken(parameters: bytes, where: str) -> _Taken | None:
    """Take the release off parameters; None where they name none.

    Raises:
        Problem: ``malformed-request``: its name cannot be read.
    """
    if _FIELD not in parameters:
        return None
    fields = parameters.split(b"&")
    named = [each for each in fields if each.startswith(_FIELD)]
    if not named:
        return None
    versions = [value for _, value in read_parameters(b"&".join(named), where)]
    rest = b"&".join(each for each in fields if not each.startswith(_FIELD))
    return _Taken(versions, rest)
