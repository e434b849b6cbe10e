"""Cross-origin reads (Fetch Standard, CORS protocol) and the OPTIONS method.

No answer depends on cookies or client certificates, so credentials are never allowed and any
origin may be answered with the same bytes.
"""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.web.faults import allowed_methods
from medrd_kg.web.responses import RELEASE_HEADER, problem_response

__all__ = ["CrossOrigin"]

_EXPOSED = ", ".join(
    ("ETag", "Link", "Location", "Server-Timing", "Retry-After", "Content-Language", RELEASE_HEADER)
)
_PREFLIGHT_SECONDS = "86400"
_NO_CONTENT = 204


class CrossOrigin:
    """Adds the headers that let scripts of allowed origins read, and answers OPTIONS."""

    def __init__(self, app: ASGIApp, *, owner: FastAPI, origins: Sequence[str]) -> None:
        """Stand around ``app``.

        Args:
            app: What answers.
            owner: The application whose routes tell the allowed methods.
            origins: Origins that may read; ``*`` for any.
        """
        self._app = app
        self._owner = owner
        self._any = "*" in origins
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS; pass everything else on and add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope)

        async def permit(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._permit(asked, MutableHeaders(raw=message["headers"]))
            await send(message)

        if scope["method"] == "OPTIONS":
            await self._options(scope, asked)(scope, receive, permit)
        else:
            await self._app(scope, receive, permit)

    def _permit(self, asked: Headers, headers: MutableHeaders) -> None:
        origin = asked.get("origin")
        if self._any:
            headers["Access-Control-Allow-Origin"] = "*"
        else:
            headers.add_vary_header("Origin")
            if origin not in self._origins:
                return
            headers["Access-Control-Allow-Origin"] = str(origin)
        headers["Access-Control-Expose-Headers"] = _EXPOSED

    def _options(self, scope: Scope, asked: Headers) -> Response:
        methods = allowed_methods(self._owner.router.routes, scope)
        if not methods:
            path = scope["path"]
            problem = Problem(
                "not-found", f"there is nothing at {path}", "/api lists all addresses"
            )
            return problem_response(Request(scope), problem)
        headers = {"Allow": ", ".join(methods)}
        if "access-control-request-method" in asked:
            headers |= {
                "Access-Control-Allow-Methods": ", ".join(methods),
                "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
                "Vary": "Access-Control-Request-Headers",
            }
            if wanted := asked.get("access-control-request-headers"):
                headers["Access-Control-Allow-Headers"] = wanted
        return Response(status_code=_NO_CONTENT, headers=headers)
