"""Small layers around every request: addresses with a final slash, and the release in a header."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrd_kg.web.responses import RELEASE_HEADER
from medrd_kg.web.state import Service

__all__ = ["PlainPaths", "ReleaseHeader"]

_TOLERANT: Final = ("/sparql/", "/api/", "/health/")
"""Where a final slash makes no difference; below ``/id/`` it would be another IRI."""


class PlainPaths:
    """Reads ``/sparql/`` as ``/sparql``, and so on."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand around ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under its plain address."""
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.endswith("/") and path.startswith(_TOLERANT):
                scope = {**scope, "path": path.removesuffix("/")}
        await self._app(scope, receive, send)


class ReleaseHeader:
    """Names the served state in every answer."""

    def __init__(self, app: ASGIApp, *, service: Service) -> None:
        """Stand around ``app``, which serves what ``service`` holds."""
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header as the answer begins."""

        async def name_release(message: Message) -> None:
            if message["type"] == "http.response.start" and self._service.serving is not None:
                headers = MutableHeaders(raw=message["headers"])
                headers[RELEASE_HEADER] = self._service.serving.state_id
            await send(message)

        await self._app(scope, receive, name_release if scope["type"] == "http" else send)
