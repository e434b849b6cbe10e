"""Evaluation of queries behind one seam.

Every face asks an `Evaluator` and passes nothing but text and plain values, so that queries can
move into worker processes without a change above. `ThreadEvaluator` runs them in threads of the
server: the event loop stays free, while a query that has begun runs to its end.
"""

import csv
import io
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from traceback import clear_frames
from typing import Final, Protocol, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from pyoxigraph import QueryResultsFormat, QuerySolutions, Triple, parse_query_results

from medrd_kg.problems import Problem
from medrd_kg.sparql.admission import admitted_form
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.media_types import answer_type, written_as
from medrd_kg.sparql.protocol import ProtocolQuery
from medrd_kg.sparql.screening import declared_prefixes
from medrd_kg.store.base import QueryFault, QueryForm, QueryResult, Row, Store

__all__ = ["Answer", "Evaluator", "ThreadEvaluator", "Timing"]

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of an answer went, in milliseconds of wall time.

    Attributes:
        waiting: Until a thread was free.
        evaluating: In the store and in writing the answer.
    """

    waiting: float
    evaluating: float

    @property
    def header(self) -> str:
        """Value of ``Server-Timing`` (W3C Server Timing: durations in milliseconds)."""
        return f"wait;dur={self.waiting:.1f}, query;dur={self.evaluating:.1f}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer as bytes.

    Attributes:
        body: The serialised answer.
        media_type: Its media type.
        timing: What it took.
    """

    body: bytes
    media_type: str
    timing: Timing


class Evaluator(Protocol):
    """Answers queries over one state of the data."""

    async def answer(self, query: ProtocolQuery, accept: str | None, base_iri: str) -> Answer:
        """Answer a caller's query in the media type that suits the Accept header best.

        Raises:
            Problem: ``malformed-query``, ``service-not-allowed``, ``update-on-query-endpoint``,
                ``not-acceptable`` or ``too-many-rows``.
        """

    async def select(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT that this service wrote itself."""

    async def triples(self, text: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE that this service wrote itself."""


class ThreadEvaluator:
    """An `Evaluator` over a `Store` in this process."""

    def __init__(self, store: Store, *, max_rows: int = 0, threads: int | None = None) -> None:
        """Evaluate over ``store``.

        Args:
            store: What is asked.
            max_rows: Most rows that a caller's SELECT may return; 0 sets no limit.
            threads: How many queries run at a time; one per processor when None.
        """
        self._store = store
        self._max_rows = max_rows
        self._limiter = CapacityLimiter(threads or max(os.cpu_count() or 1, 2))

    async def answer(self, query: ProtocolQuery, accept: str | None, base_iri: str) -> Answer:
        """Answer a caller's query; see `Evaluator.answer`."""
        asked = time.perf_counter()

        def evaluate() -> Answer:
            begun = time.perf_counter()
            form = admitted_form(query.text)
            # Where the form shows, an impossible Accept costs no evaluation.
            media_type = answer_type(accept, form) if form else None
            try:
                result = self._store.query(query.text, dataset=query.dataset, base_iri=base_iri)
                media_type = media_type or answer_type(accept, result.form)
                body = _serialised(result, media_type, query.text)
            except QueryFault as fault:
                raise malformed(query.text, fault) from fault
            self._check_rows(body, media_type, result.form)
            done = time.perf_counter()
            timing = Timing(1000 * (begun - asked), 1000 * (done - begun))
            return Answer(body, media_type, timing)

        return await self._in_thread(evaluate)

    async def select(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT; see `Evaluator.select`."""
        return await self._in_thread(lambda: list(self._store.query(text).rows()))

    async def triples(self, text: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE; see `Evaluator.triples`."""
        return await self._in_thread(lambda: list(self._store.query(text).triples()))

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        def confined() -> _Result:
            try:
                return work()
            except BaseException as error:
                _drop_locals(error)
                raise

        return await anyio.to_thread.run_sync(confined, limiter=self._limiter)

    def _check_rows(self, body: bytes, media_type: str, form: str) -> None:
        if not self._max_rows or form != QueryForm.SELECT:
            return
        for count, _ in enumerate(_rows_of(body, media_type), start=1):
            if count > self._max_rows:
                raise Problem(
                    "too-many-rows",
                    f"the answer has more than {self._max_rows} rows",
                    "add LIMIT and OFFSET with ORDER BY, or narrow the pattern",
                    extra={"limit": self._max_rows},
                )


def _drop_locals(error: BaseException) -> None:
    """Let go of what the failed frames held.

    A result of the engine belongs to the thread that asked, and must not outlive it in the
    traceback of an exception that travels to another thread.
    """
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is not None:
            clear_frames(each.__traceback__)
            pending += [each.__cause__, each.__context__]


def _serialised(result: QueryResult, media_type: str, text: str) -> bytes:
    """Write an answer; graphs are abbreviated by the prefixes of the query itself.

    Raises:
        Problem: ``not-acceptable`` when the format cannot express this very answer.
    """
    try:
        prefixes = declared_prefixes(text) if result.form == QueryForm.GRAPH else None
        return result.serialise(written_as(media_type, result.form), prefixes)
    except ValueError as error:
        raise Problem(
            "not-acceptable",
            f"the answer cannot be written as {media_type}: {error}",
            "ask for another format",
        ) from error


def _rows_of(body: bytes, media_type: str) -> Iterator[object]:
    """Yield one object a row of a serialised SELECT answer."""
    if media_type == "text/csv":
        yield from list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))[1:]
        return
    name = written_as(media_type, QueryForm.SELECT)
    results = parse_query_results(body, _RESULT_FORMATS[name])
    if isinstance(results, QuerySolutions):
        yield from results


_RESULT_FORMATS: Final = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
