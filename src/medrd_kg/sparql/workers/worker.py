"""The life of a worker: wait for a request, answer it, and be killed whenever the server wants.

A worker is forked from the nursery with the data in its memory. It has no network, little
priority against the server once a query takes long, and a limit of memory.
"""

import os
import socket
import traceback
from pathlib import Path
from typing import Final

import orjson

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.answering import ServiceDescriptionAsked, answer, query_of
from medrd_kg.sparql.workers.editing import edit
from medrd_kg.sparql.workers.exchange import AskRequest, problem_document
from medrd_kg.sparql.workers.frames import Kind, frame, headed, read_frame
from medrd_kg.sparql.workers.holding import Holding
from medrd_kg.sparql.workers.remote import RemoteAnswersNeeded
from medrd_kg.sparql.workers.sink import Sink, resident_memory

__all__ = ["work"]

_ASK: Final = int(Kind.ASK)
"""What nearly all frames are, and must be told fast."""

_OWN_TYPES: Final = {Kind.SELECT: "application/json", Kind.TRIPLES: "application/n-triples"}


def work(channel: socket.socket, holding: Holding) -> None:
    """Answer requests until the server hangs up.

    Args:
        channel: A blocking socket to the server.
        holding: The data, this process's own.
    """
    pending = bytearray()
    memory = resident_memory()
    while (received := read_frame(channel, pending)) is not None:
        kind, payload = received
        try:
            _handle(holding, kind, payload, channel, memory)
        except Problem as problem:
            channel.sendall(frame(Kind.FAULT, headed(problem_document(problem))))
        except ServiceDescriptionAsked:
            channel.sendall(frame(Kind.DESCRIBE))
        except RemoteAnswersNeeded as needed:
            calls = [call.document() for call in needed.calls]
            channel.sendall(frame(Kind.NEEDS, orjson.dumps(calls)))
        except ConnectionError:
            return
        except MemoryError:
            os.abort()  # as the engine does when it gets no memory
        except BaseException:  # noqa: BLE001 - the engine's panics are no Exceptions
            # What broke may be broken for good: this process ends, another takes its place.
            channel.sendall(frame(Kind.CRASH, traceback.format_exc().encode()))
            return


def _handle(
    holding: Holding, kind: int, payload: bytes, channel: socket.socket, memory: int
) -> None:
    """Do what a frame asks for."""
    if kind == _ASK:
        _write(holding, kind, payload, Sink(channel, memory))
        return
    match kind:
        case Kind.DELTA:
            holding.follow(payload)
        case Kind.TABLE:
            holding.adopt(payload)
        case Kind.SNAPSHOT:
            sequence, path = orjson.loads(payload)
            holding.open_snapshot(Path(path), sequence)
        case Kind.EDIT:
            channel.sendall(frame(Kind.EDITED, edit(holding, payload)))
        case Kind.ROLL_UP:
            tables = holding.roll_up(query_of(AskRequest.decode(payload)))
            sizes = [len(table) for table in tables]
            channel.sendall(frame(Kind.TABLES, headed(sizes, b"".join(tables))))
        case _:
            _write(holding, kind, payload, Sink(channel, memory))


def _write(holding: Holding, kind: int, payload: bytes, sink: Sink) -> None:
    """Answer into a sink what a frame asks for."""
    if kind == _ASK:
        request = AskRequest.decode(payload)
        answer(holding.store, request, sink, holding.extents, holding.rollups)
        return  # it finishes by itself
    match kind:
        case Kind.SELECT | Kind.TRIPLES:
            holding.store.query(payload.decode()).write(sink, _OWN_TYPES[Kind(kind)])
        case Kind.BACKUP:
            holding.store.backup(Path(payload.decode()))
        case Kind.DUMP:
            for lines in holding.editable_lines():
                sink.write(lines)
        case _:
            raise ValueError(f"a worker does not know frames of kind {kind}")
    sink.finish()
