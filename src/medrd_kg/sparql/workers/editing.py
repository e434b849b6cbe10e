"""Carrying out one edit inside a worker, and telling what changed."""

from collections.abc import Sequence
from typing import assert_never

from medrd_kg.federation.documents import Document
from medrd_kg.problems import Problem
from medrd_kg.settings import ENVIRONMENT_PREFIX
from medrd_kg.sparql.editing import (
    Load,
    delete_graph,
    documents_to_load,
    evaluate_update,
    post_graph,
    put_graph,
)
from medrd_kg.sparql.editing.data_blocks import condense
from medrd_kg.sparql.rdf_documents import read_documents
from medrd_kg.sparql.screening import screen
from medrd_kg.sparql.workers.attachments import unpack
from medrd_kg.sparql.workers.frames import headed, split_head
from medrd_kg.sparql.workers.holding import Holding
from medrd_kg.sparql.workers.remote import RemoteAnswersNeeded, RemoteCall, with_remote_answers
from medrd_kg.sparql.writing import GraphDeletion, GraphWriting, Update, from_message
from medrd_kg.store.delta import Delta

__all__ = ["edit"]


def edit(holding: Holding, payload: bytes) -> bytes:
    """Carry out the edit of a frame; the data are at the new state afterwards.

    Returns:
        The payload of the answer: what was done, and the encoded delta.

    Raises:
        Problem: It is refused; the state of the data is unknown then.
        RemoteAnswersNeeded: Other servers have to answer first; nothing has changed.
    """
    (message, table, federated), packed = split_head(payload)
    body, remote = unpack(table, packed)
    request = from_message(message, body)
    match request:
        case Update():
            delta = _update(holding, request, remote, federated=federated)
        case GraphWriting():
            delta = (put_graph if request.replaces else post_graph)(
                holding.store,
                request.graph,
                read_documents(request.content_type, request.body, name=request.graph),
                base_iri=request.base_iri,
                writable=holding.may_edit,
            )
        case GraphDeletion():
            delta = delete_graph(holding.store, request.graph, writable=holding.may_edit)
        case _:
            assert_never(request)
    fault = holding.fault_of(delta, request.language)
    if fault is not None:
        raise fault
    return headed(_outcome(delta), b"" if delta.is_empty else delta.encode())


def _update(
    holding: Holding,
    request: Update,
    remote: Sequence[Document | None] | None,
    *,
    federated: bool,
) -> Delta:
    text = request.text
    documents: dict[str, Document] = {}
    found = screen(condense(text).text)
    loads = documents_to_load(text, request.base_iri) if found.uses_load else ()
    if not federated:
        _refuse_loads(loads)
    elif loads or found.uses_service:
        if remote is not None:
            fetched, remote = remote[: len(loads)], remote[len(loads) :]
            documents = {
                load.source: document
                for load, document in zip(loads, fetched, strict=True)
                if document is not None
            }
        calls = [RemoteCall(load.source, "", load.silent) for load in loads]
        try:
            if found.uses_service:
                text = with_remote_answers(text, request.base_iri, remote)
        except RemoteAnswersNeeded as needed:
            calls += needed.calls
        if calls and remote is None:
            raise RemoteAnswersNeeded(calls)
    return evaluate_update(
        holding.store,
        text,
        using=request.using,
        base_iri=request.base_iri,
        documents=documents,
        writable=holding.may_edit,
    )


def _refuse_loads(loads: Sequence[Load]) -> None:
    """Refuse to load where nothing may be fetched; LOAD SILENT goes on without its document.

    Raises:
        Problem: ``service-not-allowed``.
    """
    for load in loads:
        if not load.silent:
            raise Problem(
                "service-not-allowed",
                f"LOAD <{load.source}> reads another server, and that is switched off",
                "send the document itself to /graph-store, or have the operator allow its address"
                f" by {ENVIRONMENT_PREFIX}SERVICE_ALLOW",
            )


def _outcome(delta: Delta) -> dict[str, object]:
    return {
        "created": bool(delta.created),
        "added": delta.added.count(b"\n"),
        "removed": delta.removed.count(b"\n"),
    }
