"""Answering one request of the SPARQL Protocol inside a worker, from its bytes to the answer's."""

import re
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.admission import admitted_form
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.media_types import answer_type, written_as

# from medrd_kg.sparql.planning import plan
from medrd_kg.sparql.protocol import ProtocolQuery, read_query
from medrd_kg.sparql.screening import declared_prefixes
from medrd_kg.sparql.workers.exchange import AskRequest, ReplyHead
from medrd_kg.sparql.workers.sink import Sink
from medrd_kg.store.base import QueryFault, QueryForm
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.store.results import EmbeddedResult

__all__ = ["ServiceDescriptionAsked", "answer"]

_VOLATILE: Final = re.compile(r"\b(?:rand|now|uuid|struuid)\s*\(|\\u", re.IGNORECASE)
"""Functions whose value changes from call to call, or escapes that may spell them."""


class ServiceDescriptionAsked(Exception):
    """The request has no query: the server describes itself."""


def answer(store: EmbeddedStore, request: AskRequest, sink: Sink) -> None:
    """Answer a request into ``sink``.

    Raises:
        Problem: The request or the query is at fault.
        ServiceDescriptionAsked: There is no query.
        RemoteAnswersNeeded: The query calls other endpoints that are allowed.
    """
    asked = read_query(request.method, request.query_string, request.content_type, request.body)
    if asked is None:
        raise ServiceDescriptionAsked
    form = admitted_form(asked.text)
    # Where the form shows, an impossible Accept costs no evaluation.
    media_type = answer_type(request.accept, form) if form else None
    try:
        if request.max_rows and form in {QueryForm.SELECT, None}:
            _refuse_excess(_evaluated(store, asked, request.endpoint), request.max_rows)
        result = _evaluated(store, asked, request.endpoint)
        media_type = media_type or answer_type(request.accept, result.form)
        sink.head = ReplyHead(media_type, keepable=_VOLATILE.search(asked.text) is None)
        prefixes = declared_prefixes(asked.text) if result.form == QueryForm.GRAPH else None
        result.write(sink, written_as(media_type, result.form), prefixes)  # type: ignore[arg-type]
    except QueryFault as fault:
        raise malformed(asked.text, fault) from fault
    except ValueError as error:
        sink.discard()
        raise Problem(
            "not-acceptable",
            f"the answer cannot be written as {media_type}: {error}",
            "ask for another format",
        ) from error
    sink.finish()


def _evaluated(store: EmbeddedStore, asked: ProtocolQuery, base_iri: str) -> EmbeddedResult:
    """Evaluate the planned form of a query; a fault is told of the query as it was written."""
    planned = asked
    if planned.text is not asked.text:
        try:
            return store.query(planned.text, dataset=asked.dataset, base_iri=base_iri)
        except QueryFault:
            pass  # evaluated as written, which tells the place of the fault in the caller's text
    return store.query(asked.text, dataset=asked.dataset, base_iri=base_iri)


def _refuse_excess(result: EmbeddedResult, limit: int) -> None:
    """Refuse an answer of too many rows before any of it is written."""
    if result.has_more_rows_than(limit):
        raise Problem(
            "too-many-rows",
            f"the answer has more than {limit} rows",
            "add LIMIT and OFFSET with ORDER BY, or narrow the pattern",
            extra={"limit": limit},
        )
