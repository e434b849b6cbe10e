"""Random names that no other process has drawn.

The engine draws the labels of new blank nodes (and UUID, STRUUID and RAND) from a generator that
each thread seeds when it first needs it. A forked process inherits the generator of the thread
that forked: every worker would draw the same names one after the other. A thread that begins
after the fork has a generator of its own.
"""

import threading
from collections.abc import Callable
from traceback import clear_frames
from typing import TypeVar

__all__ = ["in_new_thread"]

_Result = TypeVar("_Result")


def in_new_thread(work: Callable[[], _Result]) -> _Result:
    """Return what ``work`` returns in a thread of its own, or raise what it raises."""
    results: list[_Result] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the caller waits
            _drop_locals(error)
            failures.append(error)

    thread = threading.Thread(target=run, name="edit")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return results[0]


def _drop_locals(error: BaseException) -> None:
    """Let go of what the failed frames held: results of the engine must die in their thread."""
    pending: list[BaseException | None] = [error]
    while pending:
        each = pending.pop()
        if each is not None:
            clear_frames(each.__traceback__)
            pending += [each.__cause__, each.__context__]
