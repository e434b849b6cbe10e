"""The server's end of a connection, with a shorter way to ready answers.

Uvicorn makes a task, an event, a scope and a cycle for each request, which costs several times what
it takes to find a ready answer and to send it. `FrontProtocol` answers such a request as soon as
its head has been read, and hands a plain query to the workers; every other request takes uvicorn's
own way to the `Front`. Clients ask again in the very same bytes: those of a request that was
answered so are remembered with its meaning, and are not parsed again. Nor are the header fields
that a client sends with each of its queries.

The protocol also ends connections whose head is endless or does not come, and refuses what is no
HTTP in the form of all other refusals.
"""

from asyncio import TimerHandle, Transport
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from medrd_kg.problems import Problem
from medrd_kg.web.front.answers import Header, Ready, lines_of
from medrd_kg.web.front.direct import Begun, Direct, Pending
from medrd_kg.web.front.front import BEGUN, Front, Meaning
from medrd_kg.web.front.limits import LONGEST_TARGET, MOST_FIELD_BYTES, check_target
from medrd_kg.web.front.refusals import refusal
from medrd_kg.web.front.shared import Shared

__all__ = ["FrontProtocol", "protocol_of"]

_JOINED: Final = 16 * 1024
"""Bytes of a body up to which one write is cheaper than two."""

_MOST_HEAD_BYTES: Final = LONGEST_TARGET + MOST_FIELD_BYTES
_LONGEST_PARSED: Final = 65_535
"""Bytes of the longest address that the parser of addresses takes."""

_HEAD_SECONDS: Final = 30.0
"""How long a head may take from its first byte, and a connection until then."""

_END: Final = b"\r\n\r\n"
_WISH: Final = 3
"""Place of the coding in a key."""

_MOST_HELD: Final = 65_536


