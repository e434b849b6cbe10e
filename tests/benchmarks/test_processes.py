"""Accounting of a process tree: children, those that ended, and those in another session."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.processes import ProcessTree

_BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
_SLACK_SECONDS = 0.1


@contextmanager
def _running(program: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program until it has said one line and for as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.stdin.close()


def test_time_of_ended_children_counts() -> None:
    program = (
        "import subprocess, sys\n"
        f"subprocess.run([sys.executable, '-c', {_BURN.format(seconds=0.4)!r}])\n"
        "print('ready', flush=True)\nsys.stdin.read()\n"
    )
    with _running(program) as process:
        tree = ProcessTree(process.pid)
        assert [each.pid for each in tree.living()] == [process.pid]
        assert tree.cpu_seconds() >= 0.4 - _SLACK_SECONDS


def test_a_process_in_a_session_of_its_own_counts() -> None:
    child = f"{_BURN.format(seconds=0.3)}print('burnt', flush=True)\nimport sys; sys.stdin.read()"
    program = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}], stdin=subprocess.PIPE,"
        " stdout=subprocess.PIPE, start_new_session=True)\n"
        "child.stdout.readline()\n"
        "print('ready', flush=True)\nsys.stdin.read()\nchild.communicate()\n"
    )
    with _running(program) as process:
        tree = ProcessTree(process.pid)
        assert len(tree.living()) == 2
        assert tree.processes()[0].pid == process.pid
        assert tree.cpu_seconds() >= 0.3 - _SLACK_SECONDS


def test_memory_of_the_tree() -> None:
    taken = 60_000_000
    program = f"held = b'x' * {taken}\nprint('ready', flush=True)\nimport sys; sys.stdin.read()\n"
    with _running(program) as process:
        assert ProcessTree(process.pid).memory_bytes() > taken


def test_others_are_not_of_the_tree() -> None:
    with _running("print('ready', flush=True)\nimport sys; sys.stdin.read()\n") as process:
        pids = {each.pid for each in ProcessTree(process.pid).processes()}
    assert os.getpid() not in pids


def test_a_server_does_not_outlive_what_started_it() -> None:
    program = (
        "import subprocess, sys\n"
        "from benchmarks.processes import end_with_parent\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'],"
        " start_new_session=True, preexec_fn=end_with_parent)\n"
        "print(child.pid, flush=True)\nsys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        # Ends without any chance to clean up.
        handle = os.pidfd_open(child)
        parent.kill()
        ended, _, _ = select.select([handle], [], [], 10)
        os.close(handle)
    assert ended
