"""All that evaluates and changes the data of a service: the pool, the journal, the editor."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.frames import Kind, frame, headed, split_head
from medrd_kg.sparql.workers.job import Job, Needs
from medrd_kg.sparql.workers.pool import Limits, Pool
from medrd_kg.sparql.workers.process import Worker
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.sparql.workers.worker import SEQUENCE_BYTES
from medrd_kg.sparql.writing import EditRequest, Written, to_message
from medrd_kg.store.journal import EditRecord, Journal

__all__ = ["EngineRoom"]

_BYTES_PER_MEGABYTE: Final = 1_000_000
_EDITOR_MEMORY: Final = 4
"""The editor may take so many times the memory of a query: it holds what it adds."""

_logger = logging.getLogger(__name__)


class EngineRoom:
    """Answers callers' requests and carries out their edits.

    Attributes:
        pool: The workers.
        on_edit: Called with the number of each edit, once it is durable and seen.
    """

    def __init__(self, settings: Settings, version: str, source: DataSource, edits: Path) -> None:
        """Prepare; `start` makes it work.

        Args:
            settings: The limits.
            version: Identifier of the release that the source holds.
            source: The data.
            edits: Folder of the journal.
        """
        self.on_edit: Callable[[int], None] = lambda _: None
        self._timeout = settings.query_timeout_seconds
        self._max_rows = settings.max_result_rows
        self._version = version
        self._edits = edits
        self._memory = settings.query_memory_mb * _BYTES_PER_MEGABYTE
        self.pool = Pool(source, Limits(self._timeout, self._memory, settings.workers))
        self._is_writable = any((settings.editor_token, settings.admin_token))
        self._journal: Journal | None = None
        self._read_edits: list[tuple[int, bytes]] = []
        self._turn = asyncio.Lock()
        self._editor: Worker | None = None

    async def start(self) -> None:
        """Open the journal, load the data and the edits, and make workers ready.

        Raises:
            Problem: ``damaged-journal``, ``damaged-release``, or another process writes here.
        """
        await asyncio.to_thread(self._open_journal)
        self.pool.history = self._history
        await self.pool.start()
        if not self.pool.isolated:
            _logger.warning("this machine cannot cut workers off the network: federation is off")

    async def stop(self, grace: float) -> None:
        """Let running queries end within ``grace`` seconds, then end everything."""
        async with self._turn:  # an edit in the middle is finished first
            await self.pool.stop(grace)
            if self._journal is not None:
                self._journal.close()

    def _open_journal(self) -> None:
        """Open the journal; without writers it is read once, and free for a server with them."""
        if self._is_writable:
            self._journal = Journal.open(self._edits)
        elif self._edits.is_dir():
            with Journal.open(self._edits) as journal:
                self._read_edits = list(_frames(journal))

    def _history(self) -> Iterable[tuple[int, bytes]]:
        """Return all edits as frames."""
        return self._read_edits if self._journal is None else _frames(self._journal)

    async def ask(self, job: Job) -> object:
        """Answer a request of the SPARQL Protocol; see `Pool.run`.

        Args:
            job: Made of the request by `job_for`.
        """
        answer = await self.pool.run(job)
        if isinstance(answer, Needs):
            raise Problem(
                "service-not-allowed",
                "the query calls another endpoint by SERVICE, and federation is off",
                "ask the other endpoint itself and join the answers",
            )
        return answer

    def job_for(self, request: AskRequest) -> Job:
        """Return the job of a request."""
        return Job(frame(Kind.ASK, request.encode()), self._timeout)

    async def edit(self, request: EditRequest) -> Written:
        """Carry out a change of the data, wholly or not at all; see `Writer.edit`."""
        async with self._turn:
            worker = self._editor or await self.pool.borrow(_EDITOR_MEMORY * self._memory)
            self._editor = None  # kept again only when all went well
            try:
                written = await self._edit(worker, request)
            except BaseException:
                self.pool.retire(worker)
                raise
            self._editor = worker
            return written

    async def _edit(self, worker: Worker, request: EditRequest) -> Written:
        job = Job(frame(Kind.EDIT, headed(*to_message(request))), self._timeout)
        self.pool.start_on(worker, job)
        outcome, delta = split_head(await job.answer())
        sequence = self.pool.sequence
        if delta:
            sequence = await asyncio.to_thread(self._accept, delta, job.digest)
            self.pool.publish(sequence, _delta_frame(sequence, delta))
            worker.sequence = sequence
            self.on_edit(sequence)
        return Written(
            state_id=f"{self._version}+{sequence}" if sequence else self._version,
            created=outcome["created"],
            added=outcome["added"],
            removed=outcome["removed"],
        )

    def _accept(self, delta: bytes, digest: str) -> int:
        """Make an edit durable; return its number."""
        if self._journal is None:
            raise RuntimeError("the journal is not open")
        record = EditRecord(
            accepted=datetime.now(UTC),
            release=self._version,
            role="editor",
            author="",
            request=digest,
            delta=delta,
        )
        return self._journal.append(record.encode())


def _frames(journal: Journal) -> Iterator[tuple[int, bytes]]:
    for sequence, record in journal.replay():
        yield sequence, _delta_frame(sequence, EditRecord.decode(record).delta)


def _delta_frame(sequence: int, delta: bytes) -> bytes:
    return frame(Kind.DELTA, sequence.to_bytes(SEQUENCE_BYTES, "big") + delta)
