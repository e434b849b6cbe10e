"""What callers are told whose query ran into a limit."""

import signal
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.job import Job, LaneName

__all__ = ["cancelled", "ending", "full", "of_death", "of_time", "stopping"]

_RETRY_AFTER: Final = {"Retry-After": "1"}
_DEATHS_BY_MEMORY: Final = {signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGKILL}
"""The engine aborts without memory, and a stack without room faults."""


def of_time(job: Job) -> Problem:
    """Return the fault of a query that met the time limit."""
    extra = {"limit": job.timeout, "elapsed": round(job.elapsed, 3), "query": job.id}
    if job.lane in {LaneName.WAITING, LaneName.QUEUED}:
        return Problem(
            "busy",
            f"other queries took all the time: this one waited for {job.elapsed:.1f} s",
            "try again later",
            extra=extra,
            headers=dict(_RETRY_AFTER),
        )
    return Problem(
        "query-timeout",
        f"the query was stopped after {job.elapsed:.1f} s; the limit is {job.timeout:g} s",
        "add LIMIT, name more of the terms, avoid unbounded paths (*, +) and patterns without a"
        " shared variable; or fetch a dump and ask it locally",
        extra=extra,
    )


def of_death(job: Job, code: int, memory: int) -> Problem:
    """Return the fault of a query whose worker has ended.

    Args:
        job: The query.
        code: Exit code of the worker, negative for a signal.
        memory: Bytes that it was allowed beside the data.
    """
    if -code not in _DEATHS_BY_MEMORY:
        return Problem("internal-error", "the service failed on this request")
    megabytes = memory // 1_000_000
    return Problem(
        "query-memory",
        f"the query needed more than the {megabytes} MB that one may take",
        "add LIMIT, sort or group fewer rows, avoid patterns without a shared variable",
        extra={"limit": megabytes, "elapsed": round(job.elapsed, 3), "query": job.id},
    )


def cancelled(job: Job) -> Problem:
    """Return the fault of a query that an administrator ended."""
    return Problem(
        "query-cancelled",
        "an administrator has cancelled the query",
        "ask who runs the service before you send it again",
        extra={"query": job.id, "elapsed": round(job.elapsed, 3)},
    )


def full(job: Job) -> Problem:
    """Return the fault of a query for which there is no place."""
    return Problem(
        "busy",
        "too many long queries run or wait already",
        "try again later",
        extra={"query": job.id, "elapsed": round(job.elapsed, 3)},
        headers=dict(_RETRY_AFTER),
    )


def ending(job: Job) -> Problem:
    """Return the fault of a query that was not done when the service ended."""
    return Problem(
        "query-cancelled",
        "the service is ending, and the query was not done in time",
        "try again in a moment",
        extra={"query": job.id, "elapsed": round(job.elapsed, 3)},
        headers=dict(_RETRY_AFTER),
    )


def stopping() -> Problem:
    """Return the fault of a query that the service cannot take now."""
    return Problem(
        "starting",
        "the service is stopping or starting anew",
        "try again in a moment",
        headers=dict(_RETRY_AFTER),
    )
