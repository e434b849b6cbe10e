"""A front before an application that tells what it saw: ``python -m tests.web.front.inner PORT …``.

Each answer of the application says everything that it may depend on, so that a wrong answer from
the cache shows. Gates make it wait, so that tests decide what happens first.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import resource
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from anyio.lowlevel import checkpoint
from starlette.types import Message, Receive, Scope, Send

from medrd_kg.settings import Settings
from medrd_kg.sparql.media_types import GRAPH_TYPES, SOLUTION_TYPES
from medrd_kg.sparql.negotiation import accepted_language, negotiate
from medrd_kg.web.authorization import Authority
from medrd_kg.web.front import Front, protocol
from medrd_kg.web.front.protocol import protocol_of

METHODS = {
    "/sparql": ["GET", "HEAD", "OPTIONS", "POST"],
    "/update": ["OPTIONS", "POST"],
    "/graph-store": ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"],
    "/api/v1/admin/queries": ["DELETE", "GET", "HEAD", "OPTIONS"],
    "/reconcile": ["GET", "HEAD", "OPTIONS", "POST"],
    "/api/echo": ["GET", "HEAD", "OPTIONS"],
}


def seen(
    method: str,
    target: str,
    headers: dict[str, str],
    body: bytes = b"",
    *,
    role: int = 0,
    state: str = "one",
) -> dict[str, object]:
    """Return what the application says of a request; tests expect the same."""
    accept = headers.get("accept")
    return {
        "method": "GET" if method == "HEAD" else method,
        "target": target,
        "body": hashlib.sha256(body).hexdigest(),
        "content type": headers.get("content-type"),
        "types": [negotiate(accept, offers) for offers in (SOLUTION_TYPES, GRAPH_TYPES)],
        "language": accepted_language(headers.get("accept-language")),
        "role": role,
        "state": state,
    }


@dataclass
class Inner:
    """The application behind the front.

    Attributes:
        authority: Tells roles.
        state_id: Of the data.
        counts: How often what happened.
        gates: What waits for whom.
    """

    authority: Authority
    state_id: str | None = "one"
    counts: Counter[str] = field(default_factory=Counter)
    gates: defaultdict[str, asyncio.Event] = field(
        default_factory=lambda: defaultdict(asyncio.Event)
    )
    front: Front | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        options: dict[str, str] = dict(parse_qsl(scope["query_string"].decode()))
        if scope["path"].startswith("/health/"):
            await self._control(scope["path"], options, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await self._answer(scope, options, body, receive, send)

    async def _control(self, path: str, options: dict[str, str], send: Send) -> None:
        said: object = None
        match path.removeprefix("/health/"):
            case "open":
                self.gates[options["gate"]].set()
            case "state":
                self.state_id = options.get("id")
            case "counts":
                said = self.counts
            case "await":
                while self.counts[options["event"]] < int(options["count"]):
                    await checkpoint()
            case "followers":
                while self._followers() < int(options["count"]):
                    await checkpoint()
            case "memory":
                said = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            case "figures":
                assert self.front is not None
                figures = self.front.figures()
                said = {name: getattr(figures, name) for name in figures.__slots__}
        await _send(send, json.dumps(said).encode(), [])

    def _followers(self) -> int:
        assert self.front is not None
        flights = self.front._answering.flights._under_way.values()
        return sum(flight.followers for flight in flights)

    async def _answer(
        self, scope: Scope, options: dict[str, str], body: bytes, receive: Receive, send: Send
    ) -> None:
        name: str = options.get("name") or scope["path"]
        self.counts[f"{name} begun"] += 1
        evaluation = self.counts[f"{name} begun"]
        if "cost" in options:
            scope["state"]["query_seconds"] = float(options["cost"])
        if "gate" in options:
            await self._pass(name, options["gate"], receive)
        headers = {key.decode(): value.decode("latin-1") for key, value in scope["headers"]}
        target = scope["raw_path"].decode()
        if scope["query_string"]:
            target += f"?{scope['query_string'].decode()}"
        said = seen(
            scope["method"],
            target,
            headers,
            body,
            role=self.authority.role_of(scope["headers"]),
            state=str(self.state_id),
        )
        said["padding"] = "=" * int(options.get("padding", 0))
        said["client"] = scope["client"][0]
        said["evaluation"] = evaluation
        fields = [(key.encode(), value.encode()) for key, value in _fields(options)]
        if options.get("fail") == "at once":
            raise ZeroDivisionError("a secret")
        status = int(options.get("status", 200))
        if "pieces" not in options:
            await _send(send, json.dumps(said).encode(), fields, status)
            return
        await self._stream(said, fields, options, receive, send)

    async def _stream(
        self,
        said: dict[str, object],
        fields: list[tuple[bytes, bytes]],
        options: dict[str, str],
        receive: Receive,
        send: Send,
    ) -> None:
        name = options["name"]
        await send({"type": "http.response.start", "status": 200, "headers": _typed(fields)})
        piece = (json.dumps(said) + "\n").encode()
        for number in range(int(options["pieces"])):
            if "between" in options and number:
                await self._pass(name, f"{options['between']}{number}", receive)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            self.counts[f"{name} pieces"] += 1
        if options.get("fail") == "within":
            raise ZeroDivisionError("a secret")
        await send({"type": "http.response.body", "body": b""})
        self.counts[f"{name} ended"] += 1

    async def _pass(self, name: str, gate: str, receive: Receive) -> None:
        """Wait for a gate or the client's end."""
        opened = asyncio.ensure_future(self.gates[gate].wait())
        gone = asyncio.ensure_future(receive())
        await asyncio.wait((opened, gone), return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            self.counts[f"{name} gone"] += 1
        opened.cancel()
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


def _fields(options: dict[str, str]) -> list[tuple[str, str]]:
    """Return the header fields that a request asks for, as ``h-NAME=VALUE``."""
    return [(key[2:], value) for key, value in options.items() if key.startswith("h-")]


def _typed(fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    names = {name for name, _ in fields}
    kind = [] if b"content-type" in names else [(b"content-type", b"application/json")]
    vary = [] if b"vary" in names else [(b"vary", b"Accept")]
    return [*kind, *vary, *fields]


async def _send(
    send: Send, body: bytes, fields: list[tuple[bytes, bytes]], status: int = 200
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": _typed(fields)})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message: Message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def main() -> None:
    port, *given = sys.argv[1:]
    options: dict[str, Any] = dict(each.split("=", 1) for each in given)
    bare = options.pop("server", "") == "bare"
    if seconds := options.pop("head_seconds", None):
        protocol._HEAD_SECONDS = float(seconds)  # type: ignore[misc]
    keep_alive = int(options.pop("keep_alive", 5))
    settings = Settings.load({}, port=int(port), data_dir=os.devnull, **options)
    authority = Authority(settings)
    inner = Inner(authority)
    inner.front = Front(
        inner,
        settings,
        inner,
        methods=lambda scope: METHODS.get(scope["path"], []),
        role=authority.role_of,
    )
    uvicorn.run(
        inner.front,
        http="httptools" if bare else protocol_of(inner.front),
        host="127.0.0.1",
        port=int(port),
        proxy_headers=False,
        timeout_keep_alive=keep_alive,
        log_level="critical",
        access_log=False,
    )


if __name__ == "__main__":
    main()
