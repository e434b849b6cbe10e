"""The real server in a session of its own, with its processes in view."""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from benchmarks.processes import ProcessTree, end_with_parent

__all__ = ["AS_ADMIN", "EDITOR", "RUNNING", "Server", "eventually", "serving"]

RUNNING: Final = "/api/v1/admin/queries"
ADMIN: Final = "admin-token-of-the-survival-tests"
EDITOR: Final = "editor-token-of-the-survival-tests"
AS_ADMIN: Final = {"Authorization": f"Bearer {ADMIN}"}

_STEP_SECONDS: Final = 0.02
_START_SECONDS: Final = 120.0
_IDLE_WINDOW_SECONDS: Final = 0.5
_IDLE_SHARE: Final = 0.1


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        address: Where it listens, without a trailing slash.
        process: Its first process, which leads the session of all.
        tree: All its processes.
        said: Lines of its standard error so far.
    """

    address: str
    process: subprocess.Popen[str]
    tree: ProcessTree
    said: list[str]

    def rests(self) -> bool:
        """Tell whether all processes together take less than a tenth of one processor."""
        before = self.tree.cpu_seconds()
        threading.Event().wait(_IDLE_WINDOW_SECONDS)
        return self.tree.cpu_seconds() - before < _IDLE_SHARE * _IDLE_WINDOW_SECONDS

    def running(self) -> list[dict[str, Any]]:
        """Return the queries that run or wait, as administrators see them."""
        answer = httpx.get(f"{self.address}{RUNNING}", headers=AS_ADMIN, timeout=10)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def runs(self, lane: str = "long") -> bool:
        """Tell whether a query runs that has left the fast lane."""
        return any(each["lane"] == lane for each in self.running())


def eventually(what: str, holds: Callable[[], bool], *, within: float) -> float:
    """Return after how many seconds ``holds`` became true; fail when it does not in time."""
    begun = time.monotonic()
    pause = threading.Event()
    while not holds():
        if time.monotonic() - begun > within:
            raise AssertionError(f"not within {within} s: {what}")
        pause.wait(_STEP_SECONDS)
    return time.monotonic() - begun


@contextmanager
def serving(*arguments: str | Path) -> Iterator[Server]:
    """Run ``medrd-kg serve`` on a free port until the block ends; nothing of it stays behind."""
    variables = {k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")}
    variables |= {"MEDRD_KG_ADMIN_TOKEN": ADMIN, "MEDRD_KG_EDITOR_TOKEN": EDITOR}
    command = [sys.executable, "-m", "medrd_kg", "serve", "--port", "0", *map(str, arguments)]
    process = subprocess.Popen(
        command,
        env=variables,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - it only makes one system call
    )
    server = Server("", process, ProcessTree(process.pid), [])
    assert process.stderr is not None
    listener = threading.Thread(target=server.said.extend, args=(process.stderr,), daemon=True)
    listener.start()
    try:
        try:
            eventually("the server starts", lambda: _is_up(server), within=_START_SECONDS)
        except AssertionError as late:
            raise AssertionError(f"{late}: {''.join(server.said)}") from late
        yield Server(_address(server) or "", process, server.tree, server.said)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for left in server.tree.living():
            os.kill(left.pid, 9)
        listener.join(timeout=10)
        process.stderr.close()


def _address(server: Server) -> str | None:
    found = re.search(r"serving at (http://\S+)", "".join(server.said))
    return found[1] if found else None


def _is_up(server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError(f"the server ended: {''.join(server.said)}")
    address = _address(server)
    if address is None:
        return False
    try:
        return httpx.get(f"{address}/health/ready", timeout=5).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False  # it listens only once it is ready
