"""Edits of data on disk: the editor changes a copy, and readers move on to copies of that.

The engine's readers do not follow a live writer. So the editor's files are copied after edits,
which takes milliseconds because large files are shared; edits that come meanwhile go into the next
copy.
"""

import asyncio
import logging
import shutil
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import orjson

from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.frames import Kind, frame
from medrd_kg.sparql.workers.job import Job
from medrd_kg.sparql.workers.pool import Pool
from medrd_kg.sparql.workers.process import Worker

__all__ = ["Snapshots"]

_KEPT: Final = 3
"""Snapshots on disk: that of now, and those that running queries may still open files of."""

_SECONDS: Final = 60.0

_logger = logging.getLogger(__name__)


class Snapshots:
    """The copies of the data that readers use, one after the other.

    Attributes:
        copy: Folder of the editor's own copy.
    """

    def __init__(self, pool: Pool, folder: Path, on_visible: Callable[[int], None]) -> None:
        """Keep snapshots.

        Args:
            pool: The readers.
            folder: Where they are kept; what is there is removed.
            on_visible: Called with the number of the last edit that readers see from now on.
        """
        self.copy = folder / "editor"
        self._pool = pool
        self._folder = folder
        self._on_visible = on_visible
        self._unseen: deque[tuple[int, bytes]] = deque()
        self._made: deque[Path] = deque()
        self._making: asyncio.Task[None] | None = None
        shutil.rmtree(folder, ignore_errors=True)

    def clear(self) -> None:
        """Remove all copies, once nobody reads them."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def unseen(self) -> list[tuple[int, bytes]]:
        """Return the edits that no snapshot holds yet, as frames: a new editor needs them."""
        return list(self._unseen)

    def note(self, sequence: int, delta: bytes, make: Callable[[int], Awaitable[None]]) -> None:
        """Let readers see an edit soon.

        Args:
            sequence: Its number.
            delta: It, as a frame of kind DELTA.
            make: Waits for the editor's turn and calls `make` with a number.
        """
        self._unseen.append((sequence, delta))
        if self._making is None or self._making.done():
            self._making = asyncio.ensure_future(self._make_all(make))

    async def _make_all(self, make: Callable[[int], Awaitable[None]]) -> None:
        while self._unseen:
            try:
                await make(self._unseen[-1][0])
            except Problem as problem:
                _logger.error("readers stay behind: %s", problem)  # noqa: TRY400 - for operators
                return

    async def make(self, editor: Worker, sequence: int) -> None:
        """Make a snapshot and move the readers on to it.

        Args:
            editor: Holds the data with all edits up to ``sequence``.
            sequence: Number of the last of them.

        Raises:
            Problem: It cannot be made.
        """
        path = self._folder / f"{sequence:012d}"
        job = Job(frame(Kind.BACKUP, str(path).encode()), _SECONDS)
        self._pool.start_on(editor, job)
        await job.answer()
        self._pool.adopt(sequence, frame(Kind.SNAPSHOT, orjson.dumps([sequence, str(path)])))
        while self._unseen and self._unseen[0][0] <= sequence:
            self._unseen.popleft()
        self._made.append(path)
        self._on_visible(sequence)
        while len(self._made) > _KEPT:
            await asyncio.to_thread(shutil.rmtree, self._made.popleft(), ignore_errors=True)
