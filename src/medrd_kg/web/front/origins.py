"""Cross-origin access (Fetch Standard, CORS protocol).

No answer depends on cookies or client certificates, so credentials are never allowed. Reads may be
open to any origin; what writes or administers is open to the listed origins alone, for a page of
a stranger must not even learn that a write was possible.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from medrd_kg.web.responses import RELEASE_HEADER

__all__ = ["ADMINISTRATION", "Origins"]

Header = tuple[bytes, bytes]
Headers = tuple[Header, ...]

_EXPOSED: Final = ", ".join(
    (
        *("ETag", "Link", "Location", "Server-Timing", "Retry-After", "Content-Language"),
        *("RateLimit", "RateLimit-Policy", RELEASE_HEADER),
    )
).encode()
_PREFLIGHT_SECONDS: Final = b"86400"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_READ_BY_POST: Final = frozenset({"/sparql", "/reconcile"})
"""Addresses whose POST reads, beside those below `_READ_BELOW`."""

_READ_BELOW: Final = ("/api/", "/reconcile/")
ADMINISTRATION: Final = "/api/v1/admin"
"""Addresses below this are for listed origins alone, even to read."""

_FIELD_NAMES: Final = re.compile(rb"[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*")
_LONGEST_WANTED: Final = 4096

_VARIES: Final = b"Origin"


class Origins:
    """Who may read and write from pages of other origins."""

    def __init__(self, origins: Sequence[str]) -> None:
        """Allow ``origins``; ``*`` lets any page read."""
        self.any_may_read = "*" in origins
        self._listed = frozenset(each.encode() for each in origins if each != "*")
        self._exposing: Header = (b"access-control-expose-headers", _EXPOSED)
        self.open: Headers = ((b"access-control-allow-origin", b"*"), self._exposing)

    def varies(self, path: str, method: str) -> bool:
        """Whether the answer's headers depend on the asking origin."""
        return not self.any_may_read or bool(self._listed and not _reads(path, method))

    def headers(self, path: str, method: str, origin: bytes | None) -> Headers:
        """Return the headers that let the asking page read an answer.

        Args:
            path: Of the request.
            method: Of the request.
            origin: Its Origin header.
        """
        if self.any_may_read and _reads(path, method):
            return self.open
        if origin is not None and origin in self._listed:
            return ((b"access-control-allow-origin", origin), self._exposing)
        return ()

    def preflight(
        self, path: str, methods: Sequence[str], asked: Mapping[bytes, bytes]
    ) -> tuple[Headers, bytes]:
        """Return the headers of an answer to OPTIONS, and what it varies with.

        Args:
            path: Of the request.
            methods: What the address accepts.
            asked: The request's headers.
        """
        origin = asked.get(b"origin")
        wanted = asked.get(b"access-control-request-method")
        if wanted is None:
            return self.headers(path, "GET", origin), _VARIES if self.varies(path, "GET") else b""
        varies = b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        permission = self.headers(path, wanted.decode("latin-1"), origin)
        if not permission:
            return (), varies
        is_listed = origin in self._listed
        granted = [each for each in methods if is_listed or _reads(path, each)]
        headers = [
            permission[0],
            (b"access-control-allow-methods", ", ".join(granted).encode()),
            (b"access-control-max-age", _PREFLIGHT_SECONDS),
        ]
        fields = asked.get(b"access-control-request-headers", b"").strip()
        # Named one by one: `*` would leave out Authorization.
        if len(fields) <= _LONGEST_WANTED and _FIELD_NAMES.fullmatch(fields):
            headers.append((b"access-control-allow-headers", fields))
        return tuple(headers), varies


def _reads(path: str, method: str) -> bool:
    """Whether a request only reads, and what everybody may read."""
    if path.startswith(ADMINISTRATION):
        return False
    if method in _READING:
        return True
    return method == "POST" and (path in _READ_BY_POST or path.startswith(_READ_BELOW))
