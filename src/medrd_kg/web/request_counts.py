"""How many requests each part of the service answered, and how."""

from collections import Counter
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["RequestCounts", "family_of"]

_FAMILIES: Final = (
    "/sparql",
    "/update",
    "/graph-store",
    "/api/v1/admin",
    "/api",
    "/reconcile",
    "/id",
    "/core",
    "/schemes",
    "/ontology",
    "/views",
    "/alignments",
    "/problems",
    "/health",
    "/metrics",
    "/openapi.json",
    "/ja",
    "/en",
    "/static",
)
"""First parts of paths that are counted apart; whatever else is asked counts as one."""

_BROKEN: Final = 0
"""Status of requests that got no answer."""


def family_of(path: str) -> str:
    """Return the part of the service that a path belongs to; never anything of the path itself.

    >>> family_of("/api/v1/topics/x"), family_of("/apis"), family_of("/wp-login.php")
    ('/api', 'other', 'other')
    """
    for family in _FAMILIES:
        if path == family or path.startswith(f"{family}/"):
            return family
    return "other"


class RequestCounts:
    """An ASGI layer that counts; what the cache in front of it answers is counted there.

    Attributes:
        answered: Requests by family and status; status 0 is a request that got no answer.
    """

    def __init__(self) -> None:
        """Begin at zero."""
        self.answered: Counter[tuple[str, int]] = Counter()

    def count(self, family: str, status: int) -> None:
        """Count a request that was answered before this layer."""
        self.answered[family, status] += 1

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return ``app`` with its requests counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status = _BROKEN

            async def watch(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, watch)
            finally:
                self.answered[family_of(scope["path"]), status] += 1

        return counted
