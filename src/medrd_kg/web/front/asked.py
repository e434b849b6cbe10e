"""A request as the front reads it: header fields once, and the key of its answer."""

import hashlib
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import FORM, QUERY
from medrd_kg.web.front.answers import Header
from medrd_kg.web.front.codings import CodingWish, coding_wish
from medrd_kg.web.front.delivery import Caller
from medrd_kg.web.front.origins import ADMINISTRATION
from medrd_kg.web.front.tokens import language_token, range_token, result_token

__all__ = [
    "KEYED_BODY",
    "NOBODY",
    "Asked",
    "Key",
    "answer_key",
    "asks_query",
    "asks_sparql",
    "field_map",
    "is_live",
    "is_of_disk",
    "plain",
    "request_target",
    "with_coding",
]

Key = tuple[bytes, object, str, CodingWish, Hashable, Hashable]
"""Target, types, language, coding, role and body: all that an answer may depend on."""

NOBODY: Final = None
"""Role of callers without a token, where none is needed."""

SPARQL: Final = "/sparql"
KEYED_BODY: Final = 64 * 1024
"""Bytes of the largest body of a query whose answer is kept."""

_LIVE: Final = ("/health", "/metrics", ADMINISTRATION)

_OF_DISK: Final = re.compile(
    r"/api/v1/releases(?:/|$)|/(?:ja|en)/releases(?:/|$)|/dumps(?:/|$)|/catalog$|/\.well-known/void$"
)
"""What tells of the releases on the disk, which come and go while the served state stays."""

_TOLERANT: Final = ("/sparql/", "/update/", "/graph-store/", "/api/", "/health/", "/reconcile/")
"""Where a final slash makes no difference; below ``/id/`` it would be another IRI."""

_SPARQL: Final = SPARQL.encode()
_SPARQL_TARGETS: Final = (b"/sparql?", b"/sparql/?")
_SINGLE: Final = frozenset(
    {b"host", b"content-length", b"content-type", b"authorization", b"origin"}
)
"""Fields that a request may have once (RFC 9110, section 5.3)."""


@dataclass(slots=True)
class Asked:
    """A request that was let in.

    Attributes:
        scope: As the inner application gets it.
        caller: Who asks.
        key: Of its answer; None when the answer is not kept.
        client: Whom its cost counts for.
    """

    scope: Scope
    caller: Caller
    key: Key | None
    client: str


def plain(scope: Scope) -> Scope:
    """Return the scope with a final slash taken off where it means nothing."""
    path: str = scope["path"]
    if path.endswith("/") and path.startswith(_TOLERANT):
        raw: bytes = scope.get("raw_path") or path.encode()
        return {**scope, "path": path.removesuffix("/"), "raw_path": raw.removesuffix(b"/")}
    return scope


def request_target(scope: Scope) -> bytes:
    """Return path and query as the caller wrote them."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return b"%b?%b" % (path, query) if query else path


def field_map(raw: Sequence[Header]) -> dict[bytes, bytes]:
    """Return header fields by name; those given several times are joined by commas.

    Raises:
        Problem: ``malformed-request`` when a field that may be given once is given twice: two
            readers of such a request could understand it differently.
    """
    fields = dict(raw)
    if len(fields) == len(raw):
        return fields
    fields = {}
    for name, value in raw:
        if name not in fields:
            fields[name] = value
        elif name in _SINGLE:
            raise Problem(
                "malformed-request",
                f"the request has several {name.decode('latin-1')} header fields",
                "send one of them",
            )
        else:
            fields[name] += b", " + value
    return fields


def asks_sparql(target: bytes) -> bool:
    """Whether a target is the query endpoint."""
    return target.startswith(_SPARQL_TARGETS) or target == _SPARQL


def answer_key(
    target: bytes, fields: Mapping[bytes, bytes], role: Hashable, body: bytes | None = None
) -> Key:
    """Return the key of an answer within one state of the data.

    Args:
        target: Path and query.
        fields: The request's header fields.
        role: What the caller may do.
        body: The body of a POST.
    """
    accept = fields.get(b"accept")
    return (
        target,
        result_token(accept) if asks_sparql(target) else range_token(accept),
        language_token(fields.get(b"accept-language")),
        coding_wish(fields.get(b"accept-encoding")),
        role,
        None if body is None else _body_key(fields, body),
    )


def with_coding(key: Key, wish: CodingWish) -> Key:
    """Return the key of the same answer in another coding."""
    return (*key[:3], wish, *key[4:])


def is_live(path: str) -> bool:
    """Whether an address tells of the moment: not kept, and not counted against a client."""
    return path.startswith(_LIVE)


def is_of_disk(path: str) -> bool:
    """Whether an address tells of what is on the disk at the moment: its answers are not kept."""
    return _OF_DISK.match(path) is not None


def asks_query(scope: Scope, fields: Mapping[bytes, bytes]) -> bool:
    """Whether a POST asks a query, so that its answer may be kept."""
    kind = fields.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return scope["path"] == SPARQL and kind.decode("latin-1") in {FORM, QUERY}


def _body_key(fields: Mapping[bytes, bytes], body: bytes) -> Hashable:
    return fields.get(b"content-type"), hashlib.blake2b(body, digest_size=32).digest()
