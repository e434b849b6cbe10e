"""What the server and a worker say to each other about one request."""

import struct
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

import orjson

from medrd_kg.federation.documents import Document
from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.attachments import pack, unpack
from medrd_kg.sparql.workers.frames import headed, split_head

__all__ = [
    "HELD_BYTES",
    "AskRequest",
    "ReplyHead",
    "Spent",
    "answer_payload",
    "problem_document",
    "problem_of",
    "read_answer",
]

_SIZE: Final = struct.Struct("<I")
_SPENT: Final = struct.Struct("<dd?")
_FEW: Final = 128
"""Beginnings of messages that are remembered, since nearly all messages begin like another."""

_MODEST: Final = 512
"""Bytes of the longest beginning that is remembered."""

HELD_BYTES: Final = 65_536
"""Bytes of an answer that are held back, so that a failure within keeps its status."""


class AskRequest(NamedTuple):
    """A request of the SPARQL Protocol as it came, unread.

    Attributes:
        method: ``GET`` or ``POST``.
        query_string: What follows the question mark in the address.
        content_type: The header.
        accept: The header.
        endpoint: Address of the endpoint: base of relative IRIs.
        max_rows: Most rows of a SELECT; 0 sets no limit.
        body: The body.
        remote: Answers of the other servers that the query calls; None: nobody has been asked.
        federated: Whether any other server may be called.
    """

    method: str
    query_string: bytes
    content_type: str | None
    accept: str | None
    endpoint: str
    max_rows: int
    body: bytes = b""
    remote: tuple[Document | None, ...] | None = None
    federated: bool = False

    def encode(self) -> bytes:
        """Return the payload of a frame: what most requests share comes first, and is kept."""
        common = _written(
            (
                self.method,
                self.content_type,
                self.accept,
                self.endpoint,
                self.max_rows,
                self.federated,
            )
        )
        query = self.query_string
        if not self.body and self.remote is None:
            return b"%b%b%b%b" % (
                _SIZE.pack(len(common)),
                common,
                _SIZE.pack(len(query)),
                query,
            )
        table, packed = pack(self.body, self.remote)
        return b"%b%b%b%b%b" % (
            _SIZE.pack(len(common)),
            common,
            _SIZE.pack(len(query)),
            query,
            headed(table, packed),
        )

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Return what `encode` wrote."""
        common, at = _sized(payload, 0)
        query, at = _sized(payload, at)
        method, content_type, accept, endpoint, max_rows, federated = _read(common)
        body, remote = b"", None
        if at < len(payload):
            body, documents = unpack(*split_head(payload[at:]))
            remote = None if documents is None else tuple(documents)
        return cls(method, query, content_type, accept, endpoint, max_rows, body, remote, federated)


class Spent(NamedTuple):
    """What an answer took.

    Attributes:
        seconds: Processor seconds of the evaluation so far.
        worker_seconds: All that the worker has used of the processor since its birth.
        is_worker_grown: Whether the worker holds much more memory than at its birth.
    """

    seconds: float
    worker_seconds: float
    is_worker_grown: bool

    def encode(self) -> bytes:
        """Return it in a fixed number of bytes."""
        return _SPENT.pack(*self)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        """Return what `encode` wrote at the beginning of ``payload``."""
        return cls(*_SPENT.unpack_from(payload))


class ReplyHead(NamedTuple):
    """What is known of an answer before its bytes.

    Attributes:
        media_type: Of the answer.
        keepable: Whether the same request gets the same answer from the same data.
        hints: Likely causes of an empty answer, where they were asked for.
        may_roll_up: Whether a table of sums would spare the next such query most of its work.
    """

    media_type: str
    keepable: bool
    hints: tuple[dict[str, Any], ...] = ()
    may_roll_up: bool = False


def answer_payload(head: ReplyHead, spent: Spent, body: bytes) -> bytes:
    """Return the payload of a frame with an answer, or its beginning."""
    written = orjson.dumps(tuple(head)) if head.hints else _written(tuple(head))
    return b"%b%b%b%b" % (spent.encode(), _SIZE.pack(len(written)), written, body)


def read_answer(payload: bytes) -> tuple[ReplyHead, Spent, bytes]:
    """Return what `answer_payload` put together."""
    written, at = _sized(payload, _SPENT.size)
    media_type, keepable, hints, may_roll_up = _read(written)
    head = ReplyHead(media_type, keepable, tuple(hints), may_roll_up)
    return head, Spent.decode(payload), payload[at:]


def problem_document(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON, for its way between processes."""
    return {
        "slug": problem.slug,
        "detail": problem.detail,
        "hint": problem.hint,
        "extra": problem.extra,
        "headers": problem.headers,
    }


def problem_of(document: dict[str, Any]) -> Problem:
    """Return the problem that `problem_document` wrote."""
    return Problem(**document)


def _sized(payload: bytes, at: int) -> tuple[bytes, int]:
    """Return the bytes whose number stands at a place, and the place behind them."""
    begin = at + _SIZE.size
    end = begin + _SIZE.unpack_from(payload, at)[0]
    return payload[begin:end], end


@lru_cache(_FEW)
def _written(common: tuple[Any, ...]) -> bytes:
    """Return the JSON of what many messages begin with."""
    return orjson.dumps(common)


def _read(written: bytes) -> list[Any]:
    """Return what `_written` wrote; not to be changed."""
    return _remembered(written) if len(written) <= _MODEST else orjson.loads(written)


@lru_cache(_FEW)
def _remembered(written: bytes) -> list[Any]:
    found: list[Any] = orjson.loads(written)
    return found
