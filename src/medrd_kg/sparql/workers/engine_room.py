"""All that evaluates and changes the data of a service: the pool, the journal, the editor."""

import asyncio
import hashlib
import itertools
import logging
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode

from medrd_kg.federation.documents import Document
from medrd_kg.federation.gateway import Gateway
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.attachments import pack
from medrd_kg.sparql.workers.exchange import AskRequest
from medrd_kg.sparql.workers.frames import Kind, frame, headed, split_head
from medrd_kg.sparql.workers.history import delta_frame, history
from medrd_kg.sparql.workers.job import Job, Needs, Reply
from medrd_kg.sparql.workers.own_queries import OwnQueries
from medrd_kg.sparql.workers.pool import Limits, Pool
from medrd_kg.sparql.workers.process import Worker
from medrd_kg.sparql.workers.remote_servers import RemoteServers
from medrd_kg.sparql.workers.rolling_up import RollingUp
from medrd_kg.sparql.workers.snapshots import Snapshots
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.sparql.writing import Author, EditRequest, Written, to_message
from medrd_kg.store.journal import EditRecord, Journal

__all__ = ["EngineRoom", "state_id"]

_BYTES_PER_MEGABYTE: Final = 1_000_000
_EDITOR_MEMORY: Final = 4
"""The editor may take so many times the memory of a query: it holds what it adds."""

_LONG_JOURNAL_BYTES: Final = 64_000_000
"""Bytes of records from which the next start makes a checkpoint of them."""

_DUMP_SECONDS: Final = 600.0
_LEAST_SECONDS: Final = 0.05
"""Time for what comes after other servers have used up nearly all of it."""

_rooms = itertools.count(1)
_logger = logging.getLogger(__name__)


