"""What the server and a worker say to each other about one request."""

from typing import Any, Final, NamedTuple

from medrd_kg.federation.documents import Document
from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.attachments import pack, unpack
from medrd_kg.sparql.workers.frames import headed, split_head

__all__ = [
    "HELD_BYTES",
    "AskRequest",
    "ReplyHead",
    "problem_document",
    "problem_of",
]

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
        """Return the payload of a frame."""
        table, packed = pack(self.body, self.remote)
        head = [
            self.method,
            self.query_string.decode("latin-1"),
            self.content_type,
            self.accept,
            self.endpoint,
            self.max_rows,
            self.federated,
            table,
        ]
        return headed(head, packed)

    @classmethod
    def decode(cls, payload: bytes) -> "AskRequest":
        """Return what `encode` wrote."""
        head, packed = split_head(payload)
        method, query_string, content_type, accept, endpoint, max_rows, federated, table = head
        body, remote = unpack(table, packed)
        return cls(
            method=method,
            query_string=query_string.encode("latin-1"),
            content_type=content_type,
            accept=accept,
            endpoint=endpoint,
            max_rows=max_rows,
            body=body,
            remote=None if remote is None else tuple(remote),
            federated=federated,
        )


class ReplyHead(NamedTuple):
    """What is known of an answer before its bytes.

    Attributes:
        media_type: Of the answer.
        keepable: Whether the same request gets the same answer from the same data.
        seconds: What the evaluation took so far, in processor seconds of the worker.
        is_worker_grown: Whether the worker holds much more memory than at its birth.
        hints: Likely causes of an empty answer, where they were asked for.
        may_roll_up: Whether a table of sums would spare the next such query most of its work.
    """

    media_type: str
    keepable: bool
    seconds: float = 0.0
    is_worker_grown: bool = False
    hints: tuple[dict[str, Any], ...] = ()
    may_roll_up: bool = False

    def encode(self) -> list[object]:
        """Return it as JSON."""
        return [
            self.media_type,
            self.keepable,
            self.seconds,
            self.is_worker_grown,
            self.hints,
            self.may_roll_up,
        ]

    @classmethod
    def decode(cls, head: list[Any]) -> "ReplyHead":
        """Return what `encode` wrote."""
        media_type, keepable, seconds, is_worker_grown, hints, may_roll_up = head
        return cls(media_type, keepable, seconds, is_worker_grown, tuple(hints), may_roll_up)


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
