"""HEAD, entity tags and conditional requests for every answer (RFC 9110, sections 8.8 and 13)."""

import hashlib
import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Conditional"]

_TAGS = re.compile(r'(?:W/)?("[^"]*")')
_OK = 200
_NOT_MODIFIED = 304
_KEPT_WITH_304 = frozenset(
    {"cache-control", "content-location", "date", "etag", "expires", "link", "vary"}
)


class Conditional:
    """Answers HEAD like GET without a body, tags whole answers, and sends 304 where it suffices.

    An answer that comes in several pieces is passed on as it comes, without a tag.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Stand around ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass GET and HEAD through an `_Exchange`, everything else as it is."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, send)
        await self._app({**scope, "method": "GET"}, receive, exchange.send)


class _Exchange:
    """One request on its way back."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._is_head = scope["method"] == "HEAD"
        self._asked = Headers(scope=scope).get("if-none-match")
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Hold the head of the answer until its body tells the tag."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            message = self._begun(self._start, message)
            await self._send(self._start)
            self._start = None
        if self._is_head:
            message = {**message, "body": b""}
        await self._send(message)

    def _begun(self, start: Message, first: Message) -> Message:
        """Complete the head; return the first piece of body that goes with it."""
        headers = MutableHeaders(raw=start["headers"])
        if start["status"] != _OK or first.get("more_body", False):
            return first
        kind = headers.get("content-type", "").encode()
        digest = hashlib.blake2b(kind + b"\n" + first.get("body", b""), digest_size=16)
        tag = f'"{digest.hexdigest()}"'
        headers["ETag"] = tag
        headers.setdefault("Cache-Control", "no-cache")
        if not _matches(self._asked, tag):
            return first
        start["status"] = _NOT_MODIFIED
        start["headers"] = [
            (name, value)
            for name, value in start["headers"]
            if name.decode("latin-1").lower() in _KEPT_WITH_304
        ]
        return {**first, "body": b""}


def _matches(asked: str | None, tag: str) -> bool:
    """Compare tags weakly, as If-None-Match wants."""
    return asked is not None and (asked.strip() == "*" or tag in _TAGS.findall(asked))
