"""Making the calls that workers name: the server's side of SERVICE and LOAD."""

from medrd_kg.federation.documents import Document
from medrd_kg.federation.gateway import Gateway
from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.job import Needs
from medrd_kg.sparql.workers.remote import RemoteCall

__all__ = ["RemoteServers"]


class RemoteServers:
    """Makes the calls that workers name."""

    def __init__(self, gateway: Gateway) -> None:
        """Call through ``gateway``."""
        self._gateway = gateway

    @property
    def is_open(self) -> bool:
        """Whether anything may be called at all."""
        return self._gateway.is_open

    async def fetched(self, needs: Needs, deadline: float, hops: int) -> list[Document | None]:
        """Make calls and return their answers in order; None for a silent one that failed.

        Args:
            needs: The calls, as the worker described them.
            deadline: Value of `time.monotonic` by which all answers are there.
            hops: How many services the caller's request had passed.

        Raises:
            Problem: ``service-not-allowed`` or ``remote-failure``.
        """
        calls = [RemoteCall(**{**each, "nested": tuple(each["nested"])}) for each in needs.calls]
        documents: dict[RemoteCall, Document | None] = {
            call: await self._loaded(call, deadline, hops) for call in calls if not call.query
        }
        asked = [call for call in calls if call.query]
        found = await self._gateway.answers(asked, deadline=deadline, hops=hops)
        documents.update(zip(asked, found, strict=True))
        return [documents[call] for call in calls]

    async def close(self) -> None:
        """Let go of what calls need."""
        await self._gateway.aclose()

    async def _loaded(self, call: RemoteCall, deadline: float, hops: int) -> Document | None:
        try:
            return await self._gateway.fetch(call.endpoint, deadline=deadline, hops=hops)
        except Problem as problem:
            if call.silent and problem.slug == "remote-failure":
                return None
            raise
