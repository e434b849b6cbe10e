"""The life of a worker: wait for a request, answer it, and be killed whenever the server wants.

A worker is forked from the nursery with the data in its memory. It has no network, little
priority against the server once a query takes long, and a limit of memory.
"""

import os
import socket
import traceback
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.answering import ServiceDescriptionAsked, answer

# LATERfrom medrd_kg.sparql.workers.editing import edit
from medrd_kg.sparql.workers.exchange import AskRequest, problem_document
from medrd_kg.sparql.workers.frames import Kind, frame, headed, read_frame
from medrd_kg.sparql.workers.sink import Sink, usage
from medrd_kg.store.delta import Delta
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["SEQUENCE_BYTES", "sequence_of", "work"]

SEQUENCE_BYTES: Final = 8
"""Bytes before a delta that hold its sequence number, the highest first."""


def work(
    channel: socket.socket, store: EmbeddedStore, protected: frozenset[str] | None = None
) -> None:
    """Answer requests until the server hangs up.

    Args:
        channel: A blocking socket to the server.
        store: The data, this process's own.
        protected: Graphs that edits may not touch; see `DataSource`.
    """
    pending = bytearray()
    _, memory = usage()
    while (received := read_frame(channel, pending)) is not None:
        kind, payload = received
        try:
            if kind == Kind.EDIT:
                from medrd_kg.sparql.workers.editing import edit

                channel.sendall(frame(Kind.EDITED, edit(store, payload, protected)))
            else:
                _handle(store, kind, payload, Sink(channel, memory))
        except Problem as problem:
            channel.sendall(frame(Kind.FAULT, headed(problem_document(problem))))
        except ServiceDescriptionAsked:
            channel.sendall(frame(Kind.DESCRIBE))
        except ConnectionError:
            return
        except MemoryError:
            os.abort()  # as the engine does when it gets no memory
        except BaseException:  # noqa: BLE001 - the engine's panics are no Exceptions
            # What broke may be broken for good: this process ends, another takes its place.
            channel.sendall(frame(Kind.CRASH, traceback.format_exc().encode()))
            return


def _handle(store: EmbeddedStore, kind: int, payload: bytes, sink: Sink) -> None:
    match kind:
        case Kind.ASK:
            answer(store, AskRequest.decode(payload), sink)
        case Kind.DELTA:
            store.apply(Delta.decode(payload[SEQUENCE_BYTES:]))
        case Kind.SELECT | Kind.TRIPLES:
            media_type = "application/json" if kind == Kind.SELECT else "application/n-triples"
            store.query(payload.decode()).write(sink, media_type)  # type: ignore[arg-type]
            sink.finish()
        case _:
            raise ValueError(f"a worker does not know frames of kind {kind}")


def sequence_of(payload: bytes) -> int:
    """Return the sequence number in the payload of a delta frame."""
    return int.from_bytes(payload[:SEQUENCE_BYTES], "big")
