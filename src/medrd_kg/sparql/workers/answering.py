"""Answering one request of the SPARQL Protocol inside a worker, from its bytes to the answer's."""

import re
from dataclasses import replace
from functools import partial
from typing import Final

import orjson

from medrd_kg.problems import Problem
from medrd_kg.sparql.admission import admitted_form
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.hints_empty import hints_for
from medrd_kg.sparql.hints_found import Hint, with_hints
from medrd_kg.sparql.media_types import answer_type, written_as
from medrd_kg.sparql.planning import Extents, RollupIndex, explain, plan
from medrd_kg.sparql.protocol import FORM, ProtocolQuery, is_true, read_parameters, read_query
from medrd_kg.sparql.screening import declared_prefixes
from medrd_kg.sparql.workers.exchange import AskRequest, ReplyHead
from medrd_kg.sparql.workers.remote import with_remote_answers
from medrd_kg.sparql.workers.sink import Sink
from medrd_kg.store.base import QueryFault, QueryForm
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.store.results import EmbeddedResult

__all__ = ["ServiceDescriptionAsked", "answer", "query_of"]

_VOLATILE: Final = re.compile(r"\b(?:rand|now|uuid|struuid)\s*\(|\\u", re.IGNORECASE)
"""Functions whose value changes from call to call, or escapes that may spell them."""

_SERVICE: Final = re.compile(r"service|\\u", re.IGNORECASE)
_WORTH_A_TABLE: Final = 0.02
"""Processor seconds from which a sum is worth a table for the next one."""

_JSON: Final = "application/json"
_JSON_SOLUTIONS: Final = frozenset({_JSON, "application/sparql-results+json"})
_LOOKED_AT: Final = 65_536
"""Bytes of a form in which the parameters of ours are looked for."""


class ServiceDescriptionAsked(Exception):
    """The request has no query: the server describes itself."""


def answer(
    store: EmbeddedStore,
    request: AskRequest,
    sink: Sink,
    extents: Extents | None = None,
    rollups: RollupIndex | None = None,
) -> None:
    """Answer a request into ``sink``.

    Args:
        store: The data.
        request: The request.
        sink: Receives the answer.
        extents: Known sizes of the data, for the planner.
        rollups: Tables of sums, for the planner.

    Raises:
        Problem: The request or the query is at fault.
        ServiceDescriptionAsked: There is no query.
        RemoteAnswersNeeded: The query calls other servers, and some may be called.
    """
    asked = read_query(request.method, request.query_string, request.content_type, request.body)
    if asked is None:
        raise ServiceDescriptionAsked
    keepable = not _is_volatile(asked.text)
    if request.federated and _SERVICE.search(asked.text) is not None:
        text = with_remote_answers(asked.text, request.endpoint, request.remote)
        # What another server says may change at any time.
        keepable, asked = keepable and text is asked.text, replace(asked, text=text)
    form = admitted_form(asked.text)
    if not asked.dataset.is_empty:
        rollups = None  # the tables are of the default graph as it is
    if _is_set(request, "explain"):
        _explain(asked, extents, rollups, sink)
        return
    evaluated = partial(_evaluated, store, asked, request.endpoint, extents, rollups)
    # Where the form shows, an impossible Accept costs no evaluation.
    media_type = answer_type(request.accept, form) if form else None
    try:
        if request.max_rows and form in {QueryForm.SELECT, None}:
            _refuse_excess(evaluated(), request.max_rows)
        result = evaluated()
        media_type = media_type or answer_type(request.accept, result.form)
        sink.head = ReplyHead(media_type, keepable=keepable)
        prefixes = declared_prefixes(asked.text) if result.form == QueryForm.GRAPH else None
        result.write(sink, written_as(media_type, result.form), prefixes)
    except QueryFault as fault:
        raise malformed(asked.text, fault) from fault
    except ValueError as error:
        sink.discard()
        raise Problem(
            "not-acceptable",
            f"the answer cannot be written as {media_type}: {error}",
            "ask for another format",
        ) from error
    if _is_set(request, "hints"):
        _add_hints(store, asked, request.endpoint, evaluated(), sink)
    if rollups is not None and sink.seconds > _WORTH_A_TABLE and rollups.wanted(asked.text):
        sink.head = sink.head._replace(may_roll_up=True)
    sink.finish()


def _is_volatile(text: str) -> bool:
    """Whether the answer may change while the data do not; most queries call nothing at all."""
    return ("(" in text or "\\" in text) and _VOLATILE.search(text) is not None


def query_of(request: AskRequest) -> str:
    """Return the text of a query that was answered before."""
    asked = read_query(request.method, request.query_string, request.content_type, request.body)
    return "" if asked is None else asked.text


def _evaluated(
    store: EmbeddedStore,
    asked: ProtocolQuery,
    base_iri: str,
    extents: Extents | None,
    rollups: RollupIndex | None,
) -> EmbeddedResult:
    """Evaluate the planned form of a query; a fault is told of the query as it was written."""
    planned = plan(asked.text, extents, rollups)
    if planned.text is not asked.text:
        try:
            return store.query(
                planned.text, dataset=asked.dataset, base_iri=base_iri, plan_of=asked.text
            )
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


def _is_set(request: AskRequest, name: str) -> bool:
    """Whether a parameter of ours is true; most requests do not even name it."""
    encoded = name.encode()
    if encoded not in request.query_string and encoded not in request.body[:_LOOKED_AT]:
        return False
    given = read_parameters(request.query_string, "the address")
    if request.method == "POST" and (request.content_type or "").startswith(FORM):
        given += read_parameters(request.body, "the form")
    return is_true(given, name)


def _explain(
    asked: ProtocolQuery, extents: Extents | None, rollups: RollupIndex | None, sink: Sink
) -> None:
    """Tell how the query would be evaluated, instead of its answer."""
    sink.head = ReplyHead(_JSON, keepable=True)
    sink.write(orjson.dumps(explain(asked.text, extents, rollups)))
    sink.finish()


def _add_hints(
    store: EmbeddedStore, asked: ProtocolQuery, base_iri: str, again: EmbeddedResult, sink: Sink
) -> None:
    """Say why an answer may be empty, if it is.

    Args:
        store: The data.
        asked: The query.
        base_iri: Base of its relative IRIs.
        again: Its answer once more, since the first one is written.
        sink: Holds the answer.
    """
    if sink.has_begun or not _is_empty(again):
        return
    hints: list[Hint] = hints_for(store, asked.text, asked.dataset, base_iri=base_iri)
    sink.head = sink.head._replace(hints=tuple(hint.document() for hint in hints))
    if sink.head.media_type in _JSON_SOLUTIONS:
        sink.held = with_hints(sink.held, hints)


def _is_empty(result: EmbeddedResult) -> bool:
    """Whether the answer has no row, no triple, or is false."""
    match result.form:
        case QueryForm.SELECT:
            return not result.has_more_rows_than(0)
        case QueryForm.ASK:
            return not result.boolean()
        case _:
            return next(result.triples(), None) is None
