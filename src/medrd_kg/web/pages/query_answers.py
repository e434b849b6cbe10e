"""A reader's query, asked as ``/sparql`` asks it: the first rows for a page, or all for a file."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from medrd_kg.problems import Problem
from medrd_kg.sparql.protocol import QUERY
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.job import Reply
from medrd_kg.store.base import Term
from medrd_kg.web.state import Serving

__all__ = [
    "Graph",
    "Rows",
    "Truth",
    "ask_engine",
    "evaluation_of",
    "first_rows",
    "give_up",
    "pieces_of",
]

_TSV: Final = "text/tab-separated-values"
_SHOWN: Final = f"{_TSV}, text/turtle;q=0.5"
_TRUTHS: Final = {b"true": True, b"false": False}
_MOST_GRAPH_BYTES: Final = 200_000
"""Bytes of Turtle that a page shows."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows of a SELECT.

    Attributes:
        columns: Names of the variables.
        cells: Terms by row; None where a variable has no value.
        text: The same rows as SPARQL TSV, as they came.
        is_whole: Whether there are no more.
        is_keepable: Whether the same query gives the same answer from the same data.
    """

    columns: tuple[str, ...]
    cells: tuple[tuple[Term | None, ...], ...]
    text: str
    is_whole: bool
    is_keepable: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """The answer of a CONSTRUCT or DESCRIBE.

    Attributes:
        text: Its beginning in Turtle.
        is_whole: Whether this is all of it.
        is_keepable: As for `Rows`.
    """

    text: str
    is_whole: bool
    is_keepable: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer of an ASK.

    Attributes:
        is_so: What it says.
        is_keepable: As for `Rows`.
    """

    is_so: bool
    is_keepable: bool


async def first_rows(
    request: Request, served: Serving, text: str, most: int
) -> Rows | Graph | Truth:
    """Return the beginning of the answer to a query; the rest is not waited for.

    Args:
        request: The reader's request: when it is given up, so is the query.
        served: What is served.
        text: The query.
        most: Rows that are shown.

    Raises:
        Problem: The query is at fault, or a limit is reached.
    """
    reply = await ask_engine(request, served, text, _SHOWN)
    is_keepable = reply.head.keepable
    if reply.head.media_type != _TSV:
        body, is_whole = await _beginning(reply, lambda held: len(held) > _MOST_GRAPH_BYTES)
        if len(body) > _MOST_GRAPH_BYTES:  # cut behind a line, so that no name is cut
            body, is_whole = body[:_MOST_GRAPH_BYTES].rpartition(b"\n")[0], False
        return Graph(body.decode(), is_whole, is_keepable)
    body, is_whole = await _beginning(reply, lambda held: held.count(b"\n") > most + 1)
    if body.strip() in _TRUTHS:  # the names of variables begin with a question mark
        return Truth(_TRUTHS[body.strip()], is_keepable)
    # Every line ends in a line feed; what is behind the last one is a piece of a row, or nothing.
    *lines, _ = body.split(b"\n")
    shown = b"".join(line + b"\n" for line in lines[: most + 1])
    solutions = parse_query_results(shown, QueryResultsFormat.TSV)
    if not isinstance(solutions, QuerySolutions):
        raise TypeError("a table of solutions was asked for")
    columns = tuple(variable.value for variable in solutions.variables)
    cells = tuple(tuple(solution) for solution in solutions)
    return Rows(columns, cells, shown.decode(), is_whole and len(lines) <= most + 1, is_keepable)


async def _beginning(reply: Reply, is_enough: Callable[[bytes], bool]) -> tuple[bytes, bool]:
    """Return bytes until there are enough, and whether they are all; the rest is given up."""
    held = reply.body
    try:
        async for piece in reply.rest():
            if is_enough(held):
                return held, False
            held += piece
        return held, True
    finally:
        give_up(reply)


async def evaluation_of(request: Request, served: Serving, text: str) -> bytes:
    """Return how a query is evaluated, as ``/sparql?explain=true`` tells it in JSON.

    Raises:
        Problem: The query is at fault.
    """
    reply = await ask_engine(request, served, text, "application/json", b"explain=true")
    return reply.body + b"".join([piece async for piece in reply.rest()])


def give_up(reply: Reply) -> None:
    """End the work on an answer whose rest nobody reads."""
    if reply.job is not None:
        reply.job.fail(Problem("query-cancelled", "the answer was given up"))


async def pieces_of(reply: Reply) -> AsyncGenerator[bytes, None]:
    """Yield the bytes of an answer as they come.

    Raises:
        Problem: It breaks off; the answer is not whole.
    """
    try:
        yield reply.body
        async for piece in reply.rest():
            yield piece
    finally:
        give_up(reply)


async def ask_engine(
    request: Request, served: Serving, text: str, accept: str, query_string: bytes = b""
) -> Reply:
    """Return the beginning of an answer; the query ends when the reader leaves.

    Args:
        request: The reader's request.
        served: What is served.
        text: The query.
        accept: Media types, as in an Accept header.
        query_string: Further parameters of the SPARQL Protocol.

    Raises:
        Problem: The query is at fault, or a limit is reached.
    """
    room = served.engine_room
    asked = AskRequest(
        method="POST",
        query_string=query_string,
        content_type=QUERY,
        accept=accept,
        endpoint=served.endpoint,
        max_rows=served.settings.max_result_rows,
        body=text.encode(),
        federated=room.is_federated,
    )
    job = room.job_for(asked)
    job.client = request.client.host if request.client else ""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    job.gone = gone
    answer = await room.ask(asked, job)
    if not isinstance(answer, Reply):
        raise TypeError("a query has an answer")
    return answer
