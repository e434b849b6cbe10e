"""Several tasks at once in processes that share what the caller has already read.

The processes are forked, so that they see the caller's data without a copy of it; where the
system cannot fork, or one task is all there is, the caller does the work itself.
"""

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import Final, TypeVar, cast

from medrd_kg.parents import die_with_parent

__all__ = ["each_in_parallel", "without_collector"]

_MOST_PROCESSES: Final = 4

T = TypeVar("T")

_work: Callable[[str], object] | None = None


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep the cycle collector still: millions of rows that hold no cycles cost it minutes."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _begin(work: Callable[[str], object], parent: int) -> None:
    die_with_parent(parent)
    global _work  # noqa: PLW0603 - what a forked process does for all its life
    _work = work
    gc.disable()


def _call(task: str) -> object:
    if _work is None:
        raise RuntimeError("a process begins with its work")
    result = _work(task)
    gc.collect()
    return result


def each_in_parallel(
    tasks: Sequence[str], work: Callable[[str], T], processes: int | None = None
) -> Iterator[tuple[str, T]]:
    """Do every task and yield it with its result, in the order in which they end.

    Args:
        tasks: Names of the tasks.
        work: Does one; what it returns must be picklable.
        processes: How many at once; None for as many as the machine has cores, at most four.

    Raises:
        OSError: A task failed to read or write; the others are not begun any more.
        BrokenProcessPool: A process was killed.
    """
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    at_once = min(processes or min(cores, _MOST_PROCESSES), len(tasks))
    if at_once <= 1 or sys.platform != "linux":
        with without_collector():
            for task in tasks:
                yield task, work(task)
                gc.collect()
        return
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(at_once, context, _begin, (work, os.getpid())) as pool:
            waiting = {pool.submit(_call, task): task for task in tasks}
            try:
                for done in as_completed(waiting):
                    yield waiting[done], cast("T", done.result())
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    finally:
        gc.unfreeze()
