"""Processes that write a journal are killed; what they were told is kept, and nothing half."""

import random
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from tests.store.journal_child import BATCH, record, snapshot

from medrd_kg.store.journal import Journal

CHECKOUT = Path(__file__).resolve().parents[2]


def child(*arguments: str | Path) -> list[str]:
    """Return the command of a process that writes a journal."""
    return [sys.executable, "-m", "tests.store.journal_child", *map(str, arguments)]


def require_whole(folder: Path, acknowledged: int) -> int:
    """Require that every acknowledged record is there and all records are what they should be."""
    with Journal.open(folder) as journal:
        found = journal.checkpoint_in_use
        base = found.sequence if found else 0
        last = journal.last_sequence
        assert last >= acknowledged
        if found:
            assert b"".join(found.content()) == b"".join(snapshot(base))
        numbers = []
        for sequence, content in journal.replay():
            assert content == record(sequence)
            numbers.append(sequence)
        assert numbers == list(range(base + 1, last + 1))
        return last


def kill_in_the_middle(folder: Path, choice: random.Random) -> None:
    """Let a process append until it has acknowledged some records, kill it, look at the rest."""
    acknowledged = 0
    with subprocess.Popen(child("write", folder), cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(choice.randint(1, 60)):
            acknowledged = int(process.stdout.readline())
        process.kill()
        # It went on until the signal came; whole lines were acknowledged as well.
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
    assert process.returncode == -signal.SIGKILL
    last = require_whole(folder, acknowledged)
    # The call in which it died added one record, one batch or nothing.
    assert last - acknowledged in {0, 1, BATCH}


def test_acknowledged_records_survive_kills(tmp_path: Path) -> None:
    choice = random.Random(10)
    for _ in range(10):
        kill_in_the_middle(tmp_path, choice)


@pytest.mark.long
def test_acknowledged_records_survive_a_hundred_kills(tmp_path: Path) -> None:
    choice = random.Random(100)
    for _ in range(100):
        kill_in_the_middle(tmp_path, choice)


@pytest.mark.parametrize("scenario", ["create", "checkpoint"])
def test_a_crash_at_any_step_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, scenario: str
) -> None:
    killed = []
    for limit in count(1):
        folder = tmp_path / str(limit)
        if scenario == "checkpoint":
            with Journal.open(folder) as journal:
                journal.append(record(1))
                journal.checkpoint(1, snapshot(1))
        command = child("steps", scenario, folder, str(limit))
        done = subprocess.run(command, cwd=CHECKOUT, check=False)
        last = require_whole(folder, 0)
        with Journal.open(folder) as journal:
            assert journal.append(record(last + 1)) == last + 1
        require_whole(folder, last + 1)
        assert not list(folder.glob(".unfinished-*"))
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        killed.append(last)
    # Enough steps were met, before the first record and after the last.
    assert len(killed) >= {"create": 5, "checkpoint": 12}[scenario]
    assert last == {"create": 0, "checkpoint": 5}[scenario]
    assert killed == sorted(killed)


def test_a_crash_in_the_content_of_a_checkpoint_leaves_the_old_state(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from medrd_kg.store.journal import Journal\n"
        "def content():\n"
        "    for _ in range(1000): yield os.urandom(10_000)\n"
        "    os.kill(os.getpid(), signal.SIGKILL); yield b''\n"
        "with Journal.open(Path(sys.argv[1])) as journal: journal.checkpoint(1, content())\n"
    )
    with Journal.open(tmp_path) as journal:
        journal.append(record(1))
    done = subprocess.run([sys.executable, "-c", script, tmp_path], check=False)
    assert done.returncode == -signal.SIGKILL
    (left,) = tmp_path.glob(".unfinished-*")
    assert left.stat().st_size > 1_000_000
    assert require_whole(tmp_path, 1) == 1
    assert not left.exists()