class EngineRoom:
    """Answers callers' requests and carries out their edits.

    Attributes:
        pool: The workers.
        own_queries: Answers queries that the service itself writes.
        rolling_up: Makes tables of sums.
        on_edit: Called with the number of each edit, once it is durable and seen.
    """

    def __init__(
        self, settings: Settings, version: str, source: DataSource, edits: Path | None
    ) -> None:
        """Prepare; `start` makes it work.

        Args:
            settings: The limits.
            version: Identifier of the release that the source holds.
            source: The data.
            edits: Folder of the journal; None: the data stay as they are.
        """
        self.on_edit: Callable[[int], None] = lambda _: None
        self._source = source
        own = (settings.base_url, settings.local_url)
        self._remote = RemoteServers(Gateway(settings.service_allow, own))
        self._timeout = settings.query_timeout_seconds
        self._version = version
        self._edits = edits
        self._memory = settings.query_memory_mb * _BYTES_PER_MEGABYTE
        self.pool = Pool(source, Limits(self._timeout, self._memory, settings.workers))
        self.own_queries = OwnQueries(self.pool, self._timeout)
        self.rolling_up = RollingUp(self.pool, self._timeout)
        self._is_writable = any((settings.editor_token, settings.admin_token))
        self._successor: EngineRoom | None = None
        self._carries_on = False
        self._journal: Journal | None = None
        self._turn = asyncio.Lock()
        self._editor: Worker | None = None
        self._snapshots: Snapshots | None = None

    async def start(self) -> None:
        """Open the journal, load the data and the edits, and make workers ready.

        Raises:
            Problem: ``damaged-journal``, ``damaged-release``, or another process writes here.
        """
        if not self._carries_on:
            await asyncio.to_thread(self._open_journal)
        if self._source.snapshot is None:
            await self.pool.start(self._history)
        else:
            await self._start_on_disk()
        if not self.pool.isolated:
            _logger.warning("this machine cannot cut workers off the network: federation is off")
        await self._shorten_journal()

    async def stop(self, grace: float) -> None:
        """Let running queries end within ``grace`` seconds, then end everything."""
        async with self._turn:  # an edit in the middle is finished first
            await self.pool.stop(grace)
            if self._journal is not None:
                self._journal.close()
            if self._snapshots is not None:
                await asyncio.to_thread(self._snapshots.clear)
            await self._remote.close()

    @asynccontextmanager
    async def handing_over(self) -> AsyncIterator[None]:
        """Let no edit begin: another room is about to carry on the journal.

        The other room is opened within; see `pass_journal`. Whoever does not name it as the
        `successor` leaves all as it was.
        """
        async with self._turn:
            yield

    def pass_journal(self, successor: "EngineRoom") -> None:
        """Let a room that is about to start have the journal, open as it is."""
        successor._journal = self._journal  # noqa: SLF001 - of the same class
        successor._carries_on = True  # noqa: SLF001

    def give_journal_back(self) -> None:
        """Leave the journal alone: this room could not start after all."""
        self._journal = None

    def retire(self, successor: "EngineRoom") -> None:
        """Answer queries as before, and pass edits on to the room that has the journal now."""
        self._journal = None
        self.on_edit = lambda _: None
        self._successor = successor
        self._drop_editor()

    async def _start_on_disk(self) -> None:
        """Start over files on disk; edits need a copy of them."""
        await self.pool.start()
        if self._edits is None:
            return
        copies = self._edits.parent / "snapshots"
        if not self._carries_on:  # what a crash left behind
            await asyncio.to_thread(shutil.rmtree, copies, ignore_errors=True)
        # A former room of the same release may still be read, and removes its own in the end.
        folder = copies / f"{self._version}-{next(_rooms)}"
        self._snapshots = Snapshots(self.pool, folder, self._seen)
        last = 0
        for sequence, delta in self._history():
            editor = await self._ready_editor()
            editor.send(delta)
            editor.sequence = last = sequence
        if last:
            await self._snapshots.make(await self._ready_editor(), last)

    def _seen(self, sequence: int) -> None:
        self.on_edit(sequence)

    async def _ready_editor(self) -> Worker:
        """Return the editor, at the newest state."""
        if self._editor is None or self._editor.is_gone:
            memory = _EDITOR_MEMORY * self._memory
            if self._snapshots is None:
                self._editor = await self.pool.borrow(memory)
            else:
                self._editor = await self.pool.borrow(memory, self._snapshots.copy)
                for sequence, delta in self._snapshots.unseen():
                    self._editor.send(delta)
                    self._editor.sequence = sequence
        return self._editor

    async def _make_snapshot(self, least: int) -> None:
        """Let readers see all edits up to now, among them that of number ``least``."""
        async with self._turn:
            snapshots, journal = self._snapshots, self._journal
            if snapshots is None or journal is None:
                return
            try:
                editor = await self._ready_editor()
                await snapshots.make(editor, max(least, journal.last_sequence))
            except BaseException:
                self._drop_editor()
                raise

    def _drop_editor(self) -> None:
        """End an editor that holds nobody knows what."""
        editor, self._editor = self._editor, None
        if editor is not None:
            self.pool.retire(editor)

    def _open_journal(self) -> None:
        """Open the journal for writing where anybody may; several servers may read it."""
        if self._is_writable and self._edits is not None:
            self._journal = Journal.open(self._edits)

    def _history(self) -> Iterator[tuple[int, bytes]]:
        return history(self._edits, self._source.folded)

    async def ask(self, request: AskRequest, job: Job, hops: int = 0) -> object:
        """Answer a request of the SPARQL Protocol.

        Args:
            request: The request.
            job: Made of the request by `job_for`; its time limit holds for all that it takes.
            hops: How many services the request has passed.

        Returns:
            A `Reply`, or a `ServiceDescription`.

        Raises:
            Problem: The request is at fault, or a limit is reached.
        """
        answer = await self.pool.run(job)
        if isinstance(answer, Needs):
            deadline = job.arrived + job.timeout
            documents = await self._remote.fetched(answer, deadline, hops)
            again = self.job_for(request._replace(remote=tuple(documents)))
            again.timeout = max(_LEAST_SECONDS, deadline - time.monotonic())
            again.client, again.gone = job.client, job.gone
            answer = await self.pool.run(again)
        if isinstance(answer, Reply):
            self.rolling_up.note(request, answer.head)
        return answer

    def job_for(self, request: AskRequest) -> Job:
        """Return the job of a request."""
        return Job(frame(Kind.ASK, request.encode()), self._timeout)

    @property
    def is_federated(self) -> bool:
        """Whether any other server may be called."""
        return self._remote.is_open and self.pool.isolated

    async def edit(self, request: EditRequest, author: Author) -> Written:
        """Carry out a change of the data, wholly or not at all; see `Writer.edit`."""
        async with self._turn:
            if self._successor is None:
                try:
                    return await self._edit(request, author)
                except BaseException:
                    self._drop_editor()
                    raise
        return await self._successor.edit(request, author)

    async def _edit(self, request: EditRequest, author: Author) -> Written:
        deadline = time.monotonic() + self._timeout
        message, body = to_message(request)
        answer = await self._edited(message, body, None, deadline)
        if isinstance(answer, Needs):
            documents = await self._remote.fetched(answer, deadline, author.hops)
            answer = await self._edited(message, body, documents, deadline)
        outcome, delta = split_head(answer)
        sequence = self._journal.last_sequence if self._journal is not None else 0
        if delta:
            digest = hashlib.blake2b(body, digest_size=8).hexdigest()
            sequence = await self._accept(delta, author, digest)
        return Written(
            state_id=state_id(self._version, sequence),
            created=outcome["created"],
            added=outcome["added"],
            removed=outcome["removed"],
        )

    async def _edited(
        self,
        message: dict[str, Any],
        body: bytes,
        documents: Sequence[Document | None] | None,
        deadline: float,
    ) -> Any:  # noqa: ANN401 - Needs, or the payload of an answer
        """Let the editor evaluate a change in the newest state."""
        editor = await self._ready_editor()
        table, packed = pack(body, documents)
        sent = frame(Kind.EDIT, headed([message, table, self.is_federated], packed))
        job = Job(sent, max(_LEAST_SECONDS, deadline - time.monotonic()))
        self.pool.start_on(editor, job)
        return await job.answer()

    async def _accept(self, delta: bytes, author: Author, digest: str) -> int:
        """Make an edit durable, then let everybody see it; return its number."""
        journal = self._journal
        if journal is None:
            raise RuntimeError("the journal is not open")
        record = EditRecord(
            accepted=datetime.now(UTC),
            release=self._version,
            role=author.role,
            author=author.fingerprint,
            request=digest,
            delta=delta,
        )
        sequence = await asyncio.to_thread(journal.append, record.encode())
        if self._editor is not None:
            self._editor.sequence = sequence
        news = delta_frame(sequence, delta)
        if self._snapshots is not None:
            self._snapshots.note(sequence, news, self._make_snapshot)
        else:
            self.pool.publish(sequence, news)
            self.on_edit(sequence)
        return sequence

    async def _shorten_journal(self) -> None:
        """Let a checkpoint take the place of a long journal, so that the next start is quick."""
        journal = self._journal
        if journal is None or journal.bytes_since_checkpoint < _LONG_JOURNAL_BYTES:
            return
        reply: Reply = await self.pool.run(Job(frame(Kind.DUMP), _DUMP_SECONDS, own=True))
        content = [reply.body, *[piece async for piece in reply.rest()]]
        rows = await self.own_queries.select("SELECT ?g WHERE { GRAPH ?g {} }")
        names = {row["g"].value for row in rows if isinstance(row["g"], NamedNode)}
        await asyncio.to_thread(
            journal.checkpoint,
            self.pool.sequence,
            content,
            release=self._version,
            graphs=sorted(names - (self._source.protected or frozenset())),
        )


def state_id(version: str, sequence: int) -> str:
    """Return the identifier of a release with the edits up to a number."""
    return f"{version}+{sequence}" if sequence else version
