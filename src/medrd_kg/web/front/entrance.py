"""The entrance: what of a request the inner application gets, with a body that it can read."""

import asyncio
from collections.abc import Mapping

from starlette.types import Scope

from medrd_kg.web.front.codings import IDENTITY
from medrd_kg.web.front.decoding import decode_body, request_coding, too_large
from medrd_kg.web.front.intake import Intake, announced_length
from medrd_kg.web.front.peers import TrustedProxies

__all__ = ["is_empty", "let_in"]


def is_empty(fields: Mapping[bytes, bytes]) -> bool:
    """Whether the head of a request says that it has no body."""
    return b"transfer-encoding" not in fields and fields.get(b"content-length", b"0") == b"0"


async def let_in(
    scope: Scope,
    fields: dict[bytes, bytes],
    intake: Intake,
    proxies: TrustedProxies,
    most_bytes: int,
) -> Scope:
    """Return the scope that the inner application gets.

    Args:
        scope: The server's.
        fields: The request's header fields; those that tell of its coding are changed in place.
        intake: Its body, replaced by the decoded one.
        proxies: Whose word on the client's address is taken.
        most_bytes: Bytes that a body may have, decoded.

    Raises:
        Problem: The body is too large, damaged, or in a coding that we cannot read.
        ClientGone: The body broke off.
    """
    length = announced_length(fields.get(b"content-length"))
    if length is not None and length > most_bytes:
        raise too_large(most_bytes)
    scope = {**scope, "headers": list(fields.items()), "state": dict(scope.get("state") or {})}
    if proxies and scope["client"]:
        peer = proxies.client(scope["client"][0], fields.get(b"x-forwarded-for"))
        scope["client"] = (peer, scope["client"][1])
    if scope["method"] == "HEAD":
        scope["method"] = "GET"
    coding = request_coding(fields.get(b"content-encoding"))
    if coding != IDENTITY and not is_empty(fields):
        body = await intake.read(most_bytes)
        if body is None:
            raise too_large(most_bytes)
        decoded = await asyncio.to_thread(decode_body, body, coding, most_bytes)
        intake.replace(decoded)
        del fields[b"content-encoding"]
        fields.pop(b"transfer-encoding", None)
        fields[b"content-length"] = b"%d" % len(decoded)
        scope["headers"] = list(fields.items())
    return scope
