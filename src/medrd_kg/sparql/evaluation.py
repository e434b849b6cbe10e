"""The seam between the faces of the service and what evaluates its own queries.

Callers' queries have a way of their own, with limits and streams (`medrd_kg.sparql.workers`); the
service's queries come through here, as text, and their answers as values.
"""

from typing import Protocol

from pyoxigraph import Triple

from medrd_kg.store.base import Row

__all__ = ["Evaluator"]


class Evaluator(Protocol):
    """Answers the service's own queries over the served state of the data."""

    async def select(self, text: str) -> list[Row]:
        """Return the solutions of a SELECT.

        Raises:
            Problem: A limit is reached.
        """

    async def triples(self, text: str) -> list[Triple]:
        """Return the triples of a CONSTRUCT or DESCRIBE.

        Raises:
            Problem: A limit is reached.
        """
