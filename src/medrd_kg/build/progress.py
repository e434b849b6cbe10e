"""How a build says what it is doing: a moving line on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

__all__ = ["ConsoleProgress", "Progress", "SilentProgress", "Timings"]

_QUARTERS = 4


class Progress(Protocol):
    """What a build tells its caller."""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step for as long as the context lasts."""

    def note(self, message: str) -> None:
        """Say something that the caller should read even afterwards."""


class SilentProgress:
    """Says nothing."""

    @contextmanager
    def step(self, title: str) -> Iterator[None]:  # noqa: ARG002 - the protocol's signature
        """Say nothing."""
        yield

    def note(self, message: str) -> None:
        """Say nothing."""


class ConsoleProgress:
    """Writes to standard error, or to another stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to ``stream``; a terminal gets a moving line, everything else one line a step."""
        self._console = Console(file=stream or sys.stderr, highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show the step while it runs, and afterwards how long it took in seconds."""
        started = time.perf_counter()
        if self._console.is_terminal:
            with self._console.status(title):
                yield
        else:
            yield
        self._console.print(f"{title}: {time.perf_counter() - started:.1f} s", markup=False)

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show how much of ``total`` is done; elsewhere than on a terminal, a line each quarter.

        The context's value is called with the number of units that have been done since.
        """
        started = time.perf_counter()
        if self._console.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
            with Bar(*columns, TimeRemainingColumn(), console=self._console, transient=True) as bar:
                task = bar.add_task(title, total=total)
                yield lambda count: bar.advance(task, count)
        else:
            yield self._quarters(title, total)
        self._console.print(f"{title}: {time.perf_counter() - started:.1f} s", markup=False)

    def _quarters(self, title: str, total: int) -> Callable[[int], None]:
        done = 0

        def advance(count: int) -> None:
            nonlocal done
            before, done = done, done + count
            if total and _QUARTERS * before // total < _QUARTERS * done // total < _QUARTERS:
                self._console.print(f"{title}: {done} of {total}", markup=False)

        return advance

    def note(self, message: str) -> None:
        """Print the message on a line of its own."""
        self._console.print(message, markup=False)


class Timings:
    """Passes progress on and remembers how long each step took.

    Attributes:
        seconds: Seconds by title of the step.
    """

    def __init__(self, progress: Progress) -> None:
        """Pass everything on to ``progress``."""
        self._progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step and time it."""
        started = time.perf_counter()
        with self._progress.step(title):
            yield
        self.seconds[title] = round(time.perf_counter() - started, 3)

    def note(self, message: str) -> None:
        """Pass a message on."""
        self._progress.note(message)
