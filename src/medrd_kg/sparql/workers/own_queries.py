"""The service's own queries, as text in and values out."""

from typing import TYPE_CHECKING

from pyoxigraph import (
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)

from medrd_kg.sparql.workers.frames import Kind, frame
from medrd_kg.sparql.workers.job import Job
from medrd_kg.sparql.workers.pool import Pool
from medrd_kg.store.base import Row

if TYPE_CHECKING:
    from medrd_kg.sparql.workers.job import Reply

__all__ = ["OwnQueries"]


class OwnQueries:
    """An `Evaluator` whose queries run in workers."""

    def __init__(self, pool: Pool, timeout: float) -> None:
        """Ask ``pool``; a query may take ``timeout`` seconds."""
        self._pool = pool
        self._timeout = timeout

    async def select(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT; see `Evaluator.select`."""
        solutions = parse_query_results(
            await self._whole(Kind.SELECT, text), QueryResultsFormat.JSON
        )
        if not isinstance(solutions, QuerySolutions):
            raise TypeError("a SELECT yields solutions")
        names = [variable.value for variable in solutions.variables]
        return [
            {name: term for name, term in zip(names, solution, strict=True) if term is not None}
            for solution in solutions
        ]

    async def triples(self, text: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE; see `Evaluator.triples`."""
        body = await self._whole(Kind.TRIPLES, text)
        return [quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)]

    async def _whole(self, kind: Kind, text: str) -> bytes:
        job = Job(frame(kind, text.encode()), self._timeout, own=True)
        reply: Reply = await self._pool.run(job)
        return reply.body + b"".join([piece async for piece in reply.rest()])
