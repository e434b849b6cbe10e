"""Comparisons of releases: made by processes apart, a few kept, one at a time."""

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections import OrderedDict
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from medrd_kg.problems import Problem
from medrd_kg.web.differences.comparing import FAULTY
from medrd_kg.web.differences.kept import KeptDifference
from medrd_kg.web.faults import BrokenAnswer

__all__ = ["Differences"]

_KEPT: Final = 8
"""Differences that are kept at a time."""

_MOST_WAITING: Final = 4
"""Comparisons that are made or wait."""

_PATIENCE_SECONDS: Final = 10.0
"""How long a caller waits for a comparison; it goes on without the caller."""

_LONGEST_SECONDS: Final = 3600.0
_PIECE: Final = 1 << 18
_HELD: Final = 1 << 16
_MODULE: Final = "medrd_kg.web.differences.comparing"

_Pair = tuple[str, str]

_logger = logging.getLogger(__name__)


class Differences:
    """Compares releases, and keeps what came out as long as the service runs."""

    def __init__(self) -> None:
        """Compare nothing yet."""
        self._kept: OrderedDict[_Pair, Path] = OrderedDict()
        self._made: dict[_Pair, asyncio.Task[Path]] = {}
        self._turn = asyncio.Lock()
        self._patches = asyncio.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    async def between(self, older: Path, newer: Path) -> KeptDifference:
        """Return what differs between two releases.

        Args:
            older: Folder of the one release.
            newer: Folder of the other one.

        Raises:
            Problem: ``comparison-running``: it takes longer than a caller should wait. ``busy``:
                too much else is being compared. ``damaged-release``: a dump cannot be read.
        """
        pair = (older.name, newer.name)
        file = self._kept.get(pair)
        if file is None:
            task = self._made.get(pair)
            if task is None:
                if len(self._made) >= _MOST_WAITING:
                    raise _busy("several releases are being compared at the moment")
                task = asyncio.create_task(self._make(pair, older, newer))
                self._made[pair] = task
                task.add_done_callback(lambda done: self._finish(pair, done))
            done, _ = await asyncio.wait([task], timeout=_PATIENCE_SECONDS)
            if not done:
                raise Problem(
                    "comparison-running",
                    f"{pair[0]} and {pair[1]} are being compared, which takes a while",
                    "ask again in a moment: it goes on meanwhile, and is made once",
                    headers={"Retry-After": "5"},
                )
            file = task.result()
        if pair in self._kept:
            self._kept.move_to_end(pair)
        return KeptDifference(file)

    async def patch(self, older: Path, newer: Path) -> AsyncGenerator[bytes, None]:
        """Return the RDF Patch that turns one release into the other, piece by piece.

        The first piece is at hand when this returns.

        Raises:
            Problem: ``busy``: another one is being sent. ``damaged-release``.
        """
        if self._patches.locked():
            raise _busy("another patch is being sent at the moment")
        pieces = self._pieces(older, newer)
        first = await anext(pieces)

        async def all_of_them() -> AsyncGenerator[bytes, None]:
            async with contextlib.aclosing(pieces):
                yield first
                async for piece in pieces:
                    yield piece

        return all_of_them()

    async def close(self) -> None:
        """End what is being compared, and remove what was kept."""
        for task in list(self._made.values()):
            task.cancel()
        await asyncio.gather(*self._made.values(), return_exceptions=True)
        self._kept.clear()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)

    def _finish(self, pair: _Pair, task: asyncio.Task[Path]) -> None:
        self._made.pop(pair, None)
        if not task.cancelled():
            task.exception()  # whoever waited was told

    async def _make(self, pair: _Pair, older: Path, newer: Path) -> Path:
        async with self._turn:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="medrd-kg-differences-")
            file = Path(self._folder.name) / f"{'..'.join(pair)}.sqlite"
            unfinished = file.with_suffix(".unfinished")
            unfinished.unlink(missing_ok=True)
            process = await _start("keep", older, newer, unfinished)
            try:
                code = await asyncio.wait_for(process.wait(), _LONGEST_SECONDS)
            except TimeoutError as error:
                raise Problem(
                    "query-timeout",
                    f"comparing took longer than {_LONGEST_SECONDS:g} s",
                    "medrd-kg diff compares without a limit",
                ) from error
            finally:
                await _end(process)
            _require_success(code, pair)
            unfinished.rename(file)
            self._kept[pair] = file
            while len(self._kept) > _KEPT:
                _, oldest = self._kept.popitem(last=False)
                oldest.unlink(missing_ok=True)
            return file

    async def _pieces(self, older: Path, newer: Path) -> AsyncGenerator[bytes, None]:
        async with self._patches:
            process = await _start("patch", older, newer)
            try:
                if process.stdout is None:
                    raise RuntimeError("the process has no output")
                # What fails early keeps its status; see the limits of answers in docs/rest.md.
                first, is_whole = await _beginning(process.stdout)
                if is_whole:
                    _require_success(await process.wait(), (older.name, newer.name))
                yield first
                while piece := await process.stdout.read(_PIECE):
                    yield piece
                if code := await process.wait():
                    raise BrokenAnswer(f"comparing ended with code {code}")
            finally:
                await _end(process)


async def _beginning(output: asyncio.StreamReader) -> tuple[bytes, bool]:
    """Return the first bytes of an output, and whether these are all."""
    try:
        return await output.readexactly(_HELD), False
    except asyncio.IncompleteReadError as ended:
        return ended.partial, True


async def _start(what: str, older: Path, newer: Path, *more: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _MODULE, what, str(os.getpid())),
        *map(str, (older, newer, *more)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE if what == "patch" else asyncio.subprocess.DEVNULL,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _require_success(code: int, pair: _Pair) -> None:
    if code == FAULTY:
        raise Problem(
            "damaged-release",
            f"the dump of {pair[0]} or of {pair[1]} cannot be read",
            "the log tells which; /api/v1/releases lists the others",
        )
    if code:
        _logger.error("comparing %s with %s ended with code %d", *pair, code)
        raise Problem("internal-error", "the releases could not be compared", "the log tells why")


def _busy(detail: str) -> Problem:
    return Problem("busy", detail, "ask again in a moment", headers={"Retry-After": "5"})
