"""Calls of other servers, between a worker that finds them and the server that makes them.

A worker has no network. It names the calls that a text needs and ends; the same request comes to a
worker again with the answers.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from medrd_kg.federation.documents import Document
from medrd_kg.sparql.service_calls import ServiceCall, inline_results, service_calls

__all__ = ["RemoteAnswersNeeded", "RemoteCall", "with_remote_answers"]


@dataclass(frozen=True, slots=True)
class RemoteCall:
    """One call of another server.

    Attributes:
        endpoint: IRI of the endpoint, or of the document to load.
        query: What the endpoint is asked; empty: a document is read.
        silent: Whether the request goes on without the answer.
        nested: IRIs of the endpoints that it is asked to call in turn.
    """

    endpoint: str
    query: str
    silent: bool
    nested: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def of(cls, call: ServiceCall) -> "RemoteCall":
        """Return the call of a SERVICE pattern."""
        return cls(call.endpoint, call.query, call.silent, call.nested)


class RemoteAnswersNeeded(Exception):
    """The text cannot be evaluated before other servers have answered.

    Attributes:
        calls: What they are to be asked.
    """

    def __init__(self, calls: Sequence[RemoteCall]) -> None:
        """Name the calls."""
        super().__init__(f"{len(calls)} calls")
        self.calls = tuple(calls)


def with_remote_answers(text: str, base_iri: str, answers: Sequence[Document | None] | None) -> str:
    """Return a text with the solutions of its SERVICE patterns as inline data.

    Args:
        text: A query or update whose tokens may hold SERVICE.
        base_iri: Base of its relative IRIs.
        answers: The answers to its calls; None when nobody has been asked yet.

    Raises:
        RemoteAnswersNeeded: Nobody has been asked yet.
        Problem: ``malformed-query``, ``service-not-allowed`` or ``remote-failure``.
    """
    calls = service_calls(text, base_iri)
    if not calls:
        return text
    if answers is None:
        raise RemoteAnswersNeeded([RemoteCall.of(call) for call in calls])
    return inline_results(text, calls, answers, base_iri=base_iri)
