"""One request on its way through the inner application, and its answer on its way back."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.web.front.answers import Head
from medrd_kg.web.front.delivery import Caller, deliver, prepared
from medrd_kg.web.front.flights import Missed
from medrd_kg.web.front.intake import Intake
from medrd_kg.web.front.refusals import INTERNAL, refusal
from medrd_kg.web.front.stream import Keeping, Stream

__all__ = ["NAMES_RELEASE", "Exchange"]

NAMES_RELEASE: Final = "names_release"
"""Key in a scope's state that is there when the answer is of a release that the request named."""

_logger = logging.getLogger(__name__)


class Exchange:
    """Runs the inner application for one request.

    A whole answer leaves with its length and its tag, in the coding that suits the caller; it is
    kept where it may be, and given to all who wait for the same. A stream leaves piece by piece.
    """

    def __init__(
        self,
        intake: Intake,
        send: Send,
        caller: Caller,
        release: Callable[[], bytes | None],
        keeping: Keeping | None = None,
    ) -> None:
        """Prepare.

        Args:
            intake: The request's body.
            send: The server's.
            caller: Who asks.
            release: Tells the state of the data that is served at the moment.
            keeping: Where the answer goes beside the caller.
        """
        self._intake = intake
        self._send = send
        self._caller = caller
        self._release = release
        self._keeping = keeping
        self._state: Mapping[str, Any] = {}
        self._start: Message | None = None
        self._has_begun = False
        self._stream: Stream | None = None

    async def run(self, inner: ASGIApp, scope: Scope) -> None:
        """Pass the request on and its answer back."""
        self._state = scope.get("state", self._state)
        try:
            await inner(scope, self._receive, self._take)
            if self._intake.fault is not None and not self._has_begun:
                await self.refuse(self._intake.fault)
        except Exception as error:
            if self._has_begun and self._caller.is_head:
                return  # its head was all that was wanted, and the rest was given up
            if self._has_begun:  # an answer that broke off must not look whole
                raise
            problem = self._intake.fault or (error if isinstance(error, Problem) else None)
            if problem is None:
                _logger.exception("%s %s failed", scope["method"], scope["path"])
            await self.refuse(problem or INTERNAL)
        finally:
            if self._stream is not None:
                self._stream.abandon()
            if self._keeping is not None:
                self._keeping.flight.land(Missed.AGAIN)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem."""
        await self.answer(*refusal(problem, self._caller.language))

    async def answer(self, start: Message, body: bytes) -> None:
        """Send a whole answer, and give it to all who may have it."""
        self._has_begun = True
        head = self._head(start)
        ready = await prepared(head, body, self._caller)
        keeping = self._keeping
        if keeping is not None:
            if head.may_be_kept and len(ready.body) <= keeping.largest:
                keeping.keep(ready)
            keeping.flight.land(ready if head.may_be_shared else Missed.ALONE)
        await deliver(ready, self._caller, self._send, head.timing)

    async def _receive(self) -> Message:
        message = await self._intake.receive()
        if message["type"] == "http.disconnect" and self._keeping is not None:
            # Whoever follows still wants the answer.
            await self._keeping.flight.deserted()
        return message

    async def _take(self, message: Message) -> None:
        """Take a message of the inner application."""
        if self._intake.fault is not None and not self._has_begun:
            return  # it knows nothing better of the body that never came
        if message["type"] == "http.response.start":
            self._start = message
            return
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._stream is None:
            if self._start is None:
                raise RuntimeError(f"an answer cannot begin with {message['type']}")
            if not more:
                await self.answer(self._start, body)
                return
            self._has_begun = True
            self._stream = Stream(self._head(self._start), self._caller, self._send, self._keeping)
            await self._stream.begin()
        await self._stream.take(body, more=more)

    def _head(self, start: Message) -> Head:
        head = Head.read(start)
        head.add_variance(self._caller.varies)
        if head.release is None:
            head.release = self._release()
        head.names_release = NAMES_RELEASE in self._state
        return head
