"""The log of queries that took long or failed: one line each, the text only where that is wanted.

A line tells the query by its digest, which is equal for equal requests, so that a slow query can be
followed through the log without its text. Neither tokens nor addresses of callers are written.
"""

import logging
from typing import Any, Final, Literal

import orjson

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.protocol import read_query
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.frames import Kind
from medrd_kg.sparql.workers.job import Job
from medrd_kg.sparql.workers.lanes import SLICE_SECONDS

__all__ = ["FIELDS", "SlowLog", "query_text"]

FIELDS: Final = "fields"
"""Attribute of a log record with what the line says, for logs as JSON."""

_LONGEST_TEXT: Final = 10_000
"""Characters of a query that are logged."""
_LONGEST_REQUEST: Final = 100_000
"""Bytes of a request that is read for its text: reading longer ones would hold up others."""
_FRAME_HEADER: Final = 5

_logger = logging.getLogger(__name__)


class SlowLog:
    """Writes a line of each job that it is given and that is worth one."""

    def __init__(self, settings: Settings) -> None:
        """Log as ``settings`` say: LOG_QUERIES decides whose text is written."""
        self._texts: Literal["off", "slow", "all"] = settings.log_queries

    def __call__(self, job: Job) -> None:
        """Log a job that has ended."""
        elapsed = job.elapsed
        slow = elapsed > SLICE_SECONDS or job.problem is not None
        if not slow and self._texts != "all":
            return
        fields: dict[str, Any] = {
            "query": job.id,
            "digest": job.digest,
            "elapsed_seconds": round(elapsed, 3),
            "cpu_seconds": round(job.processor_seconds, 3),
            "lane": job.lane.value,
            "own": job.own,
            "outcome": "answered" if job.problem is None else job.problem.slug,
            "bytes": job.sent_bytes,
        }
        if self._texts != "off":
            fields["text"] = query_text(job)
        _logger.info(
            "query %s",
            " ".join(f"{name}={_shown(value)}" for name, value in fields.items()),
            extra={FIELDS: fields},
        )


def query_text(job: Job) -> str | None:
    """Return the SPARQL text of a job, cut where it is long; None where it cannot be told."""
    kind, payload = job.frame[0], job.frame[_FRAME_HEADER:]
    if kind in {Kind.SELECT, Kind.TRIPLES}:
        return _cut(payload.decode(errors="replace"))
    if kind != Kind.ASK or len(payload) > _LONGEST_REQUEST:
        return None
    request = AskRequest.decode(payload)
    try:
        asked = read_query(request.method, request.query_string, request.content_type, request.body)
    except Problem:
        return None  # what is no query has no text; nothing else of the request is logged
    return None if asked is None else _cut(asked.text)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _shown(value: object) -> str:
    """Write a value so that a line stays one line and its parts can be told apart."""
    if isinstance(value, str) and value.replace("-", "").isalnum() and value.isascii():
        return value
    return orjson.dumps(value).decode()
