"""One piece of work for a worker, from its arrival to the last byte of its answer."""

import asyncio
import hashlib
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, NamedTuple

import orjson

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.exchange import ReplyHead, Spent, problem_of, read_answer
from medrd_kg.sparql.workers.frames import Kind, split_head
from medrd_kg.sparql.workers.process import Worker

__all__ = ["Job", "LaneName", "Needs", "Reply", "ServiceDescription"]

_BUFFERED_BYTES: Final = 1 << 19
"""Bytes of an answer that wait for the client before the worker is made to wait."""

_WHOLE: Final = int(Kind.REPLY)
_UNFINISHED: Final = frozenset({Kind.BEGIN, Kind.DATA, Kind.CRASH})
_NONE_YET: Final = object()

_numbers = itertools.count(1)


class LaneName(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    FAST = "fast"
    YIELDING = "yielding"
    """Not done after a moment; it goes on at the lowest priority."""
    LONG = "long"
    WAITING = "waiting"
    """Stopped until a long query ends."""
    OWN = "own"
    """A long query of the service itself."""


class ServiceDescription:
    """The answer to a request without a query."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The answer of a worker that cannot go on without other endpoints.

    Attributes:
        calls: As the worker describes them.
    """

    calls: list[dict[str, Any]]


class Reply(NamedTuple):
    """The beginning of an answer.

    Attributes:
        head: What is known of it.
        body: Its first bytes; all of them where there are no more.
        job: Gives more, or None when this is all.
        seconds: Wall time so far.
        processor_seconds: What it took of the worker's processor so far.
    """

    head: ReplyHead
    body: bytes
    job: "Job | None"
    seconds: float
    processor_seconds: float

    async def rest(self) -> AsyncIterator[bytes]:
        """Yield what follows `body`.

        Raises:
            Problem: It breaks off; the answer is not whole.
        """
        if self.job is not None:
            while piece := await self.job.piece():
                yield piece


@dataclass(eq=False, slots=True)
class Job:
    """A request on its way through the lanes.

    Attributes:
        frame: What the worker gets.
        timeout: Seconds from the arrival to the end of the answer.
        own: Whether the service itself asks.
        borrowed: Whether it works outside of the lanes, on a worker that is its asker's.
        client: Who asks, for administrators.
        gone: Waits until the client has left; called when the job takes long.
        on_end: Called once, when nothing more will come.
        number: Counts all jobs.
        arrived: Monotonic time of the arrival, in seconds.
        begun: Monotonic time at which a worker got it.
        used_before: Processor seconds that its worker had used by then.
        lane: Where it is.
        worker: What works on it.
        processor_seconds: What it took, as its worker says.
        sent_bytes: Bytes of a streamed answer so far.
        problem: Why it failed.
        is_submitted: Whether the pool has it.
        is_over: Whether nothing more will come.
        is_streaming: Whether a part of the answer went out already.
        is_worker_done: Whether the worker has ended its work and may get other work.
        is_worker_grown: Whether the worker holds much more memory than at its birth.
    """

    frame: bytes
    timeout: float
    own: bool = False
    borrowed: bool = False
    client: str = ""
    gone: Callable[[], Awaitable[None]] | None = None
    on_end: "Callable[[Job], None]" = lambda _: None
    number: int = field(default_factory=_numbers.__next__)
    arrived: float = field(default_factory=time.monotonic)
    begun: float = 0.0
    used_before: float = 0.0
    lane: LaneName = LaneName.QUEUED
    worker: Worker | None = None
    processor_seconds: float = 0.0
    sent_bytes: int = 0
    problem: Problem | None = None
    _answer: object = _NONE_YET
    _awaited: "asyncio.Future[None] | None" = None
    _on_answer: Callable[[], None] | None = None
    _pieces: deque[bytes] = field(default_factory=deque)
    _buffered: int = 0
    _more: "asyncio.Future[None] | None" = None
    _watching: "asyncio.Future[None] | None" = None
    is_submitted: bool = False
    is_over: bool = False
    is_streaming: bool = False
    is_worker_done: bool = False
    is_worker_grown: bool = False

    @property
    def id(self) -> str:
        """Identifier for administrators and logs."""
        return f"q{self.number}"

    @property
    def takes_long(self) -> bool:
        """Whether it has left the fast lane for a slot, or waits for one."""
        return self.lane in {LaneName.LONG, LaneName.WAITING, LaneName.OWN}

    @property
    def elapsed(self) -> float:
        """Seconds since it arrived."""
        return time.monotonic() - self.arrived

    @property
    def digest(self) -> str:
        """Short digest of the request, equal for equal requests."""
        return hashlib.blake2b(self.frame, digest_size=8).hexdigest()

    async def answer(self) -> Any:  # noqa: ANN401 - a Reply, ServiceDescription, Needs or bytes
        """Wait for the answer, or its beginning.

        Raises:
            Problem: There is none.
        """
        if self._answer is _NONE_YET and self.problem is None:
            if self._awaited is None:
                self._awaited = asyncio.get_running_loop().create_future()
            await self._awaited
        if self._answer is not _NONE_YET:
            return self._answer
        if self.problem is None:
            raise RuntimeError("a job that was announced has neither answer nor problem")
        raise _without_frames(self.problem)

    def when_answered(self, call: Callable[[], None]) -> None:
        """Let ``call`` be called once `answer` would return or raise."""
        if self._answer is not _NONE_YET or self.problem is not None:
            asyncio.get_running_loop().call_soon(call)
        else:
            self._on_answer = call

    def whole_answer(self) -> Reply | None:
        """Return the answer if it is there, and whole."""
        answer = self._answer
        return answer if isinstance(answer, Reply) and answer.job is None else None

    async def piece(self) -> bytes:
        """Wait for the next piece of a streamed answer; empty at its end.

        Raises:
            Problem: It breaks off.
        """
        while not self._pieces:
            if self.problem is not None:
                raise _without_frames(self.problem)
            if self.is_over:
                return b""
            self._more = asyncio.get_running_loop().create_future()
            await self._more
        piece = b"".join(self._pieces)
        self._pieces.clear()
        self._buffered = 0
        if self.worker is not None and not self.is_over:
            self.worker.listen(to_it=True)
        return piece

    def take(self, kind: int, payload: bytes) -> None:
        """Take a frame from the worker."""
        if self.is_over:
            return
        self.is_worker_done = kind not in _UNFINISHED
        if kind == _WHOLE:
            self._succeed(self._reply(payload, None))
            return
        match kind:
            case Kind.BEGIN:
                self.is_streaming = True
                self._set(self._reply(payload, self))
                self._announce()
            case Kind.DATA:
                self._buffer(payload)
            case Kind.END:
                self._note(Spent.decode(payload))
                self._succeed(None)
            case Kind.FAULT:
                document, _ = split_head(payload)
                self.fail(problem_of(document))
            case Kind.CRASH:
                self.fail(_internal(), log=payload.decode(errors="replace"))
            case _:
                self._succeed(self._whole(kind, payload))

    def _whole(self, kind: int, payload: bytes) -> object:
        """Return another answer that came in one frame."""
        if kind == Kind.DESCRIBE:
            return ServiceDescription()
        return Needs(orjson.loads(payload)) if kind == Kind.NEEDS else payload

    def _buffer(self, piece: bytes) -> None:
        """Keep a piece for the client; let the worker wait where the client lags."""
        self._pieces.append(piece)
        self._buffered += len(piece)
        self.sent_bytes += len(piece)
        if self._buffered > _BUFFERED_BYTES and self.worker is not None:
            self.worker.listen(to_it=False)
        self._wake()

    def fail(self, problem: Problem, *, log: str | None = None) -> None:
        """End without an answer, or in the middle of one."""
        if self.is_over:
            return
        self.problem = problem
        if log is not None:
            problem.__notes__ = [log]
        self._finish()
        self._announce()

    def watch(self, on_gone: "Callable[[Job], None]") -> None:
        """Begin to notice that the client leaves."""
        if self.gone is None or self._watching is not None:
            return
        self._watching = asyncio.ensure_future(self.gone())

        def left(watching: "asyncio.Future[None]") -> None:
            if not watching.cancelled():
                watching.exception()
                on_gone(self)

        self._watching.add_done_callback(left)

    def _reply(self, payload: bytes, rest: "Job | None") -> Reply:
        head, spent, body = read_answer(payload)
        self._note(spent)
        return Reply(head, body, rest, self.elapsed, spent.seconds)

    def _note(self, spent: Spent) -> None:
        self.processor_seconds = spent.seconds
        self.is_worker_grown = spent.is_worker_grown
        if self.worker is not None:
            self.worker.used = spent.worker_seconds

    def _set(self, value: object) -> None:
        if self._answer is _NONE_YET:
            self._answer = value

    def _succeed(self, value: object) -> None:
        self._set(value)
        self._finish()
        self._announce()

    def _announce(self) -> None:
        """Tell who waits for the answer: at once, since a turn of the loop would cost more."""
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)
        call, self._on_answer = self._on_answer, None
        if call is not None:
            call()

    def _finish(self) -> None:
        self.is_over = True
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.cancel()
        self._wake()
        self.on_end(self)

    def _wake(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)


def _without_frames(problem: Problem) -> Problem:
    """Return a problem to be raised, so that its job does not keep the frames that it passes.

    Those have the job and the whole request, which would wait together for the garbage collector.
    """
    told = replace(problem)
    told.__notes__ = list(getattr(problem, "__notes__", ()))
    return told


def _internal() -> Problem:
    return Problem(
        "internal-error",
        "the service failed on this request",
        "the fault is ours: report the address and the time",
    )