class FrontProtocol(HttpToolsProtocol):
    """Uvicorn's protocol before a `Front`.

    Attributes:
        shared: What all connections have in common.
    """

    shared: Shared
    _is_between = True
    """Whether the last request is read and no byte of another one has come."""
    _is_settled = False
    """Whether the request that is being read has its answer already."""
    _is_in_head = False
    _head_bytes = 0
    """Of a head that did not come at once, beside its first bytes."""
    _head_deadline: float | None = None
    _meaning: Meaning | None = None
    """Of the request that was answered from its meaning while the present bytes are parsed."""
    _begun = 0
    """How many requests have begun in the present bytes."""
    _last_use = 0.0
    """When a request was answered at once, on the clock of the loop."""
    _resting: TimerHandle | None = None
    """The timer of the connection while bytes are read."""

    _is_alone = False
    """Whether the present bytes hold one whole request and nothing else."""
    _pending: Pending | None = None
    """The query whose answer is awaited; what comes meanwhile is held."""
    _held = b""
    _unparsed = b""
    """The request whose answer is awaited, if no parser has seen it."""
    _begun_query: Begun | None = None
    """The query that goes on in uvicorn's way with the bytes that are parsed."""
    _is_ending = False
    """Whether the connection is to be closed after the answer."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Begin; a client that says nothing is not waited for without end."""
        super().connection_made(transport)
        self._last_use = self.loop.time() + _HEAD_SECONDS - self.timeout_keep_alive
        self._arm(min(_HEAD_SECONDS, self.timeout_keep_alive))

    def data_received(self, data: bytes) -> None:
        """Take bytes."""
        if self._pending is not None:
            self._hold(data)
            return
        if self._is_between:
            meaning = self.shared.known.get(data)
            if meaning is not None and self._is_free() and self._send_ready(meaning):
                return
            if self._is_asked_as_before(data):
                return
        was_between = self._is_between
        self._begun, self._meaning = 0, None
        self._is_alone = was_between and data.find(_END) == len(data) - len(_END)
        self._resting, self.timeout_keep_alive_task = self.timeout_keep_alive_task, None
        super().data_received(data)
        self._wake_timer()
        if self._is_in_head:
            self._wait_for_head(0 if self._begun else len(data))
        elif was_between and self._is_between and self._begun == 1 and self._meaning is not None:
            self.shared.remember(data, self._meaning)
            if self._pending is not None:
                self.shared.endings.remember(data, self.headers)

    def on_message_begin(self) -> None:
        """Begin a request; its scope is made when it turns out to be needed."""
        self.url = b""
        self.headers: list[Header] = []
        self.expect_100_continue = False
        self._is_between = False
        self._is_in_head = True
        self._begun += 1

    def on_headers_complete(self) -> None:
        """Answer at once, or take uvicorn's way."""
        self._is_in_head = False
        begun, self._begun_query = self._begun_query, None
        if begun is None and self._is_answered():
            self._is_settled = True
            return
        self._hand_over(begun)

    def _hand_over(self, begun: Begun | None) -> None:
        """Let uvicorn make scope and cycle of the request whose head was read."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)  # the scope holds this very list
        if begun is not None:
            self.scope[BEGUN] = begun  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End the request."""
        self._is_between = True
        if self._is_settled:
            self._is_settled = False
            return
        super().on_message_complete()

    def _wake_timer(self) -> None:
        """Let the timer of the connection go on, where uvicorn has not taken the request over.

        It looks at the last use itself; to make a new one for each request would cost more than to
        find a ready answer.
        """
        timer, self._resting = self._resting, None
        if timer is None:
            return
        if self.timeout_keep_alive_task is None and (self._pending is not None or self._is_free()):
            self.timeout_keep_alive_task = timer
        else:
            timer.cancel()

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless it was used meanwhile, or an answer is awaited."""
        if self._pending is not None:
            self._last_use = self.loop.time()
        rest = self._last_use + self.timeout_keep_alive - self.loop.time()
        if rest > 0:
            self._arm(min(rest, self.timeout_keep_alive))
        else:
            super().timeout_keep_alive_handler()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, and close the connection."""
        self._refuse(Problem("malformed-request", msg.rstrip(".")))

    def _is_answered(self) -> bool:
        """Answer the request whose head was read, where a ready answer is all that it needs."""
        if self.transport.is_closing():
            return True  # whoever still sends has been refused
        if len(self.url) > _LONGEST_PARSED:
            try:
                check_target(self.url)
            except Problem as problem:
                self._refuse(problem)
            return True
        parser = self.parser
        if (
            parser.get_method() != b"GET"
            or parser.get_http_version() != "1.1"
            or not parser.should_keep_alive()
            or parser.should_upgrade()
            or self.root_path
            or not self._is_free()
        ):
            return False
        meaning = self.shared.front.meaning(self.url, self.headers)
        if meaning is None:
            return False
        if self._send_ready(meaning):
            self._meaning = meaning
            return True
        return self._is_alone and self._ask(self.url, self.headers, meaning)

    def _is_asked_as_before(self, data: bytes) -> bool:
        """Answer a plain query, or hand it on, if all behind its address has come before."""
        known = self.shared.endings.asked_as_before(data)
        if known is None or not self._is_free():
            return False
        target, fields = known
        meaning = self.shared.front.meaning(target, fields)
        if meaning is None:
            return False
        if not self._send_ready(meaning):
            if not self._ask(target, fields, meaning):
                return False
            self._unparsed = data
        self.shared.remember(data, meaning)
        return True

    def _ask(self, target: bytes, fields: Sequence[Header], meaning: Meaning) -> bool:
        """Hand a plain query to the workers."""
        direct = self.shared.direct
        peer = self.client[0] if self.client else ""
        pending = direct and direct.ask(target, fields, meaning, peer)
        if not pending:
            return False
        self._meaning = meaning
        self._pending = pending
        pending.begun.when_answered(partial(self._answer, pending, meaning))
        return True

    def _answer(self, pending: Pending, meaning: Meaning) -> None:
        """Write the answer to a query, or let it go on in the usual way."""
        fresh = pending.fresh(meaning[0][_WISH])
        if self._pending is not pending:
            return  # the client has gone; others may have waited for the answer
        self._pending = None
        unparsed, self._unparsed = self._unparsed, b""
        direct = self.shared.direct
        if self.transport.is_closing():
            pending.begun.leave()
            return
        if fresh is None or direct is None:
            self._go_on(pending, unparsed)
        else:
            direct.count(fresh.ready.head.status)
            self._write(fresh.ready, fresh.block)
        if self._is_ending:
            super().shutdown()  # at once, or after the answer where uvicorn goes on
            return
        held, self._held = self._held, b""
        if held:
            self.flow.resume_reading()
            self.data_received(held)

    def _go_on(self, pending: Pending, unparsed: bytes) -> None:
        """Let uvicorn and the front go on with a query that has begun."""
        if unparsed:
            self._begun_query = pending.begun
            super().data_received(unparsed)
        else:
            self._hand_over(pending.begun)
            super().on_message_complete()

    def shutdown(self) -> None:
        """Close, once the answer that is awaited is out."""
        if self._pending is None:
            super().shutdown()
        else:
            self._is_ending = True

    def _hold(self, data: bytes) -> None:
        """Keep what a client sends before it has the answer to its last request."""
        self._held += data
        if len(self._held) > _MOST_HELD:
            self.flow.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; a query whose client has gone is given up."""
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.desert()
        super().connection_lost(exc)

    def _is_free(self) -> bool:
        """Whether an answer may be written now: the last one is out, and the client reads."""
        cycle: Any = self.cycle
        return (
            (cycle is None or cycle.response_complete)
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _send_ready(self, meaning: Meaning) -> bool:
        ready, unchanged = self.shared.front.ready(meaning)
        if ready is None:
            return False
        if unchanged is None:
            self._write(ready, ready.block)
        else:
            beginning = self.shared.beginning(self.server_state.default_headers, is_whole=False)
            self.transport.write(beginning + ready.unchanged_block)
            self._note_use()
        return True

    def _write(self, ready: Ready, block: bytes) -> None:
        """Write an answer with its header fields."""
        beginning = self.shared.beginning(self.server_state.default_headers, is_whole=True)
        if len(ready.body) <= _JOINED:
            self.transport.write(beginning + block + ready.body)
        else:
            self.transport.write(beginning + block)
            self.transport.write(ready.body)
        self._note_use()

    def _note_use(self) -> None:
        self.server_state.total_requests += 1
        self._last_use = self.loop.time()
        if self.timeout_keep_alive_task is None and self._resting is None:
            self._arm(self.timeout_keep_alive)

    def _wait_for_head(self, more: int) -> None:
        """Wait for the rest of a head within limits.

        Args:
            more: Bytes that were added to it; 0 when it has just begun.
        """
        if self.transport.is_closing():
            return
        now = self.loop.time()
        if not more or self._head_deadline is None:
            self._head_bytes, self._head_deadline = 0, now + _HEAD_SECONDS
        self._head_bytes += more
        if self._head_bytes > _MOST_HEAD_BYTES:
            self._refuse(
                Problem(
                    "header-too-large",
                    f"the head of the request has more than {_MOST_HEAD_BYTES} bytes",
                )
            )
            return
        self._arm(max(self._head_deadline - now, 0))

    def _arm(self, seconds: float) -> None:
        """Look after the connection in a while; uvicorn cancels this when bytes come."""
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def _refuse(self, problem: Problem) -> None:
        start, body = refusal(problem, "en")
        status = HTTPStatus(start["status"])
        fields = [
            *self.server_state.default_headers,
            *start["headers"],
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        line = b"HTTP/1.1 %d %b\r\n" % (status, status.phrase.encode())
        self.transport.write(line + lines_of(fields) + b"\r\n" + body)
        self.transport.close()


def protocol_of(front: Front, direct: Direct | None = None) -> type[FrontProtocol]:
    """Return the protocol class for uvicorn's ``http`` setting.

    Args:
        front: Answers all requests.
        direct: Hands plain queries to the workers.
    """
    return type("FrontProtocol", (FrontProtocol,), {"shared": Shared(front, direct)})
